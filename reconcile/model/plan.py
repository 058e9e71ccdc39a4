"""The plan: what lies between the specs and the live fleet, as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum
from functools import cached_property

from attrs import evolve, field, frozen

from reconcile.model.address import Address
from reconcile.model.finding import Finding, Severity
from reconcile.model.item import Action, Blocked, Doable, Item, ManualStep, Pending, Reason
from reconcile.model.location import Origin
from reconcile.model.policy import Ignored
from reconcile.model.postgresql import dropping_all, drops_an_extension
from reconcile.model.state import Facts, KindState
from reconcile.model.target import Pins, Target


class Status(Enum):
    """A database's status: the worst that its items call for, in this order.

    Attention means that a person has to act: a manual step is left, or something is blocked.
    """

    UNKNOWN = "unknown"
    CHANGES = "changes"
    ATTENTION = "attention"
    PENDING = "pending"
    IN_SYNC = "in sync"


_SHOWN = 12
"""Digits of a plan's id that tell it from others."""


def short_id(plan_id: str) -> str:
    """The start of a plan's id, as a person reads and writes it."""
    return plan_id[:_SHOWN]


@frozen(kw_only=True)
class DatabasePlan:
    """The items of one database in the order in which they are to be done.

    `desired`, `observed` and `facts` are what was planned: the spec values, the states and what was
    read of the database, as far as the items are about them; planned again, they give these items.
    `target` and `version` are None and `error` is set where the database could not be read, with its
    `error_origin` where the provider does not know what the spec names there; `pins` is what the spec
    says of the target.
    `unmanaged` lists what lives there without being named, for the kinds that the spec names;
    `ignored` what of these kinds is left out of both sides.
    """

    handle: str
    engine: str
    app: str
    target: Target | None = None
    version: str | None = None
    protect: bool = False
    pins: Pins = field(factory=Pins)
    items: tuple[Item, ...] = ()
    desired: Mapping[str, object] = field(factory=dict)
    observed: Mapping[str, KindState] = field(factory=dict)
    facts: Facts | None = None
    unmanaged: tuple[Address, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    error: str | None = None
    error_origin: Origin | None = None
    unauthenticated: bool = False

    @property
    def status(self) -> Status:
        """Unknown > changes > attention > pending > in sync."""
        if self.error is not None or self.unreadable:
            return Status.UNKNOWN
        if self.actions:
            return Status.CHANGES
        if not self.items:
            return Status.IN_SYNC
        waits = all(isinstance(entry, Pending) for entry in self.items)
        return Status.PENDING if waits else Status.ATTENTION

    @property
    def is_pending(self) -> bool:
        """Whether it waits as a whole, so that nothing of it was compared with the spec."""
        return any(isinstance(one, Pending) and not one.address.kind for one in self.items)

    @property
    def unreadable(self) -> tuple[Blocked, ...]:
        """The kinds that could not be read, in a database that could be."""
        return tuple(
            entry
            for entry in self.items
            if isinstance(entry, Blocked) and entry.reason is Reason.UNREADABLE
        )

    @property
    def actions(self) -> tuple[Action, ...]:
        """What the tool would do here, in order."""
        return tuple(entry for entry in self.items if isinstance(entry, Action))

    @property
    def doable(self) -> tuple[Doable, ...]:
        """What the tool or a person would do here, in order: what guards look at."""
        return tuple(entry for entry in self.items if isinstance(entry, Doable))

    def about(self, *addresses: Address) -> list[Item]:
        """The items of these addresses, in order."""
        found = {
            place: self.items[place] for one in addresses for place in self._places.get(one, ())
        }
        return [found[place] for place in sorted(found)]

    @cached_property
    def _places(self) -> Mapping[Address, tuple[int, ...]]:
        """Where the items of an address stand: each action of a run asks for its own."""
        places: dict[Address, list[int]] = {}
        for place, entry in enumerate(self.items):
            places.setdefault(entry.address, []).append(place)
        return {address: tuple(some) for address, some in places.items()}


@frozen(kw_only=True)
class Plan:
    """The plans of all selected databases, by handle in alphabetical order."""

    databases: tuple[DatabasePlan, ...] = ()

    def items(self) -> Iterator[Item]:
        """All items, database by database."""
        for database in self.databases:
            yield from database.items

    @property
    def actions(self) -> tuple[Action, ...]:
        """All actions, database by database, in the order of each."""
        return tuple(entry for entry in self.items() if isinstance(entry, Action))

    @property
    def remains(self) -> bool:
        """Whether anything is left to do, by the tool or by a person. Pending is not."""
        return any(isinstance(entry, Action | ManualStep | Blocked) for entry in self.items())

    @property
    def unknown(self) -> tuple[DatabasePlan, ...]:
        """The databases that could not be read, or not whole."""
        return tuple(plan for plan in self.databases if plan.status is Status.UNKNOWN)


@frozen(kw_only=True)
class Proposal:
    """A plan together with what the guards say of it; `id` is the plan's."""

    plan: Plan
    findings: tuple[Finding, ...] = ()
    id: str = ""

    @property
    def remains(self) -> bool:
        """Whether anything is left to do, or is refused though nothing is to be done."""
        return self.plan.remains or any(self._errors)

    @property
    def refused(self) -> tuple[Finding, ...]:
        """The guards' findings that refuse the whole run."""
        return tuple(one for one in self._errors if one.address is None)

    def concerning(self, address: Address | None) -> tuple[Finding, ...]:
        """What the guards say of just one item or database; None: of the whole run."""
        return self._by_address.get(address, ())

    @property
    def overridden(self) -> tuple[str, ...]:
        """The codes of the guards that a person overrode, and that had something to say."""
        return tuple(dict.fromkeys(one.code for one in self.findings if one.overridden))

    def refuses(self, database: DatabasePlan) -> bool:
        """Whether a guard refuses all of a database."""
        return any(map(_is_error, self.concerning(Address(database=database.handle))))

    def refusal(self, entry: Item) -> Finding | None:
        """The guard's finding that refuses this entry, its database or the whole run."""
        scope = (None, Address(database=entry.address.database), entry.address)
        found = (one for address in dict.fromkeys(scope) for one in self.concerning(address))
        return next(filter(_is_error, found), None)

    @property
    def _errors(self) -> Iterator[Finding]:
        return filter(_is_error, self.findings)

    @cached_property
    def _by_address(self) -> Mapping[Address | None, tuple[Finding, ...]]:
        """The findings by what they concern: a report asks for those of each of its items."""
        found: dict[Address | None, list[Finding]] = {}
        for one in self.findings:
            found.setdefault(one.address, []).append(one)
        return {address: tuple(findings) for address, findings in found.items()}


def _is_error(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR


class Seal(Enum):
    """Whether a plan file was signed: checked with our key, or taken as it is."""

    UNSIGNED = "unsigned"
    UNCHECKED = "unchecked"
    VERIFIED = "verified"


@frozen(kw_only=True)
class Record:
    """When a plan was made and until when it may be applied, in UTC, by which version of the tool.

    `now` is when that was looked at.
    """

    made: datetime
    expires: datetime
    version: str
    seal: Seal
    now: datetime

    @property
    def expired(self) -> bool:
        """Whether its time is over."""
        return self.now > self.expires


def as_run(database: DatabasePlan, proposal: Proposal) -> tuple[Item, ...]:
    """The items of a database; the first step that drops an extension drops those of the others.

    PostgreSQL refuses to drop an extension before those that depend on it, unless one statement
    drops both. Which ones depend on it is not known without a connection. What a guard refuses stays
    out of the statement.
    """
    drops = [
        entry
        for entry in database.items
        if isinstance(entry, ManualStep)
        and drops_an_extension(entry.statements)
        and proposal.refusal(entry) is None
    ]
    return tuple(
        _shown(entry, drops) if isinstance(entry, ManualStep) and entry in drops else entry
        for entry in database.items
    )


def _shown(step: ManualStep, drops: Sequence[ManualStep]) -> ManualStep:
    first = drops[0]
    if step == first:
        return evolve(step, statements=(dropping_all(one.statements[0] for one in drops),))
    return evolve(step, statements=(), done_by=first.address)
