"""The shape of a guard, and the review of a plan by all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from attrs import evolve

from reconcile.guard.approvals import expired_approvals
from reconcile.guard.context import Context
from reconcile.guard.default_policy import lost_defaults
from reconcile.guard.identity import other_databases
from reconcile.guard.last_protection import last_protections
from reconcile.guard.plan_file import losses_without_spec
from reconcile.guard.protect import protected_databases
from reconcile.guard.recovery import unrecoverable_losses
from reconcile.guard.share import too_many_databases
from reconcile.guard.would_run import Permits, would_run
from reconcile.model.finding import Finding, Severity
from reconcile.model.plan import Plan, Proposal, short_id
from reconcile.model.policy import GRACE, WAIVABLE, WaivedSeverity, Waiver

Guard = Callable[[Plan, Context], Iterator[Finding]]
"""A guard does not raise, print or change the plan.

A finding whose address is an action's refuses that action, one whose address is a database's all
of its actions, one without an address the whole run.
"""


OF_PLAN: tuple[Guard, ...] = (
    protected_databases,
    expired_approvals,
    other_databases,
    losses_without_spec,
    too_many_databases,
)
"""The guards that judge a plan as it is listed."""

OF_RUN: tuple[Guard, ...] = (unrecoverable_losses, lost_defaults, last_protections)
"""The guards that judge what of a plan would run."""


def review(plan: Plan, context: Context, permits: Permits | None = None) -> Proposal:
    """Put a plan before the guards, and lift what a waiver or a person's override lifts.

    `permits` says what a person allowed. Until that is known, all guards judge the plan as it is
    listed; then some judge only what would run.
    """
    listed = Proposal(plan=plan, id=context.plan_id)
    listed = evolve(listed, findings=tuple(_found(OF_PLAN, plan, context)))
    # As if each override was given: a person sees at once all that there is to override.
    unlifted = tuple(one for one in listed.findings if one.override is None)
    running = would_run(evolve(listed, findings=unlifted), permits) if permits else plan
    findings = (*listed.findings, *_found(OF_RUN, running, context))
    # The two halves of a replacement have one address, and one finding says it.
    return evolve(listed, findings=tuple(dict.fromkeys(findings)))


def _found(guards: Iterable[Guard], plan: Plan, context: Context) -> Iterator[Finding]:
    for guard in guards:
        for found in guard(plan, context):
            yield from _judged(found, context)


def _judged(finding: Finding, context: Context) -> Iterator[Finding]:
    """What a finding counts for; none where a waiver turns the guard off."""
    if finding.code not in WAIVABLE:
        yield finding
        return
    waiver = _waiver(finding, context)
    if waiver is None:
        overridden = finding.code in context.overrides
        yield (
            evolve(_lifted(finding, "overridden for this plan"), overridden=True)
            if overridden
            else evolve(finding, override=override_flag(finding.code, context.plan_id))
        )
    elif waiver.severity is not WaivedSeverity.OFF:
        yield _lifted(finding, f"waived until {waiver.until}: {waiver.reason}")


def _waiver(finding: Finding, context: Context) -> Waiver | None:
    """The waiver that still holds of a finding's guard."""
    waiver = context.policy.waivers.get(finding.code)
    return waiver if waiver and context.today - GRACE <= waiver.until else None


def _lifted(finding: Finding, why: str) -> Finding:
    """A finding that refuses nothing, and asks nothing of anybody."""
    message = f"{finding.message}, {why}"
    return evolve(finding, severity=Severity.WARNING, message=message, hint=None)


def override_flag(code: str, plan_id: str) -> str:
    """The flag that lifts a guard for one plan only."""
    return f"--override {code}={short_id(plan_id)}"
