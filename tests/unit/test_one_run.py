"""What a person has to know to follow one run: how many modules, and which functions a value passes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from called import MARK
from e2e.fleet import FLEET, SHOP

from scalingo_sandbox import Sandbox, running

SCRIPT = Path(__file__).parents[1] / "called.py"
ROOT = Path(__file__).resolve().parents[2]
STEP = re.compile(r"^\d+\. `(?P<module>[\w/]+)\.py: (?P<function>[\w.]+)`", re.MULTILINE)
"""A step of docs/walkthrough.md."""
PLAN, APPLY = 105, 129
"""The most modules that a plan of one database and the apply of its file call.

These numbers may only go down: whoever needs fewer modules writes the new number here.
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """The provider of a newcomer's database."""
    with running(FLEET, token="tk-canary-of-the-size") as served:
        yield served


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with one spec, which asks for three changes."""
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "shop.yaml").write_text(SHOP, encoding="utf-8")
    return tmp_path


def called(project: Path, sandbox: Sandbox, *argv: str) -> list[str]:
    """The functions that a command calls, in all its threads, in the order of their first calls."""
    done = subprocess.run(
        [sys.executable, SCRIPT, *argv],
        cwd=project,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(project),
            "SCALINGO_AUTH_URL": sandbox.url,
            "SCALINGO_API_TOKEN": sandbox.token,
            "RECONCILE_TOKEN_CACHE": "off",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr.splitlines()[-1].removeprefix(MARK).split()


def modules(functions: list[str]) -> list[str]:
    """Whose functions these are."""
    return sorted({function.partition(":")[0] for function in functions})


def test_a_run_calls_few_modules(project: Path, sandbox: Sandbox) -> None:
    """A plan of one database, and what is done with the file that keeps it."""
    plan = modules(called(project, sandbox, "plan"))
    assert len(plan) <= PLAN, plan
    called(project, sandbox, "plan", "--out", "shop.plan.json")
    apply = modules(called(project, sandbox, "apply", "--plan", "shop.plan.json", "--yes"))
    assert len(apply) <= APPLY, apply


def test_a_value_passes_the_functions_of_the_walkthrough_in_that_order(project: Path) -> None:
    """Each step is called for the first time after the one before it."""
    page = (ROOT / "docs" / "walkthrough.md").read_text(encoding="utf-8")
    steps = [
        f"reconcile.{step['module'].replace('/', '.')}:{step['function']}"
        for step in STEP.finditer(page)
    ]
    with running(FLEET, token="tk-canary-of-the-walk") as served:
        passed = called(project, served, "apply", "--yes")
    assert len(steps) > 15
    assert steps == sorted(steps, key=passed.index)
