"""The database API: upgrades, operations, versions."""

from __future__ import annotations

from attrs import asdict
from starlette.responses import Response

from scalingo_sandbox.database_api import databases_of, place_of
from scalingo_sandbox.endpoint import endpoints
from scalingo_sandbox.errors import conflict, invalid, not_found
from scalingo_sandbox.fleet import Database, Status
from scalingo_sandbox.operations import begun
from scalingo_sandbox.records import Operation, OperationType
from scalingo_sandbox.service import Service
from scalingo_sandbox.versions import find_version, upgrade_of, version_document
from scalingo_sandbox.wire import Call, Credential, JsonReply


def refuse_unless_idle(database: Database) -> None:
    """Answer 409 for a database that does not run, or that has other work."""
    if database.current_operation_id is not None:
        raise conflict(f"the operation {database.current_operation_id!r} is already under way")
    if database.status is not Status.RUNNING:
        raise conflict(f"the database is {database.status}")


def begin(
    service: Service, database: Database, operation_type: OperationType, target: str
) -> Operation:
    """Begin an operation; what the caller changed in `database` is taken over with it."""
    changed, operation = begun(
        database,
        operation_type,
        target=target,
        now=service.now(),
        seconds=service.operation_seconds,
    )
    service.fleet.change(changed)
    return operation


def operation_document(operation: Operation) -> dict[str, object]:
    """Show an operation."""
    return {
        "id": operation.id,
        "status": operation.shown_as or operation.status,
        "type": operation.type,
        "created_at": operation.created_at,
        "finished_at": operation.finished_at,
        "error": operation.error,
    }


def upgrade_database(service: Service, call: Call) -> Response:
    """Begin the upgrade to the next version: 202, `Location`, and the version being installed."""
    place = place_of(service, call)
    database = place.database
    refuse_unless_idle(database)
    version = database.next_version
    if version is None:
        raise invalid({"version": ["there is no version to upgrade to"]})
    operation = begin(service, database, OperationType.UPGRADE, version)
    said = {
        "message": f"Database upgrade to {version} is pending",
        "operation_id": operation.id,
        "maintenance_window": asdict(database.maintenance_window),
    }
    return JsonReply(
        said | version_document(database.engine, version),
        status_code=202,
        headers={"Location": f"{service.url}/api/operations/{operation.id}"},
    )


def show_operation(service: Service, call: Call) -> Response:
    """Show an operation of the database of the path or the token: `{"operation":{…}}`."""
    for database in databases_of(service, call):
        for operation in database.operations:
            if operation.id == call.params["operation"]:
                return JsonReply({"operation": operation_document(operation)})
    raise not_found("operation")


def show_version(service: Service, call: Call) -> Response:
    """Show a version, and the one that an upgrade installs after it.

    The answer is `{"database_type_version":{…,"next_upgrade":null|{…}}}`.

    A database that the token is for, and that has this version, decides what comes after it.
    """
    databases = tuple(databases_of(service, call))
    found = find_version(databases, call.params["version"])
    if found is None:
        raise not_found("database_type_version")
    engine, version = found
    after = upgrade_of(databases, engine, version)
    shown = version_document(engine, version)
    shown["next_upgrade"] = None if after is None else version_document(engine, after)
    return JsonReply({"database_type_version": shown})


ENDPOINTS = (
    *endpoints(
        Credential.DATABASE, "/api/databases/{database}", {"POST /upgrade": upgrade_database}
    ),
    *endpoints(Credential.ANY_DATABASE, "/api/operations", {"GET /{operation}": show_operation}),
    *endpoints(
        Credential.DATABASE,
        "/api/databases/{database}/operations",
        {"GET /{operation}": show_operation},
    ),
    *endpoints(
        Credential.ANY_DATABASE, "/api/database_type_versions", {"GET /{version}": show_version}
    ),
)
