"""Explanations to look at: codes under a policy, and addresses of the fleets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from attrs import evolve
from builders import TODAY
from golden.by_sql import BY_SQL
from golden.fleets import (
    ARCHIVE,
    BILLING,
    BY_DEFAULT,
    CACHE,
    HOSTILE_DATABASE,
    NOW,
    SHOP,
    TELEMETRY,
    Database,
    database,
    ignoring,
)

from reconcile.cli.explain import code_explained
from reconcile.guard.guard import Context
from reconcile.guard.review import review
from reconcile.kinds.backups import Backups
from reconcile.kinds.retention_policies import RetentionPolicies, RetentionPolicy
from reconcile.model.address import Address
from reconcile.model.engine import Engine
from reconcile.model.explanation import AddressExplained, CodeExplained
from reconcile.model.location import Location
from reconcile.model.policy import Limit, Policy, WaivedSeverity, Waiver
from reconcile.model.state import Observed
from reconcile.model.target import Pins
from reconcile.plan.build import build_plan
from reconcile.plan.document import plan_id
from reconcile.plan.explain import explain, narrowed

_DEFAULT = Policy()
_HERE = Location(file="reconcile.yaml", line=12, column=9)
_POLICY = Policy(
    backup_hours=Limit(value=12, location=_HERE),
    waivers={
        "G105": Waiver(
            severity=WaivedSeverity.WARNING,
            reason="backups are made elsewhere while the fleet moves",
            until=date(2027, 1, 31),
            location=_HERE,
        ),
        "G107": Waiver(
            severity=WaivedSeverity.OFF,
            reason="the last backups move",
            until=date(2026, 11, 20),
            location=_HERE,
        ),
    },
)


def _address(path: str, one: Database, policy: Policy = _DEFAULT) -> AddressExplained:
    """An address below a database's handle, as the command would read and plan it."""
    handle = one.desired.handle
    address = Address.parse(f"{handle}/{path}" if path else handle)
    desired = narrowed(one.desired, address)
    observation = one.observation
    if isinstance(observation, Observed):
        states = {
            name: found for name, found in observation.states.items() if name in desired.kinds
        }
        observation = evolve(observation, states=states)
    plan = build_plan([desired], {handle: observation})
    context = Context(now=NOW, plan_id=plan_id(plan), fleet=40, policy=policy, recovery_points={})
    return explain(address, desired, observation, review(plan, context))


_POLICIES = database(
    {
        "retention_policies": RetentionPolicies(
            present=(RetentionPolicy(name="30-days", duration="30d"),)
        )
    },
    {
        "retention_policies": {
            "30-days": {"duration": "14d", "default": True},
            "autogen": {"duration": "INF", "default": False},
        }
    },
    handle="telemetry",
    engine=Engine.INFLUXDB,
)
_PINNED = evolve(SHOP, desired=evolve(SHOP.desired, pins=Pins(region="osc-secnum-fr1")))

IGNORED_BACKUPS = ignoring(
    evolve(
        SHOP,
        desired=evolve(
            SHOP.desired,
            kinds={"backups": Backups(enabled=True)},
            whole={"backups": SHOP.desired.kinds["backups"]},
        ),
    ),
    "backups/hours",
)

EXPLANATIONS: Mapping[str, CodeExplained | AddressExplained] = {
    "limited": code_explained("G104", Policy(), today=TODAY),
    "waived": code_explained("G105", _POLICY, today=TODAY),
    "waiver_ended": code_explained("G107", _POLICY, today=TODAY),
    "never_lifted": code_explained("G101", _POLICY, today=TODAY),
    "of_specs": code_explained("S103", _POLICY, today=TODAY),
    "database": _address("", ignoring(SHOP, "logical_databases/scratch")),
    "ignored": _address("backups/hours", IGNORED_BACKUPS),
    "default": _address("backups", BY_DEFAULT),
    "refused": _address("logical_databases/legacy", SHOP),
    "warned": _address("logical_databases/legacy", SHOP, _POLICY),
    "pinned": _address("backups/hours", _PINNED),
    "by_hand": _address("extensions", BILLING),
    "by_sql": _address("extensions/bool_plperl", BY_SQL),
    "blocked": _address("retention_policies", _POLICIES),
    "replaced": _address("retention_policies/30-days", TELEMETRY),
    "pending": _address("", CACHE),
    "unread": _address("backups", ARCHIVE),
    "unnamed": _address("features", SHOP),
    "nothing": _address("logical_databases/nowhere", SHOP),
    "hostile": _address("logical_databases", HOSTILE_DATABASE),
}
