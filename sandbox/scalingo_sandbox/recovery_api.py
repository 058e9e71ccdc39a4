"""The database API: restoring a PostgreSQL database to a point in time."""

from __future__ import annotations

from starlette.responses import Response

from scalingo_sandbox.clock import iso, seconds_of
from scalingo_sandbox.database_api import place_of
from scalingo_sandbox.endpoint import endpoints
from scalingo_sandbox.errors import ApiError, invalid
from scalingo_sandbox.fleet import Database, Engine
from scalingo_sandbox.operations_api import begin, operation_document, refuse_unless_idle
from scalingo_sandbox.records import OperationType, RecoveryWindow
from scalingo_sandbox.service import Service
from scalingo_sandbox.wire import Call, Credential, JsonReply

_WEEK = 7 * 24 * 3600


def _restorable(service: Service, call: Call) -> Database:
    database = place_of(service, call).database
    if database.engine is not Engine.POSTGRESQL:
        sentence = "point-in-time recovery is only available for PostgreSQL databases"
        raise invalid({"database": [sentence]})
    return database


def recovery_window(database: Database, now: float) -> RecoveryWindow:
    """Tell what can be restored: the fixed window, or the last week without what a restore cost."""
    if database.recovery_window is not None:
        return database.recovery_window
    earliest = now - _WEEK
    if database.restored_at is not None:
        earliest = max(earliest, seconds_of(database.restored_at))
    return RecoveryWindow(
        earliest_recoverable_at=iso(earliest), latest_recoverable_at=iso(max(earliest, now))
    )


def show_recovery_window(service: Service, call: Call) -> Response:
    """Show the points in time that a PostgreSQL database can be restored to.

    The answer is `{"recovery_window":{…}}`; either end may be null.
    """
    window = recovery_window(_restorable(service, call), service.now())
    shown = {
        "earliest_recoverable_at": window.earliest_recoverable_at,
        "latest_recoverable_at": window.latest_recoverable_at,
    }
    return JsonReply({"recovery_window": shown})


def _unfit(sentence: str) -> ApiError:
    return invalid({"restore_time": [sentence]})


def _refuse_outside(window: RecoveryWindow, wanted: float) -> None:
    earliest, latest = window.earliest_recoverable_at, window.latest_recoverable_at
    if earliest is None or latest is None:
        raise _unfit("nothing can be restored yet")
    if not seconds_of(earliest) <= wanted <= seconds_of(latest):
        raise _unfit(f"must be between {earliest} and {latest}")


def restore_database(service: Service, call: Call) -> Response:
    """Begin to restore a PostgreSQL database to a point in time.

    The answer is 201 `{"operation_id","operation":{…}}`, both shapes that are known.
    """
    database = _restorable(service, call)
    time = call.mapping().get("restore_time")
    if not isinstance(time, str):
        raise _unfit("must be a string")
    try:
        wanted = seconds_of(time)
    except (ValueError, OverflowError):
        raise _unfit("must be an ISO 8601 time with an offset") from None
    refuse_unless_idle(database)
    _refuse_outside(recovery_window(database, service.now()), wanted)
    operation = begin(service, database, OperationType.RESTORE, iso(wanted))
    document = {"operation_id": operation.id, "operation": operation_document(operation)}
    return JsonReply(document, status_code=201)


ENDPOINTS = endpoints(
    Credential.DATABASE,
    "/api/databases/{database}/pitr",
    {"POST /restore": restore_database, "GET /recovery_window": show_recovery_window},
)
