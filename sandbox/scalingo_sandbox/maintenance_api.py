"""The database API: the provider's own work on a database, in pages."""

from __future__ import annotations

import re

from attrs import asdict
from starlette.responses import Response

from scalingo_sandbox.database_api import place_of
from scalingo_sandbox.endpoint import endpoints
from scalingo_sandbox.errors import invalid, not_found
from scalingo_sandbox.fleet import Database
from scalingo_sandbox.records import Maintenance
from scalingo_sandbox.service import Service
from scalingo_sandbox.wire import Call, Credential, JsonReply

_PER_PAGE = 20
_LARGEST_PAGE = 50


def _document(database: Database, maintenance: Maintenance) -> dict[str, object]:
    return asdict(maintenance) | {"database_id": database.id}


def _number(call: Call, name: str, default: int) -> int:
    """Read a count of the query, or answer 422."""
    text = call.query.get(name, str(default))
    if not re.fullmatch("[1-9][0-9]{0,8}", text, re.ASCII):
        raise invalid({name: ["must be a positive integer"]})
    return int(text)


def list_maintenance(service: Service, call: Call) -> Response:
    """List the provider's work on a database, in pages; beyond the last a page is empty.

    The answer is `{"maintenance":[…],"meta":{"pagination":{…}}}`.
    """
    database = place_of(service, call).database
    page = _number(call, "page", 1)
    size = min(_number(call, "per_page", _PER_PAGE), _LARGEST_PAGE)
    total = len(database.maintenance)
    pages = -(-total // size)
    pagination = {
        "current_page": page,
        "prev_page": page - 1 if page > 1 else None,
        "next_page": page + 1 if page < pages else None,
        "total_pages": pages,
        "total_count": total,
    }
    shown = database.maintenance[(page - 1) * size : page * size]
    return JsonReply(
        {
            "maintenance": [_document(database, one) for one in shown],
            "meta": {"pagination": pagination},
        }
    )


def show_maintenance(service: Service, call: Call) -> Response:
    """Show one piece of the provider's work: flat, and under `maintenance`."""
    database = place_of(service, call).database
    for one in database.maintenance:
        if one.id == call.params["maintenance"]:
            shown = _document(database, one)
            return JsonReply({**shown, "maintenance": shown})
    raise not_found("maintenance")


ENDPOINTS = endpoints(
    Credential.DATABASE,
    "/api/databases/{database}/maintenance",
    {"GET": list_maintenance, "GET /{maintenance}": show_maintenance},
)
