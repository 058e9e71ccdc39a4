"""The shape of a plan file, and of its body the id.

`format_version` is major.minor: a new minor only adds to the envelope, a new major may change what
the id is made of.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from attrs import frozen

from reconcile.codec import canonical, plain
from reconcile.model.address import Address
from reconcile.model.change import Create, Delete, Update
from reconcile.model.constraint import described
from reconcile.model.engine import Engine
from reconcile.model.finding import Finding
from reconcile.model.history import Commit
from reconcile.model.item import Action, Blocked, Item, ManualStep, Pending
from reconcile.model.location import Origin
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.policy import Ignored
from reconcile.model.state import Facts, KindState
from reconcile.model.target import Pins, Target

FORMAT_VERSION = "2.0"

OMITTED = frozenset(
    {
        *((one, "origin") for one in (Action, ManualStep, Blocked, Pending)),
        *((one, "address") for one in (Create, Update, Delete)),
        (Action, "requires"),
        (ManualStep, "done_by"),
        (Target, "addon_status"),
        (Facts, "connection"),
        (Finding, "excerpt"),
        (Finding, "overridden"),
    }
)
"""The fields of the model that a file does not hold: what the envelope says or the rest tells."""


@frozen(kw_only=True)
class SavedHead:
    """Which database is meant, and what its spec says of the whole of it."""

    handle: str
    engine: Engine
    app: str
    protect: bool
    pins: Pins


@frozen(kw_only=True)
class SavedInputs(SavedHead):
    """What was planned of a database, as far as its items are about it."""

    target: Target
    facts: Facts
    desired: Mapping[str, object] = described("The wanted value of each kind, resolved.")
    observed: Mapping[str, KindState] = described("What was live of each kind.")


@frozen(kw_only=True)
class SavedDatabase(SavedInputs):
    """One database of the plan."""

    items: tuple[Item, ...] = described("In the order in which they are to be done.")


@frozen(kw_only=True)
class Body:
    """What a plan does, and to what; its SHA-256 is the plan's id."""

    format_version: str
    databases: tuple[SavedDatabase, ...] = described(
        "Those with items, by handle in alphabetical order."
    )


@frozen(kw_only=True)
class OtherDatabase(SavedHead):
    """A database without items: in sync, or unknown."""

    target: Target | None = described("Null where the database could not be found.")
    version: str | None
    error: str | None = described("Why it is unknown.")
    unauthenticated: bool = described("Whether the provider did not accept who we are.")


@frozen(kw_only=True)
class Scope:
    """What the plan was chosen from."""

    paths: tuple[str, ...] = described("The paths of the specs.")
    config: str | None = described("The configuration that it was made with.")
    only: tuple[str, ...]
    exclude: tuple[str, ...]
    fleet: int = described("How many databases the specs have, chosen or not.")
    digests: Mapping[str, str] = described("The SHA-256 of each file, by its path.")
    commit: Commit | None = described("What the specs were of, where that is known.")


@frozen(kw_only=True)
class Envelope:
    """What is worth knowing of a plan, and changes nothing that it does."""

    made: datetime = described("When it was made.")
    expires: datetime = described("After this it is not applied.")
    version: str = described("The version of the tool that made it.")
    scope: Scope
    origins: Mapping[Address, Origin] = described("Where each item comes from, by address.")
    others: tuple[OtherDatabase, ...] = described("The databases without items.")
    unmanaged: tuple[Address, ...] = described("Addresses that are live and named nowhere.")
    ignored: tuple[Ignored, ...] = described("What of the databases does not count.")
    findings: tuple[Finding, ...] = described("What the guards said.")


@frozen(kw_only=True)
class Signature:
    """An HMAC over the canonical JSON of everything else, made with RECONCILE_PLAN_KEY."""

    algorithm: Literal["hmac-sha256"]
    value: str = described("64 hexadecimal digits.")


@frozen(kw_only=True)
class Frame:
    """What stands around the body."""

    format_version: str
    kind: Literal["plan_file"]
    id: str = described("The SHA-256 of the canonical body, in hexadecimal.")
    envelope: Envelope
    signature: Signature | None


@frozen(kw_only=True)
class PlanFileDocument(Frame):
    """What `plan --out` writes."""

    body: Body
    envelope: Envelope
    signature: Signature | None


def plan_id(plan: Plan) -> str:
    """The SHA-256 of a plan's canonical body, as 64 hexadecimal digits.

    Two plans with the same targets, inputs and items have one id. Places in files, databases in sync
    and databases that could not be read are not part of it.
    """
    return hash_of(as_json(body_of(plan)))


def hash_of(body: object) -> str:
    """The SHA-256 of a plain body."""
    return hashlib.sha256(canonical(body)).hexdigest()


def as_json(document: object) -> Any:
    """A part of the document as JSON holds it."""
    return plain(document, omitted=OMITTED)


def body_of(plan: Plan) -> Body:
    """What a plan does, database by database; those without items do not count."""
    databases = tuple(_saved(one) for one in plan.databases if one.items)
    return Body(format_version=FORMAT_VERSION, databases=databases)


def _saved(database: DatabasePlan) -> SavedDatabase:
    if database.target is None or database.facts is None:
        raise AssertionError(f"{database.handle} has items and no inputs")
    return SavedDatabase(
        **_head_of(database),
        target=database.target,
        facts=database.facts,
        desired={name: plain(value) for name, value in database.desired.items()},
        observed=database.observed,
        items=database.items,
    )


def other_of(database: DatabasePlan) -> OtherDatabase:
    """A database without items, as the envelope holds it."""
    return OtherDatabase(
        **_head_of(database),
        target=database.target,
        version=database.version,
        error=database.error,
        unauthenticated=database.unauthenticated,
    )


def _head_of(database: DatabasePlan) -> Mapping[str, Any]:
    return {
        "handle": database.handle,
        "engine": Engine(database.engine),
        "app": database.app,
        "protect": database.protect,
        "pins": database.pins,
    }
