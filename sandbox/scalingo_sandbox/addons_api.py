"""The API host: the addons of an app, which take time to come and to change their plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from uuid import NAMESPACE_URL, uuid5

from attrs import evolve
from starlette.responses import Response

from scalingo_sandbox.clock import iso
from scalingo_sandbox.connection_strings import addon_variables
from scalingo_sandbox.defaults import ENGINES, complete_database, resource_id
from scalingo_sandbox.endpoint import endpoints
from scalingo_sandbox.errors import invalid, missing, not_found
from scalingo_sandbox.fleet import App, Database, Fleet, Status
from scalingo_sandbox.live_fleet import Place
from scalingo_sandbox.operations import begun
from scalingo_sandbox.operations_api import begin, refuse_unless_idle
from scalingo_sandbox.plans import (
    DEDICATED,
    OFFERED,
    Plan,
    engine_of,
    plan_document,
    plan_named,
    provider_key,
)
from scalingo_sandbox.records import Operation, OperationType
from scalingo_sandbox.service import Service
from scalingo_sandbox.versions import NEWEST
from scalingo_sandbox.wire import Call, Credential, JsonReply

_PLAN_OPERATIONS = frozenset({OperationType.PROVISION, OperationType.CHANGE_PLAN})


def app_of(service: Service, call: Call) -> App:
    """Find the app of the path, with its databases as they are now, or answer 404."""
    app = service.fleet.app(call.params["app"])
    if app is None:
        raise not_found("app")
    return app


def _place(service: Service, call: Call) -> Place:
    app = app_of(service, call)
    for database in app.addons:
        if database.id == call.params["addon"]:
            return Place(app=app, database=database)
    raise not_found("addon")


def variables_of(service: Service, app: App) -> dict[str, str]:
    """Give the variables that an app has from its addons."""
    alone = Fleet(version=1, apps=(app,))
    return addon_variables(app.addons, service.backend.connections(alone))


def _plan_operations(database: Database) -> Iterator[Operation]:
    return (one for one in database.operations if one.type in _PLAN_OPERATIONS)


def _status(database: Database) -> str:
    """Return the status of the addon, which does not follow every status of its database."""
    if database.addon_status is not None:
        return database.addon_status
    changing = any(not one.ended for one in _plan_operations(database))
    if changing or database.status is Status.CREATING:
        return "provisioning"
    return "suspended" if database.status is Status.SUSPENDED else "running"


def _shown_plan(database: Database) -> Plan:
    """Give the plan that the addon has, also where its database is not yet so far."""
    coming = (str(one.target) for one in _plan_operations(database) if not one.ended)
    return plan_named(next(coming, str(database.plan)))


def addon_document(service: Service, place: Place) -> dict[str, object]:
    """Show an addon."""
    database = place.database
    changes = [database.created_at, *(one.created_at for one in _plan_operations(database))]
    return {
        "id": database.id,
        "app_id": place.app.id,
        "resource_id": database.resource_id,
        "status": _status(database),
        "plan": plan_document(_shown_plan(database), service.fleet.region),
        "addon_provider": {
            "id": database.provider,
            "name": ENGINES[database.engine].title,
            "logo_url": logo_url(database.engine),
        },
        "provisioned_at": database.created_at,
        "deprovisioned_at": None,
        "updated_at": changes[-1],
        "hds_resource": False,
    }


def logo_url(name: str) -> str:
    """Give the address of a logo; nothing answers."""
    return f"//cdn.sandbox.invalid/addons/{name}.svg"


def list_addons(service: Service, call: Call) -> Response:
    """List an app's database addons: `{"addons":[…]}`."""
    app = app_of(service, call)
    places = [Place(app=app, database=database) for database in app.addons]
    return JsonReply({"addons": [addon_document(service, place) for place in places]})


def show_addon(service: Service, call: Call) -> Response:
    """Show one addon: `{"addon":{…}}`."""
    return JsonReply({"addon": addon_document(service, _place(service, call))})


def create_addon_token(service: Service, call: Call) -> Response:
    """Make the bearer token for the database API of one addon: the addon and its `token`."""
    place = _place(service, call)
    call.readable()
    token = service.tokens.for_addon(place.database.id)
    return JsonReply({"addon": addon_document(service, place) | {"token": token}})


def _text(wanted: Mapping[str, object], field: str) -> str:
    text = wanted.get(field)
    if not isinstance(text, str) or not text:
        raise missing(field)
    return text


def plan_of(
    wanted: Mapping[str, object], offered: Iterable[Plan], *, field: str = "plan_id"
) -> Plan:
    """Find the plan whose id, or name, a request gives, or answer 422."""
    named = _text(wanted, field)
    for plan in offered:
        if named in (plan.id, plan.name):
            return plan
    raise invalid({field: ["is not a plan of this addon provider"]})


def _offered(place: Place) -> tuple[Plan, ...]:
    engine = str(place.database.engine)
    return OFFERED.get(f"{engine}-ng" if place.app.dedicated else engine, OFFERED[engine])


