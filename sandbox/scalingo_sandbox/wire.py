"""One request and one answer, as values: what the endpoints see of HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum

from attrs import field, frozen
from starlette.responses import JSONResponse, PlainTextResponse

from scalingo_sandbox.errors import malformed, missing


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
    """What a request must carry.

    DATABASE is the token of the addon in the path or of the user; ANY_DATABASE that of any addon or
    of the user.
    """

    NONE = "none"
    BASIC = "basic"
    USER = "user"
    DATABASE = "database"
    ANY_DATABASE = "any-database"
    DOOR = "door"


class NotJson:
    """Stands for a body that could not be read as JSON."""


NOT_JSON = NotJson()


def read_json(body: bytes, content_type: str | None) -> object:
    """Read a body: None for an empty one, NOT_JSON for a bad one, or one said to be another thing.

    A client that says nothing means JSON; one that leaves the word to its HTTP library shows up.
    """
    if not body.strip():
        return None
    if content_type is not None and _media_type(content_type) != "application/json":
        return NOT_JSON
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return NOT_JSON


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


@frozen(kw_only=True)
class Call:
    """A whole request; `params` are the parts of the path, `body` is what `read_json` gave.

    An endpoint that takes the token of any database finds that one under `database` in `params`,
    and nothing there where the token is a user's.
    """

    method: str
    path: str
    authorization: str | None
    body: object
    query: Mapping[str, str] = field(factory=dict)
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

    def readable(self) -> object:
        """Give the body, or answer 400 for one that is no JSON."""
        if isinstance(self.body, NotJson):
            raise malformed("the body is not JSON, or its Content-Type is not")
        return self.body

    def mapping(self) -> Mapping[str, object]:
        """Give the body as a JSON object, or answer 400."""
        body = self.readable()
        if not isinstance(body, Mapping):
            raise malformed("the body is not a JSON object")
        return body

    def rooted(self, name: str) -> Mapping[str, object]:
        """Give the object under a key of the body, or answer 422 as the API host does."""
        wanted = self.mapping().get(name)
        if not isinstance(wanted, Mapping):
            raise missing(name)
        return wanted


class JsonReply(JSONResponse):
    """A JSON answer, in ASCII so that no text of a client can break the encoding."""

    def render(self, content: object) -> bytes:
        """Encode a document."""
        return json.dumps(content, allow_nan=False).encode("ascii")


def too_many_requests(headers: Mapping[str, str] | None = None) -> PlainTextResponse:
    """Make the 429 of the provider's limiter: plain text, by itself without Retry-After."""
    return PlainTextResponse("Retry later", status_code=429, headers=headers)
