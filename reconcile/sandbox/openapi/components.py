"""The nouns of the API's answers, under the names by which the document refers to them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from reconcile.sandbox.fleet import Engine, Feature, Instance, MaintenanceWindow, Status
from reconcile.sandbox.openapi.shapes import (
    COUNT,
    FLAG,
    INSTANT,
    TEXT,
    Shape,
    listing,
    merged,
    named,
    nullable,
    one_of,
    record,
    rooted,
    shown,
)
from reconcile.sandbox.records import (
    BackupMethod,
    BackupStatus,
    Maintenance,
    OperationStatus,
    OperationType,
    RecoveryWindow,
)

_PLATFORM: Mapping[str, Shape] = MappingProxyType(
    {
        "Region": record(
            name=TEXT, display_name=TEXT, api=TEXT, dashboard=TEXT, database_api=TEXT, ssh=TEXT
        ),
        "Account": record(id=TEXT, username=TEXT, email=TEXT, flags={"type": "object"}),
        "App": record(id=TEXT, name=TEXT, region=TEXT, status=TEXT),
        "DedicatedDatabase": record(id=TEXT, name=TEXT, technology=TEXT, plan=TEXT),
        "Plan": record(id=TEXT, name=TEXT, display_name=TEXT),
        "AddonProvider": record(id=TEXT, name=TEXT),
    }
)

_ADDON_IDENTITY = record(
    id=TEXT | {"description": "The id in every path of the database API."},
    app_id=TEXT,
    resource_id=TEXT,
    status=TEXT,
    plan=named("Plan"),
    addon_provider=named("AddonProvider"),
)

_ADDONS: Mapping[str, Shape] = MappingProxyType(
    {
        "Addon": merged(
            _ADDON_IDENTITY, record(provisioned_at=INSTANT, deprovisioned_at=nullable(INSTANT))
        ),
        "AddonWithToken": merged(
            _ADDON_IDENTITY,
            record(token=TEXT | {"description": "The Bearer token of its database API."}),
        ),
    }
)

_DATABASES: Mapping[str, Shape] = MappingProxyType(
    {
        "Feature": shown(Feature),
        "Instance": shown(Instance),
        "InstanceState": record(
            id=TEXT,
            type=TEXT,
            status=shown(Instance)["properties"]["status"],
            role=TEXT | {"enum": ["leader", "follower"]},
        ),
        "MaintenanceWindow": shown(MaintenanceWindow),
        "Database": record(
            id=TEXT,
            resource_id=TEXT,
            app_name=TEXT,
            created_at=INSTANT,
            encryption_at_rest=FLAG,
            features=listing(named("Feature")),
            plan=TEXT,
            status=one_of(Status),
            type_id=TEXT,
            type_name=one_of(Engine),
            version_id=TEXT,
            next_version_id=nullable(TEXT),
            readable_version=TEXT,
            hostname=TEXT,
            instances=listing(named("Instance")),
            cluster=FLAG,
            current_operation_id=nullable(TEXT),
            maintenance_window=named("MaintenanceWindow"),
            periodic_backups_enabled=FLAG,
            periodic_backups_scheduled_at=listing({"type": "integer"})
            | {"description": "Hours of the day, UTC."},
        ),
    }
)

_VERSION = record(
    id=TEXT,
    database_type_id=TEXT,
    major=COUNT,
    minor=COUNT,
    patch=COUNT,
    build=COUNT,
    release_number=COUNT,
    features=listing(TEXT),
    allowed_plugins=listing(TEXT),
    warning_message=TEXT,
    created_at=INSTANT,
    updated_at=INSTANT,
    deleted_at=nullable(INSTANT),
)

_MAINTENANCE = merged(shown(Maintenance), record(database_id=TEXT))

_WORK: Mapping[str, Shape] = MappingProxyType(
    {
        "Version": _VERSION,
        "VersionWithNext": merged(_VERSION, record(next_upgrade=nullable(named("Version")))),
        "UpgradeBegun": merged(record(message=TEXT, operation_id=TEXT), _VERSION),
        "Operation": record(
            id=TEXT,
            status=one_of(OperationStatus),
            type=one_of(OperationType),
            created_at=INSTANT,
            finished_at=nullable(INSTANT),
            error=nullable(TEXT),
        ),
        "RecoveryWindow": shown(RecoveryWindow),
        "Backup": record(
            id=TEXT,
            database_id=TEXT,
            name=TEXT,
            created_at=INSTANT,
            started_at=INSTANT,
            method=one_of(BackupMethod),
            status=one_of(BackupStatus),
            size=COUNT | {"description": "Bytes; 0 until the backup is done."},
        ),
        "Maintenance": _MAINTENANCE,
        "MaintenanceShown": merged(_MAINTENANCE, rooted("maintenance", named("Maintenance"))),
        "Pagination": record(
            current_page=COUNT,
            prev_page=nullable(COUNT),
            next_page=nullable(COUNT),
            total_pages=COUNT,
            total_count=COUNT,
        ),
    }
)

_USER = record(name=TEXT, read_only=FLAG, protected=FLAG)
_USER_WITH_PASSWORD = merged(
    _USER,
    record(
        optional=["password"], password=TEXT | {"description": "There if the service made it up."}
    ),
)

_USERS: Mapping[str, Shape] = MappingProxyType(
    {
        "DatabaseUser": _USER,
        "DatabaseUserChanged": merged(
            _USER_WITH_PASSWORD, record(database_user=_USER_WITH_PASSWORD)
        ),
    }
)

_ERRORS: Mapping[str, Shape] = MappingProxyType(
    {
        "Error": record(error=TEXT),
        "ErrorForbidden": record(error=TEXT, code=TEXT),
        "ErrorNotFound": record(resource=TEXT, error=TEXT),
        "ErrorUnprocessable": record(
            errors={"type": "object", "additionalProperties": listing(TEXT), "minProperties": 1}
        ),
    }
)

NOUNS: Mapping[str, Shape] = MappingProxyType(
    {**_PLATFORM, **_ADDONS, **_DATABASES, **_WORK, **_USERS, **_ERRORS}
)
