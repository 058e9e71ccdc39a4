"""The document: the route table of the provider's hosts, joined with what is said of each row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from scalingo_sandbox.constraints import OBJECT_ID, Matches
from scalingo_sandbox.endpoint import Endpoint
from scalingo_sandbox.fleet import ADDON_ID, PATH_SEGMENT
from scalingo_sandbox.openapi.actions import action_schemas
from scalingo_sandbox.openapi.components import NOUNS
from scalingo_sandbox.openapi.operations import (
    DESCRIBED,
    Described,
    operation_id,
    said,
)
from scalingo_sandbox.openapi.shapes import Shape, matching, named
from scalingo_sandbox.provider import ENDPOINTS
from scalingo_sandbox.records import USER_NAME
from scalingo_sandbox.wire import Credential, Host, host_of

_ABOUT = (
    "The auth host, the API host and the database host of the provider, as the sandbox serves them "
    "on one port. Not here: the sandbox's own door under `/_sandbox/`, and the faults that it "
    "makes on demand. The service may answer with more keys than these."
)

_HOSTS: Mapping[Host, str] = MappingProxyType(
    {
        Host.AUTH: "Tokens, regions, the account.",
        Host.API: "Addon providers and plans; apps, their addons and their variables.",
        Host.DATABASE: "Databases: settings, actions, operations, backups, users, metrics.",
    }
)

_SCHEMES: Mapping[str, Shape] = MappingProxyType(
    {
        "apiToken": {
            "type": "http",
            "scheme": "basic",
            "description": "An empty user, and the API token as password.",
        },
        "userToken": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "What `POST /v1/tokens/exchange` gives. The database API takes it on the "
            "API host, for every database.",
        },
        "addonToken": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "What `POST /v1/apps/{app}/addons/{addon}/token` gives; good for the "
            "database of that addon only.",
        },
    }
)

_SCHEMES_OF: Mapping[Credential, tuple[str, ...]] = MappingProxyType(
    {
        Credential.NONE: (),
        Credential.BASIC: ("apiToken",),
        Credential.USER: ("userToken",),
        Credential.DATABASE: ("addonToken", "userToken"),
        Credential.ANY_DATABASE: ("addonToken", "userToken"),
    }
)
"""Any of these is enough."""

_REFUSALS: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        400: ("The body is not JSON, or not of the right form.", "Error"),
        401: ("The credentials are missing, wrong or too old.", "Error"),
        403: ("The token is for another database.", "ErrorForbidden"),
        404: ("It is not there.", "ErrorNotFound"),
        409: ("The database is busy, or not in a state for this.", "Error"),
        422: ("A value is not fit.", "ErrorUnprocessable"),
    }
)

_PARAMETERS: Mapping[str, tuple[str, Matches, str]] = MappingProxyType(
    {
        "app": ("The app's name or id.", PATH_SEGMENT, "shop-web"),
        "addon": ("The addon's id.", ADDON_ID, "ad-7f6c1f0a"),
        "database": ("The addon's id.", ADDON_ID, "ad-7f6c1f0a"),
        "operation": ("The operation's id.", OBJECT_ID, "609145e66ffbd934f6745bb4"),
        "version": ("The version's id.", OBJECT_ID, "5bf30d1104c87f000161285b"),
        "backup": ("The backup's id.", OBJECT_ID, "5c599fd6f18b3202f7ab4e66"),
        "user": ("The user's name.", USER_NAME, "reporting"),
        "maintenance": ("The maintenance's id.", OBJECT_ID, "5c599fd6f18b3202f7ab4e66"),
        "variable": ("The variable's id.", OBJECT_ID, "541013a9736f7563d5050000"),
        "provider": ("The addon provider's id.", PATH_SEGMENT, "mysql"),
        "plan": ("The plan's name.", PATH_SEGMENT, "mysql-starter-512"),
        "rule": ("The rule's id.", OBJECT_ID, "5c599fd6f18b3202f7ab4e66"),
        "type": ("The type's id.", OBJECT_ID, "5bf30d1104c87f000161285a"),
        "dedicated": ("The dedicated database's name or id.", PATH_SEGMENT, "my-postgres-db"),
    }
)


def openapi_document() -> dict[str, Any]:
    """Make the document, in OpenAPI 3.1; the same every time."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        shape = _operation(endpoint, DESCRIBED[endpoint.answer.__name__])
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = shape
    return {
        "openapi": "3.1.0",
        "info": {"title": "Database API of the sandbox", "version": "1", "description": _ABOUT},
        "servers": [{"url": "/", "description": "Where this document comes from."}],
        "tags": [{"name": host.value, "description": text} for host, text in _HOSTS.items()],
        "paths": paths,
        "components": {
            "schemas": {**NOUNS, **action_schemas()},
            "parameters": {name: _path_parameter(name) for name in _PARAMETERS},
            "responses": {**_refusals(), "429": _TOO_MANY},
            "securitySchemes": dict(_SCHEMES),
        },
    }


_TOO_MANY: Shape = {
    "description": "More than 60 requests in one minute.",
    "content": {"text/plain": {"schema": {"type": "string", "const": "Retry later"}}},
}


def _path_parameter(name: str) -> Shape:
    description, constraint, example = _PARAMETERS[name]
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": description,
        "schema": matching(constraint, example),
    }


def _refusals() -> dict[str, Shape]:
    return {
        str(status): {"description": text, "content": _json(named(shape))}
        for status, (text, shape) in _REFUSALS.items()
    }


def _json(shape: Shape, **more: Any) -> Shape:
    return {"application/json": {"schema": shape, **more}}


def _operation(endpoint: Endpoint, described: Described) -> Shape:
    host = host_of(endpoint.path)
    parameters = [
        *({"$ref": f"#/components/parameters/{name}"} for name in _names(endpoint.path)),
        *described.query,
    ]
    return {
        "operationId": operation_id(endpoint),
        **said(endpoint),
        "tags": [] if host is None else [host.value],
        "security": _security(endpoint.credential),
        **({"parameters": parameters} if parameters else {}),
        **_request_body(described),
        "responses": {
            **{
                str(status): _success(described, status)
                for status in (described.status, *described.also)
            },
            **{
                str(status): {"$ref": f"#/components/responses/{status}"}
                for status in sorted({*_usual(endpoint, described), *described.refusals})
            },
        },
    }


def _names(path: str) -> list[str]:
    return re.findall(r"{(\w+)}", path)


def _security(credential: Credential) -> list[Shape]:
    return [{scheme: []} for scheme in _SCHEMES_OF[credential]]


def _request_body(described: Described) -> Shape:
    body = described.body
    if body is None:
        return {}
    content = _json(body.shape, examples=body.examples)
    return {"requestBody": {"required": body.needed, "content": content}}


def _success(described: Described, status: int) -> Shape:
    return {
        "description": HTTPStatus(status).phrase,
        **({"headers": dict(described.headers)} if described.headers else {}),
        **({} if described.answer is None else {"content": _json(described.answer)}),
        **({"links": dict(described.links)} if described.links else {}),
    }


def _usual(endpoint: Endpoint, described: Described) -> Iterator[int]:
    """Tell the refusals that follow from a row of the route table and from a body."""
    if endpoint.credential is not Credential.NONE:
        yield 401
    if endpoint.credential is Credential.DATABASE:
        yield 403
    if _names(endpoint.path):
        yield 404
    if described.body is not None:
        yield 400
    if host_of(endpoint.path) is Host.API:
        yield 429
