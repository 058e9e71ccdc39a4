"""The maker that makes backups: intent on disk, one request, the wait for its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import evolve, frozen

from reconcile.api.operations import Following
from reconcile.api.writes import WriteClient
from reconcile.apply.backup_first import Secured, listed
from reconcile.apply.journal import Journal
from reconcile.apply.open_ends import OpenEnd
from reconcile.apply.resume import settled_as
from reconcile.errors import (
    DOUBT,
    AnswerError,
    NotFoundError,
    NotOfferedError,
    OutcomeUnknownError,
    ReconcileError,
)
from reconcile.model.item import Action
from reconcile.model.order import Deed, Done
from reconcile.model.recovery import Backup
from reconcile.model.request import BACK_UP, Call
from reconcile.model.run import Outcome, Result
from reconcile.model.target import Target


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
        deed = Deed(database=handle, target=target, what=f"back up {handle}", call=BACK_UP)
        try:
            self._writes.prepare(target)
            self._journal.started(deed)
        except ReconcileError as error:
            return Outcome(action=action, result=Result.FAILED, message=str(error))

        def write(result: Result, message: str) -> None:
            self._journal.finished(Done(deed=deed, result=result, message=message))

        begun = _Begun(target=target, action=action, write=write, calls=(BACK_UP,))
        try:
            sought = self._asked(target, frozenset(one.id for one in kept))
        except ReconcileError as error:
            return self._refused(begun, error)
        try:
            if sought.ident is not None:
                self._journal.backup(deed, sought.ident)
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
                self._journal.settled(settled_as(end, done=result is Result.DONE))

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
