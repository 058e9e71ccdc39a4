"""Laws of the comparison: it finds what plain comparisons find, whatever the names and values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from builders import FOREVER
from hypothesis import given
from hypothesis import strategies as st

from reconcile.kinds.kind import Others, Sides, Wanted
from reconcile.model.address import Address
from reconcile.model.change import Create, Delete, FieldChange, Update, alike
from reconcile.model.state import Approval, Fields, Value
from reconcile.plan.diff import Found, diff_database

GOES = Approval(reason="moved", until=FOREVER)
SEVERAL = 3

names = st.one_of(
    st.sampled_from(["", "__x", "__", "a", "a'b", 'a"b', "a'\"b", "a[0]", "['a']", "a.b", "root"]),
    st.text(max_size=3),
)
values: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(0, 1),
    st.sampled_from(["", "1", "True", "None", "two\nlines"]),
    st.lists(st.integers(0, 2), max_size=SEVERAL, unique=True).map(sorted).map(tuple),
    st.lists(st.sampled_from("ab1"), max_size=SEVERAL, unique=True).map(sorted).map(tuple),
)
elements = st.dictionaries(
    names, st.dictionaries(names, values, max_size=SEVERAL), max_size=SEVERAL
)


@st.composite
def both_sides(draw: st.DrawFn) -> Sides:
    """Sides that have elements, fields and values in common."""
    live, present = draw(elements), dict(draw(elements))
    for name in draw(st.sets(st.sampled_from(sorted(live)))) if live else ():
        present[name] = {**live[name], **present.get(name, {})}
    absent = draw(st.sets(st.one_of(names, st.sampled_from(sorted({"", *live}))), max_size=SEVERAL))
    return Sides(
        wanted=Wanted(
            present=present,
            absent=dict.fromkeys(absent - present.keys(), GOES),
            others=draw(st.sampled_from(Others)),
            sent={name: {"word": "so"} for name in present if draw(st.booleans())},
        ),
        live=live,
        context={name: {"seen": "so"} for name in live if draw(st.booleans())},
    )


def reference(place: str, sides: Sides) -> Iterator[Found]:
    """What differs, by one comparison after the other."""
    wanted, live = sides.wanted, sides.live
    for name in sorted(live.keys() | wanted.present.keys()):
        address = Address(database="shop", kind=place, name=name)
        after = {**wanted.present.get(name, {}), **wanted.sent.get(name, {})}
        if name in wanted.absent:
            yield Delete(address=address, before=live[name])
        elif name not in live:
            yield Create(address=address, after=after)
        elif name not in wanted.present:
            if wanted.others is Others.REPORT:
                yield address
        elif fields := tuple(differing(live[name], wanted.present[name])):
            before = {key: live[name][key] for key in wanted.present[name] if key in live[name]}
            before = {**sides.context.get(name, {}), **before}
            yield Update(address=address, before=before, after=after, fields=fields)


def differing(live: Fields, wanted: Fields) -> Iterator[FieldChange]:
    """The fields that the spec names and that are missing, or have another value or type."""
    for name in sorted(wanted):
        before, after = live.get(name), wanted[name]
        if name not in live or before != after or type(before) is not type(after):
            yield FieldChange(field=name, before=before, after=after)


@given(sides=st.dictionaries(st.sampled_from(["", "__kind", "a", "b"]), both_sides()))
def test_what_differs_is_what_plain_comparisons_find(sides: Mapping[str, Any]) -> None:
    """All kinds at once or each alone, element by element, field by field, in the same order."""
    found = diff_database("shop", sides)
    for kind, one in sides.items():
        ours, theirs = found.get(kind, []), list(reference(kind, one))
        assert ours == theirs
        pairs = zip(ours, theirs, strict=True)
        assert all(isinstance(a, Address) or alike(a, b) for a, b in pairs)  # type: ignore[arg-type]
