"""Plan | Run → exit status: the table of the README, in one place.

The first that holds wins: 77, 3, 4, 1, 2, 0. (64 and 65 end a command before there is a plan.)
"""

from __future__ import annotations

from collections.abc import Collection
from typing import assert_never

from reconcile.errors import ExitStatus
from reconcile.model.change import Create, is_first_half
from reconcile.model.deed import Done
from reconcile.model.item import Pending
from reconcile.model.operation import Operation
from reconcile.model.plan import Plan, Proposal
from reconcile.model.run import Result, Run
from reconcile.model.state import Inspected, Unknown


def reading_status(proposal: Proposal, *, remains_counts: bool) -> ExitStatus:
    """The status of a command that only reads."""
    plan = proposal.plan
    if _nobody_authenticated(plan):
        return ExitStatus.UNAUTHENTICATED
    if plan.unknown:
        return ExitStatus.FAILED
    return ExitStatus.REMAINS if remains_counts and proposal.remains else ExitStatus.DONE


def states_status(states: Collection[Inspected | Unknown]) -> ExitStatus:
    """The status of `show`."""
    unknown = [state for state in states if isinstance(state, Unknown)]
    if unknown and len(unknown) == len(states) and all(one.unauthenticated for one in unknown):
        return ExitStatus.UNAUTHENTICATED
    partly = any(isinstance(state, Inspected) and state.unreadable for state in states)
    return ExitStatus.FAILED if unknown or partly else ExitStatus.DONE


def done_status(done: Done, *, waited: bool) -> ExitStatus:
    """The status of an order; `waited` whether the end of its operation was."""
    match done.result:
        case Result.DONE:
            return ExitStatus.DONE
        case Result.STARTED:
            return ExitStatus.REMAINS if waited else ExitStatus.DONE
        case Result.FAILED:
            return ExitStatus.FAILED_AFTER_EFFECT if done.operation else ExitStatus.FAILED
        case Result.UNKNOWN:
            return ExitStatus.FAILED_AFTER_EFFECT
        case Result.REFUSED:
            return ExitStatus.REFUSED
        case (
            Result.ALREADY_DONE
            | Result.STALE
            | Result.BLOCKED
            | Result.SKIPPED
            | Result.NOT_ALLOWED
            | Result.NOT_SENT
        ):
            return ExitStatus.REMAINS
        case _:
            assert_never(done.result)


def change_status(run: Run) -> ExitStatus:
    """The status of one change: as of an apply, whose whole it is.

    Refused, it is all that was; pending, it was asked for and not made.
    """
    status = run_status(run)
    if status is ExitStatus.REMAINS and run.results(Result.REFUSED):
        return ExitStatus.REFUSED
    pending = any(isinstance(entry, Pending) for entry in run.before.plan.items())
    return ExitStatus.REMAINS if status is ExitStatus.DONE and pending else status


def operation_status(seen: Operation) -> ExitStatus:
    """The status of a look at an operation: one that has not ended remains."""
    if seen.failed or seen.unclear:
        return ExitStatus.FAILED
    return ExitStatus.DONE if seen.done else ExitStatus.REMAINS


def run_status(run: Run) -> ExitStatus:
    """The status of an apply; a dry run is one that only reads."""
    if run.interrupted is not None:
        return ExitStatus(run.interrupted)
    if _nobody_authenticated(run.before.plan) or _turned_away(run):
        return ExitStatus.UNAUTHENTICATED
    if run.before.refused:
        return ExitStatus.REFUSED
    if _half_replaced(run):
        return ExitStatus.FAILED_AFTER_EFFECT
    if run.results(Result.FAILED, Result.UNKNOWN) or run.left.plan.unknown:
        return ExitStatus.FAILED_AFTER_EFFECT if run.effect else ExitStatus.FAILED
    started = run.results(Result.STARTED)  # its end was not waited for, or did not come in time
    remains = run.left.remains or started or run.out_of_date
    return ExitStatus.REMAINS if remains else ExitStatus.DONE


def _turned_away(run: Run) -> bool:
    """Whether nobody was let in when a plan that was made before was to be applied."""
    after = run.after
    return after is not None and _nobody_authenticated(after.plan) and not run.effect


def _half_replaced(run: Run) -> bool:
    """Whether something was deleted that was to be created again, and was not."""
    gone = {
        one.action.address for one in run.results(Result.DONE) if is_first_half(one.action.change)
    }
    back = {
        one.action.address
        for one in run.results(Result.DONE)
        if isinstance(one.action.change, Create)
    }
    return bool(gone - back)


def _nobody_authenticated(plan: Plan) -> bool:
    return bool(plan.databases) and all(one.unauthenticated for one in plan.databases)
