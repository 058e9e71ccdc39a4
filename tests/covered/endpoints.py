"""The rows of the endpoints: what leads to a database, and what has a path of its own there."""

from __future__ import annotations

from covered.fleet import BILLING, MOMENT, OPERATION, SHOP, WIKI
from covered.row import NEWER, Row, row

from reconcile.api.routes import ADDON_TOKEN, ADDONS, EXCHANGE, REGIONS, Route
from reconcile.model.request import (
    BACK_UP,
    BACKUPS,
    RECOVERY_WINDOW,
    RESOURCE,
    UPGRADE,
    USERS,
    add_feature,
    operation,
    operation_of_database,
    remove_feature,
    restore,
    type_version,
    update,
)

_WIKI = "version: 1\ndatabase: wiki\napp: wiki\naddon: ad-wiki\nengine: mongodb\n"
_BY_SQL = (
    "version: 1\ndatabase: billing\napp: billing-api\naddon: ad-billing\nengine: postgresql\n"
    'connection: {dsn: "${env:BILLING_DSN}", database: billing}\nextensions: [citext]\n'
)
_UPGRADED = (
    "version: 1\ndatabase: shop\napp: shop-web\naddon: ad-shop\nengine: mysql\n"
    'engine_version: ">=8.0.36"\n'
)
"""The sandbox of the table is so slow that the backup before this is not done in time."""
_VERSION = "046a178f99d994adc67b1dca"
"""The sandbox's id of MySQL 8.0.35-1."""


def _way(name: str, route: Route, sandbox: str, database: str = SHOP) -> Row:
    return Row(
        name=name,
        route=route,
        database=database,
        client="Targets.find",
        command=f"show {database}",
        sandbox=sandbox,
        source=NEWER,
    )


WAYS = (
    _way("account token", EXCHANGE, "accounts.exchange_token"),
    _way("regions", REGIONS, "accounts.list_regions"),
    _way("addons", ADDONS, "addons_api.list_addons", "shop-web/shop-web-4821"),
    _way("addon token", ADDON_TOKEN, "addons_api.create_addon_token"),
)
"""What leads to a database."""

ENDPOINTS = (
    row(
        RESOURCE,
        name="resource",
        database=SHOP,
        command=f"show {SHOP}",
        kinds=("backups", "engine_version", "maintenance_window", "features"),
        sandbox="database_api.show_database",
    ),
    row(
        update({"periodic_backups_scheduled_at": 5}),
        name="settings",
        database=SHOP,
        command=f"backups set {SHOP} --hour 5",
        kinds=("backups", "maintenance_window"),
        sandbox="database_api.change_database",
    ),
    row(
        UPGRADE,
        name="upgrade",
        database=SHOP,
        command=f"upgrade {SHOP} --yes --no-wait",
        status=2,
        kinds=("engine_version",),
        sandbox="operations_api.upgrade_database",
    ),
    row(
        restore(MOMENT),
        name="restore",
        database=BILLING,
        command=f"restore {BILLING} --to {MOMENT} --confirm {BILLING} --no-wait",
        status=2,
        sandbox="recovery_api.restore_database",
    ),
    row(
        RECOVERY_WINDOW,
        name="recovery window",
        database=BILLING,
        command=f"restore {BILLING} --to {MOMENT} --dry-run",
        status=2,
        sandbox="recovery_api.show_recovery_window",
        source=NEWER,
    ),
    row(
        BACKUPS,
        name="backups",
        database=SHOP,
        command=f"databases delete {SHOP} legacy --dry-run",
        status=2,
        sandbox="backups_api.list_backups",
        source=NEWER,
    ),
    row(
        BACK_UP,
        name="backup",
        database=SHOP,
        command="apply --yes --allow disruptive --backup-first --timeout 1s",
        spec=_UPGRADED,
        status=2,
        sandbox="backups_api.create_backup",
        source=NEWER,
    ),
    row(
        USERS,
        name="users",
        database=BILLING,
        command="plan",
        spec=_BY_SQL,
        sandbox="users_api.list_users",
        source=NEWER,
    ),
    row(
        operation(OPERATION),
        name="operation",
        database=SHOP,
        command=f"operation {OPERATION} --database {SHOP}",
        sandbox="operations_api.show_operation",
        source=NEWER,
    ),
    row(
        operation_of_database(OPERATION),
        name="operation of a database",
        database=SHOP,
        command=f"operation {OPERATION} --database {SHOP}",
        missing="/api/operations/*",
        sandbox="operations_api.show_operation",
        source=NEWER,
    ),
    row(
        type_version(_VERSION),
        name="version",
        database=SHOP,
        command=f"upgrade {SHOP} --dry-run",
        status=2,
        kinds=("engine_version",),
        sandbox="operations_api.show_version",
        source=NEWER,
    ),
    row(
        add_feature("publicly-available"),
        name="feature on",
        database=WIKI,
        command="apply --yes --allow weakens --no-wait",
        status=2,
        spec=_WIKI + "features: {force-ssl: true, publicly-available: true}\n",
        kinds=("features",),
        sandbox="features_api.enable_feature",
        source=NEWER,
    ),
    row(
        remove_feature("force-ssl"),
        name="feature off",
        database=WIKI,
        command="apply --yes --allow weakens --no-wait",
        status=2,
        spec=_WIKI + "features: {force-ssl: false}\n",
        kinds=("features",),
        sandbox="features_api.disable_feature",
        source=NEWER,
    ),
)
"""What has a path of its own on the database API."""
