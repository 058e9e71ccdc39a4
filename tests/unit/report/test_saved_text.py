"""The line above a saved plan."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from attrs import evolve
from golden.fleets import MIXED
from unit.plan.plan_files import LATER, NOW

from reconcile.errors import ExitStatus
from reconcile.model.cost import Spent
from reconcile.model.plan import Record, Seal
from reconcile.report.page import Look
from reconcile.report.plan_json import plan_json
from reconcile.report.plan_text import plan_text, saved_text

RECORD = Record(made=NOW, expires=LATER, version="1.2.3", seal=Seal.UNSIGNED, now=NOW)
PROPOSAL = evolve(MIXED, id="0123456789abcdef" * 4)


@pytest.mark.parametrize(
    ("record", "line"),
    [
        (RECORD, "expires in 1 d, not signed"),
        (evolve(RECORD, seal=Seal.UNCHECKED), "expires in 1 d, signed, not checked"),
        (evolve(RECORD, seal=Seal.VERIFIED, now=LATER), "expires in 0 ms, signed"),
        (evolve(RECORD, now=LATER + timedelta(hours=3)), "expired 3 h ago, not signed"),
    ],
)
def test_which_plan_it_is(record: Record, line: str) -> None:
    """Its id, its age, its end and its signature; then the plan as `plan` shows it."""
    head, page = saved_text(PROPOSAL, record, Look()).split("\n\n", 1)
    assert head == f"Plan 0123456789ab, made 2026-11-23 12:00:00 UTC by version 1.2.3, {line}"
    assert page == plan_text(PROPOSAL, Look())


def test_a_version_is_text_from_outside() -> None:
    """It comes from a file."""
    shown = saved_text(PROPOSAL, evolve(RECORD, version="\x1b[2J\n"), Look(colour=True))
    assert "\x1b[2J" not in shown
    assert r"\x1b[2J\n" in shown


def test_as_json() -> None:
    """The document of `plan`, with what the file says of it."""
    shown = plan_json(PROPOSAL, status=ExitStatus.DONE, spent=Spent(), record=RECORD)
    document = json.loads(shown)
    assert document["id"] == PROPOSAL.id
    assert document["file"] == {
        "made": "2026-11-23T12:00:00+00:00",
        "expires": "2026-11-24T12:00:00+00:00",
        "expired": False,
        "version": "1.2.3",
        "signature": "unsigned",
    }
    assert json.loads(plan_json(PROPOSAL, status=ExitStatus.DONE, spent=Spent()))["file"] is None
