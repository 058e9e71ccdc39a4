"""What a run will cost and how long it may take, shown before; what it cost, shown after."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from math import ceil

from reconcile.api.reads import Reads
from reconcile.api.writes import Connection
from reconcile.apply.allowance import Allowance
from reconcile.apply.estimate import estimate as estimate_applying
from reconcile.apply.estimate import waits_of
from reconcile.errors import ReconcileError
from reconcile.model.cost import Estimate
from reconcile.model.plan import Proposal
from reconcile.model.state import Desired
from reconcile.model.text import about_so_long, count, duration
from reconcile.observe.estimate import access_to, estimate, looks_of, reads_of
from reconcile.plan.intent import intended
from reconcile.workflow.process import Process, Waiting
from reconcile.workflow.propose import LEAST_BOUND, MINUTE, About
from reconcile.workflow.reread import Again


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
    _announce(what, foreseen, most, about.max_wait, process)
    _refuse_too_long(what, foreseen, about.max_wait)
    reads.bound(most, _CHANGED)


def announce_applying(
    proposal: Proposal,
    allowance: Allowance,
    again: Again,
    connection: Connection,
    *,
    max_wait: float | None,
    passed: float,
    waiting: Waiting,
    backup_first: bool,
    is_read: bool,
    told: bool,
) -> None:
    """Say what applying a plan will cost, where it is `told`, and bound how long it may take.

    `passed` are the seconds for which the run has gone on; `is_read` where all databases were read a
    moment ago. Raises CannotFitError where it takes too long.
    """
    wanted = {one.handle: one for one in again.fleet.desired}

    def access(handles: Collection[str]) -> Mapping[str, int]:
        if is_read:
            return {}
        concerned = [wanted[handle] for handle in handles]
        in_hand = connection.reads.in_hand((one.app, one.addon) for one in concerned)
        return access_to(concerned, in_hand=in_hand)

    foreseen = estimate_applying(
        proposal,
        allowance,
        reads_of=lambda handle: reads_of(wanted[handle]),
        look_at=lambda plan: looks_of(intended(plan, plan.actions)),
        access_to=access,
        budget=again.fleet.config.request_budget,
        recent=connection.recent(),
        backup_first=backup_first,
    )
    waits = waits_of(proposal, allowance, backup_first=backup_first)
    most = _most(foreseen) + _longest_wait(waits, waiting, connection.workers)
    if foreseen.total and told:
        _announce("applying", foreseen, most, max_wait, again.process)
    _refuse_too_long("applying", foreseen, max_wait, passed=passed)
    connection.bound(most, _CHANGED if told else "")


def _longest_wait(waits: Sequence[int], waiting: Waiting, workers: int) -> float:
    """Seconds that a run may wait for what goes on at the provider, each as long as --timeout says."""
    return ceil(len(waits) / workers) * max(waits, default=0) * waiting.longest


def _most(foreseen: Estimate) -> float:
    """Seconds that requests may take without --max-wait, in whole minutes."""
    return max(LEAST_BOUND, ceil(_MARGIN * foreseen.seconds / MINUTE) * MINUTE)


_CHANGED = ": --max-wait allows another time"
_MARGIN = 3
"""Times the estimate: the provider may be slow."""


def _announce(
    what: str, foreseen: Estimate, most: float, max_wait: float | None, process: Process
) -> None:
    bound = "" if max_wait else f", at most {duration(most)}"
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
