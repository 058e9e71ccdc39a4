"""What the document says of each endpoint, beyond what its row in the route table tells."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import field, frozen

from reconcile.sandbox.fleet import FeatureStatus
from reconcile.sandbox.openapi.requests import (
    CHANGE_PLAN,
    CHANGE_VARIABLE,
    CREATE_ADDON,
    CREATE_DEDICATED,
    CREATE_USER,
    DELETE_VARIABLES,
    ENABLE_FEATURE,
    IGNORED,
    PASSWORD,
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
from reconcile.sandbox.openapi.shapes import (
    TEXT,
    Shape,
    listing,
    named,
    one_of,
    record,
    rooted,
)

_OPERATION_ID = "$response.body#/operation_id"
_DATABASE_ID = "$request.path.database"


@frozen(kw_only=True)
class Described:
    """An endpoint in words: how it succeeds, and with what it refuses beyond the usual.

    `also` are further statuses of success, with the same answer.

    The usual follows from its row: 401 and 403 from the credential, 404 from a path that names
    something, 400 from a body, 429 from the host.
    """

    id: str
    summary: str
    answer: Shape | None
    status: int = 200
    also: tuple[int, ...] = ()
    body: RequestBody | None = None
    query: tuple[Shape, ...] = ()
    refusals: tuple[int, ...] = ()
    headers: Mapping[str, Shape] = field(factory=dict)
    links: Mapping[str, Shape] = field(factory=dict)


def _link(operation_id: str, /, **parameters: str) -> Shape:
    return {"operationId": operation_id, "parameters": parameters}


_APP = "/v1/apps/{app}"
_ADDON = f"{_APP}/addons/{{addon}}"

_HOSTS: Mapping[tuple[str, str], Described] = {
    ("POST", "/v1/tokens/exchange"): Described(
        id="exchangeToken",
        summary="Exchange the API token for the bearer token of the API host.",
        body=IGNORED,
        answer=rooted("token", TEXT),
    ),
    ("GET", "/v1/regions"): Described(
        id="listRegions",
        summary="List the regions and their hosts.",
        answer=rooted("regions", listing(named("Region"))),
    ),
    ("GET", "/v1/users/self"): Described(
        id="showAccount",
        summary="Show whose token it is.",
        answer=rooted("user", named("Account")),
    ),
    ("GET", "/v1/apps"): Described(
        id="listApps", summary="List the apps.", answer=rooted("apps", listing(named("App")))
    ),
    ("GET", _APP): Described(
        id="showApp",
        summary="Show an app, or a dedicated database as the app that it behaves as.",
        answer=rooted("app", named("App")),
    ),
    ("DELETE", _APP): Described(
        id="deleteApp",
        summary="Delete an app with all its databases.",
        query=(query("current_name", "The app's name once more.", TEXT, required=True),),
        status=204,
        answer=None,
        refusals=(422,),
    ),
    ("GET", "/v1/databases"): Described(
        id="listDedicatedDatabases",
        summary="List the dedicated databases, each an app with one addon.",
        query=(query("dashboard", "`true`: with the app and the addon of each.", TEXT),),
        answer=rooted(
            "databases",
            listing({"anyOf": [named("DedicatedDatabase"), named("DashboardDatabase")]}),
        ),
    ),
    ("POST", "/v1/databases"): Described(
        id="createDedicatedDatabase",
        summary="Begin to create a dedicated database.",
        body=CREATE_DEDICATED,
        status=201,
        answer=rooted("database", named("DedicatedDatabase")),
        links={"app": _link("showApp", app="$response.body#/database/name")},
        refusals=(422,),
    ),
    ("GET", "/v1/databases/{dedicated}"): Described(
        id="showDedicatedDatabase",
        summary="Show a dedicated database.",
        answer=rooted("database", named("DedicatedDatabase")),
    ),
    ("GET", "/v1/apps/{app}/addons"): Described(
        id="listAddons",
        summary="List an app's database addons.",
        answer=rooted("addons", listing(named("Addon"))),
    ),
    ("POST", f"{_APP}/addons"): Described(
        id="createAddon",
        summary="Begin to create a database addon; its variables are there at once.",
        body=CREATE_ADDON,
        status=201,
        answer=record(addon=named("Addon"), message=TEXT, variables=listing(TEXT)),
        links={
            name: _link(name, app="$request.path.app", addon="$response.body#/addon/id")
            for name in ("showAddon", "deleteAddon")
        },
        refusals=(422,),
    ),
    ("GET", _ADDON): Described(
        id="showAddon", summary="Show one addon.", answer=rooted("addon", named("Addon"))
    ),
    ("PATCH", _ADDON): Described(
        id="changePlan",
        summary="Begin to change the plan of an addon; the present one is no change.",
        body=CHANGE_PLAN,
        answer=record(
            addon=named("Addon"), message=TEXT, vars=listing(TEXT), variables=listing(TEXT)
        ),
        refusals=(409, 422),
    ),
    ("DELETE", _ADDON): Described(
        id="deleteAddon",
        summary="Delete an addon with all its data.",
        status=204,
        answer=None,
        refusals=(422,),
    ),
    ("POST", f"{_ADDON}/token"): Described(
        id="createAddonToken",
        summary="Make the bearer token for the database API of one addon.",
        body=IGNORED,
        answer=rooted("addon", named("AddonWithToken")),
    ),
}

_VARIABLES = f"{_APP}/variables"
_VARIABLE = f"{_VARIABLES}/{{variable}}"
_ONE_VARIABLE = rooted("variable", named("Variable"))

_VARIABLE_CALLS: Mapping[tuple[str, str], Described] = {
    ("GET", _VARIABLES): Described(
        id="listVariables",
        summary="List the variables of an app, its own and those of its addons.",
        query=(query("aliases", "`false`: an alias has its target's value.", TEXT),),
        answer=rooted("variables", listing(named("Variable"))),
    ),
    ("POST", _VARIABLES): Described(
        id="setVariable",
        summary="Set one variable; 200 if it was there.",
        body=SET_VARIABLE,
        status=201,
        also=(200,),
        answer=_ONE_VARIABLE,
        links={
            "variable": _link(
                "deleteVariable", app="$request.path.app", variable="$response.body#/variable/id"
            )
        },
        refusals=(422,),
    ),
    ("PUT", _VARIABLES): Described(
        id="setVariables",
        summary="Set several variables, all or none.",
        body=SET_VARIABLES,
        answer=rooted("variables", listing(named("Variable"))),
        refusals=(422,),
    ),
    ("DELETE", _VARIABLES): Described(
        id="deleteVariables",
        summary="Delete several variables, all or none.",
        body=DELETE_VARIABLES,
        status=204,
        answer=None,
        refusals=(422,),
    ),
    ("PATCH", _VARIABLE): Described(
        id="changeVariable",
        summary="Change the value of a variable.",
        body=CHANGE_VARIABLE,
        answer=_ONE_VARIABLE,
        refusals=(422,),
    ),
    ("DELETE", _VARIABLE): Described(
        id="deleteVariable",
        summary="Delete a variable; one of an addon goes with the addon.",
        status=204,
        answer=None,
        refusals=(422,),
    ),
}

_CATALOGUE: Mapping[tuple[str, str], Described] = {
    ("GET", "/v1/addon_providers"): Described(
        id="listAddonProviders",
        summary="List the addon providers and their plans.",
        query=(
            query("category_id", "Those of a category.", TEXT),
            query("dedicated", "`true`: that of dedicated databases.", TEXT),
        ),
        answer=rooted("addon_providers", listing(named("AddonProvider"))),
    ),
    ("GET", "/v1/addon_providers/{provider}/plans"): Described(
        id="listPlans",
        summary="List the plans of an addon provider.",
        answer=rooted("plans", listing(named("Plan"))),
    ),
    ("GET", "/v1/addon_categories"): Described(
        id="listAddonCategories",
        summary="List the categories of addon providers.",
        answer=rooted("addon_categories", listing(named("AddonCategory"))),
    ),
    ("GET", "/api/database_types"): Described(
        id="listTypes",
        summary="List the types of databases.",
        answer=rooted("database_types", listing(named("DatabaseType"))),
    ),
    ("GET", "/api/database_types/{type}"): Described(
        id="showType",
        summary="Show one type of databases.",
        answer=rooted("database_type", named("DatabaseType")),
    ),
}

_DATABASE = "/api/databases/{database}"
_ONE_DATABASE = rooted("database", named("Database"))
_ITS_VERSION = {
    "version": _link("showVersion", version="$response.body#/database/version_id"),
}

_DATABASES: Mapping[tuple[str, str], Described] = {
    ("GET", _DATABASE): Described(
        id="showDatabase", summary="Show a database.", answer=_ONE_DATABASE, links=_ITS_VERSION
    ),
    **{
        (method, _DATABASE): Described(
            id=name,
            summary="Change the settings that are named.",
            body=SETTINGS,
            answer=_ONE_DATABASE,
            refusals=(422,),
        )
        for method, name in (("PATCH", "changeDatabase"), ("PUT", "putDatabase"))
    },
    ("GET", f"{_DATABASE}/plan"): Described(
        id="showPlan",
        summary="Show what the plan of a database holds and keeps.",
        answer=rooted("plan", named("DatabasePlan")),
    ),
    ("GET", f"{_DATABASE}/metrics"): Described(
        id="showMetrics",
        summary="Show the metrics of a database and its nodes; sizes are in bytes.",
        answer=named("Metrics"),
        refusals=(409,),
    ),
    ("GET", f"{_DATABASE}/health"): Described(
        id="showHealth",
        summary="Show how the cluster of a search engine is.",
        answer=named("Health"),
        refusals=(409, 422),
    ),
    ("GET", f"{_DATABASE}/logs"): Described(
        id="showLogUrl",
        summary="Tell where the log can be read.",
        answer=rooted("url", {"type": "string", "format": "uri"}),
    ),
    ("GET", f"{_DATABASE}/logs_archives"): Described(
        id="listLogArchives",
        summary="List the archives of the log.",
        answer=named("LogArchives"),
    ),
    ("POST", f"{_DATABASE}/action"): Described(
        id="performAction",
        summary="Perform an action; `ok` tells whether it succeeded, not the status.",
        body=an_action(),
        answer=named("ActionAnswer"),
    ),
    ("GET", f"{_DATABASE}/instances_status"): Described(
        id="listInstanceStates",
        summary="List the nodes: a bare array.",
        answer=listing(named("InstanceState")),
    ),
}

_WORK: Mapping[tuple[str, str], Described] = {
    ("POST", f"{_DATABASE}/upgrade"): Described(
        id="upgradeDatabase",
        summary="Begin the upgrade to the next version.",
        status=202,
        answer=named("UpgradeBegun"),
        headers={
            "Location": {
                "description": "Where the operation is shown.",
                "required": True,
                "schema": {"type": "string", "format": "uri"},
            }
        },
        links={"operation": _link("showOperation", operation=_OPERATION_ID)},
        refusals=(409, 422),
    ),
    ("GET", "/api/operations/{operation}"): Described(
        id="showOperation",
        summary="Show an operation of the database that the token is for.",
        answer=rooted("operation", named("Operation")),
    ),
    ("GET", f"{_DATABASE}/operations/{{operation}}"): Described(
        id="showOperationOfDatabase",
        summary="Show an operation of this database: a second path to the same.",
        answer=rooted("operation", named("Operation")),
    ),
    ("GET", "/api/database_type_versions/{version}"): Described(
        id="showVersion",
        summary="Show a version, and the one that an upgrade installs after it.",
        answer=rooted("database_type_version", named("VersionWithNext")),
    ),
    ("POST", f"{_DATABASE}/pitr/restore"): Described(
        id="restoreDatabase",
        summary="Begin to restore a PostgreSQL database to a point in time.",
        body=RESTORE,
        status=201,
        answer=record(operation_id=TEXT, operation=named("Operation")),
        links={"operation": _link("showOperation", operation=_OPERATION_ID)},
        refusals=(409, 422),
    ),
    ("GET", f"{_DATABASE}/pitr/recovery_window"): Described(
        id="showRecoveryWindow",
        summary="Show the points in time that a PostgreSQL database can be restored to.",
        answer=rooted("recovery_window", named("RecoveryWindow")),
        refusals=(422,),
    ),
    ("POST", f"{_DATABASE}/features"): Described(
        id="enableFeature",
        summary="Begin to enable a feature; one that is on stays as it is.",
        body=ENABLE_FEATURE,
        answer=record(name=TEXT, status=one_of(FeatureStatus), message=TEXT),
        refusals=(409, 422),
    ),
    ("DELETE", f"{_DATABASE}/features"): Described(
        id="disableFeature",
        summary="Begin to remove a feature.",
        query=(feature_query(),),
        answer=rooted("message", TEXT),
        refusals=(409, 422),
    ),
}

_BACKUPS = f"{_DATABASE}/backups"
_ONE_BACKUP = rooted("database_backup", named("Backup"))

_BACKUP_CALLS: Mapping[tuple[str, str], Described] = {
    ("GET", _BACKUPS): Described(
        id="listBackups",
        summary="List the backups, newest first.",
        answer=rooted("database_backups", listing(named("Backup"))),
    ),
    ("POST", _BACKUPS): Described(
        id="createBackup",
        summary="Begin a manual backup; beyond the plan's limit the oldest one goes.",
        body=IGNORED,
        status=201,
        answer=_ONE_BACKUP,
        links={
            "backup": _link(
                "showBackup",
                database=_DATABASE_ID,
                backup="$response.body#/database_backup/id",
            )
        },
        refusals=(409,),
    ),
    ("GET", f"{_BACKUPS}/{{backup}}"): Described(
        id="showBackup", summary="Show one backup.", answer=_ONE_BACKUP
    ),
    ("GET", f"{_BACKUPS}/{{backup}}/archive"): Described(
        id="showBackupArchive",
        summary="Tell where a backup that is done can be fetched.",
        answer=rooted("download_url", {"type": "string", "format": "uri"}),
        refusals=(409,),
    ),
    ("GET", "/api/backups/{backup}"): Described(
        id="showBackupOfToken",
        summary="Show one backup of the database that the token is for.",
        answer=_ONE_BACKUP,
    ),
}

_USERS = f"{_DATABASE}/users"
_A_USER = f"{_USERS}/{{user}}"
_CHANGED = named("DatabaseUserChanged")
_MAINTENANCE = f"{_DATABASE}/maintenance"

_PEOPLE_AND_WORK: Mapping[tuple[str, str], Described] = {
    ("GET", _USERS): Described(
        id="listUsers",
        summary="List the users of a database.",
        answer=rooted("database-users", listing(named("DatabaseUser"))),
    ),
    ("POST", _USERS): Described(
        id="createUser",
        summary="Create a user; without a password the service makes one up and says it once.",
        body=CREATE_USER,
        status=201,
        answer=_CHANGED,
        links={
            "user": _link("deleteUser", database=_DATABASE_ID, user="$response.body#/name"),
        },
        refusals=(409, 422),
    ),
    ("PATCH", _A_USER): Described(
        id="changePassword",
        summary="Give a user the password of the request.",
        body=PASSWORD,
        answer=_CHANGED,
        refusals=(409, 422),
    ),
    ("DELETE", _A_USER): Described(
        id="deleteUser",
        summary="Delete a user; a protected one stays.",
        status=204,
        answer=None,
        refusals=(409, 422),
    ),
    ("POST", f"{_A_USER}/reset_password"): Described(
        id="resetPassword",
        summary="Give a user a new password, which the answer says once.",
        answer=_CHANGED,
        refusals=(409,),
    ),
    ("GET", _MAINTENANCE): Described(
        id="listMaintenance",
        summary="List the provider's work on a database, in pages.",
        query=page_queries(),
        answer=record(
            maintenance=listing(named("Maintenance")),
            meta=rooted("pagination", named("Pagination")),
        ),
        refusals=(422,),
    ),
    ("GET", f"{_MAINTENANCE}/{{maintenance}}"): Described(
        id="showMaintenance",
        summary="Show one piece of the provider's work.",
        answer=named("MaintenanceShown"),
    ),
}

DESCRIBED: Mapping[tuple[str, str], Described] = MappingProxyType(
    {
        **_HOSTS,
        **_VARIABLE_CALLS,
        **_CATALOGUE,
        **_DATABASES,
        **_WORK,
        **_BACKUP_CALLS,
        **_PEOPLE_AND_WORK,
    }
)
