"""Applies an action, and makes a backup before it: over a connection that writes, or in a dry run.

Each intent is on disk before its request is sent, its outcome after it. What goes on after its
answer is followed to its end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from attrs import evolve, frozen

from reconcile.api.operations import End, Following
from reconcile.api.writes import WriteClient
from reconcile.apply.backup_first import Secured, listed
from reconcile.apply.journal import Journal
from reconcile.apply.open_ends import OpenEnd
from reconcile.errors import (
    DOUBT,
    AnswerError,
    NotFoundError,
    NotOfferedError,
    OutcomeUnknownError,
    ReconcileError,
)
from reconcile.kinds import KIND_BY_NAME
from reconcile.model.item import Action
from reconcile.model.order import Order, OrderOutcome
from reconcile.model.postgresql import Sql
from reconcile.model.recovery import Backup
from reconcile.model.request import BACK_UP, Call, FeatureSwitch
from reconcile.model.run import Outcome, Result
from reconcile.model.target import Target
from reconcile.sql.writes import SqlWrites


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


@frozen(kw_only=True)
class _Sought:
    """The backup that was asked for: by its id, or, where the answer was lost, by what was there.

    A manual one that was not there before was made after we asked, whoever else asked for it: it
    holds what was to be saved. `lost` says why there is no id.
    """

    ident: str | None
    before: frozenset[str]
    lost: str = ""

    def among(self, kept: Sequence[Backup]) -> Backup:
        """The backup in a list. Raises AnswerError where it is not there, or not yet."""
        fits = [one for one in kept if self._fits(one)]
        if not fits:
            what = "a new manual one" if self.ident is None else repr(self.ident)
            raise AnswerError(f"{what} is not among the backups")
        return max(fits, key=lambda one: one.created_at)

    def _fits(self, backup: Backup) -> bool:
        if self.ident is not None:
            return backup.id == self.ident
        return backup.manual and backup.id not in self.before


@frozen(kw_only=True)
class _Begun:
    """A backup for an action, by this run or an earlier one.

    `write` puts its result and message into the journal; `calls` are those of this run, and `sent`
    is false where no backup was begun by them for certain.
    """

    target: Target
    action: Action
    write: Callable[[Result, str], None]
    calls: tuple[Call, ...] = ()
    sent: bool = True


class LiveMaker:
    """Asks for a backup, once, and waits until it is done and the database is free again."""

    def __init__(self, writes: WriteClient, journal: Journal, following: Following) -> None:
        self._writes = writes
        self._journal = journal
        self._following = following

    def make(self, target: Target, action: Action, kept: Sequence[Backup]) -> Secured | Outcome:
        """Make a backup. It is never asked for twice: a lost answer is settled by the list."""
        handle = action.address.database
        order = Order(database=handle, target=target, what=f"back up {handle}", call=BACK_UP)
        try:
            self._writes.prepare(target)
            self._journal.started(order)
        except ReconcileError as error:
            return Outcome(action=action, result=Result.FAILED, message=str(error))

        def write(result: Result, message: str) -> None:
            self._journal.finished(OrderOutcome(order=order, result=result, message=message))

        begun = _Begun(target=target, action=action, write=write, calls=(BACK_UP,))
        try:
            sought = self._asked(target, frozenset(one.id for one in kept))
        except ReconcileError as error:
            return self._refused(begun, error)
        try:
            if sought.ident is not None:
                self._journal.backup(order, sought.ident)
        except ReconcileError as error:
            return self._stopped(
                begun, Result.UNKNOWN, f"backup {sought.ident!r} was begun: {error}"
            )
        return self._ended(begun, sought)

    def wait(
        self, target: Target, action: Action, end: OpenEnd, backup: Backup
    ) -> Secured | Outcome:
        """Wait for a backup that an earlier run began: nothing is sent, and its end is written."""

        def write(result: Result, _message: str) -> None:
            if result in {Result.DONE, Result.FAILED}:
                self._journal.settled(end.resolved(done=result is Result.DONE))

        begun = _Begun(target=target, action=action, write=write)
        return self._ended(begun, _Sought(ident=backup.id, before=frozenset()))

    def _asked(self, target: Target, before: frozenset[str]) -> _Sought:
        """Send the request. Raises ReconcileError where no backup was begun for certain."""
        try:
            made = Backup.parse(self._writes.call(target, BACK_UP))
        except (OutcomeUnknownError, ValueError) as error:
            return _Sought(ident=None, before=before, lost=str(error).removesuffix(DOUBT))
        if made.id in before:
            return _Sought(ident=None, before=before, lost=f"answered {made.id!r}, an older one")
        return _Sought(ident=made.id, before=before)

    def _refused(self, begun: _Begun, error: ReconcileError) -> Outcome:
        """The end of what was not begun. Raises it where the plan makes no backups at all."""
        message = f"no backup could be made first: {error}"
        outcome = self._stopped(evolve(begun, sent=False), Result.FAILED, message)
        if isinstance(error, NotFoundError | NotOfferedError):
            raise error
        return outcome

    def _ended(self, begun: _Begun, sought: _Sought) -> Secured | Outcome:
        """Wait for the end of a backup, and say what it means for the action."""
        try:
            seen = self._following.until_ended(lambda: self._look(begun.target, sought))
        except ReconcileError as error:
            lost = f" ({sought.lost})" if sought.lost else ""
            message = f"a backup was asked for, and what became of it is not known: {error}{lost}"
            return self._stopped(begun, Result.UNKNOWN, message)
        if not seen.done:
            result, end = _end_of(seen)
            return self._stopped(begun, result, f"backup {seen.id!r} {end}")
        return self._made(begun, seen)

    def _look(self, target: Target, sought: _Sought) -> Backup:
        return sought.among(listed(self._following.client.call, target))

    def _stopped(self, begun: _Begun, result: Result, message: str) -> Outcome:
        """Write down how it ended without a backup: the action is not tried.

        It failed; after an interrupt it is skipped, and blocked while the backup goes on.
        """
        interrupted = self._following.stop.is_set()
        why = f"the run was interrupted: {message}" if interrupted else message
        try:
            begun.write(result, message)
        except ReconcileError as error:
            why = f"{why} ({error})"
        stopped = Result.BLOCKED if result is Result.STARTED else Result.FAILED
        return Outcome(
            action=begun.action,
            result=Result.SKIPPED if interrupted else stopped,
            message=why,
            calls=begun.calls,
            backup_begun=begun.sent and bool(begun.calls),
        )

    def _made(self, begun: _Begun, backup: Backup) -> Secured | Outcome:
        """Write down that it was made, and let the provider come to rest."""
        try:
            begun.write(Result.DONE, f"backup {backup.id!r}")
        except ReconcileError as error:
            return Outcome(
                action=begun.action,
                result=Result.FAILED,
                message=str(error),
                calls=begun.calls,
                backup=backup,
            )
        self._rest(begun.target)
        return Secured(backup=backup, calls=begun.calls)

    def _rest(self, target: Target) -> None:
        """Wait for what is under way: a backup may be listed as done before its operation is."""
        try:
            current = self._following.current(target)
            if current is not None and not current.ended:
                self._following.follow(target, current.id)
        except ReconcileError:
            return  # the look that follows says what is wrong


def _end_of(seen: Backup) -> tuple[Result, str]:
    """What became of a backup that is not done."""
    if seen.unclear:
        return Result.UNKNOWN, f"ended with the unknown status {seen.unclear!r}"
    if seen.failed:
        return Result.FAILED, "was cancelled" if seen.cancelled else "ended in an error"
    return Result.STARTED, "is still under way"


class DryMaker:
    """Sends nothing: names the request that would go out."""

    def make(self, target: Target, action: Action, kept: Sequence[Backup]) -> Secured:  # noqa: ARG002 - the protocol's
        """Name the request."""
        return Secured(calls=(BACK_UP,))

    def wait(
        self,
        target: Target,  # noqa: ARG002 - the protocol's
        action: Action,  # noqa: ARG002 - the protocol's
        end: OpenEnd,  # noqa: ARG002 - the protocol's
        backup: Backup,  # noqa: ARG002 - the protocol's
    ) -> Secured:
        """Name no request: none would go out."""
        return Secured()
