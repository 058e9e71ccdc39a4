"""One-off commands that a spec undoes: which warning, at which line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from attrs import evolve
from builders import desired, facts, observed, removal

from reconcile.kinds.backups import Backups
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.maintenance_window import MaintenanceWindow, Weekday
from reconcile.kinds.query_stats import QueryStats
from reconcile.kinds.retention_policies import RetentionPolicies, RetentionPolicy
from reconcile.kinds.sql_mode import SqlMode
from reconcile.model.engine import Engine
from reconcile.model.state import ITSELF, Elements
from reconcile.plan.build import plan_database
from reconcile.plan.contradictions import contradictions
from reconcile.report.items_text import contradiction_text

BACKUPS = {"backups": {ITSELF: {"enabled": False, "hours": (14,)}}}
ON = {"backups": {ITSELF: {"enabled": True, "hours": (14,)}}}
NAMES: dict[str, Elements] = {"logical_databases": {"kept": {}}}
POLICIES = {"retention_policies": {"raw": {"duration": "30d", "default": True}}}
WINDOW = MaintenanceWindow(weekday=Weekday.SUNDAY, hour=3)
LATE = {"maintenance_window": {ITSELF: {"weekday": "monday", "hour": 21}}}
APPLY = "the next apply undoes this"


def names(*present: str, absent: str = "") -> LogicalDatabases:
    """Logical databases."""
    return LogicalDatabases(
        present=tuple(LogicalDatabase(name=name) for name in present),
        absent=(removal(absent),) if absent else (),
    )


def policies(name: str, duration: str, *, default: bool | None = None) -> RetentionPolicies:
    """One retention policy."""
    entry = RetentionPolicy(name=name, duration=duration, default=default)
    return RetentionPolicies(present=(entry,))


@pytest.mark.parametrize(
    ("spec", "command", "live", "warnings"),
    [
        (Backups(hours=(3,)), Backups(hours=(4,)), ON, [f"backups.hours 3; {APPLY}"]),
        (Backups(hours=(3,)), Backups(hours=(3,)), ON, []),
        (WINDOW, MaintenanceWindow(hour=4), LATE, [f"maintenance_window.hour 3; {APPLY}"]),
        (WINDOW, MaintenanceWindow(hour=3), LATE, []),
        (Backups(enabled=True), Backups(enabled=False), ON, [f"backups.enabled true; {APPLY}"]),
        (Backups(enabled=True), Backups(enabled=False), BACKUPS, []),
        (names("kept", "new"), names("other"), NAMES, []),
        (
            names(absent="new"),
            names("new"),
            NAMES,
            [f"logical_databases/new to be absent; {APPLY}"],
        ),
        (names("kept"), names(absent="kept"), NAMES, [f"logical_databases/kept; {APPLY}"]),
        (
            SqlMode(modes=("ANSI_QUOTES",)),
            SqlMode(modes=()),
            {"sql_mode": {ITSELF: {"modes": ("ANSI_QUOTES",)}}},
            [f"sql_mode.modes ANSI_QUOTES; {APPLY}"],
        ),
        (
            SqlMode(modes=()),
            SqlMode(modes=("ANSI_QUOTES",)),
            {"sql_mode": {ITSELF: {"modes": ()}}},
            [f"sql_mode.modes none; {APPLY}"],
        ),
        (
            policies("new", "30d"),
            policies("new", "7d"),
            POLICIES,
            ["retention_policies/new.duration 30d; no apply can undo this"],
        ),
        (
            policies("raw", "30d", default=True),
            policies("new", "7d", default=True),
            POLICIES,
            ["retention_policies/raw.default true; no apply can undo this"],
        ),
        (
            QueryStats(enabled=False),
            QueryStats(enabled=True),
            {"query_stats": {ITSELF: {"enabled": False}}},
            ["query_stats.enabled false; a manual step is needed to undo this"],
        ),
    ],
)
def test_a_contradiction_is_told_with_its_line(
    spec: Any, command: Any, live: Mapping[str, Any], warnings: list[str]
) -> None:
    """Only what the command causes; what differed before is not its doing."""
    (kind,) = live
    engine = {"retention_policies": Engine.INFLUXDB, "query_stats": Engine.POSTGRESQL}.get(
        kind, Engine.MYSQL
    )
    before = observed(live, engine=engine)
    named = evolve(desired({kind: command}, engine=engine), handle="ad-shop")
    found = contradictions(
        desired({kind: spec}, engine=engine), before, plan_database(named, before)
    )
    assert [contradiction_text(one) for one in found] == [
        f"warning: specs/shop.yaml:6 wants {one}" for one in warnings
    ]


def test_nothing_is_said_while_the_provider_is_busy() -> None:
    """It is not planned then."""
    before = observed(ON, live=facts(status="updating"))
    command = plan_database(desired({"backups": Backups(hours=(4,))}), observed(ON))
    assert contradictions(desired({"backups": Backups(hours=(3,))}), before, command) == ()


def test_a_kind_that_the_spec_leaves_alone_is_free() -> None:
    """It is unmanaged."""
    before = observed(ON)
    command = plan_database(desired({"backups": Backups(hours=(4,))}), before)
    assert contradictions(desired({"sql_mode": SqlMode(modes=())}), before, command) == ()