def provider_of(wanted: Mapping[str, object], field: str) -> str:
    """Read the id of an addon provider, or answer 422."""
    provider = _text(wanted, field)
    if provider_key(provider) not in OFFERED:
        raise invalid({field: ["is not an addon provider"]})
    return provider


def _fresh_id(service: Service, app: App) -> str:
    """Make the id of a new addon, whose resource no other addon of its app has."""
    taken = {database.resource_id for database in app.addons}
    moment = iso(service.now())
    candidates = (
        f"ad-{uuid5(NAMESPACE_URL, f'{app.id}/{moment}/{number}')}"
        for number in count(service.fleet.revision)
    )
    return next(one for one in candidates if resource_id(one, app.name) not in taken)


def begun_database(service: Service, app: App, provider: str, plan: Plan) -> Database:
    """Begin to create a database of the newest version, and hold its contents."""
    database = Database(
        id=_fresh_id(service, app),
        engine=engine_of(provider),
        provider=provider,
        plan=plan.name,
        cluster=plan.is_cluster,
        created_at=iso(service.now()),
    )
    creating, _ = begun(
        complete_database(database, app.name, {**NEWEST, **service.backend.versions}),
        OperationType.PROVISION,
        target=plan.name,
        now=service.now(),
        seconds=service.operation_seconds,
    )
    return service.backend.add(creating)


def create_addon(service: Service, call: Call) -> Response:
    """Begin to create a database addon: 201 `{"addon":{…},"message","variables":[…]}`."""
    app = app_of(service, call)
    wanted = call.rooted("addon")
    provider = provider_of(wanted, "addon_provider_id")
    plan = plan_of(wanted, OFFERED[provider_key(provider)])
    if app.dedicated or provider_key(provider) == DEDICATED:
        raise invalid({"app": ["a dedicated database cannot have another addon"]})
    before = variables_of(service, app)
    database = begun_database(service, app, provider, plan)
    app = evolve(app, addons=(*app.addons, database))
    service.fleet.change_app(app)
    document = _answer(service, app, database, "Database is being created")
    fresh = variables_of(service, app).keys() - before.keys()
    return JsonReply(document | {"variables": sorted(fresh)}, status_code=201)


def _answer(service: Service, app: App, database: Database, message: str) -> dict[str, object]:
    shown = addon_document(service, Place(app=app, database=database))
    return {"addon": shown, "message": message}


def change_plan(service: Service, call: Call) -> Response:
    """Begin to change the plan of an addon: `{"addon":{…},"message","vars":[]}`.

    A request for the present plan changes nothing.
    """
    place = _place(service, call)
    database = place.database
    plan = plan_of(call.rooted("addon"), _offered(place))
    if plan.name != _shown_plan(database).name:
        refuse_unless_idle(database)
        begin(service, database, OperationType.CHANGE_PLAN, plan.name)
        database = service.fleet.database(database.id)
    document = _answer(service, place.app, database, f"The plan is {plan.name}")
    # The documents write `vars`, the official client reads `variables`: no name of one changes.
    return JsonReply(document | {"vars": [], "variables": []})


def resume_addon(service: Service, call: Call) -> Response:
    """Resume an addon that was suspended: `{"addon":{…},"message"}`; another stays as it is."""
    place = _place(service, call)
    call.readable()
    database = place.database
    if _status(database) != "suspended":
        return JsonReply(_answer(service, place.app, database, "The addon is not suspended"))
    resumed = evolve(database, status=Status.RUNNING, addon_status=None)
    service.fleet.change(resumed)
    return JsonReply(_answer(service, place.app, resumed, "The addon is resumed"))


def show_sso(service: Service, call: Call) -> Response:
    """Show the addon with the address of its dashboard: `{"addon":{…,"sso_url"}}`.

    The typings of the provider's JavaScript client write three of its keys in another way.
    """
    place = _place(service, call)
    shown = addon_document(service, place)
    url = f"https://dashboard.{service.fleet.region}.sandbox.invalid/databases/{place.database.id}"
    typed = {"appId": place.app.id, "resourceId": place.database.resource_id, "ssoUrl": url}
    return JsonReply({"addon": shown | {"sso_url": url} | typed})


def delete_addon(service: Service, call: Call) -> Response:
    """Delete an addon with all its data: 204."""
    place = _place(service, call)
    if place.app.dedicated:
        raise invalid({"app": ["a dedicated database is deleted as an app"]})
    service.backend.remove(place.database)
    kept = tuple(one for one in place.app.addons if one.id != place.database.id)
    service.fleet.change_app(evolve(place.app, addons=kept))
    return Response(status_code=204)


ENDPOINTS = endpoints(
    Credential.USER,
    "/v1/apps/{app}/addons",
    {
        "GET": list_addons,
        "POST": create_addon,
        "GET /{addon}": show_addon,
        "PATCH /{addon}": change_plan,
        "DELETE /{addon}": delete_addon,
        "POST /{addon}/token": create_addon_token,
        "POST /{addon}/resume": resume_addon,
        "GET /{addon}/sso": show_sso,
    },
)
