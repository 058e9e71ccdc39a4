"""Requests as values, and the frozen sets of those that may be sent.

Source of the paths: the wire contract of the provider's API.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from enum import Enum

from attrs import field, frozen

from reconcile import __version__
from reconcile.api.secret import Credential
from reconcile.errors import ApiError, ForbiddenCallError
from reconcile.model.request import Call, Effect, Scope, filled
from reconcile.model.text import safe_text


class Role(Enum):
    """The provider's three hosts; requests are counted by them."""

    AUTH = "auth"
    API = "api"
    DATABASE = "database"


@frozen(kw_only=True)
class Route:
    """A method and a path on one of the hosts; segments that begin with `:` are filled in.

    `query` names the parameters that may follow.
    """

    role: Role
    method: str
    template: str
    query: frozenset[str] = frozenset()

    @classmethod
    def of_call(cls, call: Call) -> Route:
        """The route of a call to the database API."""
        return cls(
            role=Role.DATABASE,
            method=call.method,
            template=call.template,
            query=frozenset(call.query),
        )

    def __str__(self) -> str:
        return safe_text(f"{self.method} {self.template}")


EXCHANGE = Route(role=Role.AUTH, method="POST", template="/v1/tokens/exchange")
REGIONS = Route(role=Role.AUTH, method="GET", template="/v1/regions")
ADDONS = Route(role=Role.API, method="GET", template="/v1/apps/:app/addons")
ADDON_TOKEN = Route(role=Role.API, method="POST", template="/v1/apps/:app/addons/:addon/token")
ACTION = Route(role=Role.DATABASE, method="POST", template=f"{Scope.DATABASE.value}/action")


@frozen(kw_only=True)
class Request:
    """One request, whole but for its host's address.

    `effect` decides whether a lost answer allows a retry: it is that of the client's permits,
    never a caller's word. `finish` is for what completes a change that is half made: it is sent,
    and waits where it has to, although the run was interrupted or its time is over. `again` where
    it was sent before, with a token that was refused: it counts as a retry.
    """

    route: Route
    base: str
    parameters: Mapping[str, str] = field(factory=dict)
    query: Mapping[str, str] = field(factory=dict)
    document: Mapping[str, object] | None = None
    credential: Credential | None = None
    effect: Effect = Effect.READ
    finish: bool = False
    again: bool = False

    @property
    def path(self) -> str:
        """The path on the host with its query, percent-encoded.

        Raises ApiError for a parameter that would change the path's shape.
        """
        try:
            return filled(self.route.template, self.parameters, self.query)
        except ValueError as error:
            raise ApiError(str(error)) from None

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
    """What came back, whole, and to what; `hide` takes the credentials in use out of a text.

    `retry_after` and `location` are the headers of those names.
    """

    request: Request
    status: int
    body: bytes = field(repr=False)
    retry_after: str | None = None
    location: str | None = None
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
