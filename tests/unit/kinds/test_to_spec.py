"""What each kind writes into a spec of what is there: just that, and nothing that is not sure."""

from __future__ import annotations

from typing import Any

import pytest

from reconcile.kinds import KINDS
from reconcile.kinds.backups import Backups
from reconcile.kinds.extensions import Extension, Extensions
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.maintenance_window import MaintenanceWindow, Weekday
from reconcile.kinds.query_stats import QueryStats
from reconcile.kinds.retention_policies import RetentionPolicies, RetentionPolicy
from reconcile.kinds.sql_mode import SqlMode
from reconcile.model.state import ITSELF


@pytest.mark.parametrize(
    ("state", "spec"),
    [
        ({ITSELF: {"enabled": True, "hours": (3, 15)}}, Backups(enabled=True, hours=(3, 15))),
        ({ITSELF: {"enabled": True, "hours": ()}}, Backups(enabled=True)),
        ({ITSELF: {"enabled": False, "hours": (3,)}}, Backups(enabled=False)),
        (
            {ITSELF: {"weekday": "wednesday", "hour": 22, "duration": 8}},
            MaintenanceWindow(weekday=Weekday.WEDNESDAY, hour=22),
        ),
        ({ITSELF: {"enabled": True}}, QueryStats(enabled=True)),
        ({ITSELF: {"enabled": False}}, QueryStats(enabled=False)),
        ({ITSELF: {"modes": ("NO_ZERO_DATE", "ANSI")}}, SqlMode(modes=("NO_ZERO_DATE", "ANSI"))),
        (
            {"zeta": {}, "main": {"protected": True}},
            LogicalDatabases(present=(LogicalDatabase(name="main"), LogicalDatabase(name="zeta"))),
        ),
        (
            {
                "postgis": {"version": "v3.4.0"},
                "plpgsql": {"version": "v1.0"},
                "pg_trgm": {"version": "1.6"},
                "pg_stat_statements": {"version": "1.10"},
            },
            Extensions(
                present=(
                    Extension(name="pg_trgm", version="1.6"),
                    Extension(name="postgis", version="3.4.0"),
                )
            ),
        ),
        (
            {
                "week": {"duration": "7d", "default": False},
                "autogen": {"duration": "INF", "default": True},
            },
            RetentionPolicies(
                present=(
                    RetentionPolicy(name="autogen", duration="INF", default=True),
                    RetentionPolicy(name="week", duration="7d"),
                )
            ),
        ),
    ],
)
def test_a_spec_of_what_is_there(state: Any, spec: object) -> None:
    """Sorted by name; what is no matter of the kind, or means nothing, is left out."""
    (kind,) = (one for one in KINDS if isinstance(spec, one.spec_type))
    assert kind.to_spec(state) == spec
