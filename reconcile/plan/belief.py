"""Whether a plan that came from a file is one that our own rules make."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from itertools import groupby, zip_longest

from attrs import fields

from reconcile.model.change import Create, Delete, Update, alike, sides_of, verb_of
from reconcile.model.item import Doable
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.plan.intent import NotOursError, rebuilt
from reconcile.plan.strict import PlanFileError

_AGAIN = "it was edited, or made by another version: plan again"


def check_rules(plan: Plan) -> None:
    """Make every action and manual step anew, from its target, before and after alone.

    Raises PlanFileError where one comes out as another, or not at all: a risk that was edited, a
    change that no plan holds, a deletion that nobody approved.
    """
    for database in plan.databases:
        if database.doable:
            _check(database)


def _check(database: DatabasePlan) -> None:
    try:
        ours = rebuilt(database).doable
    except NotOursError as error:
        raise PlanFileError(f"{error}; {_AGAIN}") from error
    for theirs, own in zip_longest(_by_name(database.doable), _by_name(ours)):
        if theirs is None or own is None or theirs != own or not alike(theirs.change, own.change):
            raise PlanFileError(f"{_difference(theirs, own)}; {_AGAIN}")


def _by_name(entries: Iterable[Doable]) -> list[Doable]:
    """Entries with their names in order, where a row of them does the same to one kind.

    Which of these comes first may follow from what was live, of which the file does not tell.
    """
    rows = groupby(entries, key=lambda one: (one.address.kind, verb_of(one.change)))
    return [one for _row, row in rows for one in sorted(row, key=lambda one: one.address)]


def _difference(theirs: Doable | None, own: Doable | None) -> str:
    """What the file says, and what the rules give."""
    if theirs is None or own is None or _named(theirs) != _named(own):
        return f"the file says {_named(theirs)} where the rules give {_named(own)}"
    names = (one.name for one in fields(type(own)))
    name = next((one for one in names if getattr(theirs, one) != getattr(own, one)), "change")
    said, given = _shown(getattr(theirs, name)), _shown(getattr(own, name))
    return f"the file says of {theirs.address} the {name} {said} where the rules give {given}"


def _named(entry: Doable | None) -> str:
    if entry is None:
        return "nothing"
    return f"{type(entry).__name__} {verb_of(entry.change).value} {entry.address}"


def _shown(value: object) -> str:
    """A value in a few words."""
    if isinstance(value, Create | Update | Delete):
        before, after = sides_of(value)
        value = {"before": before, "after": after}
    return f"{value.value!r}" if isinstance(value, Enum) else f"{value!r:.200}"
