"""What differs between two normalised sides; the only door to deepdiff."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconcile.kinds.kind import Sides, Wanted
from reconcile.model.address import Address
from reconcile.model.change import Change, Create, Delete, FieldChange, Update
from reconcile.model.state import Fields


def diff_fields(before: Fields, after: Fields) -> tuple[FieldChange, ...]:
    """List the fields that differ, by name."""
    # Importing deepdiff costs more than the rest of the program together, and most fields are
    # equal: compare first.
    if before == after and _types(before) == _types(after):
        return ()
    from deepdiff import DeepDiff  # noqa: PLC0415 - see above

    tree = DeepDiff(
        dict(before),
        dict(after),
        view="tree",
        threshold_to_diff_deeper=0,
        ignore_private_variables=False,  # else a field that begins with `__` is never compared
    )
    changed = {level.path(output_format="list")[0] for levels in tree.values() for level in levels}
    return tuple(
        FieldChange(field=name, before=before.get(name), after=after.get(name))
        for name in sorted(changed)
    )


def _types(fields: Fields) -> Mapping[str, type]:
    """The types of values: `1 == True` in Python, and is a difference here."""
    return {name: type(value) for name, value in fields.items()}


def diff_kind(sides: Sides, address: Address) -> Iterator[Change]:
    """Compare the elements of one kind; `address` is the kind's. Sorted by name.

    Of a live element only the fields that the spec names are compared.
    """
    wanted, live = sides.wanted, sides.live
    for name in sorted(wanted.present.keys() | (wanted.absent.keys() & live.keys())):
        place = Address(database=address.database, kind=address.kind, name=name)
        if name in wanted.absent:
            yield Delete(address=place, before=live[name])
        elif name not in live:
            yield Create(address=place, after=asked(wanted, name))
        else:
            yield from _update(sides, place)


def _update(sides: Sides, place: Address) -> Iterator[Update]:
    name = place.name
    after, live = sides.wanted.present[name], sides.live[name]
    before = {field: live[field] for field in after if field in live}
    fields = diff_fields(before, after)
    if fields:
        before = {**sides.kept.get(name, {}), **before}
        after = asked(sides.wanted, name)
        yield Update(address=place, before=before, after=after, fields=fields)


def asked(wanted: Wanted, name: str) -> Fields:
    """The fields that a change of something wanted asks for: in the spec's words where it has."""
    return {**wanted.present[name], **wanted.carried.get(name, {})}
