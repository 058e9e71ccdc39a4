"""The executor that changes databases: intent on disk, request, outcome on disk."""

from __future__ import annotations

from attrs import evolve

from reconcile.api.writes import Connection, WriteClient, connect_writing
from reconcile.apply.executors import calls_of
from reconcile.apply.journal import Journal
from reconcile.errors import OutcomeUnknownError, ReconcileError
from reconcile.model.item import Action
from reconcile.model.run import Outcome, Result
from reconcile.model.target import Target

__all__ = ["Connection", "LiveExecutor", "connect_writing"]


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
        return self._noted(self._send(target, action))

    def _noted(self, outcome: Outcome) -> Outcome:
        """Write the outcome down. A disk that fills up now takes nothing back that was done."""
        try:
            self._journal.finished(outcome)
        except ReconcileError as error:
            return evolve(outcome, message=f"{outcome.message} ({error})".strip())
        return outcome

    def _send(self, target: Target, action: Action) -> Outcome:
        calls = calls_of(action)
        result, message, under_way = Result.DONE, "", False
        try:
            for call in calls:
                self._writes.call(target, call)
        except OutcomeUnknownError as error:
            result, message, under_way = Result.UNKNOWN, str(error), error.under_way
        except ReconcileError as error:
            result, message = Result.FAILED, str(error)
        return Outcome(
            action=action, result=result, message=message, calls=calls, under_way=under_way
        )
