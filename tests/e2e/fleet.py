"""The fleet of the end-to-end tests and the specs that it is to become."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SHOP_ADDON = "ad-shop"
BILLING_ADDON = "ad-billing"
IOT_ADDON = "ad-iot"
CACHE_ADDON = "ad-cache"

FLEET: Mapping[str, Any] = {
    "version": 1,
    "region": "osc-fr1",
    "apps": [
        {
            "name": "shop-web",
            "addons": [
                {
                    "id": SHOP_ADDON,
                    "resource_id": "shop-web-4821",
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
                    "id": CACHE_ADDON,
                    "resource_id": "shop-web-4822",
                    "engine": "postgresql",
                    "backups": {"enabled": True, "hours": [1]},
                },
            ],
        },
        {
            "name": "billing-api",
            "addons": [
                {
                    "id": BILLING_ADDON,
                    "resource_id": "billing-api-7310",
                    "engine": "postgresql",
                    "backups": {"enabled": False, "hours": [0]},
                }
            ],
        },
        {
            "name": "iot",
            "addons": [
                {
                    "id": IOT_ADDON,
                    "resource_id": "iot-2056",
                    "engine": "influxdb",
                    "backups": {"enabled": True, "hours": [4]},
                }
            ],
        },
    ],
}

SHOP_HEAD = """\
version: 1
database: shop
app: shop-web
addon: ad-shop
engine: mysql
labels: {env: production}
"""
BACKUPS = "backups: {enabled: true, hours: [3]}\n"
SHOP = f"""\
{SHOP_HEAD}{BACKUPS}sql_mode: [STRICT_TRANS_TABLES, NO_ENGINE_SUBSTITUTION]
logical_databases: [shop, audit]
"""
"""Three safe actions: create audit, change backups, change sql_mode."""

SHOP_ORDER = [("POST", "create-database"), ("PATCH", None), ("POST", "set-sqlmode")]
"""The changing requests of `SHOP`, in order."""

SHOP_WITHOUT_LEGACY = f"""\
{SHOP_HEAD}{BACKUPS}logical_databases:
  present: [shop]
  absent:
    - {{name: legacy, reason: moved to audit, until: 2099-12-31}}
"""
"""One safe action and one that is lossy."""

BILLING = """\
version: 1
database: billing
app: billing-api
addon: ad-billing
engine: postgresql
labels: {env: staging}
backups: {enabled: true, hours: [2]}
extensions: [postgis]
query_stats: true
"""
"""Two safe actions and a manual step."""

IOT = """\
version: 1
database: telemetry
app: iot
addon: ad-iot
engine: influxdb
retention_policies:
  - {name: 30-days, duration: 30d, default: true}
"""
"""One safe action."""

CACHE = """\
version: 1
database: sessions
app: shop-web
addon: ad-cache
engine: postgresql
backups: {enabled: false}
"""
"""One action that weakens; the recovery window stays."""

INVALID = f"{SHOP_HEAD}backup: {{hours: [3]}}\n"
"""A typo in a key."""
