"""Outcomes that no answer told: settled by what a second read finds."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from reconcile.errors import DOUBT
from reconcile.model.address import Address
from reconcile.model.change import Update, verb_of
from reconcile.model.item import Action, Item, Pending
from reconcile.model.plan import DatabasePlan, Plan, Status
from reconcile.model.run import Outcome, Result


def settle(outcomes: Iterable[Outcome], after: Plan) -> tuple[Outcome, ...]:
    """Decide unknown outcomes by the plan of what is there now.

    Nothing about the action's address is left to do, or the provider is at just that: it was done.
    It is planned as before: it was not done, unless the provider may still be at it. Anything else
    stays unknown.
    """
    databases = {plan.handle: plan for plan in after.databases}
    return tuple(
        _settled(outcome, databases.get(outcome.action.address.database))
        if outcome.result is Result.UNKNOWN
        else outcome
        for outcome in outcomes
    )


def _settled(outcome: Outcome, plan: DatabasePlan | None) -> Outcome:
    if plan is None or plan.status is Status.UNKNOWN:
        return outcome
    address = outcome.action.address
    concerned = {address, Address(database=address.database)}
    about = [entry for entry in plan.items if entry.address in concerned]
    waiting = [entry for entry in about if isinstance(entry, Pending)]
    if not all(entry.at_it for entry in waiting):
        return outcome
    if waiting:
        said, result = "read again: it is under way", Result.DONE
    elif not any(_is_due(outcome.action, entry) for entry in about):
        said, result = "read again: it was done", Result.DONE
    elif outcome.under_way or not all(isinstance(entry, Action) for entry in about):
        said, result = "not done yet when read again, it may still be", Result.UNKNOWN
    else:
        said, result = "read again: it was not done", Result.FAILED
    return evolve(outcome, result=result, message=f"{said}; {outcome.message.removesuffix(DOUBT)}")


def _is_due(action: Action, entry: Item) -> bool:
    """Whether an entry says that the action is still to be done; a block may as well."""
    if isinstance(action.change, Update) and _goes_on_from(action.change, entry):
        return False
    return not isinstance(entry, Action) or verb_of(entry.change) is verb_of(action.change)


def _goes_on_from(done: Update, entry: Item) -> bool:
    """Whether an entry is about the next step, which begins where this one was to lead."""
    change = None if isinstance(entry, Pending) else entry.change
    if not isinstance(change, Update):
        return False
    missing = object()
    return all(change.before.get(part.field, missing) == part.after for part in done.fields)
