"""The nouns of the API's answers, under the names by which the document refers to them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from scalingo_sandbox.fleet import Engine, Feature, Instance, MaintenanceWindow, Status
from scalingo_sandbox.openapi.shapes import (
    COUNT,
    FLAG,
    INSTANT,
    TEXT,
    Shape,
    alike,
    listing,
    merged,
    named,
    nullable,
    one_of,
    record,
    rooted,
    shown,
)
from scalingo_sandbox.records import (
    BackupMethod,
    BackupStatus,
    FirewallRule,
    Maintenance,
    OperationStatus,
    OperationType,
    RecoveryWindow,
)

_OBJECT: Shape = {"type": "object"}
_FLAGS: Shape = {"type": "object", "additionalProperties": FLAG}
_OWNER = merged(alike(TEXT, "id", "username", "email"), record(flags=_FLAGS))

_ADDON = record(
    id=TEXT | {"description": "The id in every path of the database API."},
    app_id=TEXT,
    resource_id=TEXT,
    status=TEXT | {"enum": ["provisioning", "running", "suspended"]},
    plan=named("Plan"),
    addon_provider=alike(TEXT, "id", "name", "logo_url"),
    provisioned_at=INSTANT,
    deprovisioned_at=nullable(INSTANT),
    updated_at=INSTANT,
    hds_resource=FLAG,
)

_SSO = ("sso_url", "appId", "resourceId", "ssoUrl")

_PLATFORM: Mapping[str, Shape] = MappingProxyType(
    {
        "Region": merged(
            alike(TEXT, "name", "display_name", "api", "dashboard", "database_api", "ssh"),
            record(default=FLAG),
        ),
        "Account": merged(
            _OWNER,
            alike(TEXT, "uuid", "fullname", "company", "location", "referral_url"),
            alike(FLAG, "tos_accepted", "email_newsletter"),
            alike(
                nullable(INSTANT), "free_trial_started_at", "free_trial_end_time", "suspended_at"
            ),
            record(
                created_at=INSTANT,
                suspension_reason=nullable(TEXT),
                referral_clicks=COUNT,
                limits=_OBJECT,
            ),
        ),
        "App": merged(
            alike(TEXT, "id", "uuid", "name", "region", "status", "git_url", "url", "base_url"),
            alike(nullable(TEXT), "parent_app_name"),
            alike(INSTANT, "created_at", "updated_at"),
            alike(nullable(TEXT), "last_deployed_by", "last_deployment_id"),
            alike(FLAG, "force_https", "sticky_session", "router_logs", "hds_resource"),
            record(
                stack_id=TEXT,
                owner=_OWNER,
                project=alike(TEXT, "id", "name"),
                links=rooted("deployments_stream", TEXT),
                last_deployed_at=nullable(INSTANT),
                private_networks_ids=listing(TEXT),
                data_access_consent=nullable(_OBJECT),
                hds_contact=nullable(_OBJECT),
                flags=_FLAGS,
                limits=_OBJECT,
            ),
        ),
        "DedicatedDatabase": alike(TEXT, "id", "name", "project_id", "technology", "plan"),
        "NetworkEndpoint": merged(
            alike(TEXT, "id", "database_id", "hostname"),
            record(port=COUNT, type=TEXT | {"enum": ["private-peering-rw", "public-rw"]}),
        ),
        "DashboardDatabase": record(
            app=named("App"), addon=named("Addon"), database=named("DedicatedDatabase")
        ),
        "Variable": alike(TEXT, "id", "name", "value"),
        "Plan": merged(
            alike(TEXT, "id", "name", "display_name", "description", "sku"),
            alike(FLAG, "on_demand", "disabled", "hds_available"),
            record(
                price={"type": "number", "description": "Euros for 30 days."},
                position=COUNT,
                disabled_alternative_plan_id=nullable(TEXT),
                pricings=rooted("default", alike(TEXT, "price", "currency", "period")),
            ),
        ),
        "Addon": _ADDON,
        "AddonWithToken": merged(
            _ADDON, record(token=TEXT | {"description": "The Bearer token of its database API."})
        ),
        "AddonWithDashboard": merged(_ADDON, alike(TEXT, *_SSO)),
        "AddonCategory": record(id=TEXT, name=TEXT, description=TEXT, position=COUNT),
        "AddonProvider": merged(
            alike(TEXT, "id", "name", "logo_url", "short_description", "description"),
            alike(TEXT, "provider_name", "provider_url"),
            record(
                category=named("AddonCategory"),
                hds_available=FLAG,
                plans=listing(named("Plan")),
            ),
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
        "Database": merged(
            alike(TEXT, "id", "resource_id", "app_name", "plan", "type_id"),
            alike(TEXT, "version_id", "readable_version"),
            alike(nullable(TEXT), "next_version_id", "current_operation_id"),
            alike(FLAG, "encryption_at_rest", "cluster", "periodic_backups_enabled"),
            record(
                created_at=INSTANT,
                features=listing(named("Feature")),
                status=one_of(Status),
                type_name=one_of(Engine),
                hostname=TEXT | {"description": "Host name and port."},
                instances=listing(named("Instance")),
                maintenance_window=named("MaintenanceWindow"),
                periodic_backups_scheduled_at=listing({"type": "integer"})
                | {"description": "Hours of the day, UTC."},
            ),
        ),
    }
)

_VERSION = merged(
    alike(TEXT, "id", "database_type_id", "warning_message"),
    alike(COUNT, "major", "minor", "patch", "build", "release_number"),
    alike(listing(TEXT), "features", "allowed_plugins"),
    alike(INSTANT, "created_at", "updated_at"),
    record(deleted_at=nullable(INSTANT)),
)

_STATE: Mapping[str, Shape] = MappingProxyType(
    {
        "DatabasePlan": merged(
            alike(TEXT, "id", "name"),
            alike(COUNT | {"description": "MB."}, "memory", "disk"),
            alike(
                COUNT,
                "manual_backups_count",
                "daily_scheduled_backups",
                "weekly_scheduled_backups",
                "monthly_scheduled_backups",
                "pitr_backup_days",
                "gateway_nodes",
            ),
            record(backup=FLAG),
        ),
        "DatabaseType": merged(
            alike(TEXT, "id", "logo_url", "short_description", "description"),
            alike(INSTANT, "created_at", "updated_at"),
            record(name=one_of(Engine)),
        ),
        "Metrics": record(
            cpu_usage=COUNT | {"description": "Percent."},
            memory=alike(
                COUNT, "memory", "memory_max", "memory_limit", "swap", "swap_max", "swap_limit"
            ),
            database_stats={
                "type": "object",
                "additionalProperties": COUNT,
                "description": "What the engine counts itself.",
            },
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
            memory=alike(
                COUNT,
                "memory_usage",
                "swap_usage",
                "memory_limit",
                "swap_limit",
                "max_memory_usage",
                "max_swap_usage",
            ),
        ),
        "Health": merged(
            alike(TEXT, "epoch", "cluster", "shards", "pending_tasks"),
            record(status=TEXT | {"enum": ["green", "yellow", "red"]}),
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
        "FirewallRule": merged(shown(FirewallRule), record(database_id=TEXT)),
        "ManagedRange": alike(TEXT, "id", "name"),
        "Pagination": merged(
            alike(COUNT, "current_page", "total_pages", "total_count"),
            alike(nullable(COUNT), "prev_page", "next_page"),
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
    {**_PLATFORM, **_DATABASES, **_STATE, **_WORK, **_USERS, **_ERRORS}
)
