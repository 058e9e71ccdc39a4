"""Past runs, as their journals tell of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Final, Literal

from attrs import field, frozen

from reconcile.model.address import Address
from reconcile.model.change import Change, Risk, verb_of
from reconcile.model.engine import Step
from reconcile.model.request import BACK_UP
from reconcile.model.run import REACHED, Conflict, Result
from reconcile.model.state import Approval

VerbWord = Literal["create", "update", "delete", "order"]

ORDER: Final = "order"
"""What stands for a verb where the change is one that no spec could hold."""


NOT_KNOWN: Final = "not known"
"""The word of a journal for an outcome that no later look can tell."""


class RunState(Enum):
    """Whether a run came to its end: an interrupted one did not, and is no longer running."""

    ENDED = "ended"
    RUNNING = "running"
    INTERRUPTED = "interrupted"


@frozen(kw_only=True)
class Commit:
    """A commit of a git repository, in full; `dirty` where the files were another than it says."""

    id: str
    dirty: bool = False


Live = tuple[str, str]
"""The region and the addon of a live database."""


@frozen(kw_only=True)
class Addon:
    """Which live database a handle stood for."""

    app: str
    addon: str
    region: str

    @property
    def live(self) -> Live:
        """The database itself, whatever its application."""
        return self.region, self.addon


@frozen(kw_only=True)
class Permission:
    """What a person overrode and allowed for a run, and what was to be done to have a way back.

    `overrides` are the codes of guards that were overridden, `allows` the words of `--allow`, also of a
    risk that was agreed to at the prompt.
    """

    overrides: tuple[str, ...] = ()
    allows: tuple[str, ...] = ()
    backup_first: bool = False
    roll_backups: bool = False


@frozen(kw_only=True)
class Opening:
    """What a run is about, written down before it begins.

    `version` is the tool's, `who` a user on `host`, `commit` that of the specs where it is known.
    `plan_id` is empty where there was no plan; `plan_made` is when the plan file was made that it
    applies, in ISO format, empty for other runs and in journals of earlier versions. `actions` is
    the number of actions that were planned; `databases` by handle.
    """

    version: str
    command: str
    who: str = ""
    host: str = ""
    pid: int = 0
    commit: Commit | None = None
    plan_id: str = ""
    plan_made: str = ""
    actions: int = 0
    databases: Mapping[str, Addon] = field(factory=dict)
    permission: Permission = field(factory=Permission)


@frozen(kw_only=True)
class Resolution:
    """What a later run found out about an action of an earlier `run` without a written outcome.

    `done` is None where it cannot be known: later runs do not look again. `answered` where the run
    that found it out was to do the same, and reported this instead.
    """

    run: str
    address: Address
    verb: str
    done: bool | None
    answered: bool = False

    @property
    def name(self) -> tuple[str, Address, str]:
        """What it is about: a run, an address, a verb."""
        return self.run, self.address, self.verb


@frozen(kw_only=True)
class PastAction:
    """One action or order of a past run, and what became of it.

    `change` is None for an order, which `what` says in words. `risk` is None in journals that did
    not tell it yet. The result is unknown, too, where nothing was written after the intent of a run
    that is over. `approval` is the word of the spec that something may go. `damaged` where a damaged
    line of the journal is the last about it: its change may not be known.

    `begun` is when its intent was written (UTC). Of an order, `request` is its method and its action
    or path, `body` what the request holds (None in journals that did not tell it yet), `step` the
    versions of an upgrade, `backup` the id of the backup that it made. `later` is what a later run
    found out about it.
    """

    address: Address
    result: Result
    change: Change | None = None
    what: str = ""
    risk: Risk | None = None
    message: str = ""
    operation: str | None = None
    conflict: Conflict | None = None
    approval: Approval | None = None
    damaged: bool = False
    begun: datetime | None = None
    request: str = ""
    step: Step | None = None
    backup: str | None = None
    body: Mapping[str, Any] | None = None
    later: Resolution | None = None

    @property
    def unanswered(self) -> bool:
        """Whether its own run did not know what became of it, and nobody was told that it was done."""
        if self.later is None:
            return self.result is Result.UNKNOWN
        return self.later.done is not False and not self.later.answered

    @property
    def closed(self) -> bool:
        """Whether what became of it cannot be known, so that no run looks again."""
        return self.later is not None and self.later.done is None

    @property
    def verb(self) -> VerbWord:
        """What it did to its address: a verb, or `order`."""
        return verb_of(self.change).value if self.change else ORDER


@frozen(kw_only=True)
class PastRun:
    """A run as its journal tells of it; times in UTC, `ended` None where it did not.

    `torn` where its last line is not whole, as after a crash; `unread` counts the other lines that
    make no sense. `settlements` are of actions of runs before it; `settled_by` are the later runs
    that found out about actions of this one.
    """

    id: str
    opening: Opening
    began: datetime
    state: RunState
    ended: datetime | None = None
    actions: tuple[PastAction, ...] = ()
    settlements: tuple[Resolution, ...] = ()
    settled_by: tuple[str, ...] = ()
    torn: bool = False
    unread: int = 0

    @property
    def planned(self) -> tuple[PastAction, ...]:
        """Its actions, without the backups that were made for them; or its one order."""
        return tuple(action for action in self.actions if action.request != str(BACK_UP))

    @property
    def results(self) -> Mapping[Result, int]:
        """The number of what was planned by result, in the order of the results."""
        counts = Counter(action.result for action in self.planned)
        return {result: counts[result] for result in Result if counts[result]}

    @property
    def settled(self) -> bool:
        """Whether later runs found out what became of all of whose end it had written nothing."""
        left = any(action.result is Result.UNKNOWN for action in self.actions)
        return bool(self.settled_by) and not left

    @property
    def completed(self) -> bool:
        """Whether all that was planned is done, by its own word or by what later runs found out."""
        return (
            self.state is not RunState.RUNNING
            and 0 < self.opening.actions <= len(self.planned)
            and self.results.keys() <= REACHED
        )


@frozen(kw_only=True)
class UnreadableJournal:
    """A journal that tells of no run, and why; `harmless` where its run cannot have sent anything."""

    id: str
    reason: str
    harmless: bool = False


@frozen(kw_only=True)
class History:
    """What is known of past runs, newest first."""

    runs: tuple[PastRun, ...] = ()
    unreadable: tuple[UnreadableJournal, ...] = ()

    @property
    def in_doubt(self) -> tuple[UnreadableJournal, ...]:
        """The journals that may hold what cannot be read: whole ones, and those with damaged lines.

        A last line that was cut off while it was written is no damage: what it would have told is
        unknown, and not hidden.
        """
        damaged = (
            UnreadableJournal(id=run.id, reason=f"{run.unread} of its lines cannot be read")
            for run in self.runs
            if run.unread
        )
        return (*(one for one in self.unreadable if not one.harmless), *damaged)
