"""What a plan says of a whole database, and how its status follows from its items."""

from __future__ import annotations

import pytest
from attrs import evolve
from builders import desired, facts, observed

from reconcile.kinds.backups import Backups
from reconcile.kinds.engine_version import EngineVersion
from reconcile.kinds.features import Feature, Features
from reconcile.kinds.kind import Others
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.model.address import Address
from reconcile.model.engine import Engine
from reconcile.model.item import Blocked, Pending, Reason
from reconcile.model.location import Location, Origin
from reconcile.model.plan import DatabasePlan, Plan, Status
from reconcile.model.state import (
    ITSELF,
    TRANSIENT,
    Desired,
    Facts,
    NotOffered,
    Observation,
    Unknown,
)
from reconcile.plan.build import build_plan

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


@pytest.mark.parametrize("about", ["app", None])
def test_an_error_about_a_key_points_at_it(about: str | None) -> None:
    """The server's error is about what the spec names there."""
    place = Location(file="specs/shop.yaml", line=3, column=6)
    spec = evolve(desired(WANTED), keys={"app": place})
    plan = planned(spec, Unknown(reason="no app 'shop-webb'", about=about))
    assert plan.error_origin == (Origin(location=place) if about else None)


def test_another_engine_is_refused_not_changed() -> None:
    """The engine is an identity pin."""
    live = facts(Engine.REDIS)
    plan = planned(desired(WANTED), observed(OTHER, live=live))
    (entry,) = plan.items
    assert entry == Blocked(
        address=Address(database="shop"),
        code="P101",
        message="the live database is 'redis', the spec says 'mysql'",
        hint="check app and addon in the spec; an engine is never changed",
        reason=Reason.MISMATCH,
        origin=Origin(location=desired(WANTED).location),
    )
    assert plan.status is Status.ATTENTION


def test_another_engine_points_at_the_line_of_the_engine() -> None:
    """The spec's key is what is wrong."""
    place = Location(file="specs/shop.yaml", line=4, column=9)
    (entry,) = planned(
        evolve(desired(WANTED), keys={"engine": place}), observed(OTHER, live=facts(Engine.REDIS))
    ).items
    assert entry.origin.location == place


def test_a_type_that_we_do_not_know_is_refused() -> None:
    """Not taken for what the spec says."""
    live = Facts(engine=None, type_name="oracle", version=None, status="running")
    (entry,) = planned(desired(WANTED), observed(OTHER, live=live)).items
    assert isinstance(entry, Blocked)
    assert entry.code == "P101"


