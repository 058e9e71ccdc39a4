"""What carrying out a plan will cost, and reading again what it touched. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from reconcile.apply.allowance import Allowance
from reconcile.apply.execute import calls_of
from reconcile.guard.review import would_run
from reconcile.model.change import HIGH_RISKS, is_second_half
from reconcile.model.cost import Budget, Estimate, estimated
from reconcile.model.item import Action
from reconcile.model.plan import DatabasePlan, Proposal
from reconcile.model.postgresql import Sql
from reconcile.model.request import Call


def estimate(
    proposal: Proposal,
    allowance: Allowance,
    *,
    reads_of: Callable[[str], int],
    look_at: Callable[[DatabasePlan], int],
    access_to: Callable[[Collection[str]], Mapping[str, int]],
    budget: Budget,
    recent: Mapping[str, Sequence[float]],
    backup_first: bool = False,
) -> Estimate:
    """The requests of the actions that may run, the looks before them, and the read at the end.

    `reads_of` says how many requests read a database, by its handle, and `look_at` how many read
    what a plan acts on; `access_to` how many, by host, it takes until some databases can be asked,
    by their handles; `recent` as in `estimated`. `backup_first`
    where a backup is made before a loss or a disruption. Following an operation or a backup is left
    out: nobody knows how long one takes.
    """
    requests = 0
    touched: list[str] = []
    running = would_run(proposal, allowance.permits).databases
    for database, runs in zip(proposal.plan.databases, running, strict=True):
        actions = runs.actions
        if not actions:
            continue
        touched.append(database.handle)
        others = actions[1:]
        looks = 1 + sum(_is_looked_at(action) for action in others)
        requests += sum(isinstance(call, Call) for one in actions for call in calls_of(one))
        if backup_first and any(action.risk in HIGH_RISKS for action in actions):
            requests += _TO_BACK_UP
            looks += 1
        requests += looks * look_at(database) + reads_of(database.handle)
    access = access_to(touched) if touched else {}
    return estimated({**access, "database": requests}, budget, recent=recent)


def _is_looked_at(action: Action) -> bool:
    """Whether the loop reads again just before: what is half replaced is finished without."""
    return action.risk in HIGH_RISKS and not is_second_half(action.change)


def waits_of(proposal: Proposal, allowance: Allowance, *, backup_first: bool) -> tuple[int, ...]:
    """How often each database waits for the provider, without those that never do.

    A wait is for the end of an operation, for a feature, or for a backup before a loss or a disruption.
    """
    waits = []
    for database in would_run(proposal, allowance.permits).databases:
        calls = [call for one in database.actions for call in calls_of(one)]
        backups = backup_first and any(one.risk in HIGH_RISKS for one in database.actions)
        waits.append(sum(map(_goes_on, calls)) + backups)
    return tuple(filter(None, waits))


def _goes_on(call: Call | Sql) -> bool:
    """Whether the provider goes on after its answer."""
    return isinstance(call, Call) and bool(call.starts_operation or call.switches)


_TO_BACK_UP = 2
"""Requests: the list of backups, and the one for another. A look follows it."""
