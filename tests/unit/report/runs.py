"""Runs for tests of what is said of them."""

from __future__ import annotations

from builders import desired, observed, removal

from reconcile.apply.allowance import Allowance, withheld
from reconcile.apply.execute import calls_of
from reconcile.kinds.backups import Backups
from reconcile.kinds.logical_databases import LogicalDatabases
from reconcile.model.plan import Proposal
from reconcile.model.run import Outcome, Result, Run
from reconcile.model.state import ITSELF
from reconcile.plan.build import build_plan
from reconcile.report.page import Look
from reconcile.report.run_text import run_text


def proposed(*names: str) -> Proposal:
    """Turn backups on, and delete logical databases."""
    spec = desired(
        {
            "backups": Backups(enabled=True),
            "logical_databases": LogicalDatabases(absent=tuple(map(removal, names))),
        }
    )
    live = {
        "backups": {ITSELF: {"enabled": False, "hours": ()}},
        "logical_databases": {name: {} for name in names},
    }
    return Proposal(plan=build_plan([spec], {"shop": observed(live)}))


def ran(before: Proposal, result: Result = Result.DONE, *, dry: bool = False) -> Run:
    """A run in which every action came to one result."""
    outcomes = tuple(
        Outcome(action=action, result=result, calls=calls_of(action))
        for action in before.plan.actions
    )
    return Run(id="run", before=before, outcomes=outcomes, dry=dry)


def lines_of(run: Run, look: Look | None = None) -> list[str]:
    """The lines of a run."""
    return run_text(run, look or Look()).splitlines()


def held_back(proposal: Proposal) -> tuple[Outcome, ...]:
    """Every action, as the loop leaves it out."""
    held = (withheld(proposal, Allowance(), action) for action in proposal.plan.actions)
    return tuple(outcome for outcome in held if outcome is not None)
