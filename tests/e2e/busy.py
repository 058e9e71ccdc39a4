"""A fleet with something to look at in each database, and the specs that give it handles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blackbox import fleet as demo
from blackbox.fleet import QUERIES, STATEMENTS, Database

SHOP, BILLING, IOT, CACHE = "ad-shop", "ad-billing", "ad-iot", "ad-cache"

WINDOW = {
    "earliest_recoverable_at": "2026-01-01T00:00:00+00:00",
    "latest_recoverable_at": "2026-01-08T12:30:00+00:00",
}
_SHOP: Database = {
    **demo.SHOP,
    "version": "8.0.35-1",
    "next_version": "8.0.36-1",
    "sql_mode": "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION",
    "logical_databases": [
        {"name": "shop", "protected": True, "tables": 3},
        {"name": "legacy", "tables": 17},
    ],
}
_CACHE: Database = {
    "app": "shop-web",
    "id": CACHE,
    "resource_id": "shop-web-4822",
    "engine": "redis",
}
_BILLING: Database = {
    "app": "billing-api",
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
_DATABASES = {"shop": _SHOP, "billing": _BILLING, "telemetry": demo.TELEMETRY, "sessions": _CACHE}

FLEET: Mapping[str, Any] = demo.fleet(_SHOP, _CACHE, _BILLING, demo.TELEMETRY)


def spec(handle: str, app: str, addon: str, engine: str, more: str = "") -> str:
    """A spec that gives a database its handle."""
    database = {"app": app, "id": addon, "engine": engine}
    return demo.text(handle, database, f"backups: {{enabled: true}}\n{more}")


def specs(more: str = "") -> tuple[str, ...]:
    """The specs of the fleet, each with some lines more."""
    return tuple(
        spec(handle, one["app"], one["id"], one["engine"], more)
        for handle, one in _DATABASES.items()
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
