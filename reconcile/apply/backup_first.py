"""Backups before what disrupts or loses: whether one can be made, and what it would cost.

Source: the wire contract, `GET` and `POST /api/databases/:addon/backups`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from attrs import frozen

from reconcile.apply.open_ends import OpenEnd
from reconcile.errors import AnswerError, NotFoundError, NotOfferedError, ReconcileError
from reconcile.model.engine import Engine
from reconcile.model.item import Action
from reconcile.model.plan import DatabasePlan
from reconcile.model.recovery import Backup, RecoveryWindow
from reconcile.model.request import BACKUPS, RECOVERY_WINDOW, Call
from reconcile.model.run import Outcome, Result
from reconcile.model.target import Target
from reconcile.model.text import moment

Read = Callable[[Target, Call], Any]
"""Makes a read about a database. Raises ApiError."""

_SMALL_LIMIT = 10
_LIMIT = 50
"""Manual backups that a plan keeps: one of the two, and no answer of the API says which."""


@frozen(kw_only=True)
class Secured:
    """That an action may go on: `backup` is the one that was made first, by the `calls`.

    Without a backup nothing took time since the last look at the database.
    """

    backup: Backup | None = None
    calls: tuple[Call, ...] = ()


Secure = Callable[[DatabasePlan, Target, Action], Secured | Outcome]
"""Makes sure that the data of a database can be brought back; an outcome says why it cannot."""


def as_it_is(_plan: DatabasePlan, _target: Target, _action: Action) -> Secured:
    """Nobody asked for a backup."""
    return Secured()


class Maker(Protocol):
    """Makes a backup before an action."""

    def make(self, target: Target, action: Action, kept: Sequence[Backup]) -> Secured | Outcome:
        """Make one; `kept` are those that are there. An outcome says why the action is not tried.

        Raises NotFoundError or NotOfferedError where the plan makes none.
        """

    def wait(
        self, target: Target, action: Action, end: OpenEnd, backup: Backup
    ) -> Secured | Outcome:
        """Wait for one that an earlier run began. An outcome says why the action is not tried."""


@frozen(kw_only=True)
class BackupFirst:
    """How a database is secured before an action that disrupts it or loses data.

    `since` says how recent (UTC) the end of a recovery window has to be, so that it will do; `roll`
    whether the oldest manual backup may go for a new one; `tell` is told what a person should know,
    also from other threads. `earlier` are backups of interrupted runs that may not be done yet.
    """

    read: Read
    maker: Maker
    since: Callable[[], datetime]
    tell: Callable[[str], None]
    roll: bool = False
    earlier: Sequence[OpenEnd] = ()

    def secure(self, plan: DatabasePlan, target: Target, action: Action) -> Secured | Outcome:
        """Have a backup made, or find that there is a point in time to go back to.

        An outcome says why the action is not tried: nothing was lost by then. Raises nothing.
        """
        try:
            kept = listed(self.read, target)
            for end in self.earlier:
                begun = begun_backup(end, kept) if end.handle == plan.handle else None
                if begun is not None and not begun.ended:
                    self.tell(
                        f"{plan.handle}: run {end.run.id} began {_named(begun)}: waiting for it"
                    )
                    return self.maker.wait(target, action, end, begun)
            oldest = _oldest_at_limit(kept)
            if oldest is not None and not self.roll:
                return _blocked(action, _why_full(kept, oldest))
            if oldest is not None:
                self.tell(f"{plan.handle}: the oldest manual backup, {_named(oldest)}, may go")
            return self.maker.make(target, action, kept)
        except (NotFoundError, NotOfferedError):
            return self._without(plan, target, action)
        except ReconcileError as error:
            return _unread(action, f"the backups could not be read, nothing was sent: {error}")

    def _without(self, plan: DatabasePlan, target: Target, action: Action) -> Secured | Outcome:
        """What holds of a plan that makes no backups."""
        try:
            window = _window(self.read, plan, target)
        except ReconcileError as error:
            return _unread(
                action, f"the recovery window could not be read, nothing was sent: {error}"
            )
        none = f"the plan of {plan.handle!r} makes no backups"
        if window is None:
            return _blocked(action, f"{none} and has no recovery window, nothing was sent")
        if window.latest < self.since():
            ended = f"its recovery window ended too long ago, at {moment(window.latest)}"
            return _blocked(action, f"{none} and {ended}, nothing was sent")
        self.tell(f"{none}: its recovery window up to {moment(window.latest)} has to do")
        return Secured()


def begun_backup(end: OpenEnd, kept: Sequence[Backup]) -> Backup | None:
    """The backup that an interrupted run asked for, by its id, or by when it was made.

    Where the answer with its id was lost, it is the first manual one since the run wrote its intent.
    """
    action = end.action
    if action.backup is not None:
        return next((one for one in kept if one.id == action.backup), None)
    if action.begun is None:
        return None
    since = [one for one in kept if one.manual and one.created_at >= action.begun - _SKEW]
    return min(since, key=lambda one: one.created_at, default=None)


_SKEW = timedelta(minutes=1)
"""How far the provider's clock may be behind ours."""


def listed(read: Read, target: Target) -> tuple[Backup, ...]:
    """The backups of a database. Raises ApiError."""
    try:
        return Backup.parse_list(read(target, BACKUPS))
    except ValueError as error:
        raise AnswerError(str(error)) from None


def _window(read: Read, plan: DatabasePlan, target: Target) -> RecoveryWindow | None:
    """The recovery window, None where there is none; only PostgreSQL is asked. Raises ApiError."""
    if plan.engine != Engine.POSTGRESQL.value:
        return None
    try:
        return RecoveryWindow.parse(read(target, RECOVERY_WINDOW))
    except (NotFoundError, NotOfferedError):
        return None
    except ValueError as error:
        raise AnswerError(str(error)) from None


def _oldest_at_limit(kept: Sequence[Backup]) -> Backup | None:
    """The manual backup that goes for a new one, if one may go; None where none does.

    A plan keeps 10 or 50. Below 10 no plan is full, and with 11 to 49 it is one of 50; exactly 10
    may be either. A plan that is full has rolled before, so that its number stays the same. What
    may be manual may make it just such a number.
    """
    rolling = [one for one in kept if one.may_roll]
    manual = sum(one.manual for one in kept)
    if manual <= _SMALL_LIMIT <= len(rolling) or len(rolling) >= _LIMIT:
        return min(rolling, key=lambda one: one.created_at)
    return None


def _why_full(kept: Sequence[Backup], oldest: Backup) -> str:
    manual = sum(one.manual for one in kept)
    unsaid = sum(one.may_roll for one in kept) - manual
    others = f" and {unsaid} that may be" if unsaid else ""
    return (
        f"there are {manual} manual backups{others}, and a plan that keeps no more deletes the"
        f" oldest, {_named(oldest)}, for a new one: allow that with --roll-backups, nothing was sent"
    )


def _named(backup: Backup) -> str:
    return f"{backup.id!r} of {moment(backup.created_at)}"


def _blocked(action: Action, message: str) -> Outcome:
    return Outcome(action=action, result=Result.BLOCKED, message=message)


def _unread(action: Action, message: str) -> Outcome:
    return Outcome(action=action, result=Result.FAILED, message=message)
