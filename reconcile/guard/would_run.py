"""What of a plan would run, once the guards and the person who applies have said what may."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve

from reconcile.model.change import ActionKey
from reconcile.model.item import Action
from reconcile.model.plan import DatabasePlan, Plan, Proposal

Permits = Callable[[Action], bool]
"""Whether a person allowed an action: `Allowance.permits`."""


def would_run(proposal: Proposal, permits: Permits) -> Plan:
    """The plan without the actions that are refused, or not permitted, or require one of these.

    A person does the manual steps: they stay.
    """
    databases = (_part_of(one, proposal, permits) for one in proposal.plan.databases)
    return Plan(databases=tuple(databases))


def _part_of(database: DatabasePlan, proposal: Proposal, permits: Permits) -> DatabasePlan:
    runs: set[ActionKey] = set()
    for action in database.actions:
        if permits(action) and not proposal.refusal(action) and runs.issuperset(action.requires):
            runs.add(action.key)
    items = (one for one in database.items if not isinstance(one, Action) or one.key in runs)
    return evolve(database, items=tuple(items))
