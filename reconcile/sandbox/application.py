"""The route table, the credentials, and the answers to what goes wrong."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable

from attrs import evolve
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from reconcile.sandbox import door, provider
from reconcile.sandbox.edge import Edge
from reconcile.sandbox.endpoint import Endpoint
from reconcile.sandbox.errors import not_found
from reconcile.sandbox.refusals import REFUSED, refusal
from reconcile.sandbox.service import Service
from reconcile.sandbox.wire import Call, Credential, JsonReply

ENDPOINTS = (*provider.ENDPOINTS, *door.ENDPOINTS)


def application(service: Service) -> Starlette:
    """Build the ASGI application of one sandbox."""
    routes = [
        Route(endpoint.path, _adapted(service, endpoint), methods=[endpoint.method])
        for endpoint in ENDPOINTS
    ]
    built = Starlette(
        routes=routes,
        middleware=[Middleware(Edge, service=service)],
        exception_handlers={
            404: _no_route,
            405: _no_route,
            Exception: _internal_error,
        },
    )
    # A redirect would be an answer that the reference does not know.
    built.router.redirect_slashes = False
    return built


def _adapted(service: Service, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """Give an endpoint the form that Starlette calls.

    There is no await between the check and the answer: on one event loop, every request is atomic.
    """

    async def respond(request: Request) -> Response:
        call: Call = evolve(request.state.call, params=request.path_params)
        try:
            return endpoint.answer(service, _authorized(service, endpoint.credential, call))
        except REFUSED as error:
            return refusal(error)

    return respond


def _authorized(service: Service, credential: Credential, call: Call) -> Call:
    """Give the call to answer, or refuse it."""
    tokens = service.tokens
    match credential:
        case Credential.NONE:
            pass
        case Credential.BASIC:
            tokens.check_basic(call.authorization)
        case Credential.USER:
            tokens.check_user(call.authorization)
        case Credential.ADDON:
            tokens.check_addon(call.authorization, call.params["database"])
        case Credential.ANY_ADDON:
            owner = {"database": tokens.addon_of(call.authorization)}
            return evolve(call, params={**call.params, **owner})
        case Credential.DOOR:
            tokens.check_door(call.authorization)
    return call


async def _no_route(_: Request, __: Exception) -> Response:
    return refusal(not_found("Route"))


async def _internal_error(_: Request, error: Exception) -> Response:
    traceback.print_exception(error)
    return JsonReply({"error": "internal error of the sandbox"}, status_code=500)
