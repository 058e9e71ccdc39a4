"""The shape of a guard, and the review of a plan by all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from reconcile.guard.approvals import expired_approvals
from reconcile.guard.context import Context
from reconcile.guard.protect import protected_databases
from reconcile.model.finding import Finding
from reconcile.model.plan import Plan, Proposal

Guard = Callable[[Plan, Context], Iterator[Finding]]
"""A guard does not raise, print or change the plan.

A finding whose address is an action's refuses that action, one whose address is a database's all
of its actions, one without an address the whole run.
"""


GUARDS: tuple[Guard, ...] = (protected_databases, expired_approvals)


def review(plan: Plan, context: Context, guards: Iterable[Guard] = GUARDS) -> Proposal:
    """Put a plan before the guards."""
    findings = (finding for guard in guards for finding in guard(plan, context))
    # The two halves of a replacement have one address, and one finding says it.
    return Proposal(plan=plan, findings=tuple(dict.fromkeys(findings)))
