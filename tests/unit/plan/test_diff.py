"""What differs between both sides of a database."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import permutations
from pathlib import Path

import pytest
from builders import FOREVER

from reconcile.kinds.kind import Others, Sides, Wanted
from reconcile.model.address import Address
from reconcile.model.change import Create, Delete, FieldChange, Update
from reconcile.model.state import Approval, Elements, Fields
from reconcile.plan.diff import Found, diff_database

GOES = Approval(reason="moved", until=FOREVER)


def found(sides: Sides) -> list[Found]:
    """What differs of one kind."""
    return diff_database("shop", {"kind": sides}).get("kind", [])


def changed(before: Fields, after: Fields) -> list[tuple[str, object, object]]:
    """The fields that differ of an element that is on both sides."""
    told = found(Sides(wanted=Wanted(present={"it": after}), live={"it": before}))
    updates = [one for one in told if isinstance(one, Update)]
    return [(part.field, part.before, part.after) for one in updates for part in one.fields]


def place(name: str) -> Address:
    """The address of an element."""
    return Address(database="shop", kind="kind", name=name)


def test_fields_differ_by_type_too() -> None:
    """`1 == True` in Python, and is a difference in a plan, also within a set."""
    assert changed({"a": 1, "b": "x"}, {"a": True, "b": "x"}) == [("a", 1, True)]
    assert changed({"a": (1, 2)}, {"a": (True, 2)}) == [("a", (1, 2), (True, 2))]
    assert changed({"a": "1"}, {"a": 1}) == [("a", "1", 1)]
    assert changed({"a": (1,)}, {"a": 1}) == [("a", (1,), 1)]


def test_a_field_that_is_not_live_is_none_before() -> None:
    """Also where None is what is wanted. A live field that is not named is not compared."""
    fields = changed({"live": 1, "same": (1, 2)}, {"none": None, "new": (3,), "same": (1, 2)})
    assert fields == [("new", None, (3,)), ("none", None, None)]


def test_a_tuple_is_a_set() -> None:
    """The order of hours or modes is no difference."""
    assert changed({"hours": (3, 14)}, {"hours": (14, 3)}) == []


@pytest.mark.parametrize("name", ["__shadow", "__", "_x", "a'b", "a'\"b", "a.b[0]", "root", ""])
def test_a_name_may_be_any_text(name: str) -> None:
    """DeepDiff skips names that begin with two underscores unless it is told not to."""
    one, two = {name: 1, "same": True}, {name: 2, "same": True}
    assert changed(one, two) == [(name, 1, 2)]
    assert changed({"same": True}, one) == [(name, None, 1)]
    without: Elements = {"same": {}}
    for live, wanted in permutations(({**without, name: one}, {**without, name: two}, without), 2):
        absent = {} if name in wanted else {name: GOES}
        (change,) = found(Sides(wanted=Wanted(present=wanted, absent=absent), live=live))
        assert isinstance(change, Create | Update | Delete)
        assert change.address == place(name)


def test_many_differing_fields_stay_fields() -> None:
    """Mappings that share few keys are not merged into one change."""
    after: Fields = {f"a{number}": number for number in range(20)}
    assert len(changed({f"b{number}": number for number in range(20)}, after)) == 20


def test_each_element_that_differs_is_found() -> None:
    """In alphabetical order: what is missing, differs, shall go, or is neither named nor kept."""
    sides = Sides(
        wanted=Wanted(
            present={"new": {"a": 1}, "differs": {"a": 2}, "same": {"a": 3}},
            absent={"legacy": GOES, "gone": GOES},
            others=Others.REPORT,
            sent={"new": {"a": "one"}, "differs": {"a": "two"}},
        ),
        live={
            "differs": {"a": 1, "b": 1},
            "legacy": {"b": 1},
            "other": {"b": 1},
            "same": {"a": 3, "b": 1},
        },
        context={"differs": {"c": 1}},
    )
    assert found(sides) == [
        Update(
            address=place("differs"),
            before={"a": 1, "c": 1},
            after={"a": "two"},
            fields=(FieldChange(field="a", before=1, after=2),),
        ),
        Delete(address=place("legacy"), before={"b": 1}),
        Create(address=place("new"), after={"a": "one"}),
        place("other"),
    ]


def test_what_the_spec_keeps_is_on_no_side() -> None:
    """A live element that is not named is unmanaged: no difference."""
    sides = Sides(wanted=Wanted(present={"same": {}}), live={"same": {}, "other": {}})
    assert found(sides) == []
    assert sides.unmanaged == {"other"}


def test_kinds_are_compared_at_once_and_told_apart() -> None:
    """A name means the elements of its kind."""
    wanted = Sides(wanted=Wanted(present={"a": {}}), live={})
    in_sync = Sides(wanted=Wanted(present={"a": {}}), live={"a": {}})
    planned = diff_database("shop", {"__one": wanted, "two": in_sync, "three": wanted})
    assert {
        kind: [str(one.address) for one in changes if not isinstance(one, Address)]
        for kind, changes in planned.items()
    } == {
        "__one": ["shop/__one/a"],
        "three": ["shop/three/a"],
    }


PLAN = """
import sys
from builders import desired, observed, removal
from reconcile.kinds.backups import Backups
from reconcile.kinds.kind import Others
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.sql_mode import SqlMode
from reconcile.plan.build import build_plan
from reconcile.codec import canonical
from reconcile.plan.document import as_json, body_of

