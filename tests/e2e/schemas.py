"""Documents held against the schemas of the repository, and what was sent, in one word each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from e2e.command import Finished, changing
from jsonschema import Draft202012Validator

from scalingo_sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
JSON = ("--format", "json")


def fits(done: Finished) -> dict[str, Any]:
    """The document of a run, which fits the repository's schema of its kind."""
    document = done.document()
    path = ROOT / "schemas" / f"{document['kind']}.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert [error.message for error in Draft202012Validator(schema).iter_errors(document)] == []
    assert document["exit_status"] == done.status
    assert done.stdout.isascii()
    return document


def sent(sandbox: Sandbox) -> list[str]:
    """What was sent that may change something."""
    return [f"{method} {action or path}" for method, path, action in changing(sandbox)]
