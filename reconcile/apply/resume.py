"""What became of actions whose end no earlier run knew: told by a look at what they were about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from attrs import evolve

from reconcile.apply.open_ends import OpenEnd
from reconcile.model.change import Change, Create, Delete, Risk
from reconcile.model.history import Settlement
from reconcile.model.item import Action, Reason
from reconcile.model.location import Location, Origin
from reconcile.model.plan import DatabasePlan
from reconcile.model.run import REACHED
from reconcile.model.state import Approval
from reconcile.plan.standing import Standing, standing, step_of


def action_of(end: OpenEnd, today: date) -> Action:
    """The action as it was planned, to be planned anew; half of a replacement stands for itself."""
    change = end.deed.change
    if change is None:
        raise AssertionError(f"an order of {end.run.id} has no end that a plan tells of")
    change = evolve(change, address=end.address)
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
    return settled_as(end, done=None if unknown else found is Standing.ALREADY_DONE)


def settled_as(end: OpenEnd, *, done: bool | None) -> Settlement:
    """What a journal tells of an open end, in the words of the run that left it."""
    deed = end.deed
    return Settlement(run=end.run.id, address=deed.address, verb=deed.verb, done=done)


def _done_before(end: OpenEnd) -> Iterator[Change]:
    """What the same run did before in this database."""
    for deed in end.run.deeds:
        if deed == end.deed:
            return
        same = deed.address.database == end.deed.address.database
        if deed.change is not None and same and deed.result in REACHED:
            yield deed.change


def _addon(end: OpenEnd) -> str:
    return end.run.opening.databases[end.deed.address.database].addon
