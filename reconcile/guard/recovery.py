"""G105: nothing is lost that nothing could bring back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import ceil

from attrs import evolve

from reconcile.guard.context import Context
from reconcile.model.change import Risk
from reconcile.model.finding import Finding
from reconcile.model.item import Action, Doable, ManualStep
from reconcile.model.plan import Plan
from reconcile.model.recovery import NOT_READ, Evidence

_HOUR = timedelta(hours=1)
_AHEAD = timedelta(minutes=5)
"""How far the provider's clock may be ahead of ours: later than that nothing can have been saved."""


def unrecoverable_losses(plan: Plan, context: Context) -> Iterator[Finding]:
    """Refuse what loses data where neither a backup nor the recovery window is recent enough.

    Nothing is said where no evidence was read; a database that it leaves out has none. A backup
    that is made before an action is as good as a recent one, wherever backups are offered. The tool
    makes no backup before a manual step.
    """
    if context.evidence is None:
        return
    limit = context.policy.backup_hours
    for database in plan.databases:
        evidence = context.evidence.get(database.handle, NOT_READ)
        recent = _recent(_credible(evidence, context.now), context.now - limit.value * _HOUR)
        if recent:
            continue
        for step in database.doable:
            if step.risk is Risk.LOSSY and not _made_before(step, evidence, context):
                yield Finding(
                    code="G105",
                    message=(
                        f"this would lose data, and {_state(evidence, context.now)};"
                        f" {limit.value} h is the most ({limit.set_at})"
                    ),
                    location=step.origin.location,
                    hint=_way_out(step, evidence),
                    address=step.address,
                )


def _credible(evidence: Evidence, now: datetime) -> Evidence:
    """The evidence without what is dated later than now."""
    backups, window, latest = evidence.backups, evidence.window, now + _AHEAD
    return evolve(
        evidence,
        backups=backups and tuple(one for one in backups if one.created_at <= latest),
        window=window if window is not None and window.latest <= latest else None,
    )


def _newest(evidence: Evidence) -> datetime | None:
    """When the newest backup was made that can be restored from."""
    return max((one.created_at for one in evidence.backups or () if one.done), default=None)


def _recent(evidence: Evidence, oldest: datetime) -> bool:
    newest, window = _newest(evidence), evidence.window
    return (newest is not None and newest >= oldest) or (
        window is not None and window.latest >= oldest
    )


def _made_before(step: Doable, evidence: Evidence, context: Context) -> bool:
    """Whether the run makes a backup just before a step."""
    return context.backup_first and isinstance(step, Action) and evidence.backups is not None


def _state(evidence: Evidence, now: datetime) -> str:
    """What there is to go back to, as far as it is known."""
    credible = _credible(evidence, now)
    newest, window = _newest(credible), credible.window
    parts: list[str] = []
    if newest is not None:
        parts.append(f"the newest backup is {_age(now - newest)} old")
    elif evidence.backups is not None or evidence.error is None:
        parts.append("there is no backup to go back to")
    if window is not None:
        parts.append(f"the recovery window ended {_age(now - window.latest)} ago")
    if (_newest(evidence), evidence.window) != (newest, window):
        parts.append("what is dated later than now does not count")
    if evidence.error is not None:
        parts.append(f"not all could be read: {evidence.error}")
    return ", ".join(parts)


def _age(length: timedelta) -> str:
    """Hours, rounded up so that what is too old never looks young enough; days from two on."""
    hours = ceil(length / _HOUR)
    days, rest = divmod(hours, 24)
    if days < 2:  # noqa: PLR2004 - a limit of some hours is compared best with hours
        return f"{hours} h"
    return f"{days} d {rest} h" if rest else f"{days} d"


def _way_out(step: Doable, evidence: Evidence) -> str:
    if evidence.backups is None:
        return "copy the data elsewhere first"
    is_order = not step.address.kind
    if is_order or isinstance(step, ManualStep):
        return "make a backup in the dashboard first, or wait for the next one"
    return "make a backup first: `apply --backup-first` does, or wait for the next one"
