"""A request as a value: kinds make it, the API room sends it, a dry run prints it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import frozen


class Effect(Enum):
    """Whether a call changes anything on the other side."""

    READ = "read"
    CHANGE = "change"


@frozen(kw_only=True)
class Call:
    """A request about one database; `path` continues the database's own path.

    An empty path is the database resource itself, `/action` the action endpoint.
    """

    method: str
    path: str
    body: Mapping[str, object] | None = None
    effect: Effect

    @property
    def action_name(self) -> str | None:
        """The action's name, None for a call that is no action."""
        name = (self.body or {}).get("action_name")
        return name if self.path == "/action" and isinstance(name, str) else None

    def __str__(self) -> str:
        return f"{self.method} {self.action_name or self.path or 'database'}"


RESOURCE = Call(method="GET", path="", effect=Effect.READ)
"""Read the database resource: always the first request about a database."""


def action(name: str, params: object = None, *, effect: Effect) -> Call:
    """Build an action call; without params the key is left out, as the API text shows."""
    body: dict[str, object] = {"action_name": name}
    if params is not None:
        body["params"] = params
    return Call(method="POST", path="/action", body=body, effect=effect)
