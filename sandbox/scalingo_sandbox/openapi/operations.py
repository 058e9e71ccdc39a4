"""What the document says of each endpoint, beyond its row in the route table and its docstring."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import cleandoc
from types import MappingProxyType

from attrs import field, frozen

from scalingo_sandbox.endpoint import Endpoint
from scalingo_sandbox.fleet import Engine, FeatureStatus
from scalingo_sandbox.openapi.requests import (
    CHANGE_FIREWALL_RULE,
    CHANGE_PLAN,
    CHANGE_VARIABLE,
    CREATE_ADDON,
    CREATE_APP,
    CREATE_DEDICATED,
    CREATE_FIREWALL_RULE,
    CREATE_USER,
    DELETE_VARIABLES,
    ENABLE_FEATURE,
    IGNORED,
    PASSWORD,
    RENAME_APP,
    RESTORE,
    SET_VARIABLE,
    SET_VARIABLES,
    SETTINGS,
    RequestBody,
    an_action,
    feature_query,
    page_queries,
    query,
)
from scalingo_sandbox.openapi.shapes import (
    TEXT,
    Shape,
    listing,
    named,
    one_of,
    record,
    rooted,
)


@frozen
class Described:
    """How an endpoint succeeds, and with what it refuses beyond the usual.

    `answer` is None for 204. `also` are further statuses of success, with the same answer.

    The usual refusals follow from the endpoint's row: 401 and 403 from the credential, 404 from a
    path that names something, 400 from a body, 429 from the host.
    """

    answer: Shape | None
    status: int = field(kw_only=True)
    also: tuple[int, ...] = field(default=(), kw_only=True)
    body: RequestBody | None = field(default=None, kw_only=True)
    query: tuple[Shape, ...] = field(default=(), kw_only=True)
    refusals: tuple[int, ...] = field(default=(), kw_only=True)
    headers: Mapping[str, Shape] = field(factory=dict, kw_only=True)
    links: Mapping[str, Shape] = field(factory=dict, kw_only=True)

    @status.default
    def _status(self) -> int:
        return 204 if self.answer is None else 200


_SECOND_PATHS = MappingProxyType(
    {
        ("PUT", "/api/databases/{database}"): "putDatabase",
        ("GET", "/api/databases/{database}/operations/{operation}"): "showOperationOfDatabase",
        ("GET", "/api/backups/{backup}"): "showBackupOfToken",
    }
)
"""The ids of operations that have a second path, or method."""


def operation_id(endpoint: Endpoint) -> str:
    """Give the id of an endpoint: `listApps` for what `list_apps` answers."""
    first, *words = endpoint.answer.__name__.split("_")
    usual = first + "".join(map(str.capitalize, words))
    return _SECOND_PATHS.get((endpoint.method, endpoint.path), usual)


def said(endpoint: Endpoint) -> dict[str, str]:
    """Give the docstring, and as a summary its first line up to the form of the answer."""
    description = cleandoc(endpoint.answer.__doc__ or "")
    line = description.partition("\n")[0].partition(": ")[0]
    return {"summary": f"{line.removesuffix('.')}.", "description": description}


def _one(root: str, noun: str) -> Shape:
    return rooted(root, named(noun))


def _list(root: str, noun: str) -> Described:
    return Described(rooted(root, listing(named(noun))))


def _link(operation_id: str, /, **parameters: str) -> Shape:
    return {"operationId": operation_id, "parameters": parameters}


_ADDRESS: Shape = {"type": "string", "format": "uri"}
_DATABASE_ID = "$request.path.database"

_PLATFORM: Mapping[str, Described] = {
    "exchange_token": Described(rooted("token", TEXT), body=IGNORED),
    "list_regions": _list("regions", "Region"),
    "show_account": Described(_one("user", "Account")),
    "list_apps": _list("apps", "App"),
    "create_app": Described(
        _one("app", "App"),
        status=201,
        body=CREATE_APP,
        links={"app": _link("showApp", app="$response.body#/app/name")},
        refusals=(422,),
    ),
    "show_app": Described(_one("app", "App")),
    "rename_app": Described(_one("app", "App"), body=RENAME_APP, refusals=(422,)),
    "delete_app": Described(
        None,
        query=(query("current_name", "The app's name once more.", TEXT, required=True),),
        refusals=(422,),
    ),
    "list_dedicated_databases": Described(
        rooted(
            "databases",
            listing({"anyOf": [named("DedicatedDatabase"), named("DashboardDatabase")]}),
        ),
        query=(query("dashboard", "`true`: with the app and the addon of each.", TEXT),),
    ),
    "create_dedicated_database": Described(
        _one("database", "DedicatedDatabase"),
        status=201,
        body=CREATE_DEDICATED,
        links={"app": _link("showApp", app="$response.body#/database/name")},
        refusals=(422,),
    ),
    "show_dedicated_database": Described(_one("database", "DedicatedDatabase")),
    "list_endpoints": _list("endpoints", "NetworkEndpoint"),
    "list_addons": _list("addons", "Addon"),
    "create_addon": Described(
        record(addon=named("Addon"), message=TEXT, variables=listing(TEXT)),
        status=201,
        body=CREATE_ADDON,
        links={
            name: _link(name, app="$request.path.app", addon="$response.body#/addon/id")
            for name in ("showAddon", "deleteAddon")
        },
        refusals=(422,),
    ),
    "show_addon": Described(_one("addon", "Addon")),
    "change_plan": Described(
        record(addon=named("Addon"), message=TEXT, vars=listing(TEXT), variables=listing(TEXT)),
        body=CHANGE_PLAN,
        refusals=(409, 422),
    ),
    "delete_addon": Described(None, refusals=(422,)),
    "create_addon_token": Described(_one("addon", "AddonWithToken"), body=IGNORED),
    "resume_addon": Described(record(addon=named("Addon"), message=TEXT), body=IGNORED),
    "show_sso": Described(_one("addon", "AddonWithDashboard")),
}

_VARIABLES: Mapping[str, Described] = {
    "list_variables": Described(
        rooted("variables", listing(named("Variable"))),
        query=(query("aliases", "`false`: an alias has its target's value.", TEXT),),
    ),
    "set_variable": Described(
        _one("variable", "Variable"),
        status=201,
        also=(200,),
        body=SET_VARIABLE,
        links={
            "variable": _link(
                "deleteVariable", app="$request.path.app", variable="$response.body#/variable/id"
            )
        },
        refusals=(422,),
    ),
    "set_variables": Described(
        rooted("variables", listing(named("Variable"))), body=SET_VARIABLES, refusals=(422,)
    ),
    "delete_variables": Described(None, body=DELETE_VARIABLES, refusals=(422,)),
    "change_variable": Described(
        _one("variable", "Variable"), body=CHANGE_VARIABLE, refusals=(422,)
    ),
    "delete_variable": Described(None, refusals=(422,)),
}

_CATALOGUE: Mapping[str, Described] = {
    "list_addon_providers": Described(
        rooted("addon_providers", listing(named("AddonProvider"))),
        query=(
            query("category_id", "Those of a category.", TEXT),
            query("dedicated", "`true`: that of dedicated databases.", TEXT),
        ),
    ),
    "list_plans": _list("plans", "Plan"),
    "list_addon_categories": _list("addon_categories", "AddonCategory"),
    "show_plan_of_type": Described(
        _one("plan", "DatabasePlan"),
        query=(query("type", "The engine.", TEXT | {"enum": list(Engine)}, required=True),),
    ),
    "list_types": _list("database_types", "DatabaseType"),
    "show_type": Described(_one("database_type", "DatabaseType")),
    "show_version": Described(_one("database_type_version", "VersionWithNext")),
}

_DATABASES: Mapping[str, Described] = {
    "show_database": Described(
        _one("database", "Database"),
        links={"version": _link("showVersion", version="$response.body#/database/version_id")},
    ),
    "change_database": Described(_one("database", "Database"), body=SETTINGS, refusals=(422,)),
    "show_plan": Described(_one("plan", "DatabasePlan")),
    "show_metrics": Described(named("Metrics"), refusals=(409,)),
    "show_health": Described(named("Health"), refusals=(409, 422)),
    "ping_database": Described({"type": "object"}, body=IGNORED, refusals=(409,)),
    "show_log_url": Described(rooted("url", _ADDRESS)),
    "list_log_archives": Described(named("LogArchives")),
    "perform_action": Described(named("ActionAnswer"), body=an_action()),
    "list_instance_states": Described(listing(named("InstanceState"))),
}

_BEGUN = MappingProxyType(
    {"operation": _link("showOperation", operation="$response.body#/operation_id")}
)
_LOCATION: Shape = {
    "description": "Where the operation is shown.",
    "required": True,
    "schema": _ADDRESS,
}

_WORK: Mapping[str, Described] = {
    "upgrade_database": Described(
        named("UpgradeBegun"),
        status=202,
        headers={"Location": _LOCATION},
        links=_BEGUN,
        refusals=(409, 422),
    ),
    "show_operation": Described(_one("operation", "Operation")),
    "restore_database": Described(
        record(operation_id=TEXT, operation=named("Operation")),
        status=201,
        body=RESTORE,
        links=_BEGUN,
        refusals=(409, 422),
    ),
    "show_recovery_window": Described(_one("recovery_window", "RecoveryWindow"), refusals=(422,)),
    "enable_feature": Described(
        record(name=TEXT, status=one_of(FeatureStatus), message=TEXT),
        body=ENABLE_FEATURE,
        refusals=(409, 422),
    ),
    "disable_feature": Described(
        rooted("message", TEXT), query=(feature_query(),), refusals=(409, 422)
    ),
    "list_backups": _list("database_backups", "Backup"),
    "create_backup": Described(
        _one("database_backup", "Backup"),
        status=201,
        body=IGNORED,
        links={
            "backup": _link(
                "showBackup", database=_DATABASE_ID, backup="$response.body#/database_backup/id"
            )
        },
        refusals=(409,),
    ),
    "show_backup": Described(_one("database_backup", "Backup")),
    "show_backup_archive": Described(rooted("download_url", _ADDRESS), refusals=(409,)),
}

_PEOPLE: Mapping[str, Described] = {
    "list_users": _list("database-users", "DatabaseUser"),
    "create_user": Described(
        named("DatabaseUserChanged"),
        status=201,
        body=CREATE_USER,
        links={"user": _link("deleteUser", database=_DATABASE_ID, user="$response.body#/name")},
        refusals=(409, 422),
    ),
    "change_password": Described(named("DatabaseUserChanged"), body=PASSWORD, refusals=(409, 422)),
    "delete_user": Described(None, refusals=(409, 422)),
    "reset_password": Described(named("DatabaseUserChanged"), refusals=(409, 422)),
    "list_firewall_rules": _list("rules", "FirewallRule"),
    "create_firewall_rule": Described(
        _one("rule", "FirewallRule"),
        status=201,
        body=CREATE_FIREWALL_RULE,
        links={
            "rule": _link(
                "deleteFirewallRule", database=_DATABASE_ID, rule="$response.body#/rule/id"
            )
        },
        refusals=(422,),
    ),
    "change_firewall_rule": Described(
        _one("rule", "FirewallRule"), body=CHANGE_FIREWALL_RULE, refusals=(422,)
    ),
    "delete_firewall_rule": Described(None),
    "list_managed_ranges": _list("ranges", "ManagedRange"),
    "list_maintenance": Described(
        record(maintenance=listing(named("Maintenance")), meta=_one("pagination", "Pagination")),
        query=page_queries(),
        refusals=(422,),
    ),
    "show_maintenance": Described(named("MaintenanceShown")),
}

DESCRIBED: Mapping[str, Described] = MappingProxyType(
    {**_PLATFORM, **_VARIABLES, **_CATALOGUE, **_DATABASES, **_WORK, **_PEOPLE}
)
"""By the name of the function that answers."""
