"""G107: the last that could bring data back is not turned off by the way."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.guard.guard import Context, Guard
from reconcile.kinds import KIND_BY_NAME
from reconcile.model.finding import Finding
from reconcile.model.item import Doable
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.recovery import NOT_READ, PERSISTENCE, Protection, RecoveryPoints


def _last_protections(plan: Plan, context: Context) -> Iterator[Finding]:
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
            if _ends(step) is Protection.BACKUPS and points.window is None:
                why = "backups go off, and no recovery window is left" + _remark(points)
                yield _finding(step, why)
            if _ends(step) is Protection.PERSISTENCE and not _stays(database, points):
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


def _ends(step: Doable) -> Protection | None:
    kind = KIND_BY_NAME.get(step.address.kind)
    return kind.ends(step.change) if kind else None


def _stays(database: DatabasePlan, points: RecoveryPoints) -> bool:
    """Whether the plan leaves something on that keeps data on disk; not known is no."""
    ended = {one.address.name for one in database.doable if _ends(one) is Protection.PERSISTENCE}
    return bool((points.persistence or frozenset()) - ended)


def _remark(points: RecoveryPoints) -> str:
    return f" (not all could be read: {points.error})" if points.error is not None else ""


LAST_PROTECTION = Guard(
    code="G107",
    meaning="the action would take away the last that could bring data back",
    why="Backups, the recovery window and persistence stand in for each other. The last of them"
    " does not go by the way: from then on nothing would bring data back.",
    advice="Leave one of them on.",
    waivable=True,
    of_run=True,
    check=_last_protections,
)
