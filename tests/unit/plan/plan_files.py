"""A plan of every sort of item, as a file, and ways to spoil it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from attrs import evolve
from builders import CONNECTION, FOREVER, HERE, desired, facts, observed, package, reached, removal

from reconcile.kinds.backups import Backups
from reconcile.kinds.extensions import Extension, Extensions
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies, RetentionPolicy
from reconcile.kinds.sql_mode import SqlMode
from reconcile.model.address import Address
from reconcile.model.engine import Engine
from reconcile.model.finding import Finding, Severity
from reconcile.model.history import Commit
from reconcile.model.location import Origin
from reconcile.model.plan import Plan, Proposal
from reconcile.model.policy import Ignored
from reconcile.model.state import ITSELF, Desired, Observation, Unknown
from reconcile.model.target import Pins
from reconcile.plan.build import build_plan
from reconcile.plan.document import Scope, plan_id
from reconcile.plan.plan_file import Saved, dump

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)

_SHOP = desired(
    {
        "backups": Backups(enabled=True, hours=(3,)),
        "sql_mode": SqlMode(modes=("STRICT_TRANS_TABLES", "NO_ZERO_DATE")),
        "logical_databases": LogicalDatabases(
            present=(LogicalDatabase(name="audit"), LogicalDatabase(name="kept")),
            absent=(removal("legacy"),),
        ),
    }
)
_BILLING = desired(
    {"extensions": Extensions(present=(Extension(name="postgis", version="3.4"),))},
    handle="billing",
    engine=Engine.POSTGRESQL,
)
_IOT = desired(
    {
        "retention_policies": RetentionPolicies(
            present=(
                RetentionPolicy(name="30-days", duration="30d", on_change=OnChange.REPLACE),
                RetentionPolicy(name="raw", duration="1d"),
            )
        )
    },
    handle="iot",
    engine=Engine.INFLUXDB,
)
_VAULT = desired(
    {
        "extensions": Extensions(
            present=(
                Extension(name="bool_plperl", version="1.0"),
                Extension(name="hstore", version="1.8"),
                Extension(name="plperl"),
            )
        )
    },
    handle="vault",
    engine=Engine.POSTGRESQL,
    connection=CONNECTION,
)
_FLEET: list[tuple[Desired, Observation]] = [
    (
        evolve(_SHOP, pins=Pins(resource_id="shop-web-3412", region="osc-fr1")),
        observed(
            {
                "backups": {ITSELF: {"enabled": True, "hours": (14, 15)}},
                "sql_mode": {ITSELF: {"modes": ("STRICT_ALL_TABLES", "ANSI_QUOTES")}},
                "logical_databases": {"kept": {}, "legacy": {}, "unnamed": {}},
            }
        ),
    ),
    (
        evolve(
            _BILLING,
            origins={
                Address(database="billing", kind="extensions"): Origin(
                    location=HERE, default="engine postgresql"
                )
            },
        ),
        observed({"extensions": {}}, handle="billing", engine=Engine.POSTGRESQL),
    ),
    (
        _IOT,
        observed(
            {
                "retention_policies": {
                    "30-days": {"duration": "7d", "default": False},
                    "raw": {"duration": "2d", "default": False},
                }
            },
            handle="iot",
            engine=Engine.INFLUXDB,
        ),
    ),
    (
        desired(handle="cache", engine=Engine.REDIS),
        observed(
            handle="cache", engine=Engine.REDIS, live=facts(Engine.REDIS, operation="6aa1-upgrade")
        ),
    ),
    (
        _VAULT,
        observed(
            {"extensions": {"hstore": {"version": "v1.7"}}},
            handle="vault",
            engine=Engine.POSTGRESQL,
            live=facts(
                Engine.POSTGRESQL,
                reach=reached(
                    {"bool_plperl": package("plperl"), "plperl": package()},
                    updates={"hstore": ["1.8"]},
                ),
            ),
        ),
    ),
    (desired(handle="quiet"), observed(handle="quiet")),
    (desired(handle="lost"), Unknown(reason="the provider answered 502", unauthenticated=True)),
]


def plan() -> Plan:
    """Actions of every verb, a replacement, steps by SQL and by hand, what is blocked or unknown."""
    made = build_plan([one for one, _state in _FLEET], {one.handle: state for one, state in _FLEET})
    ignored = Ignored(
        address=Address(database="quiet", kind="backups"),
        reason="the support set it up",
        until=FOREVER,
        location=HERE,
    )
    return Plan(
        databases=tuple(
            evolve(one, ignored=(ignored,)) if one.handle == "quiet" else one
            for one in made.databases
        )
    )


def saved() -> Saved:
    """The plan as a file keeps it, not signed."""
    made = plan()
    finding = Finding(
        code="G105",
        severity=Severity.WARNING,
        message="the newest backup is old, overridden for this plan",
        address=Address(database="shop", kind="logical_databases", name="legacy"),
        location=HERE,
        override="--override G105=0",
    )
    whole = Finding(code="G104", message="too many", hint="take fewer")
    return Saved(
        proposal=Proposal(plan=made, findings=(finding, whole), id=plan_id(made)),
        made=NOW,
        expires=LATER,
        version="0.1.0",
        scope=Scope(
            commit=Commit(id="4f" * 20, dirty=True),
            paths=("specs",),
            config=None,
            only=("shop",),
            exclude=(),
            fleet=12,
            digests={"specs/shop.yaml": "0" * 64},
        ),
    )


@cache
def _text() -> str:
    return dump(saved())


def document() -> dict[str, Any]:
    """What the file holds."""
    decoded: dict[str, Any] = json.loads(_text())
    return decoded


def spoilt(*path: str | int, value: Any, rehash: bool = True) -> bytes:
    """The file with one value replaced, its id made to fit unless told otherwise.

    The value ... takes the key or entry out; a function makes the new value of the old one.
    """
    changed = document()
    holder: Any = changed
    for step in path[:-1]:
        holder = holder[step]
    if value is ...:
        del holder[path[-1]]
    elif isinstance(value, Callable):  # type: ignore[arg-type]
        holder[path[-1]] = value(holder[path[-1]])
    else:
        holder[path[-1]] = value
    if rehash:
        changed["id"] = hashed(changed.get("body"))
    return json.dumps(changed).encode()


def hashed(body: object) -> str:
    """The id of a body, computed as its documentation says."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
