"""What can be managed: one module per kind, all of the shape of `kind.Kind`."""

from __future__ import annotations

from typing import Any

from reconcile.kinds import (
    backups,
    engine_version,
    extensions,
    features,
    logical_databases,
    maintenance_window,
    query_stats,
    retention_policies,
    sql_mode,
)
from reconcile.kinds.kind import Kind

KINDS: tuple[Kind[Any], ...] = (
    backups.KIND,
    sql_mode.KIND,
    logical_databases.KIND,
    extensions.KIND,
    query_stats.KIND,
    retention_policies.KIND,
    engine_version.KIND,
    maintenance_window.KIND,
    features.KIND,
)
"""Every kind that can be managed, in the order in which plans show them."""

KIND_BY_NAME = {kind.name: kind for kind in KINDS}
