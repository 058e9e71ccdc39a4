"""What a plan says of a whole database, and how its status follows from its items."""

from __future__ import annotations

import pytest
from builders import desired, facts, observed

from reconcile.kinds.backups import Backups
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.model.address import Address
from reconcile.model.engine import Engine
from reconcile.model.item import Blocked, Pending, Reason
from reconcile.model.plan import DatabasePlan, Plan, Status
from reconcile.model.state import ITSELF, Desired, Facts, Observation, Unknown
from reconcile.plan.build import build_plan
from reconcile.plan.diff import diff_fields

WANTED = {"backups": Backups(enabled=True, hours=(3,))}
LIVE = {"backups": {ITSELF: {"enabled": True, "hours": (3,)}}}
OTHER = {"backups": {ITSELF: {"enabled": True, "hours": (5,)}}}


def planned(one: Desired, observation: Observation) -> DatabasePlan:
    """The plan of one database."""
    return build_plan([one], {one.handle: observation}).databases[0]


def test_an_unknown_database_is_never_in_sync() -> None:
    """It could not be read: the reason is in the plan, and nothing is planned."""
    plan = planned(desired(WANTED), Unknown(reason="connection refused", unauthenticated=True))
    assert plan.status is Status.UNKNOWN
    assert plan.error == "connection refused"
    assert plan.unauthenticated
    assert plan.items == ()


def test_another_engine_is_refused_not_changed() -> None:
    """The engine is an identity pin."""
    live = facts(Engine.REDIS)
    plan = planned(desired(WANTED), observed(OTHER, live=live))
    (entry,) = plan.items
    assert isinstance(entry, Blocked)
    assert (entry.code, entry.reason) == ("P101", Reason.MISMATCH)
    assert "'redis'" in entry.message
    assert "'mysql'" in entry.message
    assert plan.status is Status.ATTENTION


def test_a_type_that_we_do_not_know_is_refused() -> None:
    """Not taken for what the spec says."""
    live = Facts(engine=None, type_name="oracle", version=None, status="running")
    (entry,) = planned(desired(WANTED), observed(OTHER, live=live)).items
    assert isinstance(entry, Blocked)
    assert entry.code == "P101"


@pytest.mark.parametrize(
    ("live", "words"),
    [
        (facts(status="updating"), "'updating'"),
        (facts(status="stopped"), "'stopped'"),
        (facts(operation="op-1"), "operation op-1 is under way"),
    ],
)
def test_a_busy_database_is_pending(live: Facts, words: str) -> None:
    """No second action, and no drift noise."""
    plan = planned(desired(WANTED), observed({}, live=live))
    (entry,) = plan.items
    assert isinstance(entry, Pending)
    assert words in entry.message
    assert plan.status is Status.PENDING
    assert not Plan(databases=(plan,)).remains


def test_a_spec_that_names_no_kind_is_in_sync() -> None:
    """Absent means unmanaged."""
    plan = planned(desired({}), observed(OTHER))
    assert plan.status is Status.IN_SYNC


def test_statuses() -> None:
    """Changes before attention, attention before in sync."""
    assert planned(desired(WANTED), observed(OTHER)).status is Status.CHANGES
    assert planned(desired(WANTED), observed(LIVE)).status is Status.IN_SYNC
    several = {"backups": {ITSELF: {"enabled": True, "hours": (3, 5)}}}
    assert planned(desired(WANTED), observed(several)).status is Status.ATTENTION


def test_a_named_kind_that_was_not_read_is_a_defect() -> None:
    """It must not pass for in sync."""
    with pytest.raises(KeyError):
        planned(desired(WANTED), observed({}))


def test_databases_stand_by_handle() -> None:
    """Whatever the order of the specs."""
    specs = [desired({}, handle=handle) for handle in ("zeta", "alpha", "mid")]
    plan = build_plan(specs, {spec.handle: observed({}) for spec in specs})
    assert [one.handle for one in plan.databases] == ["alpha", "mid", "zeta"]


def test_items_carry_the_place_of_their_kind() -> None:
    """A name without a place of its own stands at its kind's."""
    wanted = {"logical_databases": LogicalDatabases(present=(LogicalDatabase(name="a"),))}
    one = desired(wanted)
    (entry,) = planned(one, observed({"logical_databases": {}})).items
    kind = Address(database="shop", kind="logical_databases")
    assert entry.origin == one.origins[kind]


def test_protecting_comes_before_creating_before_changing_before_deleting() -> None:
    """The order inside one database."""
    from builders import removal  # noqa: PLC0415 - used here only

    from reconcile.kinds.sql_mode import SqlMode  # noqa: PLC0415 - as above

    wanted = {
        "backups": Backups(enabled=True),
        "sql_mode": SqlMode(modes=("NO_ZERO_DATE",)),
        "logical_databases": LogicalDatabases(
            present=(LogicalDatabase(name="new"),), absent=(removal("old"),)
        ),
    }
    live = {
        "backups": {ITSELF: {"enabled": False, "hours": ()}},
        "sql_mode": {ITSELF: {"modes": ()}},
        "logical_databases": {"old": {}},
    }
    plan = planned(desired(wanted), observed(live))
    assert [str(entry.address) for entry in plan.items] == [
        "shop/backups",
        "shop/logical_databases/new",
        "shop/sql_mode",
        "shop/logical_databases/old",
    ]


def test_fields_differ_by_type_too() -> None:
    """`1 == True` in Python, and is a difference in a plan."""
    (change,) = diff_fields({"a": 1, "b": "x"}, {"a": True, "b": "x"})
    assert (change.field, change.before, change.after) == ("a", 1, True)


def test_fields_that_one_side_lacks() -> None:
    """A missing side is None, and fields stand by name."""
    changes = diff_fields({"old": 1, "same": (1, 2)}, {"new": (3,), "same": (1, 2)})
    assert [(one.field, one.before, one.after) for one in changes] == [
        ("new", None, (3,)),
        ("old", 1, None),
    ]


def test_many_differing_fields_stay_fields() -> None:
    """Mappings that share few keys are not merged into one change."""
    before = {f"b{number}": number for number in range(20)}
    after = {f"a{number}": number for number in range(20)}
    assert len(diff_fields(before, after)) == 40
