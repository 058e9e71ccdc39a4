"""A change as each kind takes it: what it sends, what it comes to, and what it tells of its spec."""

from __future__ import annotations

from typing import Any

import pytest
from builders import FOREVER, facts

from reconcile.kinds import KIND_BY_NAME
from reconcile.kinds.backups import Backups
from reconcile.kinds.engine_version import EngineVersion, goes_past
from reconcile.kinds.extensions import Extension, Extensions
from reconcile.kinds.features import Feature, Features
from reconcile.kinds.kind import Asked, ByHand, Waiting, apply_change
from reconcile.kinds.listing import Removal
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.maintenance_window import MaintenanceWindow, Weekday
from reconcile.kinds.query_stats import QueryStats
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies, RetentionPolicy
from reconcile.kinds.sql_mode import SqlMode
from reconcile.model.address import Address
from reconcile.model.change import Change, Create, Delete, FieldChange, Risk, Update
from reconcile.model.engine import Version
from reconcile.model.request import (
    UPGRADE,
    Call,
    Effect,
    action,
    add_feature,
    remove_feature,
    update,
)
from reconcile.model.state import ITSELF, Approval, Elements, Fields

APPROVAL = Approval(reason="no longer used", until=FOREVER)


def at(kind: str, name: str = ITSELF) -> Address:
    """Where a change is."""
    return Address(database="shop", kind=kind, name=name)


def created(kind: str, name: str, *, replacement: bool = False, **after: Any) -> Create:
    """Something new."""
    return Create(address=at(kind, name), after=after, replacement=replacement)


def updated(kind: str, before: Fields, after: Fields, name: str = ITSELF) -> Update:
    """Something that changes; every field of what is asked for counts."""
    fields = tuple(
        FieldChange(field=field, before=before.get(field), after=value)
        for field, value in sorted(after.items())
    )
    return Update(address=at(kind, name), before=before, after=after, fields=fields)


def deleted(kind: str, name: str, *, replacement: bool = False, **before: Any) -> Delete:
    """Something that goes."""
    return Delete(address=at(kind, name), before=before, replacement=replacement)


@pytest.mark.parametrize(
    ("change", "call"),
    [
        (
            updated("backups", {"enabled": False}, {"enabled": True, "hours": (3,)}),
            update({"periodic_backups_enabled": True, "periodic_backups_scheduled_at": 3}),
        ),
        (updated("engine_version", {}, {"version": "16.6.0-1"}), UPGRADE),
        (
            updated("features", {"enabled": False}, {"enabled": True}, "force-ssl"),
            add_feature("force-ssl"),
        ),
        (
            updated("features", {"enabled": True}, {"enabled": False}, "redis-rdb"),
            remove_feature("redis-rdb"),
        ),
        (
            created("logical_databases", "a'b`c"),
            action("create-database", {"database_name": "a'b`c"}, effect=Effect.CHANGE),
        ),
        (
            deleted("logical_databases", "audit"),
            action("delete-database", {"database_name": "audit"}, effect=Effect.CHANGE),
        ),
        (
            updated("maintenance_window", {"weekday": "monday", "hour": 3}, {"hour": 5}),
            update({"maintenance_window": {"weekday_utc": 1, "starting_hour_utc": 5}}),
        ),
        (
            updated("query_stats", {"enabled": False}, {"enabled": True}),
            action("pg-stat-statements-enable", effect=Effect.CHANGE),
        ),
        (
            created("retention_policies", "month", duration="30d", default=True),
            action(
                "add-retention-policy",
                {"name": "month", "duration": "30d", "default": True},
                effect=Effect.CHANGE,
            ),
        ),
        (
            deleted("retention_policies", "month", duration="30d", default=False),
            action("del-retention-policy", {"name": "month"}, effect=Effect.CHANGE),
        ),
        (
            updated("sql_mode", {"modes": ()}, {"modes": ("ANSI", "NO_ZERO_DATE")}),
            action("set-sqlmode", "ANSI,NO_ZERO_DATE", effect=Effect.CHANGE),
        ),
    ],
)
def test_what_is_sent(change: Change, call: Call) -> None:
    """One request each, which says of itself that it changes something."""
    assert KIND_BY_NAME[change.address.kind].requests(change) == (call,)


@pytest.mark.parametrize(
    ("change", "statement", "risk"),
    [
        (created("extensions", 'a"b'), 'CREATE EXTENSION "a""b";', Risk.SAFE),
        (created("extensions", "a", version="1.6"), "CREATE EXTENSION a VERSION '1.6';", Risk.SAFE),
        (
            updated("extensions", {"version": "1.5"}, {"version": "1.6"}, "a"),
            "ALTER EXTENSION a UPDATE TO '1.6';",
            Risk.SAFE,
        ),
        (deleted("extensions", "a", version="1.6"), "DROP EXTENSION a;", Risk.LOSSY),
        (
            updated("query_stats", {"enabled": True}, {"enabled": False}),
            "DROP EXTENSION pg_stat_statements;",
            Risk.SAFE,
        ),
    ],
)
def test_what_a_person_runs(change: Change, statement: str, risk: Risk) -> None:
    """SQL, with names quoted where they need it, and where to run it."""
    judged = KIND_BY_NAME[change.address.kind].judge(change, {}, facts())
    assert isinstance(judged, ByHand)
    told = (judged.statements, judged.where, judged.risk)
    assert told == ((statement,), "the default logical database", risk)


