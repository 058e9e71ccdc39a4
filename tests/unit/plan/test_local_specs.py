"""What the specs here say of a plan from a file: what they no longer ask for, and what limits it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from attrs import evolve
from builders import CONNECTION, FOREVER, HERE, ORIGIN, desired, observed, removal

from reconcile.kinds.backups import Backups
from reconcile.kinds.extensions import Extension, Extensions
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.query_stats import QueryStats
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies, RetentionPolicy
from reconcile.model.address import Address
from reconcile.model.engine import Engine
from reconcile.model.item import Pending, Reason
from reconcile.model.plan import Plan
from reconcile.model.policy import Ignored
from reconcile.model.postgresql import SqlConnection
from reconcile.model.state import ITSELF, Desired, Unknown
from reconcile.model.target import Pins
from reconcile.plan.build import build_plan
from reconcile.plan.local_specs import (
    covered_kinds,
    dropped,
    strictest,
    to_read,
    without_connection,
)

LIVE: Mapping[str, Any] = {
    "logical_databases": {"kept": {}, "legacy": {}, "old": {}},
    "backups": {ITSELF: {"enabled": True, "hours": (1,)}},
}


def wanted(*names: str, until: date = FOREVER, **more: object) -> Desired:
    """A spec that names losses, and more."""
    absent = tuple(removal(name, until) for name in names)
    kept = (LogicalDatabase(name="kept"), LogicalDatabase(name="new"))
    return desired({"logical_databases": LogicalDatabases(present=kept, absent=absent), **more})


def plan_of(spec: Desired) -> Plan:
    """The plan that a file would hold."""
    return build_plan([spec], {"shop": observed({name: LIVE[name] for name in spec.kinds})})


OTHER = evolve(CONNECTION, dsn="${env:OTHER_DSN}")
PLAN = plan_of(wanted("legacy", "old"))
BOTH = ["shop/logical_databases/legacy", "shop/logical_databases/old"]
ALL = [BOTH[0], "shop/logical_databases/new", BOTH[1]]


@pytest.mark.parametrize(
    ("specs", "names"),
    [
        ([wanted("legacy", "old", backups=Backups(enabled=False))], []),
        ([evolve(wanted("legacy", "old"), handle="renamed", addon=None)], []),
        ([evolve(wanted("legacy", "old"), addon="shop-web-3412")], []),
        ([wanted("legacy"), wanted("old")], []),
        ([wanted("legacy")], BOTH[1:]),
        ([wanted("legacy", "old", until=date(2026, 12, 1))], []),
        ([wanted()], BOTH),
        ([desired({"backups": Backups(enabled=True)})], ALL),
        ([evolve(wanted("legacy", "old"), app="other")], []),
        ([wanted("legacy", "old"), evolve(wanted(), addon=None)], []),
        ([evolve(wanted("legacy"), addon=None)], BOTH[1:]),
        ([evolve(wanted(), app="other", addon=None)], []),
        ([evolve(wanted(), addon="ad-other")], []),
        ([], []),
    ],
)
def test_what_the_specs_no_longer_ask_for(specs: list[Desired], names: list[str]) -> None:
    """Only the specs of that live database count; if there are none, nothing is dropped."""
    assert sorted(str(address) for address in dropped(PLAN, specs)) == names


@pytest.mark.parametrize(
    ("planned", "now"),
    [
        (Backups(enabled=True, hours=(3,)), Backups(enabled=True, hours=(4,))),
        (Backups(enabled=True, hours=(3,)), Backups(enabled=True)),
        (Backups(enabled=False), Backups(enabled=True)),
    ],
)
def test_another_value_is_another_change(planned: Backups, now: Backups) -> None:
    """Also where the spec asks for less."""
    live = {"backups": {ITSELF: {"enabled": True, "hours": (1,)}}}
    plan = build_plan([desired({"backups": planned})], {"shop": observed(live)})
    assert not dropped(plan, [desired({"backups": planned})])
    assert [str(one) for one in dropped(plan, [desired({"backups": now})])] == ["shop/backups"]


def test_a_replacement_is_dropped_as_one() -> None:
    """The entry has to allow it, with the same duration."""

    def policies(duration: str, on_change: OnChange) -> Desired:
        entry = RetentionPolicy(name="raw", duration=duration, on_change=on_change)
        spec = RetentionPolicies(present=(entry,))
        return desired({"retention_policies": spec}, engine=Engine.INFLUXDB)

    asked = policies("30d", OnChange.REPLACE)
    live = {"retention_policies": {"raw": {"duration": "7d", "default": False}}}
    plan = build_plan([asked], {"shop": observed(live, engine=Engine.INFLUXDB)})
    assert not dropped(plan, [asked])
    for other in (policies("30d", OnChange.BLOCK), policies("31d", OnChange.REPLACE)):
        assert [str(one) for one in dropped(plan, [other])] == ["shop/retention_policies/raw"]


def test_an_approval_ends_on_the_earlier_day() -> None:
    """Of the file or of the spec; what the spec does not delete keeps its own."""
    early, late = date(2026, 12, 1), FOREVER
    for planned, now in ((late, early), (early, late)):
        plan = plan_of(wanted("legacy", "old", until=planned))
        (database,) = strictest(plan, [wanted("legacy", until=now)]).databases
        approvals = {one.address.name: one.approval for one in database.doable if one.approval}
        assert {name: one.until for name, one in approvals.items()} == {
            "legacy": early,
            "old": planned,
        }
        assert approvals["legacy"].reason == "no longer used"


def test_what_a_spec_protects_or_pins_is_protected_and_pinned() -> None:
    """Beside what the file says; nothing is taken from that."""
    spec = evolve(wanted(), protect=True, pins=Pins(region="osc-fr1"))
    other = evolve(wanted(), pins=Pins(resource_id="shop-web-1"))
    (database,) = strictest(PLAN, [spec, other]).databases
    assert database.protect
    assert database.pins == Pins(region="osc-fr1", resource_id="shop-web-1")
    (kept,) = strictest(Plan(databases=(database,)), [wanted()]).databases
    assert kept == database


@pytest.mark.parametrize("kinds", [None, {"backups"}, {"logical_databases", "backups"}])
def test_what_is_read_of_a_spec(kinds: set[str] | None) -> None:
    """Under the plan's handle, on the plan's database: these kinds, or all."""
    spec = evolve(
        wanted("legacy", backups=Backups(enabled=True)), handle="renamed", addon=None, app="other"
    )
    (database,) = PLAN.databases
    read = to_read(database, spec, kinds)
    assert (read.handle, read.app, read.addon) == ("shop", "shop-web", "ad-shop")
    assert set(read.kinds) == (kinds or set(spec.kinds))


def test_a_spec_keeps_its_places_under_another_handle() -> None:
    """Each address is one of the plan's database, also of what is ignored."""
    ignored = Ignored(
        address=Address(database="renamed", kind="backups"),
        reason="the support set it up",
        until=FOREVER,
        location=HERE,
    )
    spec = desired({"backups": Backups(enabled=True)}, handle="renamed")
    (database,) = PLAN.databases
    read = to_read(database, evolve(spec, ignored=(ignored,)), None)
    backups = Address(database="shop", kind="backups")
    assert list(read.origins) == [one.address for one in read.ignored] == [backups]
    lost = evolve(database, target=None)
    assert to_read(lost, spec, None).addon == "ad-renamed"


