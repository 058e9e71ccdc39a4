"""Requests as values, and the frozen sets of those that may be sent.

Source of the paths: the wire contract of the provider's API.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from urllib.parse import quote

from attrs import field, frozen

from reconcile import __version__
from reconcile.api.secret import Credential
from reconcile.errors import ApiError, ForbiddenCallError
from reconcile.model.call import Call, Effect
from reconcile.model.text import safe_text


class Role(Enum):
    """The provider's three hosts; requests are counted by them."""

    AUTH = "auth"
    API = "api"
    DATABASE = "database"


@frozen(kw_only=True)
class Route:
    """A method and a path on one of the hosts; segments that begin with `:` are filled in."""

    role: Role
    method: str
    template: str

    @classmethod
    def of_call(cls, call: Call) -> Route:
        """The route of a call about one database."""
        return cls(role=Role.DATABASE, method=call.method, template=_DATABASE + call.path)

    def path(self, parameters: Mapping[str, str]) -> str:
        """The path with its parameters, percent-encoded.

        Raises ApiError for one that would change the path's shape: an empty one or dots, which
        percent-encoding leaves alone and every server takes as a way up.
        """
        return "/".join(_segment(part, parameters) for part in self.template.split("/"))

    def __str__(self) -> str:
        return safe_text(f"{self.method} {self.template}")


def _segment(part: str, parameters: Mapping[str, str]) -> str:
    if not part.startswith(":"):
        return part
    value = parameters[part[1:]]
    if value.strip(".") == "":
        raise ApiError(f"{value!r} is no name of an {part[1:]}: check the spec")
    return quote(value, safe="")


_DATABASE = "/api/databases/:addon"

EXCHANGE = Route(role=Role.AUTH, method="POST", template="/v1/tokens/exchange")
REGIONS = Route(role=Role.AUTH, method="GET", template="/v1/regions")
ADDONS = Route(role=Role.API, method="GET", template="/v1/apps/:app/addons")
ADDON_TOKEN = Route(role=Role.API, method="POST", template="/v1/apps/:app/addons/:addon/token")
ACTION = Route(role=Role.DATABASE, method="POST", template=f"{_DATABASE}/action")


@frozen(kw_only=True)
class Request:
    """One request, whole but for its host's address.

    `effect` decides whether a lost answer allows a repetition: it is that of the client's permits,
    never a caller's word.
    """

    route: Route
    base: str
    parameters: Mapping[str, str] = field(factory=dict)
    document: Mapping[str, object] | None = None
    credential: Credential | None = None
    effect: Effect = Effect.READ

    @property
    def path(self) -> str:
        """The path on the host, percent-encoded."""
        return self.route.path(self.parameters)

    @property
    def payload(self) -> bytes | None:
        """The document as it is sent."""
        return None if self.document is None else json.dumps(dict(self.document)).encode()

    def headers(self) -> dict[str, str]:
        """The headers, with the credential: not to be shown."""
        headers = {"User-Agent": f"reconcile/{__version__}", "Accept": "application/json"}
        if self.document is not None:
            headers["Content-Type"] = "application/json"
        if self.credential is not None:
            headers["Authorization"] = self.credential.header()
        return headers

    @property
    def action_name(self) -> str | None:
        """The action's name, None for a request that is no action."""
        name = (self.document or {}).get("action_name")
        return name if self.route == ACTION and isinstance(name, str) else None

    def __str__(self) -> str:
        if self.action_name:
            return safe_text(f"{self.action_name} of {self.parameters['addon']}")
        return f"{self.route.method} {self.path}"


@frozen(kw_only=True)
class Answer:
    """What came back, whole, and to what; `hide` takes the credentials in use out of a text."""

    request: Request
    status: int
    body: bytes = field(repr=False)
    retry_after: str | None = None
    hide: Callable[[str], str] = field(repr=False, eq=False)


@frozen(kw_only=True)
class Permits:
    """All that a client may send: exact routes, and the names of actions, all of one effect."""

    effect: Effect
    routes: frozenset[Route]
    actions: frozenset[str] = frozenset()

    def hold(self, request: Request) -> bool:
        """Whether the request is in the set."""
        if request.effect is not self.effect or request.route not in self.routes:
            return False
        if request.route == ACTION:
            named = set(request.document or ()) <= {"action_name", "params"}
            return named and request.action_name in self.actions
        # Some frameworks let a body override the method.
        return request.route.method != "GET" or request.document is None


GROUNDWORK = Permits(effect=Effect.READ, routes=frozenset({EXCHANGE, REGIONS, ADDONS, ADDON_TOKEN}))
"""What it takes to reach a database. None of these changes anything, whatever the method."""


def check(request: Request, permits: Iterable[Permits]) -> None:
    """Raise ForbiddenCallError for a request that none of the permits holds."""
    if not any(one.hold(request) for one in permits):
        name = request.action_name or ""
        raise ForbiddenCallError(
            safe_text(f"refused to send {request.route} {name}".rstrip()) + ": this client may not"
        )
