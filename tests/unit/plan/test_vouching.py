"""Which losses of a plan from a file a spec asks for as well, and what else it says of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from attrs import evolve
from builders import FOREVER, desired, observed, removal

from reconcile.kinds.backups import Backups
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies, RetentionPolicy
from reconcile.model.engine import Engine
from reconcile.model.plan import Plan
from reconcile.model.state import ITSELF, Desired, Unknown
from reconcile.model.target import Pins
from reconcile.plan.build import build_plan
from reconcile.plan.vouching import strengthened, vouched

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


def test_what_was_not_found_is_left_as_it_is() -> None:
    """Nobody can tell which spec is about it."""
    lost = build_plan([wanted()], {"shop": Unknown(reason="gone")})
    assert strengthened(lost, [evolve(wanted(), protect=True)]) == lost
