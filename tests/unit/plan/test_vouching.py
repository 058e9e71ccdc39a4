"""Which losses of a plan from a file a spec asks for as well, and what else it says of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from attrs import evolve
from builders import CONNECTION, FOREVER, desired, observed, removal

from reconcile.kinds.backups import Backups
from reconcile.kinds.extensions import Extension, Extensions
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.query_stats import QueryStats
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies, RetentionPolicy
from reconcile.model.engine import Engine
from reconcile.model.plan import Plan
from reconcile.model.reach import Connection
from reconcile.model.state import ITSELF, Desired, Unknown
from reconcile.model.target import Pins
from reconcile.plan.build import build_plan
from reconcile.plan.vouching import strengthened, unnamed, vouched

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


PLAN = plan_of(wanted("legacy", "old"))
BOTH = ["shop/logical_databases/legacy", "shop/logical_databases/old"]


@pytest.mark.parametrize(
    ("specs", "names"),
    [
        ([wanted("legacy", "old", backups=Backups(enabled=False))], BOTH),
        ([evolve(wanted("legacy", "old"), handle="renamed", addon=None)], BOTH),
        ([evolve(wanted("legacy", "old"), addon="shop-web-3412")], BOTH),
        ([wanted("legacy"), wanted("old")], BOTH),
        ([wanted("legacy")], BOTH[:1]),
        ([wanted("legacy", "old", until=date(2026, 12, 1))], []),
        ([wanted()], []),
        ([desired({"backups": Backups(enabled=True)})], []),
        ([evolve(wanted("legacy", "old"), app="other")], BOTH),
        ([evolve(wanted("legacy", "old"), app="other", addon=None)], []),
        ([evolve(wanted("legacy", "old"), addon="ad-other")], []),
        ([], []),
    ],
)
def test_a_loss_is_vouched_for(specs: list[Desired], names: list[str]) -> None:
    """By a spec of that live database that wants just it, until the same day."""
    losses = {str(address) for address in vouched(PLAN, specs) if address.name in {"legacy", "old"}}
    assert sorted(losses) == names


def test_a_replacement_is_vouched_for_as_one() -> None:
    """By the entry that allows it, with the same duration."""

    def policies(duration: str, on_change: OnChange) -> Desired:
        entry = RetentionPolicy(name="raw", duration=duration, on_change=on_change)
        spec = RetentionPolicies(present=(entry,))
        return desired({"retention_policies": spec}, engine=Engine.INFLUXDB)

    asked = policies("30d", OnChange.REPLACE)
    live = {"retention_policies": {"raw": {"duration": "7d", "default": False}}}
    plan = build_plan([asked], {"shop": observed(live, engine=Engine.INFLUXDB)})
    assert [str(one) for one in vouched(plan, [asked])] == ["shop/retention_policies/raw"]
    assert not vouched(plan, [policies("30d", OnChange.BLOCK)])
    assert not vouched(plan, [policies("31d", OnChange.REPLACE)])


def test_what_a_spec_protects_or_pins_is_protected_and_pinned() -> None:
    """Beside what the file says; nothing is taken from that."""
    spec = evolve(wanted(), protect=True, pins=Pins(region="osc-fr1"))
    other = evolve(wanted(), pins=Pins(resource_id="shop-web-1"))
    (database,) = strengthened(PLAN, [spec, other]).databases
    assert database.protect
    assert database.pins == Pins(region="osc-fr1", resource_id="shop-web-1")
    (kept,) = strengthened(Plan(databases=(database,)), [wanted()]).databases
    assert kept == database


@pytest.mark.parametrize(("connection", "names"), [(CONNECTION, ["a"]), (None, [])])
def test_a_loss_by_sql_is_not_vouched_for_by_one_by_hand(
    connection: Connection | None, names: list[str]
) -> None:
    """A spec without a connection leaves it to a person."""
    spec = desired({"extensions": Extensions(absent=(removal("a"),))}, engine=Engine.POSTGRESQL)
    live = observed({"extensions": {"a": {"version": "1.0"}}}, engine=Engine.POSTGRESQL)
    plan = build_plan([evolve(spec, connection=CONNECTION)], {"shop": live})
    found = vouched(plan, [evolve(spec, connection=connection)])
    assert [address.name for address in found] == names


BY_SQL = desired(
    {"extensions": Extensions(present=(Extension(name="a"),))},
    engine=Engine.POSTGRESQL,
    connection=CONNECTION,
)
OTHER = evolve(CONNECTION, dsn="${env:OTHER_DSN}")


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
    assert unnamed(build_plan([planned], {"shop": live}), specs) == handles


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
    assert unnamed(plan, []) == ("one", "two")
    assert unnamed(plan, fleet[:1]) == ("two",)


def test_what_was_not_found_is_left_as_it_is() -> None:
    """Nobody can tell which spec is about it."""
    lost = build_plan([wanted()], {"shop": Unknown(reason="gone")})
    assert strengthened(lost, [evolve(wanted(), protect=True)]) == lost
