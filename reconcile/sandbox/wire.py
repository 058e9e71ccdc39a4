"""One request and one answer, as values: what the endpoints see of HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum

from attrs import field, frozen
from starlette.responses import JSONResponse, PlainTextResponse

from reconcile.sandbox.errors import malformed


class Host(Enum):
    """The provider's three hosts; all are this server, told apart by the path."""

    AUTH = "auth"
    API = "api"
    DATABASE = "database"


_AUTH_PREFIXES = ("/v1/tokens/", "/v1/regions", "/v1/users/")


def host_of(path: str) -> Host | None:
    """Tell which of the provider's hosts would serve a path."""
    if path.startswith(_AUTH_PREFIXES):
        return Host.AUTH
    if path.startswith("/v1/"):
        return Host.API
    return Host.DATABASE if path.startswith("/api/") else None


class Credential(Enum):
    """What a request must carry."""

    NONE = "none"
    BASIC = "basic"
    USER = "user"
    ADDON = "addon"
    DOOR = "door"


class NotJson:
    """Stands for a body that could not be read as JSON."""


NOT_JSON = NotJson()


def read_json(body: bytes) -> object:
    """Read a body: None for an empty one, NOT_JSON for a bad one."""
    if not body.strip():
        return None
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return NOT_JSON


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


@frozen(kw_only=True)
class Call:
    """A whole request; `params` are the parts of the path, `body` is what `read_json` gave."""

    method: str
    path: str
    authorization: str | None
    body: object
    params: Mapping[str, str] = field(factory=dict)

    @property
    def host(self) -> Host | None:
        """The provider's host that would serve it."""
        return host_of(self.path)

    @property
    def action_name(self) -> str | None:
        """The name of the action it asks for, if it asks for one."""
        if self.path.endswith("/action") and isinstance(self.body, Mapping):
            name = self.body.get("action_name")
            return name if isinstance(name, str) else None
        return None

    def mapping(self) -> Mapping[str, object]:
        """Give the body as a JSON object, or answer 400."""
        if isinstance(self.body, NotJson):
            raise malformed("the body is not JSON")
        if not isinstance(self.body, Mapping):
            raise malformed("the body is not a JSON object")
        return self.body


class JsonReply(JSONResponse):
    """A JSON answer, in ASCII so that no text of a client can break the encoding."""

    def render(self, content: object) -> bytes:
        """Encode a document."""
        return json.dumps(content, allow_nan=False).encode("ascii")


def too_many_requests() -> PlainTextResponse:
    """Make the 429 of the provider's limiter: plain text, no Retry-After."""
    return PlainTextResponse("Retry later", status_code=429)
