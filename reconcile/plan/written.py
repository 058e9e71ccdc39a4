"""A plan file as it stands in JSON, as attrs classes: read, written and described by these.

`format_version` is major.minor: a new minor only adds to the envelope, a new major may change what
the id is made of. A field with a default may be left out, and is left out where it has its default:
so a file that an earlier version wrote keeps its id.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from attrs import frozen

from reconcile.model.change import Risk
from reconcile.model.constraint import described
from reconcile.model.engine import Engine
from reconcile.model.finding import Severity
from reconcile.model.item import Reason
from reconcile.model.state import Fields, Value

FORMAT_VERSION = "1.0"


@frozen(kw_only=True)
class WrittenHosts:
    """The provider's hosts as base URLs."""

    auth: str
    api: str
    database: str


@frozen(kw_only=True)
class WrittenConnection:
    """How the database is reached by SQL: where the connection string is, never the string."""

    dsn: str
    database: str


@frozen(kw_only=True)
class WrittenTarget:
    """The live database that the plan was made for."""

    region: str
    hosts: WrittenHosts
    app: str
    addon: str
    resource_id: str
    engine: Engine | None
    plan: str | None
    connection: WrittenConnection | None
    created_at: datetime | None = described(
        "When the database was created. Left out where that is not known.", default=None
    )


@frozen(kw_only=True)
class WrittenField:
    """One field that differs."""

    field: str
    before: Value
    after: Value


@frozen(kw_only=True)
class WrittenCreate:
    """Something that is missing live."""

    verb: Literal["create"]
    after: Fields
    replacement: bool = described("Whether it is half of a delete and create.")


@frozen(kw_only=True)
class WrittenUpdate:
    """Something that is live with other values."""

    verb: Literal["update"]
    before: Fields
    after: Fields
    fields: tuple[WrittenField, ...] = described("What differs.")


@frozen(kw_only=True)
class WrittenDelete:
    """Something that shall go."""

    verb: Literal["delete"]
    before: Fields
    replacement: bool = described("Whether it is half of a delete and create.")


WrittenChange = WrittenCreate | WrittenUpdate | WrittenDelete


@frozen(kw_only=True)
class WrittenApproval:
    """A person's word that something may go."""

    reason: str
    until: date = described("The last day on which it holds.", examples=("2027-01-31",))


@frozen(kw_only=True)
class WrittenAction:
    """A change that the tool makes."""

    type: Literal["action"]
    address: str = described("database/kind or database/kind/name.")
    change: WrittenChange
    risk: Risk
    reason: Reason
    approval: WrittenApproval | None


@frozen(kw_only=True)
class WrittenStep:
    """A change that a person makes."""

    type: Literal["manual_step"]
    address: str
    change: WrittenChange
    risk: Risk
    reason: Reason
    approval: WrittenApproval | None
    statements: tuple[str, ...] = described("What a person runs.")
    where: str = described("Where a person runs it.")


@frozen(kw_only=True)
class WrittenBlock:
    """A difference that is not settled, and why."""

    type: Literal["blocked"]
    address: str
    change: WrittenChange | None
    reason: Reason
    code: str
    message: str
    hint: str


@frozen(kw_only=True)
class WrittenWait:
    """What waits for the provider."""

    type: Literal["pending"]
    address: str
    reason: Reason
    message: str
    at_it: bool = described("Whether the provider is at this very thing.")


WrittenItem = WrittenAction | WrittenStep | WrittenBlock | WrittenWait


@frozen(kw_only=True)
class WrittenPins:
    """What the live database has to be, for anything to be done to it."""

    resource_id: str | None
    region: str | None


@frozen(kw_only=True)
class WrittenHead:
    """Which database is meant, and what its spec says of the whole of it."""

    handle: str
    engine: Engine
    version: str | None
    app: str
    protect: bool
    pins: WrittenPins


@frozen(kw_only=True)
class WrittenDatabase(WrittenHead):
    """One database of the plan."""

    target: WrittenTarget
    items: tuple[WrittenItem, ...] = described("In the order in which they are to be done.")


@frozen(kw_only=True)
class Body:
    """What a plan does, and to what; its SHA-256 is the plan's id."""

    format_version: str
    databases: tuple[WrittenDatabase, ...] = described(
        "Those with items, by handle in alphabetical order."
    )


@frozen(kw_only=True)
class WrittenLocation:
    """A place in a spec; line and column count from 1, line 0 means the file as a whole."""

    file: str
    line: int
    column: int


@frozen(kw_only=True)
class WrittenOrigin:
    """Where a wanted value comes from."""

    location: WrittenLocation
    default: str | None = described("The default that it was taken from.")


@frozen(kw_only=True)
class WrittenOther(WrittenHead):
    """A database without items: in sync, or unknown."""

    target: WrittenTarget | None = described("Null where the database could not be found.")
    error: str | None = described("Why it is unknown.")
    unauthenticated: bool = described("Whether the provider did not accept who we are.")


@frozen(kw_only=True)
class WrittenIgnored:
    """A difference that does not count."""

    address: str
    reason: str
    until: date
    location: WrittenLocation


@frozen(kw_only=True)
class WrittenFinding:
    """What a guard said when the plan was made."""

    code: str
    severity: Severity
    message: str
    location: WrittenLocation | None
    hint: str | None
    address: str | None
    override: str | None


@frozen(kw_only=True)
class WrittenCommit:
    """The commit of a git repository that the specs were of."""

    id: str
    dirty: bool = described("Whether the specs were another than it says.")


@frozen(kw_only=True)
class WrittenScope:
    """What the plan was chosen from."""

    paths: tuple[str, ...] = described("The paths of the specs.")
    config: str | None = described("The configuration that it was made with.")
    only: tuple[str, ...]
    exclude: tuple[str, ...]
    fleet: int = described("How many databases the specs have, chosen or not.")
    digests: Mapping[str, str] = described("The SHA-256 of each file, by its path.")
    commit: WrittenCommit | None = described("What the specs were of, where that is known.")


@frozen(kw_only=True)
class Envelope:
    """What is worth knowing of a plan, and changes nothing that it does."""

    made: datetime = described("When it was made.")
    expires: datetime = described("After this it is not applied.")
    version: str = described("The version of the tool that made it.")
    scope: WrittenScope
    origins: Mapping[str, WrittenOrigin] = described("Where each item comes from, by address.")
    others: tuple[WrittenOther, ...] = described("The databases without items.")
    unmanaged: tuple[str, ...] = described("Addresses that are live and named nowhere.")
    ignored: tuple[WrittenIgnored, ...] = described("What of the databases does not count.")
    findings: tuple[WrittenFinding, ...] = described("What the guards said.")


@frozen(kw_only=True)
class Signature:
    """An HMAC over the canonical JSON of everything else, made with RECONCILE_PLAN_KEY."""

    algorithm: Literal["hmac-sha256"]
    value: str = described("64 hexadecimal digits.")


@frozen(kw_only=True)
class PlanFileDocument:
    """What `plan --out` writes."""

    format_version: str
    kind: Literal["plan_file"]
    id: str = described("The SHA-256 of the canonical body, in hexadecimal.")
    body: Body
    envelope: Envelope
    signature: Signature | None
