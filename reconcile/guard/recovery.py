"""G105: nothing is lost that nothing could bring back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import ceil

from attrs import evolve

from reconcile.guard.guard import Context, Guard
from reconcile.model.change import Risk
from reconcile.model.finding import Finding
from reconcile.model.item import Action, Doable, ManualStep
from reconcile.model.plan import Plan
from reconcile.model.recovery import NOT_READ, RecoveryPoints

_HOUR = timedelta(hours=1)
_AHEAD = timedelta(minutes=5)
"""How far the provider's clock may be ahead of ours: later than that nothing can have been saved."""


def _unrecoverable(plan: Plan, context: Context) -> Iterator[Finding]:
    """Refuse what loses data where neither a backup nor the recovery window is recent enough.

    Nothing is said where no recovery points were read; a database that it leaves out has none. A backup
    that is made before an action is as good as a recent one, wherever backups are offered. The tool
    makes no backup before a manual step.
    """
    if context.recovery_points is None:
        return
    limit = context.policy.backup_hours
    for database in plan.databases:
        points = context.recovery_points.get(database.handle, NOT_READ)
        recent = _recent(_credible(points, context.now), context.now - limit.value * _HOUR)
        if recent:
            continue
        for step in database.doable:
            if step.risk is Risk.LOSSY and not _made_before(step, points, context):
                yield Finding(
                    code="G105",
                    message=(
                        f"this would lose data, and {_state(points, context.now)};"
                        f" {limit.value} h is the most ({limit.set_at})"
                    ),
                    location=step.origin.location,
                    hint=_way_out(step, points),
                    address=step.address,
                )


def _credible(points: RecoveryPoints, now: datetime) -> RecoveryPoints:
    """The recovery points without what is dated later than now."""
    backups, window, latest = points.backups, points.window, now + _AHEAD
    return evolve(
        points,
        backups=backups and tuple(one for one in backups if one.created_at <= latest),
        window=window if window is not None and window.latest <= latest else None,
    )


def _newest(points: RecoveryPoints) -> datetime | None:
    """When the newest backup was made that can be restored from."""
    return max((one.created_at for one in points.backups or () if one.done), default=None)


def _recent(points: RecoveryPoints, oldest: datetime) -> bool:
    newest, window = _newest(points), points.window
    return (newest is not None and newest >= oldest) or (
        window is not None and window.latest >= oldest
    )


def _made_before(step: Doable, points: RecoveryPoints, context: Context) -> bool:
    """Whether the run makes a backup just before a step."""
    return context.backup_first and isinstance(step, Action) and points.backups is not None


def _state(points: RecoveryPoints, now: datetime) -> str:
    """What there is to go back to, as far as it is known."""
    credible = _credible(points, now)
    newest, window = _newest(credible), credible.window
    parts: list[str] = []
    if newest is not None:
        parts.append(f"the newest backup is {_age(now - newest)} old")
    elif points.backups is not None or points.error is None:
        parts.append("there is no backup to go back to")
    if window is not None:
        parts.append(f"the recovery window ended {_age(now - window.latest)} ago")
    if (_newest(points), points.window) != (newest, window):
        parts.append("what is dated later than now does not count")
    if points.error is not None:
        parts.append(f"not all could be read: {points.error}")
    return ", ".join(parts)


def _age(length: timedelta) -> str:
    """Hours, rounded up so that what is too old never looks young enough; days from two on."""
    hours = ceil(length / _HOUR)
    days, rest = divmod(hours, 24)
    if days < 2:  # noqa: PLR2004 - a limit of some hours is compared best with hours
        return f"{hours} h"
    return f"{days} d {rest} h" if rest else f"{days} d"


def _way_out(step: Doable, points: RecoveryPoints) -> str:
    if points.backups is None:
        return "copy the data elsewhere first"
    is_order = not step.address.kind
    if is_order or isinstance(step, ManualStep):
        return "make a backup in the dashboard first, or wait for the next one"
    return "make a backup first: `apply --backup-first` does, or wait for the next one"


UNRECOVERABLE = Guard(
    code="G105",
    meaning="the action would lose data, and no recent backup or recovery window could bring it back",
    why="A deletion that was approved can still turn out to be a mistake. It is made where a recent"
    " backup, or the recovery window, leads back to the data.",
    advice="Make a backup first: `apply --backup-first` does.",
    limits=("backup_hours",),
    waivable=True,
    of_run=True,
    check=_unrecoverable,
)
