"""The two sides that a plan compares: what is wanted and what is there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from attrs import evolve, field, frozen

from reconcile.model.address import Address
from reconcile.model.engine import Engine, Version
from reconcile.model.location import Location, Origin
from reconcile.model.policy import Ignored
from reconcile.model.postgresql import Reach, SqlConnection
from reconcile.model.target import Pins, Target

Value = None | bool | int | str | tuple[str, ...] | tuple[int, ...]
Fields = Mapping[str, Value]
"""The fields of one element, flat; sets are sorted tuples so that equal means equal."""

Elements = Mapping[str, Fields]
"""The elements of a kind by name; a kind that is one thing has the single name ITSELF."""

ITSELF = ""


RUNNING = "running"
"""The status of a database that can be changed."""

TRANSIENT = frozenset({"creating", "provisioning", "migrating", "updating", "upgrading"})
"""The statuses of databases and addons that end without a person; source: the wire contract."""


@frozen(kw_only=True)
class Facts:
    """What the database resource says of a database, whatever the kinds.

    `addon_status` comes with the addon's token. `engine` is None for a type that we do not know,
    `version` where none was given. `connection` is what the spec says of how to reach it by SQL,
    `reach` what was found there, None where nothing was read.
    """

    engine: Engine | None
    type_name: str
    version: Version | None
    status: str
    addon_status: str = RUNNING
    operation: str | None = None
    connection: SqlConnection | None = None
    reach: Reach | None = None

    @property
    def is_idle(self) -> bool:
        """Whether the database and its addon run and no operation is under way."""
        return self.status == self.addon_status == RUNNING and not self.operation

    @property
    def needs_person(self) -> bool:
        """Whether a status stays until a person acts; an unknown status counts as such."""
        return _stays(self.status) or _stays(self.addon_status)

    @property
    def held_by_addon(self) -> bool:
        """Whether the status to report is the addon's."""
        return self.addon_status != RUNNING and not _stays(self.status)


def _stays(status: str) -> bool:
    return status != RUNNING and status not in TRANSIENT


@frozen(kw_only=True)
class NotOffered:
    """The engine or the plan does not have this kind; `message` is the provider's own."""

    message: str


@frozen(kw_only=True)
class Unreadable:
    """What was answered about this kind cannot be used, as `message` says; others may be known."""

    message: str


Parsed = Elements | NotOffered
"""What an answer says of a kind."""

NoElements = NotOffered | Unreadable
"""Why nothing is known of a kind in a database that was read."""

KindState = Elements | NoElements


@frozen(kw_only=True)
class Observed:
    """A database that was read: `states` by kind name, for the kinds that its spec names."""

    target: Target
    facts: Facts
    states: Mapping[str, KindState] = field(factory=dict)


@frozen(kw_only=True)
class Unknown:
    """A database that could not be read, and why. It never counts as in sync.

    `about` is the key of the spec whose value the provider does not know, None for another reason.
    """

    reason: str
    unauthenticated: bool = False
    about: str | None = None


Observation = Observed | Unknown


@frozen(kw_only=True)
class Inspected:
    """A database that was read whole: every attribute of its resource, every kind it has."""

    target: Target
    resource: Mapping[str, object]
    states: Mapping[str, KindState] = field(factory=dict)

    @property
    def unreadable(self) -> bool:
        """Whether a kind of it could not be read."""
        return any(isinstance(state, Unreadable) for state in self.states.values())


@frozen(kw_only=True)
class Approval:
    """A person's word that something may go: why, and the last day on which it holds."""

    reason: str
    until: date


@frozen(kw_only=True)
class Desired:
    """One database as its spec wants it, defaults filled in.

    `kinds` holds a value of the kind's `spec_type` by kind name, without what is `ignored` of the
    kinds that the spec names; `origins` the place of each database, kind and name, by address.
    `whole` holds, by name, what the spec says of each kind of which something is ignored, `keys`
    the places of the values of `app`, `addon` and `engine`.
    """

    handle: str
    app: str
    addon: str | None
    engine: Engine
    location: Location
    labels: Mapping[str, str] = field(factory=dict)
    protect: bool = False
    pins: Pins = field(factory=Pins)
    connection: SqlConnection | None = None
    kinds: Mapping[str, object] = field(factory=dict)
    ignored: tuple[Ignored, ...] = ()
    whole: Mapping[str, object] = field(factory=dict)
    origins: Mapping[Address, Origin] = field(factory=dict)
    keys: Mapping[str, Location] = field(factory=dict)

    def origin_of_key(self, key: str) -> Origin:
        """The place of the value of a key; that of the database where the spec has no such key."""
        return Origin(location=self.keys.get(key, self.location))

    def as_written(self) -> Desired:
        """The same with nothing ignored: to look at, never to plan by."""
        return evolve(self, kinds={**self.kinds, **self.whole}, ignored=())

    def origin(self, address: Address) -> Origin:
        """The place of an address, or the nearest one around it."""
        kind = Address(database=address.database, kind=address.kind)
        for candidate in (address, kind):
            if candidate in self.origins:
                return self.origins[candidate]
        return Origin(location=self.location)
