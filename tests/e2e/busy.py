"""A fleet with something to look at in each database, and the specs that give it handles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SHOP, BILLING, IOT, CACHE = "ad-shop", "ad-billing", "ad-iot", "ad-cache"

QUERIES = [
    {
        "pid": 2000,
        "query": "SELECT *\n  FROM orders o\n  JOIN lines l ON l.order_id = o.id",
        "state": "active",
        "username": "reporting",
        "query_duration": 212_000_000_000,
    },
    {
        "pid": 2001,
        "query": "UPDATE stock SET n = n - 1",
        "state": "idle in transaction",
        "username": "app",
        "query_duration": 5_300_000,
    },
]
STATEMENTS = [
    {
        "query": "SELECT * FROM users WHERE id = $1",
        "calls": 24_512,
        "rows": 500,
        "total_time": 1_000.0,
        "mean_time": 0.04,
    },
    {
        "query": "UPDATE stock SET n = n - $1",
        "calls": 100,
        "rows": 100,
        "total_time": 99_000.0,
        "mean_time": 990.0,
    },
]
WINDOW = {
    "earliest_recoverable_at": "2026-01-01T00:00:00+00:00",
    "latest_recoverable_at": "2026-01-08T12:30:00+00:00",
}

FLEET: Mapping[str, Any] = {
    "version": 1,
    "apps": [
        {
            "name": "shop-web",
            "addons": [
                {
                    "id": SHOP,
                    "resource_id": "shop-web-4821",
                    "engine": "mysql",
                    "version": "8.0.35-1",
                    "next_version": "8.0.36-1",
                    "backups": {"enabled": True, "hours": [14]},
                    "sql_mode": "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION",
                    "logical_databases": [
                        {"name": "shop", "protected": True, "tables": 3},
                        {"name": "legacy", "tables": 17},
                    ],
                },
                {"id": CACHE, "resource_id": "shop-web-4822", "engine": "redis"},
            ],
        },
        {
            "name": "billing-api",
            "addons": [
                {
                    "id": BILLING,
                    "resource_id": "billing-api-7310",
                    "engine": "postgresql",
                    "version": "16.4.0-1",
                    "recovery_window": WINDOW,
                    "extensions": [
                        {"name": "plpgsql", "version": "1.0"},
                        {"name": "pg_stat_statements", "version": "1.10"},
                    ],
                    "queries": QUERIES,
                    "statements": STATEMENTS,
                }
            ],
        },
        {
            "name": "iot",
            "addons": [
                {
                    "id": IOT,
                    "resource_id": "iot-2056",
                    "engine": "influxdb",
                    "retention_policies": [
                        {"name": "autogen", "duration": "INF", "default": True},
                        {"name": "7-days", "duration": "7d"},
                    ],
                }
            ],
        },
    ],
}


def spec(handle: str, app: str, addon: str, engine: str, more: str = "") -> str:
    """A spec that gives a database its handle."""
    return (
        f"version: 1\ndatabase: {handle}\napp: {app}\naddon: {addon}\nengine: {engine}\n"
        f"backups: {{enabled: true}}\n{more}"
    )


def specs(more: str = "") -> tuple[str, ...]:
    """The specs of the fleet, each with some lines more."""
    return (
        spec("shop", "shop-web", SHOP, "mysql", more),
        spec("billing", "billing-api", BILLING, "postgresql", more),
        spec("telemetry", "iot", IOT, "influxdb", more),
        spec("sessions", "shop-web", CACHE, "redis", more),
    )


MOMENT = "2026-01-03T12:00:00Z"
"""Inside the recovery window."""

ORDERS: Mapping[str, tuple[str, str]] = {
    # name: the command line with all that it needs, and the method and action or path it sends
    "reset": ("databases reset shop legacy --confirm legacy", "POST reset-database"),
    "cancel": ("queries cancel billing 2000 --yes", "POST pg-cancel-query"),
    "terminate": ("queries terminate billing 2000 --yes", "POST pg-terminate-query"),
    "stats reset": ("stats reset billing --yes", "POST pg-stat-statements-reset"),
    "upgrade": ("upgrade shop --yes", f"POST /api/databases/{SHOP}/upgrade"),
    "restore": (
        f"restore billing --to {MOMENT} --confirm billing",
        f"POST /api/databases/{BILLING}/pitr/restore",
    ),
}
"""What no spec could hold."""

CHANGES: Mapping[str, tuple[str, str]] = {
    "create": ("databases create shop audit", "POST create-database"),
    "delete": ("databases delete shop legacy --confirm legacy", "POST delete-database"),
    "mode": ("sql-mode set shop NO_ENGINE_SUBSTITUTION --yes", "POST set-sqlmode"),
    "policy": ("retention add telemetry 30-days 30d --default", "POST add-retention-policy"),
    "no policy": (
        "retention delete telemetry 7-days --confirm 7-days",
        "POST del-retention-policy",
    ),
    "backups": ("backups set billing --off --yes", f"PATCH /api/databases/{BILLING}"),
}
"""What a spec could hold as well."""
