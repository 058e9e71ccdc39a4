"""What differs between both sides of a database; the only door to deepdiff."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconcile.kinds.kind import Sides
from reconcile.model.address import Address
from reconcile.model.change import Change, Create, Delete, FieldChange, Update
from reconcile.model.state import Elements, Value

_Side = dict[str, dict[str, dict[str, object]]]
"""One side of a database: kind → element → field → value."""

Found = Change | Address
"""A change; or the address of something live that the spec neither names nor keeps."""


def diff_database(database: str, sides: Mapping[str, Sides]) -> dict[str, list[Found]]:
    """Compare all kinds of a database, whose `sides` are by kind.

    Returns what differs by kind, in alphabetical order of the names.
    """
    before = {kind: one.before for kind, one in sides.items()}
    after = {kind: one.after for kind, one in sides.items()}
    found: dict[str, list[Found]] = {}
    for (kind, name), fields in _differences(before, after):
        place = Address(database=database, kind=kind, name=name)
        found.setdefault(kind, []).append(_found(place, sides[kind], fields))
    return found


def _differences(
    before: Mapping[str, Elements], after: Mapping[str, Elements]
) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """Yield kind and name of each element that differs, with its fields that do, sorted.

    An element that one side lacks has no fields.
    """
    one, other = _comparable(before), _comparable(after)
    sides = _unequal(one, other), _unequal(other, one)
    # Importing deepdiff costs more than the rest of the program together, and most databases are
    # in sync.
    if sides[0] == sides[1]:
        return
    from deepdiff import DeepDiff  # noqa: PLC0415 - see above

    tree = DeepDiff(
        *sides,
        view="tree",
        threshold_to_diff_deeper=0,  # else mappings that share few keys are one difference
        ignore_private_variables=False,  # else a name that begins with `__` is never compared
    )
    elements: dict[tuple[str, str], set[str]] = {}
    for level in (level for levels in tree.values() for level in levels):
        kind, name, *inner = level.path(output_format="list")
        elements.setdefault((kind, name), set()).update(inner[:1])
    # What deepdiff finds in sets comes in the order of their hashes.
    for key in sorted(elements):
        yield key, sorted(elements[key])


def _unequal(side: _Side, other: _Side) -> _Side:
    """One side without the elements that are the same on the other: deepdiff is slow to pass them."""
    return {
        kind: {name: fields for name, fields in elements.items() if other[kind].get(name) != fields}
        for kind, elements in side.items()
    }


def _comparable(side: Mapping[str, Elements]) -> _Side:
    return {
        kind: {
            name: {field: _exact(value) for field, value in fields.items()}
            for name, fields in elements.items()
        }
        for kind, elements in side.items()
    }


def _exact(value: Value) -> object:
    """A value that is equal to those of its type only: `1 == True` in Python. A tuple is a set."""
    return frozenset(map(repr, value)) if isinstance(value, tuple) else repr(value)


def _found(place: Address, sides: Sides, fields: Sequence[str]) -> Found:
    """The change of an element that differs in these fields, or is there on one side only."""
    name, wanted = place.name, sides.wanted
    if name in wanted.absent:
        return Delete(address=place, before=sides.live[name])
    if name not in wanted.present:
        return place
    if name not in sides.live:
        return Create(address=place, after=wanted.asked(name))
    before, after = sides.compared(name), wanted.present[name]
    return Update(
        address=place,
        before={**sides.context.get(name, {}), **before},
        after=wanted.asked(name),
        fields=tuple(
            FieldChange(field=field, before=before.get(field), after=after.get(field))
            for field in fields
        ),
    )
