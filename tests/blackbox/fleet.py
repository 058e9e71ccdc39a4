"""The databases of the scenarios, in the shape of the sandbox's fleet file, and specs for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Database = Mapping[str, Any]

NAMES = [{"name": "shop", "protected": True, "tables": 41}, {"name": "legacy", "tables": 17}]
"""The logical databases of `SHOP`."""
SHOP: Database = {
    "app": "shop-web",
    "id": "ad-shop",
    "resource_id": "shop-web-4821",
    "engine": "mysql",
    "version": "8.4.8-1",
    "next_version": "8.4.11-1",
    "backups": {"enabled": True, "hours": [14]},
    "sql_mode": "NO_ENGINE_SUBSTITUTION",
    "logical_databases": [*NAMES, {"name": "scratch", "tables": 3}],
}
SESSIONS: Database = {
    "app": "shop-web",
    "id": "ad-sessions",
    "resource_id": "shop-web-4822",
    "engine": "redis",
    "version": "7.2.4-1",
    "backups": {"enabled": True, "hours": [1]},
    "features": [{"name": "redis-cache"}],
}
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
BILLING: Database = {
    "app": "billing-api",
    "id": "ad-billing",
    "resource_id": "billing-api-7310",
    "engine": "postgresql",
    "version": "17.9.0-1",
    "next_version": "17.11.0-1",
    "backups": {"enabled": True, "hours": [2]},
    "recovery_window": {
        "earliest_recoverable_at": "2020-01-01T00:00:00+00:00",
        "latest_recoverable_at": "2020-01-08T12:30:00+00:00",
    },
    "extensions": [
        {"name": "plpgsql", "version": "1.0"},
        {"name": "pg_trgm", "version": "1.5"},
        {"name": "pg_stat_statements", "version": "1.11"},
    ],
    "queries": QUERIES,
    "statements": STATEMENTS,
}
TELEMETRY: Database = {
    "app": "iot",
    "id": "ad-iot",
    "resource_id": "iot-2056",
    "engine": "influxdb",
    "backups": {"enabled": True, "hours": [17]},
    "retention_policies": [
        {"name": "autogen", "duration": "INF", "default": True},
        {"name": "7-days", "duration": "168h0m0s"},
    ],
}
CATALOG: Database = {
    "app": "catalog",
    "id": "ad-catalog",
    "resource_id": "catalog-9903",
    "engine": "mongodb",
    "backups": {"enabled": True, "hours": [9]},
    "logical_databases": [
        {"name": "catalog", "protected": True, "tables": 9},
        {"name": "import_test", "tables": 2},
    ],
}
SEARCH: Database = {
    "app": "catalog",
    "id": "ad-search",
    "resource_id": "catalog-9904",
    "engine": "opensearch",
    "cluster": True,
    "backups": {"enabled": False, "hours": [0]},
}


def fleet(*databases: Database) -> dict[str, Any]:
    """A fleet of these; databases of one app stand together."""
    apps: dict[str, list[dict[str, Any]]] = {}
    for one in databases:
        addon = {key: value for key, value in one.items() if key != "app"}
        apps.setdefault(one["app"], []).append(addon)
    listed = [{"name": name, "addons": addons} for name, addons in apps.items()]
    return {"version": 1, "region": "osc-fr1", "apps": listed}


def spec(handle: str, database: Database, more: str) -> dict[str, str]:
    """The file with the spec of a database, by its path."""
    return {f"specs/{handle}.yaml": text(handle, database, more)}


def text(handle: str, database: Database, more: str) -> str:
    """The spec of a database."""
    head = f"version: 1\ndatabase: {handle}\napp: {database['app']}\naddon: {database['id']}\n"
    return f"{head}engine: {database['engine']}\n{more}"
