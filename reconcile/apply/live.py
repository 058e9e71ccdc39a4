"""The executor that changes databases: intent on disk, request, outcome on disk.

A change that goes on after its answer is followed to its end.
"""

from __future__ import annotations

from functools import partial

from attrs import evolve

from reconcile.api.operations import End, Following
from reconcile.api.writes import Connection, WriteClient, connect_writing
from reconcile.apply.executors import calls_of
from reconcile.apply.journal import Journal
from reconcile.errors import OutcomeUnknownError, ReconcileError
from reconcile.model.item import Action
from reconcile.model.postgresql import Sql
from reconcile.model.request import Call, FeatureSwitch
from reconcile.model.run import Outcome, Result
from reconcile.model.target import Target
from reconcile.sql.writes import SqlWrites

__all__ = ["Connection", "Following", "LiveExecutor", "SqlWrites", "connect_writing"]


class LiveExecutor:
    """Writes the intent down, sends, and writes down what came back."""

    def __init__(
        self, writes: WriteClient, sql: SqlWrites, journal: Journal, following: Following
    ) -> None:
        self._writes = writes
        self._sql = sql
        self._journal = journal
        self._following = following

    def execute(self, target: Target, action: Action, *, finish: bool = False) -> Outcome:
        """Make the requests of an action, each only after its intent is on disk."""
        try:
            self._writes.prepare(target, finish=finish)
            self._journal.started(action)
        except ReconcileError as error:
            return Outcome(action=action, result=Result.FAILED, message=str(error))
        return self._noted(self._send(target, action, finish=finish))

    def _noted(self, outcome: Outcome) -> Outcome:
        """Write the outcome down. A disk that fills up now takes nothing back that was done."""
        try:
            self._journal.finished(outcome)
        except ReconcileError as error:
            return evolve(outcome, message=f"{outcome.message} ({error})".strip())
        return outcome

    def _send(self, target: Target, action: Action, *, finish: bool) -> Outcome:
        sent = Outcome(action=action, result=Result.DONE, calls=calls_of(action))
        try:
            for call in sent.calls:
                if isinstance(call, Sql):
                    self._run(target, call)
                elif call.starts_operation is not None:
                    return self._followed(target, call, call.starts_operation, sent)
                elif call.switches is not None:
                    return self._switched(target, call, call.switches, sent)
                else:
                    answer = self._writes.call(target, call, finish=finish)
                    sent = evolve(sent, resource=answer if call.answers_resource else None)
        except OutcomeUnknownError as error:
            return evolve(
                sent, result=Result.UNKNOWN, message=str(error), under_way=error.under_way
            )
        except ReconcileError as error:
            return evolve(sent, result=Result.FAILED, message=str(error))
        return sent

    def _run(self, target: Target, statement: Sql) -> None:
        if target.connection is None:
            raise AssertionError(f"{statement} was planned for {target.addon} without a connection")
        self._sql.execute(target.addon, target.connection, statement)

    def _followed(self, target: Target, call: Call, type_: str, sent: Outcome) -> Outcome:
        """Start an operation and wait for its end; it is never sent twice.

        Where the answer was lost, an operation of its type that is under way now is followed: the
        database was settled a moment before. Its end does not prove that it was ours, so that the
        outcome stays open until a second read.
        """
        note = partial(self._journal.operation, sent.action)
        try:
            ident = self._writes.start(target, call)
        except OutcomeUnknownError as error:
            found = self._following.found(target, type_)
            if found is not None:
                self._following.wait_for(target, found, note)
            return _lost(sent, error, found)
        return _ended(sent, self._following.wait_for(target, ident, note))

    def _switched(
        self, target: Target, call: Call, switch: FeatureSwitch, sent: Outcome
    ) -> Outcome:
        """Turn a feature on or off, and wait until its status is final; it is never sent twice.

        Where the answer was lost, the feature is looked at all the same; a second read decides.
        """
        note = partial(self._journal.operation, sent.action)
        try:
            answer = self._writes.call(target, call)
        except OutcomeUnknownError as error:
            end = self._following.switched(target, switch, None, note)
            return _lost(sent, error, end.operation)
        return _ended(sent, self._following.switched(target, switch, answer, note))


def _lost(sent: Outcome, error: OutcomeUnknownError, operation: str | None) -> Outcome:
    """An action that goes on after its answer, and whose answer was lost."""
    lost = evolve(sent, result=Result.UNKNOWN, message=str(error))
    return evolve(lost, under_way=True, operation=operation)


def _ended(sent: Outcome, end: End) -> Outcome:
    """An action by how the wait for its end ended."""
    return evolve(
        sent,
        result=end.result,
        message=end.message,
        under_way=end.under_way,
        operation=end.operation,
        accepted=True,
    )
