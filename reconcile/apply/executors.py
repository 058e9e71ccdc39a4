"""Who carries out an action: the one that sends, and the one that only writes down."""

from __future__ import annotations

from typing import Protocol

from reconcile.api.writes import WriteClient
from reconcile.apply.journal import Journal
from reconcile.errors import OutcomeUnknownError, ReconcileError
from reconcile.kinds import KIND_BY_NAME
from reconcile.model.call import Call
from reconcile.model.item import Action
from reconcile.model.run import Outcome, Result
from reconcile.model.target import Target


class Executor(Protocol):
    """Carries out one action on its target and says what became of it; raises nothing."""

    def execute(self, target: Target, action: Action) -> Outcome:
        """Make the requests of an action, in order."""


def calls_of(action: Action) -> tuple[Call, ...]:
    """The requests of an action, in order."""
    return KIND_BY_NAME[action.address.kind].requests(action.change)


class DryRunExecutor:
    """Sends nothing: the outcome names the requests that would go out."""

    def execute(self, target: Target, action: Action) -> Outcome:  # noqa: ARG002 - the protocol's
        """Name the requests of an action."""
        return Outcome(action=action, result=Result.NOT_SENT, calls=calls_of(action))


class LiveExecutor:
    """Writes the intent down, sends, and writes down what came back."""

    def __init__(self, writes: WriteClient, journal: Journal) -> None:
        self._writes = writes
        self._journal = journal

    def execute(self, target: Target, action: Action) -> Outcome:
        """Make the requests of an action, each only after its intent is on disk."""
        try:
            self._writes.prepare(target)
            self._journal.started(action)
        except ReconcileError as error:
            return Outcome(action=action, result=Result.FAILED, message=str(error))
        outcome = self._send(target, action)
        self._journal.finished(outcome)
        return outcome

    def _send(self, target: Target, action: Action) -> Outcome:
        calls = calls_of(action)
        result, message = Result.DONE, ""
        try:
            for call in calls:
                self._writes.call(target, call)
        except OutcomeUnknownError as error:
            result, message = Result.UNKNOWN, str(error)
        except ReconcileError as error:
            result, message = Result.FAILED, str(error)
        return Outcome(action=action, result=result, message=message, calls=calls)
