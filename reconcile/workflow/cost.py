"""What a run will cost and how long it may take, shown before; what it cost, shown after."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from math import ceil

from reconcile.api.reads import Reads
from reconcile.apply.allowance import Allowance
from reconcile.apply.estimate import estimate as estimate_applying
from reconcile.apply.estimate import waits_of
from reconcile.apply.execute import Connection
from reconcile.errors import ReconcileError
from reconcile.model.cost import Estimate
from reconcile.model.plan import Proposal
from reconcile.model.state import Desired
from reconcile.model.text import about_so_long, count, duration
from reconcile.observe.estimate import access_to, estimate, looks_of, reads_of
from reconcile.plan.intent import intended
from reconcile.workflow.fleet import Fleet
from reconcile.workflow.inputs import Waiting
from reconcile.workflow.process import Process
from reconcile.workflow.propose import About
from reconcile.workflow.reread import Again
from reconcile.workflow.task import Task


class CannotFitError(ReconcileError):
    """What was asked for takes longer than a person wants to wait; nothing of it was begun."""


def announce_reading(
    desired: Sequence[Desired],
    reads: Reads,
    about: About,
    process: Process,
    *,
    requests_of: Callable[[Desired], int] = reads_of,
) -> None:
    """Say what reading these databases will cost, and bound how long it may take.

    `requests_of` as in `estimate`. Raises CannotFitError where it takes too long.
    """
    foreseen = estimate(
        desired,
        in_hand=reads.in_hand((one.app, one.addon) for one in desired),
        budget=about.config.request_budget,
        recent=reads.recent(),
        requests_of=requests_of,
    )
    what, most = f"reading {count(len(desired), 'database')}", _most(foreseen)
    _announce(what, foreseen, most, about, process)
    _refuse_too_long(what, foreseen, about.max_wait)
    reads.bound(most)


def announce_applying(
    proposal: Proposal,
    allowance: Allowance,
    again: Again,
    connection: Connection,
    task: Task,
    *,
    passed: float,
) -> None:
    """Say what applying a plan will cost, and bound how long it may take.

    `passed` are the seconds for which the run has gone on. Raises CannotFitError where it takes too
    long.
    """
    foreseen = _applying(proposal, allowance, again.fleet, connection, task)
    safe = task.safeguard.backup_first
    waits = waits_of(proposal, allowance, backup_first=safe)
    most = _most(foreseen) + _longest_wait(waits, task.waiting, connection.workers)
    if foreseen.total:
        _announce("applying", foreseen, most, task.about, again.process)
    _refuse_too_long("applying", foreseen, task.about.max_wait, passed=passed)
    connection.bound(most)


def _applying(
    proposal: Proposal, allowance: Allowance, fleet: Fleet, connection: Connection, task: Task
) -> Estimate:
    wanted = {one.handle: one for one in fleet.desired}

    def access(handles: Collection[str]) -> Mapping[str, int]:
        if task.saved is None:
            return {}  # they were all read a moment ago
        concerned = [wanted[handle] for handle in handles]
        in_hand = connection.reads.in_hand((one.app, one.addon) for one in concerned)
        return access_to(concerned, in_hand=in_hand)

    return estimate_applying(
        proposal,
        allowance,
        reads_of=lambda handle: reads_of(wanted[handle]),
        look_at=lambda plan: looks_of(intended(plan, plan.actions)),
        access_to=access,
        budget=task.about.config.request_budget,
        recent=connection.recent(),
        backup_first=task.safeguard.backup_first,
    )


def _longest_wait(waits: Sequence[int], waiting: Waiting, workers: int) -> float:
    """Seconds that a run may wait for what goes on at the provider, each as long as --timeout says."""
    if not waits or not waiting.wait:
        return 0.0
    return ceil(len(waits) / workers) * max(waits) * waiting.patience


def _most(foreseen: Estimate) -> float:
    """Seconds that requests may take without --max-wait, in whole minutes."""
    return max(_LEAST_BOUND, ceil(_MARGIN * foreseen.seconds / _MINUTE) * _MINUTE)


_MARGIN = 3
"""Times the estimate: the provider may be slow."""
_MINUTE = 60.0
_LEAST_BOUND = 10 * _MINUTE


def _announce(what: str, foreseen: Estimate, most: float, about: About, process: Process) -> None:
    bound = "" if about.max_wait else f", at most {duration(most)}"
    requests, so_long = count(foreseen.total, "request"), about_so_long(foreseen.seconds)
    process.tell(f"{what}: {requests}, {so_long}{bound}")


def _refuse_too_long(
    what: str, foreseen: Estimate, max_wait: float | None, *, passed: float = 0.0
) -> None:
    """Raise CannotFitError for what takes longer than a person wants to wait."""
    if max_wait is not None and passed + foreseen.seconds > max_wait:
        left = "what is left of " if passed else ""
        raise CannotFitError(
            f"{what} takes about {duration(foreseen.seconds)}, longer than {left}--max-wait"
            f" {duration(max_wait)}: nothing was begun, take fewer databases with --only"
        )
