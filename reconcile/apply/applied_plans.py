"""Whether a run applied all of a plan file before, as far as the journals tell. Pure.

Two plans that would do the same have one id: the time at which it was made tells one file from
another. A run that applied a file writes that time into its journal.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from reconcile.model.history import History, PastRun

CLOCK_SKEW = timedelta(minutes=5)
"""How far the clocks of two machines may differ."""

FROM_FILE = "apply --plan"
"""The command of a run that applies a plan file."""


def applied_before(history: History, plan_id: str, made: datetime) -> PastRun | None:
    """The latest run that did all of the plan file that was made at a time (UTC)."""
    return next(
        (
            run
            for run in history.runs
            if run.opening.plan_id == plan_id and run.completed and _may_be_of(run, made)
        ),
        None,
    )


def in_doubt(history: History, plan_id: str, made: datetime) -> tuple[str, ...]:
    """The ids of the runs whose journals cannot be read and may tell of that plan file."""
    others = {
        run.id
        for run in history.runs
        if run.opening.plan_id != plan_id or not _may_be_of(run, made)
    }
    doubtful = {one.id for one in history.in_doubt} - others
    return tuple(sorted(ident for ident in doubtful if _is_after(ident, made)))


def _may_be_of(run: PastRun, made: datetime) -> bool:
    """Whether a run may have applied a file; journals of earlier versions do not tell which."""
    if run.opening.plan_made:
        return run.opening.plan_made == made.isoformat()
    last = run.ended or run.began
    if run.opening.command == FROM_FILE:
        return last > made - CLOCK_SKEW
    return last > made


def _is_after(ident: str, made: datetime) -> bool:
    """Whether a run began after a file was made, by its id; in doubt it did."""
    return all(began > made - CLOCK_SKEW for began in _began(ident))


def _began(ident: str) -> Iterator[datetime]:
    """The time in the id of a run, if it holds one."""
    try:
        yield datetime.strptime(ident.partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return
