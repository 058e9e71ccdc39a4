"""What became of the actions of a plan."""

from __future__ import annotations

import shlex
from enum import Enum

from attrs import field, frozen

from reconcile.model.cost import Spent
from reconcile.model.finding import Finding
from reconcile.model.item import Action
from reconcile.model.operation import Operation, SwitchedFeature
from reconcile.model.plan import Proposal
from reconcile.model.postgresql import Sql
from reconcile.model.recovery import Backup
from reconcile.model.request import Call
from reconcile.model.state import Fields


class Result(Enum):
    """What became of one action.

    Started: the provider goes on with it, and nobody waited for the end. Already done: nothing was
    sent, for it was so when it was looked at. Stale: live is no longer as the plan saw it. Blocked:
    something stands in the way that has to go first.
    """

    DONE = "done"
    STARTED = "started"
    FAILED = "failed"
    UNKNOWN = "unknown"
    ALREADY_DONE = "already done"
    STALE = "stale"
    BLOCKED = "blocked"
    SKIPPED = "skipped"
    NOT_ALLOWED = "not allowed"
    REFUSED = "refused"
    NOT_SENT = "not sent"


REACHED = frozenset({Result.DONE, Result.ALREADY_DONE})
"""The results after which all is as the action wanted it."""

UNDER_WAY = frozenset({Result.STARTED, Result.UNKNOWN})
"""The results after which the provider may still be at it."""

EFFECTS = UNDER_WAY | {Result.DONE}
"""The results after which something is, or may be, another."""

TRIED = EFFECTS | {Result.FAILED}
"""The results of what was not held back."""


def operation_result(seen: Operation | SwitchedFeature) -> Result:
    """The result of a change by its operation or its feature, as that was seen last."""
    if seen.done:
        return Result.DONE
    if seen.failed:
        return Result.FAILED
    return Result.UNKNOWN if seen.unclear else Result.STARTED


@frozen(kw_only=True)
class Conflict:
    """What a stale action met; a side is None where there is nothing.

    `before` is the value that the plan saw, `expected` what should be live by now, after what this
    run did, `now` what is.
    """

    before: Fields | None
    expected: Fields | None
    now: Fields | None


@frozen(kw_only=True)
class Outcome:
    """An action and what became of it.

    `message` says why where it was not done, `code` which guard refused it or what blocks it; `calls` are its requests and statements, in order,
    as far as it came to sending, or in a dry run would have come. `under_way` where the result is unknown and
    the provider may still be at it; `operation` is the id of the one that it started; `conflict` says
    what a stale one met. `accepted` where the provider went on with it after its answer, however
    that ended. `backup` is the one that was made just before it; `backup_begun` where one
    was begun, or may have been, and is not done. `resource` is the database resource, where the
    answer of its last request holds it.
    """

    action: Action
    result: Result
    message: str = ""
    code: str | None = None
    calls: tuple[Call | Sql, ...] = ()
    under_way: bool = False
    operation: str | None = None
    conflict: Conflict | None = None
    accepted: bool = False
    backup: Backup | None = None
    backup_begun: bool = False
    resource: object = field(default=None, eq=False, repr=False)

    @property
    def effect(self) -> bool:
        """Whether something is, or may be, another: also where no more than a backup was begun."""
        begun = self.accepted or self.operation is not None
        return begun or self.secured or self.result in EFFECTS

    @property
    def secured(self) -> bool:
        """Whether a backup was begun before it."""
        return self.backup is not None or self.backup_begun


def refusal_of(finding: Finding) -> str:
    """What the outcome of an action says that a guard refused."""
    return f"{finding.message} [{finding.code}]"


def allow_flag(action: Action) -> str:
    """The flag that allows this action, ready for a shell."""
    return shlex.join(["--allow", f"{action.risk.value}={action.address}"])


def follow_command(operation: str, database: str) -> str:
    """The command that takes up an interrupted wait, ready for a shell."""
    return shlex.join(["reconcile", "operation", operation, "--database", database])


@frozen(kw_only=True)
class Run:
    """An apply from its plan to what is left: `after` is the plan of a second read.

    `after` is None where nothing was done, so that nothing had to be read again.
    `spent` is what it cost; a dry run sends nothing that changes. `kept` where the plan was made
    before and came from a file, so that what it says of live values may be old.
    """

    id: str
    before: Proposal
    dry: bool = False
    kept: bool = False
    outcomes: tuple[Outcome, ...] = ()
    after: Proposal | None = None
    interrupted: int | None = None
    spent: Spent = field(factory=Spent)

    @property
    def left(self) -> Proposal:
        """What is left to do, as far as it is known."""
        return self.after or self.before

    @property
    def out_of_date(self) -> tuple[Outcome, ...]:
        """What a plan that was made before this run asked for and is not done: it is to be made anew."""
        return self.results(Result.STALE) if self.kept else ()

    @property
    def effect(self) -> bool:
        """Whether something is, or may be, another by it."""
        return any(outcome.effect for outcome in self.outcomes)

    def results(self, *wanted: Result) -> tuple[Outcome, ...]:
        """The outcomes with one of these results, in order."""
        return tuple(outcome for outcome in self.outcomes if outcome.result in wanted)
