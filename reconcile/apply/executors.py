"""Who carries out an action: the shape of an executor, and the one that sends nothing."""

from __future__ import annotations

from typing import Protocol

from reconcile.kinds import KIND_BY_NAME
from reconcile.model.item import Action
from reconcile.model.postgresql import Sql
from reconcile.model.request import Call
from reconcile.model.run import Outcome, Result
from reconcile.model.target import Target


class Executor(Protocol):
    """Carries out one action on its target and says what became of it; raises nothing."""

    def execute(self, target: Target, action: Action, *, finish: bool = False) -> Outcome:
        """Make the requests of an action, in order; `finish` whatever asks the run to end."""


def calls_of(action: Action) -> tuple[Call | Sql, ...]:
    """The requests and statements of an action, in order."""
    return KIND_BY_NAME[action.address.kind].requests(action.change)


class DryRunExecutor:
    """Sends nothing: the outcome names what would go out."""

    def execute(self, target: Target, action: Action, *, finish: bool = False) -> Outcome:  # noqa: ARG002 - the protocol's
        """Name the requests and statements of an action."""
        return Outcome(action=action, result=Result.NOT_SENT, calls=calls_of(action))
