"""What became of what no answer told: told by a look at what it was about, in this run or a later one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from attrs import evolve

from reconcile.apply.open_ends import OpenEnd
from reconcile.errors import DOUBT
from reconcile.model.change import Change, Create, Delete, Risk
from reconcile.model.history import Resolution
from reconcile.model.item import Action, Pending, Reason
from reconcile.model.location import Location, Origin
from reconcile.model.operation import DONE_ALTHOUGH, LATER
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.postgresql import by_sql
from reconcile.model.run import REACHED, Outcome, Result
from reconcile.model.state import Approval
from reconcile.plan.precondition import Standing, concerning, is_left, standing, step_of


def action_of(end: OpenEnd, today: date) -> Action:
    """The action as it was planned, to be planned anew; half of a replacement stands for itself."""
    change = end.action.change
    if change is None:
        raise AssertionError(f"an order of {end.run.id} has no end that a plan tells of")
    change = evolve(change, address=end.address)
    if isinstance(change, Create | Delete):
        change = evolve(change, replacement=False)
    return Action(
        address=change.address,
        change=change,
        risk=end.action.risk or Risk.LOSSY,
        reason=Reason.DIFFERS,
        origin=Origin(location=Location(file=f"run {end.run.id}", line=0, column=0)),
        approval=Approval(reason=f"begun by run {end.run.id}", until=today),
    )


def resolution(end: OpenEnd, action: Action, now: DatabasePlan) -> Resolution | None:
    """What became of it, by what its plan would be `now`; None where that does not tell yet.

    It was not done where it stands as it did then, also after what its run did before, and done
    where nothing of it is left to do: on the same live database. Where somebody else changed the
    same since, it cannot be known.
    """
    if now.target is None or now.target.addon != _addon(end):
        return None
    found = standing(action, now, tuple(_done_before(end))).standing
    if found is Standing.BLOCKED:
        return None
    # Of an upgrade, only the planned version shows that it was done.
    unknown = found is Standing.STALE and step_of(action.change) is None
    return end.resolved(done=None if unknown else found is Standing.ALREADY_DONE)


def _done_before(end: OpenEnd) -> Iterator[Change]:
    """What the same run did before in this database."""
    for action in end.run.actions:
        if action == end.action:
            return
        same = action.address.database == end.action.address.database
        if action.change is not None and same and action.result in REACHED:
            yield action.change


def _addon(end: OpenEnd) -> str:
    return end.run.opening.databases[end.action.address.database].addon


def resolve_outcomes(outcomes: Iterable[Outcome], after: Plan) -> tuple[Outcome, ...]:
    """Decide unknown and failed outcomes by the plan of what is there now.

    Of an unknown one: nothing about the action's address is left to do: it was done. The provider
    is at just that: it was started. Anything else stays unknown: a request whose answer was lost may
    arrive later. A failed one of which nothing is left to do was done by another
    hand, a moment before, or by the provider after it had accepted the request. An upgrade that went to another version than the planned one was not done.
    A statement that was done, and of which the API does not tell, was perhaps done elsewhere.
    """
    databases = {plan.handle: plan for plan in after.databases}
    return tuple(
        _resolved(outcome, databases.get(outcome.action.address.database)) for outcome in outcomes
    )


def _resolved(outcome: Outcome, plan: DatabasePlan | None) -> Outcome:
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
    if not all(entry.in_progress for entry in waiting):
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
