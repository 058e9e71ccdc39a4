"""The API host: apps, and dedicated databases."""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import evolve
from starlette.responses import Response

from scalingo_sandbox.accounts import OWNER
from scalingo_sandbox.addons_api import (
    addon_document,
    app_of,
    begun_database,
    plan_of,
    provider_of,
)
from scalingo_sandbox.clock import iso
from scalingo_sandbox.constraints import Matches
from scalingo_sandbox.defaults import object_id
from scalingo_sandbox.endpoint import endpoints
from scalingo_sandbox.errors import ApiError, invalid
from scalingo_sandbox.features_api import PUBLIC
from scalingo_sandbox.fleet import App, FeatureStatus
from scalingo_sandbox.live_fleet import Place
from scalingo_sandbox.plans import DEDICATED, OFFERED
from scalingo_sandbox.service import Service
from scalingo_sandbox.wire import Call, Credential, JsonReply

APP_NAME = Matches(
    r"(?=.{6,48}$)[0-9a-z]+(-[0-9a-z]+)*",
    "6 to 48 small letters, digits and single '-', none of them first or last",
)
_CREATED_AT = "2025-02-05T15:38:14.343+01:00"
_PROJECT = {"id": "pr-5c599fd6-0000-4000-8000-000000000002", "name": "default"}


def _document(service: Service, app: App) -> dict[str, object]:
    url = f"https://{app.name}.{service.fleet.region}.sandbox.invalid"
    return {
        "id": app.id,
        "uuid": app.id,
        "name": app.name,
        "parent_app_name": None,
        "region": service.fleet.region,
        "status": "running",
        "owner": OWNER,
        "project": _PROJECT,
        "git_url": f"git@ssh.{service.fleet.region}.sandbox.invalid:{app.name}.git",
        "url": url,
        "base_url": url,
        "links": {"deployments_stream": f"wss://deployments.sandbox.invalid/apps/{app.name}"},
        "created_at": _CREATED_AT,
        "updated_at": _CREATED_AT,
        "last_deployed_at": None,
        "last_deployed_by": None,
        "last_deployment_id": None,
        "stack_id": "st-sandbox",
        "force_https": False,
        "sticky_session": False,
        "router_logs": False,
        "hds_resource": False,
        "hds_contact": None,
        "private_networks_ids": [],
        "data_access_consent": None,
        # By this flag the official command line knows a dedicated database.
        "flags": {"dedicated-database": True} if app.dedicated else {},
        "limits": {},
    }


def list_apps(service: Service, _: Call) -> Response:
    """List the apps: `{"apps":[{"id","name",…}]}`."""
    apps = [app for app in service.fleet.apps if not app.dedicated]
    return JsonReply({"apps": [_document(service, app) for app in apps]})


def show_app(service: Service, call: Call) -> Response:
    """Show one app, or a dedicated database as the app that it behaves as: `{"app":{…}}`."""
    return JsonReply({"app": _document(service, app_of(service, call))})


def create_app(service: Service, call: Call) -> Response:
    """Create an app without addons: 201 `{"app":{…}}`."""
    name = _free_name(service, call.rooted("app"))
    app = App(name=name, id=_fresh_id(service, name))
    service.fleet.change_apps((*service.fleet.snapshot().apps, app))
    return JsonReply({"app": _document(service, app)}, status_code=201)


def rename_app(service: Service, call: Call) -> Response:
    """Rename an app or a dedicated database: `{"app":{…}}`; the body repeats its present name."""
    app = app_of(service, call)
    wanted = call.mapping()
    _refuse_another(app, wanted.get("current_name"))
    renamed = evolve(app, name=_free_name(service, wanted, "new_name"))
    service.fleet.change_app(renamed)
    return JsonReply({"app": _document(service, renamed)})


def _refuse_another(app: App, current_name: object) -> None:
    if current_name != app.name:
        raise invalid({"current_name": ["is not the name of the app"]})


def delete_app(service: Service, call: Call) -> Response:
    """Delete an app with all its databases: 204; the query repeats its name."""
    app = app_of(service, call)
    _refuse_another(app, call.query.get("current_name"))
    for database in app.addons:
        service.backend.remove(database)
    service.fleet.change_apps(one for one in service.fleet.snapshot().apps if one.id != app.id)
    return Response(status_code=204)


def _dedicated(place: Place) -> dict[str, object]:
    return {
        "id": place.app.id,
        "name": place.app.name,
        "project_id": _PROJECT["id"],
        "technology": f"{place.database.engine}-ng",
        "plan": place.database.plan,
    }


