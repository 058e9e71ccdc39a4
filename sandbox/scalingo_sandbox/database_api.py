"""The database API: the resource, its settings, its actions, its nodes."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import asdict
from starlette.responses import Response

from scalingo_sandbox.actions import READS
from scalingo_sandbox.defaults import object_id
from scalingo_sandbox.endpoint import endpoints
from scalingo_sandbox.errors import EngineRefusal, conflict, malformed, not_found
from scalingo_sandbox.fleet import UNREACHABLE, Database
from scalingo_sandbox.live_fleet import Place
from scalingo_sandbox.service import Service
from scalingo_sandbox.settings import with_settings
from scalingo_sandbox.versions import version_id
from scalingo_sandbox.wire import Call, Credential, JsonReply


def place_of(service: Service, call: Call) -> Place:
    """Find the database of the path, or answer 404."""
    place = service.fleet.place(call.params["database"])
    if place is None:
        raise not_found("database")
    return place


def databases_of(service: Service, call: Call) -> Iterator[Database]:
    """List the databases that a request may mean: that of the path or the token, or every one."""
    if "database" in call.params:
        yield place_of(service, call).database
        return
    for app in service.fleet.apps:
        yield from (place.database for place in service.fleet.addons(app))


def reachable(service: Service, call: Call) -> Database:
    """Find the database of the path, or answer 409 for one whose server is not up."""
    database = place_of(service, call).database
    if database.status in UNREACHABLE:
        raise conflict(f"the database is {database.status}")
    return database


def resource(place: Place) -> dict[str, object]:
    """Show every attribute of a database."""
    database = place.database
    engine = database.engine.value
    following = database.next_version
    return {
        "id": database.id,
        "resource_id": database.resource_id,
        "app_name": place.app.name,
        "created_at": database.created_at,
        "encryption_at_rest": database.encryption_at_rest,
        "features": [asdict(feature) for feature in database.features],
        "plan": database.plan,
        "status": database.status,
        "type_id": object_id("type", engine),
        "type_name": engine,
        "version_id": version_id(database.engine, str(database.version)),
        "next_version_id": None if following is None else version_id(database.engine, following),
        "readable_version": database.version,
        "hostname": database.address,
        "instances": [asdict(instance) for instance in database.instances or ()],
        "cluster": database.cluster,
        "current_operation_id": database.current_operation_id,
        "maintenance_window": asdict(database.maintenance_window),
        "periodic_backups_enabled": database.backups.enabled,
        "periodic_backups_scheduled_at": list(database.backups.hours),
    }


def show_database(service: Service, call: Call) -> Response:
    """Show a database: `{"database":{…}}`."""
    return JsonReply({"database": resource(place_of(service, call))})


def change_database(service: Service, call: Call) -> Response:
    """Change the settings that are named: `{"database":{…}}`."""
    place = place_of(service, call)
    wanted = call.mapping().get("database")
    if not isinstance(wanted, dict):
        raise malformed("the body has no object 'database'")
    service.fleet.change(with_settings(place.database, wanted))
    return show_database(service, call)


def perform_action(service: Service, call: Call) -> Response:
    """Perform an action: `{"ok":1,"result"}`, or `{"ok":0,"error"}` with the status 200 as well."""
    place = place_of(service, call)
    body = call.mapping()
    name = call.action_name
    if name is None:
        raise malformed("the body has no string 'action_name'")
    try:
        # What others changed on the server before is no effect of this request.
        present = place.database if name in READS else service.observe(place.database)
        effect = service.backend.perform(present, name, body.get("params"))
    except EngineRefusal as refusal:
        return JsonReply({"ok": 0, "error": refusal.message})
    service.fleet.change(effect.database)
    return JsonReply({"ok": 1, "result": effect.result})


def list_instance_states(service: Service, call: Call) -> Response:
    """List the nodes: a bare array of `{"id","type","status","role"}`."""
    instances = place_of(service, call).database.instances or ()
    shown = [
        {
            "id": instance.id,
            "type": instance.type,
            "status": instance.status,
            "role": "leader" if number == 0 else "follower",
        }
        for number, instance in enumerate(instances)
    ]
    return JsonReply(shown)


ENDPOINTS = endpoints(
    Credential.DATABASE,
    "/api/databases/{database}",
    {
        "GET": show_database,
        "PATCH": change_database,
        "PUT": change_database,
        "POST /action": perform_action,
        "GET /instances_status": list_instance_states,
    },
)
