"""Outcomes that no answer told, or told otherwise: settled by what a second read finds."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from reconcile.errors import DOUBT
from reconcile.model.item import Pending
from reconcile.model.operation import DONE_ALTHOUGH, LATER
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.postgresql import by_sql
from reconcile.model.run import Outcome, Result
from reconcile.plan.standing import concerning, is_left, step_of


def settle(outcomes: Iterable[Outcome], after: Plan) -> tuple[Outcome, ...]:
    """Decide unknown and failed outcomes by the plan of what is there now.

    Of an unknown one: nothing about the action's address is left to do: it was done. The provider
    is at just that: it was started. Anything else stays unknown: a request whose answer was lost may
    arrive later. A failed one of which nothing is left to do was done by another
    hand, a moment before, or by the provider after it had accepted the request. An upgrade that went to another version than the planned one was not done.
    A statement that was done, and of which the API does not tell, was perhaps done elsewhere.
    """
    databases = {plan.handle: plan for plan in after.databases}
    return tuple(
        _settled(outcome, databases.get(outcome.action.address.database)) for outcome in outcomes
    )


def _settled(outcome: Outcome, plan: DatabasePlan | None) -> Outcome:
    if plan is None or plan.error is not None:
        return outcome
    change = outcome.action.change
    if outcome.result is Result.UNKNOWN:
        return _known(outcome, plan)
    left = is_left(change, plan)
    if outcome.result is Result.DONE and left:
        return _undone(outcome, plan)
    if outcome.result is Result.FAILED and not left:
        return _reached(outcome)
    return outcome


def _reached(outcome: Outcome) -> Outcome:
    """A failed action of which nothing is left to do.

    What the provider accepted was done by this run, whatever it says of the end of its operation.
    """
    if outcome.accepted:
        message = f"{DONE_ALTHOUGH} {outcome.message}"
        return evolve(outcome, result=Result.DONE, message=message)
    message = f"read again: it is so, by another hand; {outcome.message}"
    return evolve(outcome, result=Result.ALREADY_DONE, message=message)


def _undone(outcome: Outcome, plan: DatabasePlan) -> Outcome:
    """What was reported as done, of which a second read finds something left."""
    step = step_of(outcome.action.change)
    if step is not None:
        result = Result.FAILED if step.is_past(plan.version) else Result.UNKNOWN
        return evolve(outcome, result=result, message=f"read again: {step.missed(plan.version)}")
    if by_sql(outcome.calls):
        message = "the server took it, and read again the API does not tell of it: look there"
        return evolve(outcome, result=Result.UNKNOWN, message=message)
    return outcome


def _known(outcome: Outcome, plan: DatabasePlan) -> Outcome:
    """What an unknown outcome is, by what is planned about its action."""
    change = outcome.action.change
    step, about = step_of(change), concerning(change.address, plan)
    waiting = [entry for entry in about if isinstance(entry, Pending)]
    if not all(entry.at_it for entry in waiting):
        return outcome
    if waiting:
        said, result = "read again: it is under way", Result.STARTED
    elif not is_left(change, plan):
        said, result = "read again: it was done", Result.DONE
    elif step is not None and step.is_past(plan.version):
        said, result = f"read again: {step.missed(plan.version)}", Result.UNKNOWN
    else:
        said, result = LATER, Result.UNKNOWN
    return evolve(outcome, result=result, message=f"{said}; {outcome.message.removesuffix(DOUBT)}")
