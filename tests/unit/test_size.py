"""How many modules a person has to know to follow one run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from called import MARK
from e2e.fleet import FLEET, SHOP

from scalingo_sandbox import Sandbox, running

SCRIPT = Path(__file__).parents[1] / "called.py"
PLAN, APPLY = 105, 136
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
    """The modules that a command calls, in all its threads; what an import calls is left out."""
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


def test_a_run_calls_few_modules(project: Path, sandbox: Sandbox) -> None:
    """A plan of one database, and what is done with the file that keeps it."""
    plan = called(project, sandbox, "plan")
    assert len(plan) <= PLAN, plan
    called(project, sandbox, "plan", "--out", "shop.plan.json")
    apply = called(project, sandbox, "apply", "--plan", "shop.plan.json", "--yes")
    assert len(apply) <= APPLY, apply
