"""The API host: apps, their addons, dedicated databases, addon tokens."""

from __future__ import annotations

from starlette.responses import Response

from reconcile.sandbox.defaults import ENGINES, object_id
from reconcile.sandbox.endpoint import Endpoint
from reconcile.sandbox.errors import not_found
from reconcile.sandbox.fleet import App
from reconcile.sandbox.live_fleet import Place
from reconcile.sandbox.service import Service
from reconcile.sandbox.wire import Call, Credential, JsonReply


def _app(service: Service, call: Call) -> App:
    app = service.fleet.app(call.params["app"])
    if app is None:
        raise not_found("app")
    return app


def _place(service: Service, call: Call) -> Place:
    app = _app(service, call)
    for place in service.fleet.addons(app):
        if place.database.id == call.params["addon"]:
            return place
    raise not_found("addon")


def _identity(place: Place) -> dict[str, object]:
    database = place.database
    plan = str(database.plan)
    return {
        "id": database.id,
        "app_id": place.app.id,
        "resource_id": database.resource_id,
        # The addon is what is paid for; its status is not that of its database.
        "status": database.addon_status,
        "plan": {"id": object_id("plan", plan), "name": plan, "display_name": plan},
        "addon_provider": {"id": database.provider, "name": ENGINES[database.engine].title},
    }


def _addon(place: Place) -> dict[str, object]:
    dates = {"provisioned_at": place.database.created_at, "deprovisioned_at": None}
    return _identity(place) | dates


def list_apps(service: Service, _: Call) -> Response:
    """List the apps: `{"apps":[{"id","name",…}]}`."""
    shown = [
        {"id": app.id, "name": app.name, "region": service.fleet.region, "status": "running"}
        for app in service.fleet.apps
        if not app.dedicated
    ]
    return JsonReply({"apps": shown})


def list_dedicated(service: Service, _: Call) -> Response:
    """List the dedicated databases: `{"databases":[{"id","name","technology","plan"}]}`."""
    places = [
        place for app in service.fleet.apps if app.dedicated for place in service.fleet.addons(app)
    ]
    shown = [
        {
            "id": place.app.id,
            "name": place.app.name,
            "technology": f"{place.database.engine}-ng",
            "plan": place.database.plan,
        }
        for place in places
    ]
    return JsonReply({"databases": shown})


def list_addons(service: Service, call: Call) -> Response:
    """List an app's addons."""
    places = service.fleet.addons(_app(service, call))
    return JsonReply({"addons": [_addon(place) for place in places]})


def show_addon(service: Service, call: Call) -> Response:
    """Show one addon."""
    return JsonReply({"addon": _addon(_place(service, call))})


def create_addon_token(service: Service, call: Call) -> Response:
    """Make the token for one database: the addon and its `token`."""
    place = _place(service, call)
    call.readable()
    token = service.tokens.for_addon(place.database.id)
    return JsonReply({"addon": _identity(place) | {"token": token}})


_ADDONS = "/v1/apps/{app}/addons"

ENDPOINTS = tuple(
    Endpoint(method=method, path=path, credential=Credential.USER, answer=answer)
    for method, path, answer in (
        ("GET", "/v1/apps", list_apps),
        ("GET", "/v1/databases", list_dedicated),
        ("GET", _ADDONS, list_addons),
        ("GET", f"{_ADDONS}/{{addon}}", show_addon),
        ("POST", f"{_ADDONS}/{{addon}}/token", create_addon_token),
    )
)
