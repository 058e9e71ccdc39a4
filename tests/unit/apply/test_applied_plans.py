"""Which run applied a plan file before, and which journal may tell of one and cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from builders import desired, observed

from reconcile.apply.history import CLOCK_SKEW, applied_before, in_doubt
from reconcile.kinds.backups import Backups
from reconcile.model.history import History, Opening, PastDeed, PastRun, RunState, UnreadableJournal
from reconcile.model.run import Result
from reconcile.model.state import ITSELF
from reconcile.plan.build import plan_database

MADE = datetime(2026, 11, 23, 12, tzinfo=UTC)
IDENT = "7" * 64
SECOND = timedelta(seconds=1)
LIVE = {"backups": {ITSELF: {"enabled": False, "hours": (3,)}}}
(ACTION,) = plan_database(desired({"backups": Backups(enabled=True)}), observed(LIVE)).actions


def run_of(
    at: datetime = MADE, *, made: str = "", command: str = "apply --plan", plan_id: str = IDENT
) -> PastRun:
    """A run that did all of a plan."""
    opening = Opening(version="0.1.0", command=command, plan_id=plan_id, plan_made=made, actions=1)
    deed = PastDeed(address=ACTION.address, change=ACTION.change, result=Result.DONE)
    return PastRun(
        id=f"{at:%Y%m%dT%H%M%SZ}-0123456",
        opening=opening,
        began=at,
        ended=at,
        state=RunState.ENDED,
        deeds=(deed,),
    )


@pytest.mark.parametrize(
    ("run", "found"),
    [
        (run_of(made=MADE.isoformat()), True),
        (run_of(MADE - timedelta(days=9), made=MADE.isoformat()), True),
        (run_of(MADE + SECOND, made=(MADE + SECOND).isoformat()), False),
        (run_of(MADE + SECOND, plan_id="8" * 64), False),
        (run_of(MADE - CLOCK_SKEW + SECOND), True),
        (run_of(MADE - CLOCK_SKEW), False),
        (run_of(MADE + SECOND, command="apply"), True),
        (run_of(MADE, command="apply"), False),
        (evolve(run_of(MADE - CLOCK_SKEW + SECOND), ended=None), True),
        (evolve(run_of(), state=RunState.RUNNING), False),
    ],
)
def test_a_run_tells_which_file_it_applied(run: PastRun, found: bool) -> None:
    """By the time at which the file was made, whatever the clocks; earlier journals by their end."""
    assert applied_before(History(runs=(run,)), IDENT, MADE) == (run if found else None)


@pytest.mark.parametrize(
    ("history", "found"),
    [
        (History(), False),
        (History(unreadable=(UnreadableJournal(id="20261123T120001Z-0123456", reason="x"),)), True),
        (History(unreadable=(UnreadableJournal(id="20261123T115501Z-0123456", reason="x"),)), True),
        (
            History(unreadable=(UnreadableJournal(id="20261123T115500Z-0123456", reason="x"),)),
            False,
        ),
        (History(unreadable=(UnreadableJournal(id="by hand", reason="x"),)), True),
        (History(unreadable=(UnreadableJournal(id="x", reason="x", harmless=True),)), False),
        (History(runs=(run_of(),)), False),
        (History(runs=(evolve(run_of(), unread=1),)), True),
        (History(runs=(evolve(run_of(plan_id="8" * 64), unread=1),)), False),
        (History(runs=(evolve(run_of(made=(MADE - SECOND).isoformat()), unread=1),)), False),
        (History(runs=(evolve(run_of(made=MADE.isoformat()), unread=1),)), True),
    ],
)
def test_a_journal_that_cannot_be_read_may_tell_of_it(history: History, found: bool) -> None:
    """Unless it is of another plan, or older than the file."""
    assert bool(in_doubt(history, IDENT, MADE)) is found