live = {
    "backups": {"": {"enabled": False, "hours": (5,)}},
    "sql_mode": {"": {"modes": ("NO_ZERO_DATE", "NO_AUTO_VALUE_ON_ZERO", "HIGH_NOT_PRECEDENCE")}},
    "logical_databases": dict.fromkeys(["old", "__old", "same", "x", "y", "z"], {}),
}

def planned(**wanted):
    return build_plan([desired(wanted)], {"shop": observed(live)})
"""
DIFFERS = """
plan = planned(
    backups=Backups(enabled=True, hours=(3,)),
    sql_mode=SqlMode(modes=("TRADITIONAL", "ANSI_QUOTES")),
    logical_databases=LogicalDatabases(
        present=tuple(LogicalDatabase(name=name) for name in ("new", "__new", "it's", "same")),
        absent=tuple(removal(name) for name in ("old", "__old")),
        others=Others.REPORT,
    ),
)
print(canonical(as_json(body_of(plan))).decode())
"""
IN_SYNC = """
plan = planned(
    sql_mode=SqlMode(modes=("HIGH_NOT_PRECEDENCE", "NO_ZERO_DATE", "NO_AUTO_VALUE_ON_ZERO")),
    logical_databases=LogicalDatabases(present=(LogicalDatabase(name="same"),)),
)
assert plan.databases[0].items == ()
assert len(plan.databases[0].unmanaged) == 5
print("deepdiff" in sys.modules)
"""


def printed(code: str, seed: str = "0") -> str:
    """What a fresh interpreter writes with a seed for its hashes."""
    folder = str(Path(__file__).parents[2])
    return subprocess.run(
        [sys.executable, "-c", PLAN + code],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": folder, "PYTHONHASHSEED": seed},
    ).stdout


def test_a_plan_is_the_same_whatever_the_hash_seed() -> None:
    """Sets, and what DeepDiff finds in them, come in the order of their hashes."""
    (body,) = {printed(DIFFERS, seed) for seed in ("0", "1", "4242")}
    assert "__old" in body


def test_deepdiff_is_imported_only_where_something_differs() -> None:
    """It takes longer than the rest of a plan. An unmanaged name is no difference."""
    assert printed(IN_SYNC) == "False\n"
    assert printed(f"{DIFFERS}print('deepdiff' in sys.modules)").endswith("True\n")