def test_the_kinds_of_a_plan() -> None:
    """Those of its items; all where one is about the whole database."""
    (database,) = PLAN.databases
    assert covered_kinds(database) == frozenset({"logical_databases"})
    whole = Pending(
        address=Address(database="shop"), message="busy", reason=Reason.BUSY, origin=ORIGIN
    )
    busy = evolve(database, items=(*database.items, whole))
    assert covered_kinds(busy) is None
    assert strictest(Plan(databases=(busy,)), [wanted()]) == Plan(databases=(busy,))


def test_a_pin_that_the_target_does_not_fit_is_kept() -> None:
    """Of two pins the one that refuses."""
    (database,) = PLAN.databases
    fits = Pins(resource_id="shop-web-3412", region="osc-fr1")
    refuses = Pins(resource_id="another", region="osc-secnum-fr1")
    for own, other in ((fits, refuses), (refuses, fits)):
        pinned = evolve(database, pins=own)
        # A spec that pins another region means another database: this one names the addon.
        spec = evolve(wanted(), addon="ad-shop", pins=other)
        (found,) = strictest(Plan(databases=(pinned,)), [spec]).databases
        assert found.pins == refuses


@pytest.mark.parametrize(("connection", "names"), [(CONNECTION, []), (None, ["a"]), (OTHER, ["a"])])
def test_a_change_by_sql_is_asked_for_over_its_connection(
    connection: SqlConnection | None, names: list[str]
) -> None:
    """A spec without a connection leaves it to a person; another one may lead elsewhere."""
    spec = desired({"extensions": Extensions(absent=(removal("a"),))}, engine=Engine.POSTGRESQL)
    live = observed({"extensions": {"a": {"version": "1.0"}}}, engine=Engine.POSTGRESQL)
    plan = build_plan([evolve(spec, connection=CONNECTION)], {"shop": live})
    found = dropped(plan, [evolve(spec, connection=connection)])
    assert [address.name for address in found] == names


