"""Exit statuses of the commands about one database."""

from __future__ import annotations

import pytest
from attrs import evolve
from builders import ORIGIN
from golden.changes import CHANGES
from golden.live import BROKEN, CANCEL, ENDED, RUNNING

from reconcile.cli.present import change_status, operation_status, order_status
from reconcile.errors import ExitStatus
from reconcile.model.address import Address
from reconcile.model.item import Pending, Reason
from reconcile.model.operation import Operation
from reconcile.model.order import OrderOutcome
from reconcile.model.plan import DatabasePlan, Plan, Proposal
from reconcile.model.run import Result, Run


@pytest.mark.parametrize(
    ("result", "operation", "status"),
    [
        (Result.DONE, None, 0),
        (Result.DONE, ENDED, 0),
        (Result.ALREADY_DONE, None, 0),
        (Result.STARTED, RUNNING, 2),
        (Result.NOT_ALLOWED, None, 2),
        (Result.NOT_SENT, None, 2),
        (Result.STALE, None, 2),
        (Result.BLOCKED, None, 2),
        (Result.SKIPPED, None, 2),
        (Result.REFUSED, None, 3),
        (Result.FAILED, None, 1),
        (Result.FAILED, BROKEN, 4),
        (Result.UNKNOWN, None, 4),
        (Result.UNKNOWN, RUNNING, 4),
    ],
)
def test_of_an_order(result: Result, operation: Operation | None, status: int) -> None:
    """What was begun and failed had an effect; what was only started remains."""
    ident = None if operation is None else operation.id
    done = OrderOutcome(order=CANCEL, result=result, operation_id=ident, operation=operation)
    assert order_status(done) == status
    assert order_status(done, interrupted=ExitStatus.TERMINATED) == ExitStatus.TERMINATED


@pytest.mark.parametrize(
    ("status", "expected"),
    [("done", 0), ("error", 1), ("pending", 2), ("running", 2), ("unheard of", 2)],
)
def test_of_a_look_at_an_operation(status: str, expected: int) -> None:
    """What has not ended remains."""
    assert operation_status(evolve(RUNNING, status=status)) == expected


@pytest.mark.parametrize(
    ("status", "expected"), [("finished", 0), ("archived", 1), ("cancelled", 1), ("running", 2)]
)
def test_of_a_look_at_an_operation_with_an_end(status: str, expected: int) -> None:
    """An end that says nothing of how it ended is not known to be a good one."""
    ended = evolve(RUNNING, status=status, finished_at="2026-01-02")
    assert operation_status(ended) == expected


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("done", 0),
        ("in_sync", 0),
        ("not_so_yet", 2),
        ("declined", 2),
        ("blocked", 2),
        ("dry", 2),
        ("refused", 3),
        ("dry_refused", 3),
        ("unread", 1),
        ("unknown", 4),
        ("hostile", 1),
    ],
)
def test_of_a_change(name: str, status: int) -> None:
    """As of an apply of it alone."""
    assert change_status(CHANGES[name]) == status


@pytest.mark.parametrize("interrupted", [ExitStatus.INTERRUPTED, ExitStatus.TERMINATED])
@pytest.mark.parametrize("name", ["done", "refused", "unknown", "declined"])
def test_of_a_change_that_was_interrupted(name: str, interrupted: ExitStatus) -> None:
    """Whatever else is true."""
    assert change_status(evolve(CHANGES[name], interrupted=interrupted)) is interrupted


def test_of_a_change_that_waits() -> None:
    """The change was not made, or only started: for a fleet, pending alone would be 0."""
    waiting = Pending(
        address=Address(database="shop"),
        reason=Reason.DIFFERS,
        origin=ORIGIN,
        message="its status is 'updating'",
    )
    plan = DatabasePlan(handle="shop", engine="mysql", app="shop-web", items=(waiting,))
    run = Run(id="run", before=Proposal(plan=Plan(databases=(plan,))))
    assert change_status(run) is ExitStatus.REMAINS
    begun = evolve(CHANGES["done"], after=run.before)
    assert change_status(begun) is ExitStatus.DONE
    in_progress = evolve(plan, items=(evolve(waiting, in_progress=True),))
    begun = evolve(begun, after=Proposal(plan=Plan(databases=(in_progress,))))
    assert change_status(begun) is ExitStatus.REMAINS
