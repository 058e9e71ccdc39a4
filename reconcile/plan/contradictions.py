"""What a one-off command does against a spec: what the next apply finds to do because of it. Pure."""

from __future__ import annotations

from attrs import evolve

from reconcile.model.change import Update
from reconcile.model.item import Difference, Pending
from reconcile.model.plan import DatabasePlan
from reconcile.model.state import Desired, Observed
from reconcile.plan.build import plan_database
from reconcile.plan.verify import after_all


def contradictions(
    spec: Desired, observed: Observed, command: DatabasePlan
) -> tuple[Difference, ...]:
    """The items of a spec that a command causes: those that its changes leave or make.

    The spec is planned on the state before the command and after it, for the kinds that the command
    is about. Of an update only the fields that differ are kept.
    """
    kinds = {name: value for name, value in spec.kinds.items() if name in observed.states}
    wanted = evolve(spec, kinds=kinds)
    before = _differences(plan_database(wanted, observed))
    after = _differences(after_all(wanted, observed, command))
    caused = (_new_part(entry, before) for entry in after)
    return tuple(entry for entry in caused if entry is not None)


def _differences(plan: DatabasePlan) -> tuple[Difference, ...]:
    return tuple(entry for entry in plan.items if not isinstance(entry, Pending))


def _new_part(entry: Difference, before: tuple[Difference, ...]) -> Difference | None:
    """What of an item was not there before; None for nothing."""
    earlier = [one.change for one in before if one.address == entry.address]
    change = entry.change
    if change in earlier:
        return None
    if not isinstance(change, Update):
        return entry
    known = [part for one in earlier if isinstance(one, Update) for part in one.fields]
    fields = tuple(part for part in change.fields if part not in known)
    return evolve(entry, change=evolve(change, fields=fields)) if fields else None
