"""What became of the actions of a plan."""

from __future__ import annotations

import shlex
from enum import Enum

from attrs import field, frozen

from reconcile.model.call import Call
from reconcile.model.cost import Spent
from reconcile.model.item import Action
from reconcile.model.plan import Proposal


class Result(Enum):
    """What became of one action.

    Started: the provider goes on with it, and nobody waited for the end.
    """

    DONE = "done"
    STARTED = "started"
    FAILED = "failed"
    UNKNOWN = "unknown"
    STALE = "stale"
    SKIPPED = "skipped"
    NOT_ALLOWED = "not allowed"
    REFUSED = "refused"
    NOT_SENT = "not sent"


@frozen(kw_only=True)
class Outcome:
    """An action and what became of it.

    `message` says why where it was not done; `calls` are its requests, in order, as far as it
    came to sending, or in a dry run would have come. `under_way` where the result is unknown and
    the provider may still be at it; `operation` is the id of the one that it started.
    """

    action: Action
    result: Result
    message: str = ""
    calls: tuple[Call, ...] = ()
    under_way: bool = False
    operation: str | None = None


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
    `spent` is what it cost; a dry run sends nothing that changes.
    """

    id: str
    before: Proposal
    dry: bool = False
    outcomes: tuple[Outcome, ...] = ()
    after: Proposal | None = None
    interrupted: int | None = None
    spent: Spent = field(factory=Spent)

    @property
    def left(self) -> Proposal:
        """What is left to do, as far as it is known."""
        return self.after or self.before

    def results(self, *wanted: Result) -> tuple[Outcome, ...]:
        """The outcomes with one of these results, in order."""
        return tuple(outcome for outcome in self.outcomes if outcome.result in wanted)
