"""What a past run found out of earlier ones, for a person and as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from attrs import evolve

from reconcile.model.address import Address
from reconcile.model.change import Create
from reconcile.model.history import History, Opening, PastAction, PastRun, Resolution, RunState
from reconcile.model.request import BACK_UP
from reconcile.model.run import Result
from reconcile.report.page import Look
from reconcile.report.runs_json import past_run_json
from reconcile.report.runs_text import past_run_text, runs_text

ADDRESS = Address(database="shop", kind="backups")
WORDS = [
    (True, "It found out that update shop/backups of run run-1 was done."),
    (False, "It found out that update shop/backups of run run-1 was not done."),
    (None, "It found that the outcome of update shop/backups of run run-1 cannot be known."),
]


@pytest.mark.parametrize(("done", "sentence"), WORDS)
def test_what_was_found_out_is_told(done: bool | None, sentence: str) -> None:
    """Done, not done, or that it cannot be known."""
    run = PastRun(
        id="run-2",
        opening=Opening(version="1", command="apply"),
        began=datetime(2026, 11, 23, 12, tzinfo=UTC),
        state=RunState.INTERRUPTED,
        settlements=(Resolution(run="run-1", address=ADDRESS, verb="update", done=done),),
    )
    assert sentence in past_run_text(run, Look()).splitlines()
    (found,) = json.loads(past_run_json(run))["settlements"]
    assert found["done"] is done


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (Result.DONE, "To go on, do the same again."),
        (
            Result.UNKNOWN,
            "To go on, do the same again: what is open is read first, and settled.",
        ),
    ],
)
def test_how_to_go_on(result: Result, sentence: str) -> None:
    """What is open is named only where something is."""
    run = PastRun(
        id="run-1",
        opening=Opening(version="1", command="apply", actions=2),
        began=datetime(2026, 11, 23, 12, tzinfo=UTC),
        state=RunState.INTERRUPTED,
        actions=(
            PastAction(address=ADDRESS, change=Create(address=ADDRESS, after={}), result=result),
        ),
    )
    assert sentence in past_run_text(run, Look()).splitlines()


def test_backups_are_no_actions() -> None:
    """A run that was killed after its backups did none of its actions, whoever settled it."""
    backup = PastAction(
        address=Address(database="shop"),
        what="back up shop",
        request=str(BACK_UP),
        result=Result.DONE,
    )
    run = PastRun(
        id="run-1",
        opening=Opening(version="1", command="apply", actions=2),
        began=datetime(2026, 11, 23, 12, tzinfo=UTC),
        state=RunState.INTERRUPTED,
        actions=(backup,),
        settled_by=("run-2",),
    )
    first, _began, did = runs_text(History(runs=(run,)), Look(), limit=5).splitlines()
    assert first.startswith("! ")
    assert did.strip() == "apply: 2 actions; 1 backup"
    assert "Nothing is written of 2 planned actions." in past_run_text(run, Look())


def test_a_run_of_which_an_unknown_is_left_is_not_settled() -> None:
    """A later run looked, and cannot know what became of one of its backups."""
    unknown = PastAction(
        address=Address(database="shop"),
        what="back up shop",
        request=str(BACK_UP),
        result=Result.UNKNOWN,
    )
    run = PastRun(
        id="run-1",
        opening=Opening(version="1", command="apply"),
        began=datetime(2026, 11, 23, 12, tzinfo=UTC),
        state=RunState.INTERRUPTED,
        actions=(unknown,),
        settled_by=("run-2",),
    )
    first, *_rest = past_run_text(run, Look()).splitlines()
    assert first.endswith("  interrupted")
    first, *_rest = past_run_text(evolve(run, actions=()), Look()).splitlines()
    assert first.endswith("  interrupted, settled by run-2")