def _places(service: Service) -> list[Place]:
    apps = [app for app in service.fleet.apps if app.dedicated]
    return [place for app in apps for place in service.fleet.addons(app)]


def list_dedicated_databases(service: Service, call: Call) -> Response:
    """List the dedicated databases: `{"databases":[{"id","name",…}]}`.

    With `dashboard=true` each is in the form of the dashboard: `{"app","addon","database"}`.
    """
    places = _places(service)
    if call.query.get("dashboard") != "true":
        return JsonReply({"databases": [_dedicated(place) for place in places]})
    shown = [
        {
            "app": _document(service, place.app),
            "addon": addon_document(service, place),
            "database": _dedicated(place),
        }
        for place in places
    ]
    return JsonReply({"databases": shown})


def _dedicated_place(service: Service, call: Call) -> Place:
    wanted = call.params["dedicated"]
    for place in _places(service):
        if wanted in (place.app.id, place.app.name):
            return place
    raise ApiError(404, {"error": "Database not found"})


def show_dedicated_database(service: Service, call: Call) -> Response:
    """Show one dedicated database, by its name or id: `{"database":{…}}`."""
    return JsonReply({"database": _dedicated(_dedicated_place(service, call))})


def list_endpoints(service: Service, call: Call) -> Response:
    """List where a dedicated database is reached: `{"endpoints":[{"id","hostname","port",…}]}`.

    There is one in the private network, and one for everybody if the database is public.
    """
    database = _dedicated_place(service, call).database
    public = any(
        one.name == PUBLIC and one.status is FeatureStatus.ACTIVATED for one in database.features
    )
    shown = [
        {
            "id": object_id("endpoint", database.id, kind),
            "database_id": database.id,
            "hostname": database.hostname,
            "port": instance.port,
            "type": kind,
        }
        for kind in ("private-peering-rw", *(["public-rw"] if public else []))
        for instance in (database.instances or ())[:1]
    ]
    return JsonReply({"endpoints": shown})


def create_dedicated_database(service: Service, call: Call) -> Response:
    """Begin to create a dedicated database: 201 `{"database":{…}}`.

    The documents root the body in `database` and say `technology` and `plan`; the official command
    line has no root and says `addon_provider_id` and `plan_id`; older JavaScript clients root these,
    and say `database_name`.
    """
    wanted = call.rooted("database") if "database" in call.mapping() else call.mapping()
    provider = provider_of(wanted, _key(wanted, "technology", "addon_provider_id"))
    if provider != DEDICATED:
        raise invalid({"technology": [f"must be {DEDICATED!r}"]})
    plan = plan_of(wanted, OFFERED[DEDICATED], field=_key(wanted, "plan", "plan_id"))
    name = _free_name(service, wanted, _key(wanted, "name", "database_name"))
    app = App(name=name, id=_fresh_id(service, name), dedicated=True)
    database = begun_database(service, app, provider, plan)
    app = evolve(app, addons=(database,))
    service.fleet.change_apps((*service.fleet.snapshot().apps, app))
    shown = _dedicated(Place(app=app, database=database))
    return JsonReply({"database": shown}, status_code=201)


def _key(wanted: Mapping[str, object], documented: str, other: str) -> str:
    """Choose the name by which a request says something; the documented one if by neither."""
    return other if other in wanted and documented not in wanted else documented


def _free_name(service: Service, wanted: Mapping[str, object], field: str = "name") -> str:
    name = wanted.get(field)
    if not isinstance(name, str) or not re.fullmatch(APP_NAME.pattern, name, re.ASCII):
        raise invalid({field: [f"must be {APP_NAME.wanted}"]})
    if service.fleet.app(name) is not None:
        raise invalid({field: ["has already been taken"]})
    return name


def _fresh_id(service: Service, name: str) -> str:
    # An app that was renamed keeps its id, so a new one of its old name needs another.
    return object_id("app", name, iso(service.now()), str(service.fleet.revision))


ENDPOINTS = endpoints(
    Credential.USER,
    "/v1",
    {
        "GET /apps": list_apps,
        "POST /apps": create_app,
        "GET /apps/{app}": show_app,
        "POST /apps/{app}/rename": rename_app,
        "DELETE /apps/{app}": delete_app,
        "GET /databases": list_dedicated_databases,
        "POST /databases": create_dedicated_database,
        "GET /databases/{dedicated}": show_dedicated_database,
        "GET /databases/{dedicated}/endpoints": list_endpoints,
    },
)
