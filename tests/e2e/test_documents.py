"""JSON and reports: every document fits its schema and says the truth about its run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from e2e.command import Command
from e2e.fleet import (
    SHOP,
)
from jsonschema import Draft202012Validator

pytestmark = pytest.mark.more

ROOT = Path(__file__).resolve().parents[2]
NAMES = (
    "spec",
    "config",
    "plan",
    "run",
    "findings",
    "states",
    "listing",
    "queries",
    "statistics",
    "operation",
    "done",
    "explanation",
    "runs",
    "past_run",
    "plan_file",
)


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Draft202012Validator]:
    """Every schema as the command prints it."""
    command = Command(directory=tmp_path_factory.mktemp("schemas"), environment={})
    printed = {name: command("schema", name, status=0).document() for name in NAMES}
    for one in printed.values():
        Draft202012Validator.check_schema(one)
    return {name: Draft202012Validator(one) for name, one in printed.items()}


def test_the_schemas_of_the_repository_are_the_printed_ones(
    schemas: dict[str, Draft202012Validator],
) -> None:
    """What an editor loads from schemas/ is what the program checks and prints."""
    for name, validator in schemas.items():
        path = ROOT / "schemas" / f"{name}.schema.json"
        assert json.loads(path.read_text(encoding="utf-8")) == validator.schema, (
            f"make schemas: {name}"
        )


def test_all_schemas_can_be_written_at_once(command: Command) -> None:
    """`schema --write DIR` writes each under its name; a folder that cannot be is a sentence."""
    command("schema", "--write", "out", status=0)
    written = {path.name for path in (command.directory / "out").iterdir()}
    assert written == {f"{name}.schema.json" for name in NAMES}
    (command.directory / "file").write_text("", encoding="utf-8")
    done = command("schema", "--write", "file", status=1)
    assert done.stderr.startswith("reconcile: cannot make 'file'")


def test_verbose_shows_each_request(command: Command) -> None:
    """-v names every request on stderr, and leaves stdout as it was."""
    command.write(SHOP)
    quiet = command("plan", status=0)
    loud = command("plan", "-v", status=0)
    assert loud.stdout == quiet.stdout
    for part in ("/v1/tokens/exchange", "/api/databases/ad-shop", "get-sqlmode", "list-databases"):
        assert part in loud.stderr, loud.stderr
