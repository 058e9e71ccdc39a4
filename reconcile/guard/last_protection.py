"""G107: the last that could bring data back is not turned off by the way."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.guard.context import Context
from reconcile.model.change import Update
from reconcile.model.finding import Finding
from reconcile.model.item import Doable
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.recovery import NOT_READ, PERSISTENCE, RecoveryPoints

_CACHE = "redis-cache"
"""The feature under which Redis drops data when its memory is full."""


def last_protections(plan: Plan, context: Context) -> Iterator[Finding]:
    """Refuse to turn off the last protection that a database has.

    Periodic backups are the last where there is no recovery window, a feature of Redis where no
    other keeps the data on disk; turning it into a cache counts as well. What the same plan turns
    on does not count: it holds only once the provider has done. Nothing is said where no recovery
    was read; a database that it leaves out has no protection.
    """
    if context.recovery_points is None:
        return
    for database in plan.databases:
        points = context.recovery_points.get(database.handle, NOT_READ)
        for step in database.doable:
            if _ends_backups(step) and points.window is None:
                why = "backups go off, and no recovery window is left" + _remark(points)
                yield _finding(step, why)
            if _ends_persistence(step) and not _stays(database, points):
                why = f"{step.address.name} changes, and no {' or '.join(PERSISTENCE)} stays on"
                yield _finding(step, why + _remark(points))


def _finding(step: Doable, why: str) -> Finding:
    return Finding(
        code="G107",
        message=f"this takes away the last protection of the data: {why}",
        location=step.origin.location,
        hint="leave it as it is, or turn another protection on first, in a plan of its own",
        address=step.address,
    )


def _turned(step: Doable, *, on: bool) -> bool:
    """Whether a step turns on, or off, what it is about."""
    return isinstance(step.change, Update) and any(
        part.field == "enabled" and part.after is on for part in step.change.fields
    )


def _ends_backups(step: Doable) -> bool:
    return step.address.kind == "backups" and _turned(step, on=False)


def _ends_persistence(step: Doable) -> bool:
    if step.address.kind != "features":
        return False
    name = step.address.name
    return (name in PERSISTENCE and _turned(step, on=False)) or (
        name == _CACHE and _turned(step, on=True)
    )


def _stays(database: DatabasePlan, points: RecoveryPoints) -> bool:
    """Whether the plan leaves something on that keeps data on disk; not known is no."""
    ended = {step.address.name for step in database.doable if _ends_persistence(step)}
    return bool((points.persistence or frozenset()) - ended)


def _remark(points: RecoveryPoints) -> str:
    return f" (not all could be read: {points.error})" if points.error is not None else ""
