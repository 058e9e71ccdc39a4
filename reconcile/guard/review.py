"""The review of a plan by all guards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from attrs import evolve

from reconcile.guard import GUARD_BY_CODE, GUARDS
from reconcile.guard.guard import Context, Guard
from reconcile.model.change import ActionKey
from reconcile.model.finding import Finding, Severity
from reconcile.model.item import Action
from reconcile.model.plan import DatabasePlan, Plan, Proposal, short_id
from reconcile.model.policy import GRACE, WaivedSeverity, Waiver

Permits = Callable[[Action], bool]
"""Whether a person allowed an action: `Allowance.permits`."""


def review(plan: Plan, context: Context, permits: Permits | None = None) -> Proposal:
    """What the guards find in a plan, as warnings where a waiver or an override says so.

    `permits` says what a person allowed. Until that is known, all guards judge the plan as it is
    listed; then some judge only what would run.
    """
    listed = Proposal(plan=plan, id=context.plan_id)
    listed = evolve(listed, findings=tuple(_found(_OF_PLAN, plan, context)))
    # As if each override was given: a person sees at once all that there is to override.
    not_overridden = tuple(one for one in listed.findings if one.override is None)
    running = would_run(evolve(listed, findings=not_overridden), permits) if permits else plan
    findings = (*listed.findings, *_found(_OF_RUN, running, context))
    # The two halves of a replacement have one address, and one finding says it.
    return evolve(listed, findings=tuple(dict.fromkeys(findings)))


_OF_PLAN = tuple(guard for guard in GUARDS if not guard.of_run)
_OF_RUN = tuple(guard for guard in GUARDS if guard.of_run)


def _found(guards: Iterable[Guard], plan: Plan, context: Context) -> Iterator[Finding]:
    for guard in guards:
        for found in guard.check(plan, context):
            yield from _judged(found, context)


def _judged(finding: Finding, context: Context) -> Iterator[Finding]:
    """What a finding counts for; none where a waiver turns the guard off."""
    if not GUARD_BY_CODE[finding.code].waivable:
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
    """The flag that overrides a guard for one plan only."""
    return f"--override {code}={short_id(plan_id)}"


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
