"""Plans of one database each, and what the guards say of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from builders import desired, observed, removal

from reconcile.guard.guard import Context
from reconcile.guard.review import review
from reconcile.kinds.backups import Backups
from reconcile.kinds.logical_databases import LogicalDatabases
from reconcile.model.engine import Engine
from reconcile.model.finding import Finding
from reconcile.model.location import Location
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.recovery import Backup, RecoveryPoints, RecoveryWindow
from reconcile.model.state import ITSELF
from reconcile.plan.build import build_plan

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PLAN_ID = "0123456789abcdef" * 4
SET = Location(file="reconcile.yaml", line=3, column=17)


def planned(
    spec: Mapping[str, object],
    live: Mapping[str, Any],
    *,
    engine: Engine = Engine.MYSQL,
    handle: str = "shop",
) -> DatabasePlan:
    """The plan of one database."""
    plan = build_plan(
        [desired(spec, engine=engine, handle=handle)],
        {handle: observed(live, engine=engine, handle=handle)},
    )
    return plan.databases[0]


def deleting(handle: str = "shop") -> DatabasePlan:
    """A plan that deletes a logical database."""
    spec = {"logical_databases": LogicalDatabases(absent=(removal("old"),))}
    return planned(spec, {"logical_databases": {"old": {}}}, handle=handle)


def weakening(handle: str = "shop", *, engine: Engine = Engine.MYSQL) -> DatabasePlan:
    """A plan that turns periodic backups off."""
    live = {"backups": {ITSELF: {"enabled": True, "hours": (3,)}}}
    return planned({"backups": Backups(enabled=False)}, live, engine=engine, handle=handle)


def idle(handle: str = "shop") -> DatabasePlan:
    """A database in sync."""
    return planned({}, {}, handle=handle)


def said(*databases: DatabasePlan, **context: Any) -> tuple[Finding, ...]:
    """What the guards say."""
    given = Context(now=NOW, plan_id=PLAN_ID, **context)
    return review(Plan(databases=databases), given).findings


def one(*databases: DatabasePlan, **context: Any) -> Finding:
    """The one thing that they say."""
    (finding,) = said(*databases, **context)
    return finding


def backup(hours: float, *, done: bool = True) -> Backup:
    """A backup of that age."""
    made = NOW - timedelta(hours=hours)
    return Backup(id="b", created_at=made, done=done, manual=False)


def window(hours: float) -> RecoveryWindow:
    """A recovery window that ended so long ago."""
    latest = NOW - timedelta(hours=hours)
    return RecoveryWindow(earliest=latest - timedelta(days=7), latest=latest)


RECENT = {"shop": RecoveryPoints(backups=(backup(3),))}
