"""The provider's endpoints: its auth host, its API host, its database host."""

from __future__ import annotations

from scalingo_sandbox import (
    accounts,
    addons_api,
    backups_api,
    catalogue_api,
    database_api,
    features_api,
    firewall_api,
    maintenance_api,
    monitoring_api,
    operations_api,
    platform_api,
    recovery_api,
    users_api,
    variables_api,
)

ENDPOINTS = (
    *accounts.ENDPOINTS,
    *platform_api.ENDPOINTS,
    *addons_api.ENDPOINTS,
    *variables_api.ENDPOINTS,
    *catalogue_api.ENDPOINTS,
    *database_api.ENDPOINTS,
    *operations_api.ENDPOINTS,
    *recovery_api.ENDPOINTS,
    *features_api.ENDPOINTS,
    *firewall_api.ENDPOINTS,
    *backups_api.ENDPOINTS,
    *users_api.ENDPOINTS,
    *maintenance_api.ENDPOINTS,
    *monitoring_api.ENDPOINTS,
)
