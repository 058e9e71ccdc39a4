"""What became of actions whose end no earlier run knew: told by a look at what they were about."""

from __future__ import annotations

from datetime import date

from attrs import evolve

from reconcile.apply.history import OpenEnd
from reconcile.model.change import Create, Delete, Risk
from reconcile.model.history import Settlement
from reconcile.model.item import Action, Reason
from reconcile.model.location import Location, Origin
from reconcile.model.plan import DatabasePlan
from reconcile.model.state import Approval
from reconcile.plan.standing import Standing, standing, step_of


def action_of(end: OpenEnd, today: date) -> Action:
    """The action as it was planned, to be planned anew; half of a replacement stands for itself."""
    change = end.deed.change
    if change is None:
        raise AssertionError(f"an order of {end.run.id} has no end that a plan tells of")
    if isinstance(change, Create | Delete):
        change = evolve(change, replacement=False)
    return Action(
        address=change.address,
        change=change,
        risk=end.deed.risk or Risk.LOSSY,
        reason=Reason.DIFFERS,
        origin=Origin(location=Location(file=f"run {end.run.id}", line=0, column=0)),
        approval=Approval(reason=f"begun by run {end.run.id}", until=today),
    )


def settlement(end: OpenEnd, action: Action, now: DatabasePlan) -> Settlement | None:
    """What became of it, by what its plan would be `now`; None where that does not tell.

    It was not done where it stands as it did then, and done where nothing of it is left to do: on
    the same live database.
    """
    if now.target is None or now.target.addon != _addon(end):
        return None
    found = standing(action, now).standing
    if found is Standing.STALE and step_of(action.change) is not None:
        found = Standing.READY  # only the planned version shows that an upgrade was done
    if found not in {Standing.READY, Standing.ALREADY_DONE}:
        return None
    return Settlement(
        run=end.run.id,
        address=action.address,
        verb=end.deed.verb,
        done=found is Standing.ALREADY_DONE,
    )


def _addon(end: OpenEnd) -> str:
    return end.run.opening.databases[end.deed.address.database].addon