@pytest.mark.parametrize(
    ("asked", "spec"),
    [
        ([updated("backups", {"enabled": True}, {"enabled": False})], Backups(enabled=False)),
        ([updated("backups", {"hours": (3,)}, {"hours": (5,)})], Backups(hours=(5,))),
        (
            [
                updated(
                    "engine_version",
                    {"version": "16.4.0-1"},
                    {"version": "16.6.0-1", "constraint": ">=16.6", "allow_major": 17},
                )
            ],
            EngineVersion(version=">=16.6", allow_major=17),
        ),
        (
            [
                created("extensions", "a"),
                updated("extensions", {"version": "1.5"}, {"version": "1.6"}, "b"),
                deleted("extensions", "c", version="1.0"),
            ],
            Extensions(
                present=(Extension(name="a"), Extension(name="b", version="1.6")),
                absent=(Removal(name="c", reason="no longer used", until=FOREVER),),
            ),
        ),
        (
            [updated("features", {"enabled": True}, {"enabled": False}, "redis-rdb")],
            Features(switched={Feature.REDIS_RDB: False}),
        ),
        (
            [created("logical_databases", "a"), deleted("logical_databases", "c")],
            LogicalDatabases(
                present=(LogicalDatabase(name="a"),),
                absent=(Removal(name="c", reason="no longer used", until=FOREVER),),
            ),
        ),
        (
            [updated("maintenance_window", {"hour": 3}, {"weekday": "sunday"})],
            MaintenanceWindow(weekday=Weekday.SUNDAY),
        ),
        (
            [updated("query_stats", {"enabled": True}, {"enabled": False})],
            QueryStats(enabled=False),
        ),
        (
            [
                created("retention_policies", "a", duration="30d", default=True),
                deleted("retention_policies", "b", replacement=True, duration="7d"),
                created("retention_policies", "b", replacement=True, duration="14d"),
                deleted("retention_policies", "c", duration="7d"),
            ],
            RetentionPolicies(
                present=(
                    RetentionPolicy(name="a", duration="30d", default=True),
                    RetentionPolicy(name="b", duration="14d", on_change=OnChange.REPLACE),
                ),
                absent=(Removal(name="c", reason="no longer used", until=FOREVER),),
            ),
        ),
        ([updated("sql_mode", {"modes": ()}, {"modes": ("ANSI",)})], SqlMode(modes=("ANSI",))),
    ],
)
def test_what_is_meant(asked: list[Change], spec: object) -> None:
    """A spec of just these changes: what they do not tell is not asked for."""
    (kind,) = {KIND_BY_NAME[change.address.kind].name for change in asked}
    found = [Asked(change=one, approval=APPROVAL) for one in asked]
    assert KIND_BY_NAME[kind].meant(found) == spec


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (created("k", "a", x=1), {"a": {"x": 1}, "b": {"y": 1}}),
        (created("k", "c", x=1), {"a": {"x": 0, "z": 0}, "b": {"y": 1}, "c": {"x": 1}}),
        (updated("k", {"x": 0}, {"x": 1}, "a"), {"a": {"x": 1, "z": 0}, "b": {"y": 1}}),
        (
            updated("k", {}, {"x": 1}, "c"),
            {"a": {"x": 0, "z": 0}, "b": {"y": 1}, "c": {"x": 1}},
        ),
        (deleted("k", "a"), {"b": {"y": 1}}),
    ],
)
def test_what_it_comes_to(change: Change, after: Elements) -> None:
    """What is new is nothing but what is asked for, what is changed keeps the rest."""
    assert apply_change({"a": {"x": 0, "z": 0}, "b": {"y": 1}}, change) == after


@pytest.mark.parametrize(
    ("asked", "flags"),
    [({}, {"old": True, "new": False}), ({"default": True}, {"old": False, "new": True})],
)
def test_a_new_retention_policy_may_take_the_flag(
    asked: dict[str, bool], flags: dict[str, bool]
) -> None:
    """It is the default only where that is asked for, and then no other is."""
    live: Elements = {"old": {"duration": "7d", "default": True}}
    change = created("retention_policies", "new", duration="30d", **asked)
    after = KIND_BY_NAME["retention_policies"].simulate(live, change)
    assert {name: fields["default"] for name, fields in after.items()} == flags
    assert after["new"]["duration"] == "30d"


@pytest.mark.parametrize(
    ("enabled", "status"), [(True, "PENDING_TO_ACTIVATE"), (False, "PENDING_TO_REMOVE")]
)
def test_a_feature_that_comes_or_goes_is_waited_for(enabled: bool, status: str) -> None:
    """Its status tells which way, and the provider is at this very thing."""
    kind = KIND_BY_NAME["features"]
    change = updated("features", {"enabled": not enabled}, {"enabled": enabled}, "redis-aof")
    after = kind.simulate({"redis-aof": {"enabled": not enabled}}, change)
    assert after == {"redis-aof": {"status": status}}
    assert kind.judge(change, after, facts()) == Waiting(
        message=f"in progress at the provider: {status}", in_progress=True
    )


@pytest.mark.parametrize(
    ("asked", "version", "past"),
    [
        ("16.4", "16.5.0-1", True),
        ("16.4", "16.4.9-1", False),
        (">=16.4", "17.0.0-1", False),
        ("latest-minor", "17.0.0-1", False),
    ],
)
def test_what_goes_past_a_spec(asked: str, version: str, past: bool) -> None:
    """Only an exact version can be passed."""
    found = Version.parse(version)
    assert found is not None
    assert goes_past(EngineVersion(version=asked), found) is past
