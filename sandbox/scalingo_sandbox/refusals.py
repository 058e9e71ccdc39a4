"""What goes wrong while a request is answered, as the answer to it."""

from __future__ import annotations

from typing import assert_never

from starlette.responses import Response

from scalingo_sandbox.errors import ApiError, EngineRefusal, FleetError, invalid
from scalingo_sandbox.servers.server import ServerError
from scalingo_sandbox.wire import JsonReply

Refused = ApiError | FleetError | EngineRefusal | ServerError
REFUSED = (ApiError, FleetError, EngineRefusal, ServerError)
"""The errors that have an answer of their own; every other is a defect."""


def refusal(error: Refused) -> Response:
    """Give the answer: 422 for what is unfit, 503 for a server that is not there."""
    match error:
        case ApiError():
            answer = error
        case FleetError():
            answer = invalid(error.by_path())
        case EngineRefusal():
            answer = invalid({"database": [error.message]})
        case ServerError():
            answer = ApiError(503, {"error": str(error)})
        case _:
            assert_never(error)
    return JsonReply(answer.document, status_code=answer.status)