@pytest.mark.parametrize(
    ("live", "words"),
    [
        *((facts(status=word), repr(word)) for word in sorted(TRANSIENT)),
        (facts(addon_status="provisioning"), "its addon is 'provisioning'"),
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


@pytest.mark.parametrize("status", ["stopped", "suspended", "deleting", "error", "hibernating"])
@pytest.mark.parametrize("operation", [None, "op-1"])
def test_a_status_that_does_not_end_by_itself_is_blocked(
    status: str, operation: str | None
) -> None:
    """A person has to act, so that the database is neither pending nor in sync."""
    plan = planned(desired(WANTED), observed({}, live=facts(status=status, operation=operation)))
    (entry,) = plan.items
    assert isinstance(entry, Blocked)
    assert (entry.code, str(entry.address)) == ("P104", "shop")
    assert entry.message == f"its status is {status!r}, and stays so until a person acts"
    assert entry.hint == (
        "open the database in the provider's dashboard and get it running, or remove its spec"
    )
    assert (entry.reason, entry.origin) == (Reason.BUSY, Origin(location=desired(WANTED).location))
    assert plan.status is Status.ATTENTION
    assert Plan(databases=(plan,)).remains


@pytest.mark.parametrize("status", ["suspended", "hibernating"])
@pytest.mark.parametrize("of_database", ["running", "updating"])
def test_an_addon_whose_status_stays_is_blocked(status: str, of_database: str) -> None:
    """The provider says it with the token; the database's own status may say nothing of it."""
    live = facts(status=of_database, addon_status=status)
    (entry,) = planned(desired(WANTED), observed({}, live=live)).items
    assert isinstance(entry, Blocked)
    assert entry.code == "P104"
    assert f"its addon is {status!r}" in entry.message


def test_a_spec_that_names_no_kind_is_in_sync() -> None:
    """Absent means unmanaged."""
    plan = planned(desired({}), observed(OTHER))
    assert plan.status is Status.IN_SYNC


def test_statuses() -> None:
    """Changes before attention, attention before pending, pending before in sync."""
    assert planned(desired(WANTED), observed(OTHER)).status is Status.CHANGES
    assert planned(desired(WANTED), observed(LIVE)).status is Status.IN_SYNC
    several = {"backups": {ITSELF: {"enabled": True, "hours": (3, 5)}}}
    assert planned(desired(WANTED), observed(several)).status is Status.ATTENTION
    busy = planned(desired(WANTED), observed({}, live=facts(status="updating")))
    blocked = planned(desired(WANTED), observed(several))
    both = evolve(busy, items=(*busy.items, *blocked.items))
    assert (busy.status, both.status) == (Status.PENDING, Status.ATTENTION)


def test_what_is_live_and_not_named_may_be_reported() -> None:
    """With its own address, and the place of the kind."""
    one = desired({"logical_databases": LogicalDatabases(others=Others.REPORT)})
    (entry,) = planned(one, observed({"logical_databases": {"extra": {}}})).items
    assert entry == Blocked(
        address=Address(database="shop", kind="logical_databases", name="extra"),
        code="P103",
        message="it is live, and the spec does not name it",
        hint="list it under present or, with a reason and a date, under absent",
        reason=Reason.UNMANAGED,
        origin=one.origins[Address(database="shop", kind="logical_databases")],
    )


def test_what_is_not_offered_is_blocked() -> None:
    """The service's word for it, and what to do."""
    one = desired(WANTED)
    (entry,) = planned(one, observed({"backups": NotOffered(message="no such action")})).items
    address = Address(database="shop", kind="backups")
    assert entry == Blocked(
        address=address,
        code="P102",
        message="not offered by this engine or plan: no such action",
        hint="take backups out of this spec",
        reason=Reason.NOT_OFFERED,
        origin=one.origins[address],
    )


def test_what_the_provider_is_at_is_pending() -> None:
    """That very thing: with its address and place, and no drift noise."""
    one = desired({"features": Features(switched={Feature.FORCE_SSL: True})})
    (entry,) = planned(one, observed({"features": {"force-ssl": {"status": "PENDING"}}})).items
    assert entry == Pending(
        address=Address(database="shop", kind="features", name="force-ssl"),
        message="in progress at the provider: PENDING",
        reason=Reason.BUSY,
        origin=one.origins[Address(database="shop", kind="features")],
        in_progress=True,
    )


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


def test_protecting_comes_before_creating_changing_deleting_and_the_upgrade() -> None:
    """The order inside one database."""
    from builders import removal  # noqa: PLC0415 - used here only

    from reconcile.kinds.sql_mode import SqlMode  # noqa: PLC0415 - as above

    wanted = {
        "backups": Backups(enabled=True),
        "engine_version": EngineVersion(version="8.4"),
        "sql_mode": SqlMode(modes=("NO_ZERO_DATE",)),
        "logical_databases": LogicalDatabases(
            present=(LogicalDatabase(name="new"),), absent=(removal("old"),)
        ),
    }
    live = {
        "backups": {ITSELF: {"enabled": False, "hours": ()}},
        "engine_version": {ITSELF: {"version": "8.0.35-1", "next_version": "8.4.0-1"}},
        "sql_mode": {ITSELF: {"modes": ()}},
        "logical_databases": {"old": {}},
    }
    plan = planned(desired(wanted), observed(live))
    assert [str(entry.address) for entry in plan.items] == [
        "shop/backups",
        "shop/logical_databases/new",
        "shop/sql_mode",
        "shop/logical_databases/old",
        "shop/engine_version",
    ]
