"""A fleet in which an apply has something to do of every kind, and what that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from witness import Deed

HANDLES: Mapping[str, str] = {
    "ad-shop": "shop",
    "ad-billing": "billing",
    "ad-iot": "telemetry",
    "ad-cache": "sessions",
}

FLEET: Mapping[str, Any] = {
    "version": 1,
    "region": "osc-fr1",
    "apps": [
        {
            "name": "every-kind",
            "addons": [
                {
                    "id": "ad-shop",
                    "engine": "mysql",
                    "version": "8.0.35-1",
                    "backups": {"enabled": True, "hours": [14]},
                    "sql_mode": "NO_ENGINE_SUBSTITUTION",
                    "logical_databases": [
                        {"name": "shop", "protected": True},
                        {"name": "legacy", "tables": 17},
                    ],
                },
                {
                    "id": "ad-billing",
                    "engine": "postgresql",
                    "version": "16.4.0-1",
                    "next_version": "16.6.0-1",
                    "backups": {"enabled": True, "hours": [2]},
                },
                {
                    "id": "ad-iot",
                    "engine": "influxdb",
                    "backups": {"enabled": True, "hours": [4]},
                    "retention_policies": [
                        {"name": "autogen", "duration": "INF", "default": True},
                        {"name": "7-days", "duration": "168h0m0s"},
                        {"name": "old", "duration": "1h0m0s"},
                    ],
                },
                {
                    "id": "ad-cache",
                    "engine": "redis",
                    "backups": {"enabled": True, "hours": [1]},
                },
            ],
        }
    ],
}

CONFIG = """\
version: 1
limits: {share: 100}
"""
"""All at once is what this fleet is for."""


def _spec(handle: str, addon: str, engine: str, more: str) -> str:
    return (
        f"version: 1\ndatabase: {handle}\napp: every-kind\naddon: {addon}\nengine: {engine}\n{more}"
    )


SPECS = (
    _spec(
        "shop",
        "ad-shop",
        "mysql",
        """\
backups: {hours: [3]}
maintenance_window: {weekday: sunday, hour: 4}
sql_mode: [STRICT_TRANS_TABLES, NO_ENGINE_SUBSTITUTION]
logical_databases:
  present: [shop, audit]
  absent:
    - {name: legacy, reason: moved to audit, until: 2099-12-31}
""",
    ),
    _spec("billing", "ad-billing", "postgresql", 'query_stats: true\nengine_version: ">=16.6"\n'),
    _spec(
        "telemetry",
        "ad-iot",
        "influxdb",
        """\
retention_policies:
  present:
    - {name: 30-days, duration: 30d, default: true}
    - {name: 7-days, duration: 14d, on_change: replace}
  absent:
    - {name: old, reason: nobody reads it, until: 2099-12-31}
""",
    ),
    _spec("sessions", "ad-cache", "redis", "features: {force-ssl: true}\n"),
)

_POLICIES = "telemetry/retention_policies"
ALLOWED = (
    "--allow=disruptive",
    "--allow=weakens",
    "--allow=lossy=shop/logical_databases/legacy",
    f"--allow=lossy={_POLICIES}/7-days",
    f"--allow=lossy={_POLICIES}/old",
)
ONCE = Counter(
    {
        Deed(address, verb): 1
        for address, verb in (
            ("shop/logical_databases/audit", "create"),
            ("shop/backups", "update"),
            ("shop/maintenance_window", "update"),
            ("shop/sql_mode", "update"),
            ("shop/logical_databases/legacy", "delete"),
            ("billing/query_stats", "update"),
            ("billing/engine_version", "update"),
            (f"{_POLICIES}/30-days", "create"),
            (f"{_POLICIES}/7-days", "delete"),
            (f"{_POLICIES}/7-days", "create"),
            (f"{_POLICIES}/old", "delete"),
            ("sessions/features/force-ssl", "update"),
        )
    }
)
"""What an apply of all of it does, each once."""
