"""What can be had: the API host's addon providers and plans, the database API's types and plan."""

from __future__ import annotations

from starlette.responses import Response

from scalingo_sandbox.addons_api import logo_url
from scalingo_sandbox.database_api import place_of
from scalingo_sandbox.defaults import ENGINES, object_id
from scalingo_sandbox.endpoint import endpoints
from scalingo_sandbox.errors import not_found
from scalingo_sandbox.fleet import Engine
from scalingo_sandbox.plans import (
    DEDICATED,
    OFFERED,
    Plan,
    engine_of,
    plan_document,
    plan_named,
    provider_key,
)
from scalingo_sandbox.service import Service
from scalingo_sandbox.versions import RELEASED_AT
from scalingo_sandbox.wire import Call, Credential, JsonReply

_CATEGORY = {
    "id": object_id("category", "databases"),
    "name": "Databases",
    "description": "Databases of the sandbox",
    "position": 1,
}
_DISK_OF_MEMORY = 4
_RECOVERY_DAYS = 7


def _plans(service: Service, provider: str) -> list[dict[str, object]]:
    """Show the plans of a provider, and any other that a database of the fleet has from it."""
    key = provider_key(provider)
    names = [plan.name for plan in OFFERED[key]]
    for app in service.fleet.apps:
        for database in app.addons:
            own = f"{database.engine}-ng" if app.dedicated else str(database.engine)
            names += [str(database.plan)] if own == key else []
    region = service.fleet.region
    return [plan_document(plan_named(name), region) for name in dict.fromkeys(names)]


def _provider(service: Service, provider: str) -> dict[str, object]:
    engine = engine_of(provider)
    title = ENGINES[engine].title
    return {
        "id": provider,
        "name": title,
        "logo_url": logo_url(engine),
        "short_description": f"{title} databases",
        "description": f"Databases of the sandbox that pose as {title}",
        "category": _CATEGORY,
        "provider_name": "Sandbox",
        "provider_url": f"https://sandbox.invalid/databases/{engine}",
        "hds_available": False,
        "plans": _plans(service, provider),
    }


def list_addon_providers(service: Service, call: Call) -> Response:
    """List the addon providers: `{"addon_providers":[{"id","name","plans":[…],…}]}`.

    With `category_id`, those of a category; with `dedicated=true`, that of dedicated databases.
    """
    dedicated = call.query.get("dedicated") == "true"
    offered = [one for one in OFFERED if (one == DEDICATED) is dedicated]
    if call.query.get("category_id", _CATEGORY["id"]) != _CATEGORY["id"]:
        offered = []
    return JsonReply({"addon_providers": [_provider(service, one) for one in offered]})


def list_addon_categories(_: Service, __: Call) -> Response:
    """List the categories of addon providers: databases are the only one."""
    return JsonReply({"addon_categories": [_CATEGORY]})


def list_plans(service: Service, call: Call) -> Response:
    """List the plans of an addon provider: `{"plans":[{"id","name",…}]}`."""
    provider = call.params["provider"]
    if provider_key(provider) not in OFFERED:
        raise not_found("addon_provider")
    return JsonReply({"plans": _plans(service, provider)})


def show_plan(service: Service, call: Call) -> Response:
    """Show what the plan of a database holds and keeps: `{"plan":{…}}`, sizes in MB."""
    database = place_of(service, call).database
    plan = plan_named(str(database.plan))
    return JsonReply({"plan": _limits(plan, database.engine)})


def show_plan_of_type(_: Service, call: Call) -> Response:
    """Show what a plan of the type in the query holds and keeps: `{"plan":{…}}`, sizes in MB."""
    provider = provider_key(call.query.get("type", ""))
    for plan in OFFERED.get(provider, ()):
        if plan.name == call.params["plan"]:
            return JsonReply({"plan": _limits(plan, engine_of(provider))})
    raise not_found("plan")


def _limits(plan: Plan, engine: Engine) -> dict[str, object]:
    recoverable = engine is Engine.POSTGRESQL
    return {
        "id": plan.id,
        "name": plan.name,
        "memory": plan.memory,
        "disk": plan.memory * _DISK_OF_MEMORY,
        "backup": True,
        "manual_backups_count": plan.manual_backups,
        "daily_scheduled_backups": 7,
        "weekly_scheduled_backups": 0 if plan.is_small else 4,
        "monthly_scheduled_backups": 0 if plan.is_small else 12,
        "pitr_backup_days": _RECOVERY_DAYS if recoverable else 0,
        "gateway_nodes": 0,
    }


def _type(engine: Engine) -> dict[str, object]:
    return {
        "id": object_id("type", engine),
        "name": engine,
        "logo_url": logo_url(engine),
        "short_description": f"{ENGINES[engine].title} databases",
        "description": f"Databases of the sandbox that pose as {ENGINES[engine].title}",
        "created_at": RELEASED_AT,
        "updated_at": RELEASED_AT,
    }


def list_types(_: Service, __: Call) -> Response:
    """List the types of databases: `{"database_types":[{"id","name",…}]}`."""
    return JsonReply({"database_types": [_type(engine) for engine in Engine]})


def show_type(_: Service, call: Call) -> Response:
    """Show one type of databases: `{"database_type":{…}}`."""
    for engine in Engine:
        shown = _type(engine)
        if shown["id"] == call.params["type"]:
            return JsonReply({"database_type": shown})
    raise not_found("database_type")


ENDPOINTS = (
    *endpoints(
        Credential.NONE,
        "/v1",
        {
            "GET /addon_providers": list_addon_providers,
            "GET /addon_providers/{provider}/plans": list_plans,
            "GET /addon_categories": list_addon_categories,
        },
    ),
    *endpoints(Credential.DATABASE, "/api/databases/{database}", {"GET /plan": show_plan}),
    *endpoints(Credential.ANY_DATABASE, "/api/plans", {"GET /{plan}": show_plan_of_type}),
    *endpoints(
        Credential.ANY_DATABASE,
        "/api/database_types",
        {"GET": list_types, "GET /{type}": show_type},
    ),
)