BY_SQL = desired(
    {"extensions": Extensions(present=(Extension(name="a"),))},
    engine=Engine.POSTGRESQL,
    connection=CONNECTION,
)


@pytest.mark.parametrize(
    ("planned", "specs", "handles"),
    [
        (BY_SQL, [], ("shop",)),
        (BY_SQL, [BY_SQL], ()),
        (BY_SQL, [evolve(BY_SQL, handle="renamed", kinds={})], ()),
        (BY_SQL, [evolve(BY_SQL, connection=None)], ("shop",)),
        (BY_SQL, [evolve(BY_SQL, connection=OTHER)], ("shop",)),
        (BY_SQL, [evolve(BY_SQL, connection=evolve(CONNECTION, database="b"))], ("shop",)),
        (BY_SQL, [evolve(BY_SQL, connection=OTHER), BY_SQL], ()),
        (BY_SQL, [evolve(BY_SQL, addon="ad-other")], ("shop",)),
        (evolve(BY_SQL, connection=None), [], ()),
        (evolve(BY_SQL, kinds={"query_stats": QueryStats(enabled=True)}), [], ()),
        (evolve(BY_SQL, kinds={}), [], ()),
    ],
)
def test_a_connection_that_only_the_file_names(
    planned: Desired, specs: list[Desired], handles: tuple[str, ...]
) -> None:
    """Where something is run over it: a spec of that live database has to name the very same."""
    states: Mapping[str, Any] = {"extensions": {}, "query_stats": {ITSELF: {"enabled": False}}}
    live = observed({name: states[name] for name in planned.kinds}, engine=Engine.POSTGRESQL)
    assert without_connection(build_plan([planned], {"shop": live}), specs) == handles


def test_all_databases_of_a_plan_are_asked_about() -> None:
    """Each by its handle; one that was not found runs nothing."""
    fleet = [
        evolve(BY_SQL, handle=handle, addon=f"ad-{handle}") for handle in ("one", "three", "two")
    ]
    found = {
        handle: observed({"extensions": {}}, handle=handle, engine=Engine.POSTGRESQL)
        for handle in ("one", "two")
    }
    plan = build_plan(fleet, {**found, "three": Unknown(reason="gone")})
    assert without_connection(plan, []) == ("one", "two")
    assert without_connection(plan, fleet[:1]) == ("two",)


def test_what_was_not_found_is_left_as_it_is() -> None:
    """Nobody can tell which spec is about it."""
    lost = build_plan([wanted()], {"shop": Unknown(reason="gone")})
    assert dropped(lost, [wanted()]) == frozenset()
    in_sync = build_plan([desired()], {"shop": observed()})
    (protected,) = strictest(in_sync, [evolve(wanted(), protect=True)]).databases
    assert protected.protect
    assert strictest(lost, [evolve(wanted(), protect=True)]) == lost
