"""The sandbox's own door, `/_sandbox/…`: watch it, change it behind a client's back, break it."""

from __future__ import annotations

from attrs import asdict
from starlette.responses import Response

from scalingo_sandbox import fleet_file
from scalingo_sandbox.backups_api import download
from scalingo_sandbox.database_api import place_of
from scalingo_sandbox.endpoint import endpoints
from scalingo_sandbox.errors import ApiError, EngineRefusal, malformed
from scalingo_sandbox.faults import Fault, FaultKind
from scalingo_sandbox.monitoring_api import show_log
from scalingo_sandbox.openapi import openapi_document
from scalingo_sandbox.outside import changed, outside_write
from scalingo_sandbox.service import Service
from scalingo_sandbox.wire import Call, Credential, JsonReply

PREFIX = "/_sandbox/"


def show_health(service: Service, _: Call) -> Response:
    """Say that the sandbox is up."""
    databases = len(service.fleet.snapshot().databases())
    return JsonReply({"status": "ok", "databases": databases})


def show_openapi(_: Service, __: Call) -> Response:
    """Show the OpenAPI document of the provider's API; it holds no secret."""
    return JsonReply(openapi_document())


def show_requests(service: Service, _: Call) -> Response:
    """Show what the clients sent."""
    return JsonReply(service.log.document())


def clear_requests(service: Service, _: Call) -> Response:
    """Forget what the clients sent."""
    service.log.clear()
    return JsonReply({})


def show_fleet(service: Service, _: Call) -> Response:
    """Show the present state in the shape of the fleet file."""
    for database in service.fleet.snapshot().databases():
        service.observe(database)
    return JsonReply(fleet_file.dump(service.fleet.snapshot()))


def replace_fleet(service: Service, call: Call) -> Response:
    """Replace the whole fleet."""
    wanted = fleet_file.parse(call.mapping(), "fleet", service.backend.versions)
    service.fleet.replace(service.backend.install(wanted))
    return show_fleet(service, call)


def change_database(service: Service, call: Call) -> Response:
    """Change the named keys of a database, as in the fleet file; null is the default again."""
    wanted = changed(service, place_of(service, call), call.mapping())
    return JsonReply(fleet_file.dump(service.write(wanted)))


def run_sql(service: Service, call: Call) -> Response:
    """Run one SQL statement: `{"result": "CREATE EXTENSION"}`, refusals are 422.

    In memory the statements on extensions are understood, on a real server all are.
    """
    place = place_of(service, call)
    statement = call.mapping().get("statement")
    if not isinstance(statement, str):
        raise malformed("the body has no string 'statement'")
    try:
        outcome = service.backend.run_sql(place.database, statement)
    except EngineRefusal as refusal:
        document = {"error": refusal.message, "sqlstate": refusal.sqlstate}
        raise ApiError(422, document) from None
    service.fleet.change(outcome.database)
    return JsonReply({"result": outcome.tag})


def show_connections(service: Service, _: Call) -> Response:
    """Show what each database runs on, with its owner's login: `{"connections":[…]}`."""
    connections = service.backend.connections(service.fleet.snapshot())
    return JsonReply({"connections": [asdict(one) for one in connections]})


def add_fault(service: Service, call: Call) -> Response:
    """Ask for a fault; an outside write must be fit for its database as it is now."""
    fault = fleet_file.structure(call.mapping(), Fault, "fault")
    if fault.kind is FaultKind.OUTSIDE_WRITE:
        outside_write(service, fault)
    service.faults.add(fault)
    return JsonReply({}, status_code=201)


def clear_faults(service: Service, _: Call) -> Response:
    """Ask for no more faults; what one holds goes on."""
    service.faults.clear()
    service.holds.release()
    return JsonReply({})


def show_held(service: Service, _: Call) -> Response:
    """Show which requests are held now: `{"held":[{"method","path","action_name","when"}]}`."""
    return JsonReply({"held": service.holds.document()})


def release(service: Service, call: Call) -> Response:
    """Let the held requests go on, or with `{"drop": true}` close their connections instead."""
    drop = call.mapping().get("drop", False)
    if not isinstance(drop, bool):
        raise malformed("'drop' is neither true nor false")
    return JsonReply({"held": service.holds.release(drop=drop)})


_OPEN = {
    "GET health": show_health,
    "GET openapi.json": show_openapi,
    # What a signed link leads to: its token is in the query.
    "GET archives/{database}/{backup}": download,
    "GET logs/{database}": show_log,
}
_OWN = {
    "GET requests": show_requests,
    "DELETE requests": clear_requests,
    "GET fleet": show_fleet,
    "PUT fleet": replace_fleet,
    "PATCH databases/{database}": change_database,
    "POST databases/{database}/sql": run_sql,
    "GET connections": show_connections,
    "POST faults": add_fault,
    "DELETE faults": clear_faults,
    "GET held": show_held,
    "POST release": release,
}

ENDPOINTS = (
    *endpoints(Credential.NONE, PREFIX, _OPEN),
    *endpoints(Credential.DOOR, PREFIX, _OWN),
)
