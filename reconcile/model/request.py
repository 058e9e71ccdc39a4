"""A request as a value: kinds make it, the API room sends it, a dry run prints it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from urllib.parse import quote, urlencode

from attrs import field, frozen


class Effect(Enum):
    """Whether a call changes anything on the other side."""

    READ = "read"
    CHANGE = "change"


class Scope(Enum):
    """What the path of a call continues: one database's own path, or that of the whole service."""

    DATABASE = "/api/databases/:addon"
    SERVICE = "/api"


@frozen(kw_only=True)
class FeatureSwitch:
    """A feature, and whether it is turned on or off."""

    name: str
    enabled: bool


@frozen(kw_only=True)
class Call:
    """A request to the database API, made in the name of one database.

    `path` continues that of its scope: an empty one is the database resource itself, `/action` the
    action endpoint. Its segments that begin with `:` are filled in from `names`. `starts_operation`
    is the type of the operation that goes on after the answer, which then names it, and `switches`
    the feature whose status changes after the answer; both are None for a change that is over by
    then.
    """

    method: str
    path: str
    body: Mapping[str, object] | None = None
    effect: Effect
    scope: Scope = Scope.DATABASE
    names: Mapping[str, str] = field(factory=dict)
    query: Mapping[str, str] = field(factory=dict)
    starts_operation: str | None = None
    switches: FeatureSwitch | None = None

    @property
    def action_name(self) -> str | None:
        """The action's name, None for a call that is no action."""
        name = (self.body or {}).get("action_name")
        return name if self.path == "/action" and isinstance(name, str) else None

    @property
    def answers_resource(self) -> bool:
        """Whether the answer holds the whole database resource."""
        return self.path == "" and self.scope is Scope.DATABASE

    @property
    def template(self) -> str:
        """The whole path, its segments not filled in."""
        return self.scope.value + self.path

    def __str__(self) -> str:
        return f"{self.method} {self.action_name or self.path or 'database'}"


def filled(template: str, names: Mapping[str, str], query: Mapping[str, str]) -> str:
    """A path with its segments and its query, percent-encoded.

    Raises ValueError for a name that would change the path's shape: an empty one or dots, which
    percent-encoding leaves alone and every server takes as a way up.
    """
    path = "/".join(_segment(part, names) for part in template.split("/"))
    return f"{path}?{urlencode(query)}" if query else path


def _segment(part: str, names: Mapping[str, str]) -> str:
    if not part.startswith(":"):
        return part
    name = part[1:]
    value = names[name]
    if value.strip(".") == "":
        raise ValueError(f"{value!r} is no name of an {name}")
    return quote(value, safe="")


RESOURCE = Call(method="GET", path="", effect=Effect.READ)
"""Read the database resource: always the first request about a database."""

RECOVERY_WINDOW = Call(method="GET", path="/pitr/recovery_window", effect=Effect.READ)
"""Read between which points in time a restore is possible."""

USERS = Call(method="GET", path="/users", effect=Effect.READ)
"""List the users of the database, which are the server's roles."""

BACKUPS = Call(method="GET", path="/backups", effect=Effect.READ)
"""List the backups, manual and periodic."""

BACK_UP = Call(method="POST", path="/backups", body={}, effect=Effect.CHANGE)
"""Ask for a manual backup; beyond the plan's limit the oldest manual one goes."""

UPGRADE = Call(method="POST", path="/upgrade", effect=Effect.CHANGE, starts_operation="upgrade")
"""Go to the next version, whichever that is: it takes no target."""


def action(name: str, params: object = None, *, effect: Effect) -> Call:
    """Build an action call; without params the key is left out, as the API text shows."""
    body: dict[str, object] = {"action_name": name}
    if params is not None:
        body["params"] = params
    return Call(method="POST", path="/action", body=body, effect=effect)


def update(fields: Mapping[str, object]) -> Call:
    """Change settings of the database resource, the named ones only."""
    return Call(method="PATCH", path="", body={"database": dict(fields)}, effect=Effect.CHANGE)


def restore(moment: str) -> Call:
    """Put the data back to a point in time (ISO 8601)."""
    return Call(
        method="POST",
        path="/pitr/restore",
        body={"restore_time": moment},
        effect=Effect.CHANGE,
        starts_operation="restore",
    )


def add_feature(name: str) -> Call:
    """Turn a feature on."""
    return Call(
        method="POST",
        path="/features",
        body={"feature": {"name": name}},
        effect=Effect.CHANGE,
        switches=FeatureSwitch(name=name, enabled=True),
    )


def remove_feature(name: str) -> Call:
    """Turn a feature off."""
    return Call(
        method="DELETE",
        path="/features",
        query={"feature": name},
        effect=Effect.CHANGE,
        switches=FeatureSwitch(name=name, enabled=False),
    )


def operation(ident: str) -> Call:
    """Read how far an operation has come."""
    return Call(
        method="GET",
        path="/operations/:operation",
        names={"operation": ident},
        scope=Scope.SERVICE,
        effect=Effect.READ,
    )


def operation_of_database(ident: str) -> Call:
    """Read how far an operation has come, at a second path: some hosts know it there only."""
    return Call(
        method="GET",
        path="/operations/:operation",
        names={"operation": ident},
        effect=Effect.READ,
    )


def type_version(ident: str) -> Call:
    """Read a version of an engine, and which one comes after it."""
    return Call(
        method="GET",
        path="/database_type_versions/:version",
        names={"version": ident},
        scope=Scope.SERVICE,
        effect=Effect.READ,
    )
