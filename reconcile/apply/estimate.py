"""What carrying out a plan will cost, and reading again what it touched. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reconcile.apply.allowance import Allowance, withheld
from reconcile.apply.executors import calls_of
from reconcile.model.change import Create, Risk
from reconcile.model.cost import Budget, Estimate, foresee
from reconcile.model.item import Action
from reconcile.model.plan import DatabasePlan, Proposal


def estimate(
    proposal: Proposal,
    allowance: Allowance,
    *,
    reads_of: Callable[[str], int],
    look_at: Callable[[DatabasePlan], int],
    budget: Budget,
    spent: Mapping[str, int],
) -> Estimate:
    """The requests of the actions that may run, the looks before them, and the read at the end.

    `reads_of` says how many requests read a database, by its handle, and `look_at` how many read
    what a plan acts on; `spent` were sent by host to get here, out of the same budget. Following an operation is left out: nobody knows how long
    one takes.
    """
    requests = 0
    for database in proposal.plan.databases:
        actions = [a for a in database.actions if withheld(proposal, allowance, a) is None]
        if not actions:
            continue
        others = actions[1:]
        looks = 1 + sum(_is_looked_at(action) for action in others)
        requests += sum(len(calls_of(action)) for action in actions)
        requests += looks * look_at(database) + reads_of(database.handle)
    return foresee({"database": requests}, budget, spent=spent)


def _is_looked_at(action: Action) -> bool:
    """Whether the loop reads again just before: what is half replaced is finished without."""
    second_half = isinstance(action.change, Create) and action.change.replacement
    return action.risk in {Risk.DISRUPTIVE, Risk.LOSSY} and not second_half
