"""The route table, the credentials, and the answers to what goes wrong."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping

from attrs import evolve
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scalingo_sandbox import door, provider
from scalingo_sandbox.edge import Edge
from scalingo_sandbox.endpoint import Endpoint
from scalingo_sandbox.errors import not_found
from scalingo_sandbox.refusals import REFUSED, refusal
from scalingo_sandbox.service import Service
from scalingo_sandbox.wire import Call, Credential, JsonReply

ENDPOINTS = (*provider.ENDPOINTS, *door.ENDPOINTS)


def application(service: Service) -> Starlette:
    """Build the ASGI application of one sandbox."""
    by_path: dict[str, dict[str, Endpoint]] = {}
    for endpoint in ENDPOINTS:
        by_path.setdefault(endpoint.path, {})[endpoint.method] = endpoint
    built = Starlette(
        routes=[_route(service, path, methods) for path, methods in by_path.items()],
        middleware=[Middleware(Edge, service=service)],
        exception_handlers={
            404: _no_route,
            405: _wrong_method,
            Exception: _internal_error,
        },
    )
    # A redirect would be an answer that the reference does not know.
    built.router.redirect_slashes = False
    return built


def _route(service: Service, path: str, endpoints: Mapping[str, Endpoint]) -> Route:
    """Give a path's endpoints the form that Starlette calls.

    There is no await between the check and the answer: on one event loop, every request is atomic.
    """

    async def respond(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_allow(route.methods or ()))
        endpoint = endpoints["GET" if request.method == "HEAD" else request.method]
        call: Call = evolve(request.state.call, params=request.path_params)
        try:
            return endpoint.answer(service, _authorized(service, endpoint.credential, call))
        except REFUSED as error:
            return refusal(error)

    route = Route(path, respond, methods=[*endpoints, "OPTIONS"])
    return route


def _allow(methods: Iterable[str]) -> dict[str, str]:
    return {"Allow": ", ".join(sorted(methods))}


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
        case Credential.DATABASE:
            tokens.check_database(call.authorization, call.params["database"])
        case Credential.ANY_DATABASE:
            owner = tokens.addon_of(call.authorization)
            if owner is not None:
                return evolve(call, params={**call.params, "database": owner})
        case Credential.DOOR:
            tokens.check_door(call.authorization)
    return call


async def _no_route(_: Request, __: Exception) -> Response:
    return refusal(not_found("route"))


async def _wrong_method(_: Request, error: Exception) -> Response:
    # Starlette names the methods in an order that changes from start to start.
    named = error.headers if isinstance(error, HTTPException) else None
    allow = _allow(dict(named or {}).get("Allow", "").split(", "))
    return JsonReply({"error": "method not allowed"}, status_code=405, headers=allow)


async def _internal_error(_: Request, error: Exception) -> Response:
    traceback.print_exception(error)
    return JsonReply({"error": "internal error of the sandbox"}, status_code=500)
