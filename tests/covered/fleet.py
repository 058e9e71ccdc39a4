"""A fleet of which every endpoint and action of the provider's API has something to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SHOP, BILLING, REPORTS = "shop-web/ad-shop", "billing-api/ad-billing", "billing-api/ad-reports"
WIKI, IOT = "wiki/ad-wiki", "iot/ad-iot"
OPERATION = "609145e66ffbd934f6745bb4"
"""An operation that ended long ago."""
MOMENT = "2026-01-05T12:00:00Z"
_EDGES = {
    "earliest_recoverable_at": "2026-01-05T00:00:00Z",
    "latest_recoverable_at": "2026-01-06T00:00:00Z",
}
FLEET: Mapping[str, Any] = {
    "version": 1,
    "apps": [
        {
            "name": "shop-web",
            "addons": [
                {
                    "id": "ad-shop",
                    "resource_id": "shop-web-4821",
                    "engine": "mysql",
                    "version": "8.0.35-1",
                    "next_version": "8.0.36-1",
                    "sql_mode": "NO_ENGINE_SUBSTITUTION",
                    "logical_databases": [
                        {"name": "shop", "protected": True},
                        {"name": "legacy", "tables": 3},
                    ],
                    "operations": [{"id": OPERATION, "type": "upgrade", "status": "done"}],
                }
            ],
        },
        {
            "name": "billing-api",
            "addons": [
                {
                    "id": "ad-billing",
                    "engine": "postgresql",
                    "version": "16.4.0-1",
                    "next_version": "16.6.0-1",
                    "recovery_window": _EDGES,
                    "queries": [{"pid": 2000, "query": "SELECT 1", "state": "active"}],
                },
                {
                    "id": "ad-reports",
                    "engine": "postgresql",
                    "extensions": [{"name": "pg_stat_statements", "version": "1.10"}],
                    "statements": [{"query": "SELECT $1", "calls": 3}],
                },
            ],
        },
        {
            "name": "wiki",
            "addons": [
                {
                    "id": "ad-wiki",
                    "engine": "mongodb",
                    "logical_databases": [
                        {"name": "wiki", "protected": True},
                        {"name": "legacy", "tables": 3},
                    ],
                    "features": [{"name": "force-ssl", "status": "ACTIVATED"}],
                }
            ],
        },
        {
            "name": "iot",
            "addons": [
                {
                    "id": "ad-iot",
                    "engine": "influxdb",
                    "retention_policies": [
                        {"name": "autogen", "duration": "0s", "default": True},
                        {"name": "7-days", "duration": "168h0m0s"},
                    ],
                }
            ],
        },
    ],
}
