"""Changes: a closed union, each with its own before and after."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum

from attrs import evolve, frozen

from reconcile.model.address import Address
from reconcile.model.state import Fields, Value


class Verb(Enum):
    """What a change does to its address."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Risk(Enum):
    """What an action may cost, from harmless to irreversible."""

    SAFE = "safe"
    WEAKENS = "weakens"
    DISRUPTIVE = "disruptive"
    LOSSY = "lossy"


HIGH_RISKS = frozenset({Risk.DISRUPTIVE, Risk.LOSSY})
"""The risks of what is looked at just before it is done, and may want a backup first."""


@frozen(kw_only=True)
class FieldChange:
    """One field that differs; a side that is not there is None."""

    field: str
    before: Value
    after: Value


@frozen(kw_only=True)
class Create:
    """Something named in the spec that is missing live."""

    address: Address
    after: Fields
    replacement: bool = False


@frozen(kw_only=True)
class Update:
    """Something that is there with other values: `fields` lists those that differ."""

    address: Address
    before: Fields
    after: Fields
    fields: tuple[FieldChange, ...]


@frozen(kw_only=True)
class Delete:
    """Something that the spec wants gone; `before` is all that was read of it."""

    address: Address
    before: Fields
    replacement: bool = False


def update_without(
    change: Update, names: Collection[str], context: Collection[str]
) -> Update | None:
    """An update as if some fields were not asked for; None where nothing else of it differs.

    `context` are the fields that it tells of the state before it, whatever it asks for.
    """
    left = tuple(part for part in change.fields if part.field not in names)
    if not left or not names:
        return None
    after = {name: value for name, value in change.after.items() if name not in names}
    before = {
        name: value for name, value in change.before.items() if name not in names or name in context
    }
    return evolve(change, before=before, after=after, fields=left)


def update_of(change: Update, names: Collection[str]) -> Update:
    """An update of just some of its fields, which tells as much of the state before it."""
    after = {name: value for name, value in change.after.items() if name in names}
    fields = tuple(part for part in change.fields if part.field in names)
    return evolve(change, after=after, fields=fields)


Change = Create | Update | Delete
"""A replacement is a linked Delete + Create of one address, both with `replacement` set."""


def is_first_half(change: Change) -> bool:
    """Whether it is the delete of a replacement."""
    return isinstance(change, Delete) and change.replacement


def is_second_half(change: Change) -> bool:
    """Whether it is the create of a replacement."""
    return isinstance(change, Create) and change.replacement


def is_half(change: Change) -> bool:
    """Whether it is either half of a replacement."""
    return is_first_half(change) or is_second_half(change)


_VERBS = {Create: Verb.CREATE, Update: Verb.UPDATE, Delete: Verb.DELETE}


def verb_of(change: Change) -> Verb:
    """Name what a change does."""
    return _VERBS[type(change)]


@frozen
class ActionKey:
    """What names an action within a plan: the halves of a replacement share an address."""

    verb: Verb
    address: Address

    def __str__(self) -> str:
        return f"{self.verb.value} {self.address}"


def key_of(change: Change) -> ActionKey:
    """The key of the action that makes a change."""
    return ActionKey(verb_of(change), change.address)


def sides_of(change: Change | None) -> tuple[Fields | None, Fields | None]:
    """The values before and after; None where there is nothing."""
    return getattr(change, "before", None), getattr(change, "after", None)


def differing(before: Fields, after: Fields) -> tuple[FieldChange, ...]:
    """The fields in which `after` differs, by name; what only `before` has is no difference."""
    return tuple(
        FieldChange(field=name, before=before.get(name), after=after[name])
        for name in sorted(after)
        if before.get(name) != after[name]
    )


def alike(one: Change, other: Change) -> bool:
    """Whether two changes are equal to the type of each value: `1 == True` in Python."""
    return one == other and _spelled(one) == _spelled(other)


def _spelled(change: Change) -> object:
    sides = tuple(
        None if side is None else sorted((name, repr(value)) for name, value in side.items())
        for side in sides_of(change)
    )
    return sides, repr(change.fields) if isinstance(change, Update) else None
