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

_OBJECT: Shape = {"type": "object"}
_FLAGS: Shape = {"type": "object", "additionalProperties": FLAG}
_OWNER = record(id=TEXT, username=TEXT, email=TEXT)

_PLATFORM: Mapping[str, Shape] = MappingProxyType(
    {
        "Region": record(
            name=TEXT, display_name=TEXT, api=TEXT, dashboard=TEXT, database_api=TEXT, ssh=TEXT
        ),
        "Account": merged(
            _OWNER,
            record(
                uuid=TEXT,
                fullname=TEXT,
                company=TEXT,
                location=TEXT,
                created_at=INSTANT,
                free_trial_started_at=nullable(INSTANT),
                free_trial_end_time=nullable(INSTANT),
                suspended_at=nullable(INSTANT),
                suspension_reason=nullable(TEXT),
                tos_accepted=FLAG,
                email_newsletter=FLAG,
                referral_url=TEXT,
                referral_clicks=COUNT,
                flags=_FLAGS,
                limits=_OBJECT,
            ),
        ),
        "App": record(
            id=TEXT,
            name=TEXT,
            region=TEXT,
            status=TEXT,
            owner=_OWNER,
            project=record(id=TEXT, name=TEXT),
            git_url=TEXT,
            url=TEXT,
            base_url=TEXT,
            links=rooted("deployments_stream", TEXT),
            created_at=INSTANT,
            updated_at=INSTANT,
            last_deployed_at=nullable(INSTANT),
            last_deployed_by=nullable(TEXT),
            last_deployment_id=nullable(TEXT),
            stack_id=TEXT,
            force_https=FLAG,
            sticky_session=FLAG,
            router_logs=FLAG,
            hds_resource=FLAG,
            private_networks_ids=listing(TEXT),
            data_access_consent=nullable(_OBJECT),
            flags=_FLAGS,
            limits=_OBJECT,
        ),
        "DedicatedDatabase": record(
            id=TEXT, name=TEXT, project_id=TEXT, technology=TEXT, plan=TEXT
        ),
        "DashboardDatabase": record(
            app=named("App"), addon=named("Addon"), database=named("DedicatedDatabase")
        ),
        "Variable": record(id=TEXT, name=TEXT, value=TEXT),
        "Plan": record(
            id=TEXT,
            name=TEXT,
            display_name=TEXT,
            price={"type": "number"} | {"description": "Euros for 30 days."},
            description=TEXT,
            position=COUNT,
            on_demand=FLAG,
            disabled=FLAG,
            disabled_alternative_plan_id=nullable(TEXT),
            sku=TEXT,
            pricings=rooted("default", record(price=TEXT, currency=TEXT, period=TEXT)),
            hds_available=FLAG,
        ),
        "AddonCategory": record(id=TEXT, name=TEXT, description=TEXT, position=COUNT),
        "AddonProvider": record(
            id=TEXT,
            name=TEXT,
            logo_url=TEXT,
            short_description=TEXT,
            description=TEXT,
            category=named("AddonCategory"),
            provider_name=TEXT,
            provider_url=TEXT,
            hds_available=FLAG,
            plans=listing(named("Plan")),
        ),
    }
)

_ADDON = record(
    id=TEXT | {"description": "The id in every path of the database API."},
    app_id=TEXT,
    resource_id=TEXT,
    status=TEXT | {"enum": ["provisioning", "running", "suspended"]},
    plan=named("Plan"),
    addon_provider=record(id=TEXT, name=TEXT, logo_url=TEXT),
    provisioned_at=INSTANT,
    deprovisioned_at=nullable(INSTANT),
    updated_at=INSTANT,
)

_ADDONS: Mapping[str, Shape] = MappingProxyType(
    {
        "Addon": _ADDON,
        "AddonWithToken": merged(
            _ADDON, record(token=TEXT | {"description": "The Bearer token of its database API."})
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
            hostname=TEXT | {"description": "Host name and port."},
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

_SIZES = record(
    memory_usage=COUNT,
    swap_usage=COUNT,
    memory_limit=COUNT,
    swap_limit=COUNT,
    max_memory_usage=COUNT,
    max_swap_usage=COUNT,
)

_STATE: Mapping[str, Shape] = MappingProxyType(
    {
        "DatabasePlan": record(
            id=TEXT,
            name=TEXT,
            memory=COUNT | {"description": "MB."},
            disk=COUNT | {"description": "MB."},
            backup=FLAG,
            manual_backups_count=COUNT,
            daily_scheduled_backups=COUNT,
            weekly_scheduled_backups=COUNT,
            monthly_scheduled_backups=COUNT,
            pitr_backup_days=COUNT,
            gateway_nodes=COUNT,
        ),
        "DatabaseType": record(
            id=TEXT,
            name=one_of(Engine),
            logo_url=TEXT,
            short_description=TEXT,
            description=TEXT,
            created_at=INSTANT,
            updated_at=INSTANT,
        ),
        "Metrics": record(
            cpu_usage=COUNT | {"description": "Percent."},
            memory=record(
                memory=COUNT,
                memory_max=COUNT,
                memory_limit=COUNT,
                swap=COUNT,
                swap_max=COUNT,
                swap_limit=COUNT,
            ),
            database_stats={"type": "object", "additionalProperties": COUNT}
            | {"description": "What the engine counts itself."},
            real_disk_size=COUNT,
            instances_metrics={
                "type": "object",
                "additionalProperties": named("InstanceMetrics"),
                "description": "By the id of the node.",
            },
        ),
        "InstanceMetrics": record(
            instance_id=TEXT,
            instance_address=TEXT,
            real_disk_size=COUNT,
            cpu=rooted("usage_in_percents", COUNT),
            memory=_SIZES,
        ),
        "Health": record(
            epoch=TEXT,
            status=TEXT | {"enum": ["green", "yellow", "red"]},
            cluster=TEXT,
            shards=TEXT,
            pending_tasks=TEXT,
        ),
        "LogArchives": record(
            archives=listing(record(url=TEXT, **{"from": TEXT}, to=TEXT, size=COUNT)),
            next_cursor=TEXT,
            has_more=FLAG,
        ),
    }
)

_MAINTENANCE = merged(shown(Maintenance), record(database_id=TEXT))

_WORK: Mapping[str, Shape] = MappingProxyType(
    {
        "Version": _VERSION,
        "VersionWithNext": merged(_VERSION, record(next_upgrade=nullable(named("Version")))),
        "UpgradeBegun": merged(
            record(message=TEXT, operation_id=TEXT, maintenance_window=named("MaintenanceWindow")),
            _VERSION,
        ),
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
            started_at=nullable(INSTANT),
            method=one_of(BackupMethod),
            status=one_of(BackupStatus),
            size=nullable(COUNT)
            | {"description": "Bytes; null until the backup starts, 0 until it is done."},
            type=one_of(Engine),
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

_USER = record(
    optional=["dbms_attributes"],
    name=TEXT,
    read_only=FLAG,
    protected=FLAG,
    dbms_attributes=rooted("password_encryption", TEXT) | {"description": "Of PostgreSQL only."},
)
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
        "ErrorNotFound": record(optional=["resource"], resource=TEXT, error=TEXT),
        "ErrorUnprocessable": record(
            errors={"type": "object", "additionalProperties": listing(TEXT), "minProperties": 1}
        ),
    }
)

NOUNS: Mapping[str, Shape] = MappingProxyType(
    {**_PLATFORM, **_ADDONS, **_DATABASES, **_STATE, **_WORK, **_USERS, **_ERRORS}
)
