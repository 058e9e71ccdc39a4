"""Outcomes that no answer told: settled by what a second read finds."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from reconcile.model.change import verb_of
from reconcile.model.item import Action
from reconcile.model.plan import DatabasePlan, Plan, Status
from reconcile.model.run import Outcome, Result


def settle(outcomes: Iterable[Outcome], after: Plan) -> tuple[Outcome, ...]:
    """Decide unknown outcomes by the plan of what is there now.

    The action is no longer planned: it was done. It still is: it was not. The database could not
    be read, or is busy: it stays unknown.
    """
    databases = {plan.handle: plan for plan in after.databases}
    return tuple(
        _settled(outcome, databases.get(outcome.action.address.database))
        if outcome.result is Result.UNKNOWN
        else outcome
        for outcome in outcomes
    )


def _settled(outcome: Outcome, plan: DatabasePlan | None) -> Outcome:
    if plan is None or plan.status in {Status.UNKNOWN, Status.PENDING}:
        return outcome
    if any(_same(outcome.action, action) for action in plan.actions):
        message = f"{outcome.message}; read again: it was not done"
        return evolve(outcome, result=Result.FAILED, message=message)
    message = f"{outcome.message}; read again: it was done"
    return evolve(outcome, result=Result.DONE, message=message)


def _same(one: Action, other: Action) -> bool:
    return one.address == other.address and verb_of(one.change) is verb_of(other.change)
