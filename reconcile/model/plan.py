"""The plan: what lies between the specs and the live fleet, as data."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from attrs import frozen

from reconcile.model.address import Address
from reconcile.model.finding import Finding, Severity
from reconcile.model.item import Action, Blocked, Item, ManualStep, Pending
from reconcile.model.target import Target


class Status(Enum):
    """A database's status; the first that its items call for wins."""

    UNKNOWN = "unknown"
    PENDING = "pending"
    CHANGES = "changes"
    ATTENTION = "attention"
    IN_SYNC = "in sync"


@frozen(kw_only=True)
class DatabasePlan:
    """The items of one database in the order in which they are to be done.

    `target` and `version` are None and `error` is set where the database could not be read.
    `unmanaged` lists what lives there without being named, for the kinds that the spec names.
    """

    handle: str
    engine: str
    app: str
    target: Target | None = None
    version: str | None = None
    protect: bool = False
    items: tuple[Item, ...] = ()
    unmanaged: tuple[Address, ...] = ()
    error: str | None = None
    unauthenticated: bool = False

    @property
    def status(self) -> Status:
        """Unknown > pending > changes > attention > in sync."""
        if self.error is not None:
            return Status.UNKNOWN
        if any(isinstance(entry, Pending) for entry in self.items):
            return Status.PENDING
        if self.actions:
            return Status.CHANGES
        return Status.ATTENTION if self.items else Status.IN_SYNC

    @property
    def actions(self) -> tuple[Action, ...]:
        """What the tool would do here, in order."""
        return tuple(entry for entry in self.items if isinstance(entry, Action))

    @property
    def doable(self) -> tuple[Action | ManualStep, ...]:
        """What the tool or a person would do here, in order: what guards look at."""
        return tuple(entry for entry in self.items if isinstance(entry, Action | ManualStep))


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
        """The databases that could not be read."""
        return tuple(plan for plan in self.databases if plan.status is Status.UNKNOWN)


@frozen(kw_only=True)
class Proposal:
    """A plan together with what the guards say of it."""

    plan: Plan
    findings: tuple[Finding, ...] = ()

    @property
    def refused(self) -> tuple[Finding, ...]:
        """The guards' findings that refuse the whole run."""
        return tuple(one for one in self._errors if one.address is None)

    def refusal(self, entry: Item) -> Finding | None:
        """The guard's finding that refuses this entry, its database or the whole run."""
        scope = (None, Address(database=entry.address.database), entry.address)
        return next((one for one in self._errors if one.address in scope), None)

    @property
    def _errors(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.severity is Severity.ERROR)
