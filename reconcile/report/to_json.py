"""Plan | Run | findings → JSON text."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, assert_never

from attrs import asdict, evolve

from reconcile.errors import ExitStatus
from reconcile.model.call import Call
from reconcile.model.change import Change, Create, Delete, Risk, Update, sides_of, verb_of
from reconcile.model.cost import Spent
from reconcile.model.finding import Finding
from reconcile.model.item import Action, Blocked, Item, ManualStep, Pending
from reconcile.model.location import Location
from reconcile.model.plan import DatabasePlan, Plan, Proposal, Status
from reconcile.model.run import Outcome, Run
from reconcile.model.state import Approval, Inspected, KindState, NotOffered, Unknown
from reconcile.model.target import Target
from reconcile.report.documents import (
    FORMAT_VERSION,
    ApprovalDocument,
    DatabaseDocument,
    ElementDocument,
    FieldDocument,
    FindingDocument,
    FindingsDocument,
    ItemDocument,
    KindDocument,
    OutcomeDocument,
    PlaceDocument,
    PlanDocument,
    RequestDocument,
    RunDocument,
    StateDocument,
    StatesDocument,
    SummaryDocument,
    TargetDocument,
)
from reconcile.report.show_text import States


def text_of(document: Any) -> str:
    """One document. Only ASCII, so that no terminal or log can be steered by a name."""
    return json.dumps(asdict(document), indent=2) + "\n"


def cost_of(spent: Spent) -> dict[str, Any]:
    """The fields that say what a run cost."""
    return {
        "requests": dict(spent.requests),
        "retries": spent.retries,
        "waited": {host: round(seconds, 3) for host, seconds in spent.waited.items()},
    }


def plan_json(proposal: Proposal, *, status: ExitStatus, spent: Spent) -> str:
    """Render a plan."""
    return text_of(
        PlanDocument(
            format_version=FORMAT_VERSION,
            kind="plan",
            exit_status=int(status),
            summary=_summary(proposal.plan),
            databases=_databases(proposal),
            findings=_findings(proposal.findings),
            **cost_of(spent),
        )
    )


def run_json(run: Run, *, status: ExitStatus) -> str:
    """Render what an apply did and what is left."""
    targets = {plan.handle: plan.target for plan in run.before.plan.databases if plan.target}
    return text_of(
        RunDocument(
            format_version=FORMAT_VERSION,
            kind="run",
            exit_status=int(status),
            id=run.id,
            dry_run=run.dry,
            interrupted=run.interrupted is not None,
            results=dict(sorted(Counter(o.result.value for o in run.outcomes).items())),
            outcomes=tuple(_outcome(o, targets[o.action.address.database]) for o in run.outcomes),
            left=_summary(run.left.plan),
            databases=_databases(run.left),
            findings=_findings(run.left.findings),
            **cost_of(run.spent),
        )
    )


def findings_json(
    findings: Iterable[Finding], *, status: ExitStatus, files: int, databases: int
) -> str:
    """Render the findings of a validation."""
    return text_of(
        FindingsDocument(
            format_version=FORMAT_VERSION,
            kind="findings",
            exit_status=int(status),
            files=files,
            databases=databases,
            findings=_findings(findings),
        )
    )


def states_json(states: States, *, status: ExitStatus, spent: Spent) -> str:
    """Render live states."""
    return text_of(
        StatesDocument(
            format_version=FORMAT_VERSION,
            kind="states",
            exit_status=int(status),
            databases=tuple(_state(name, state) for name, state in states.items()),
            **cost_of(spent),
        )
    )


def _state(name: str, state: Inspected | Unknown) -> StateDocument:
    if isinstance(state, Unknown):
        return StateDocument(name=name, error=state.reason)
    return StateDocument(
        name=name,
        target=target_of(state.target),
        resource=state.resource,
        kinds=tuple(kind_of(kind, found) for kind, found in state.states.items()),
    )


def kind_of(name: str, state: KindState) -> KindDocument:
    """The live state of one kind."""
    if isinstance(state, NotOffered):
        return KindDocument(kind=name, offered=False, message=state.message)
    elements = tuple(
        ElementDocument(name=element, fields=fields) for element, fields in sorted(state.items())
    )
    return KindDocument(kind=name, offered=True, elements=elements)


def _summary(plan: Plan) -> SummaryDocument:
    kinds = Counter(type(entry) for entry in plan.items())
    risks = Counter(action.risk for action in plan.actions)
    statuses = Counter(database.status for database in plan.databases)
    return SummaryDocument(
        databases=len(plan.databases),
        in_sync=statuses[Status.IN_SYNC],
        unknown=statuses[Status.UNKNOWN],
        actions=kinds[Action],
        actions_by_risk={risk.value: risks[risk] for risk in Risk},
        manual_steps=kinds[ManualStep],
        blocked=kinds[Blocked],
        pending=kinds[Pending],
        unmanaged=sum(len(database.unmanaged) for database in plan.databases),
    )


def _databases(proposal: Proposal) -> tuple[DatabaseDocument, ...]:
    return tuple(_database(database, proposal) for database in proposal.plan.databases)


def _database(database: DatabasePlan, proposal: Proposal) -> DatabaseDocument:
    return DatabaseDocument(
        handle=database.handle,
        engine=database.engine,
        version=database.version,
        app=database.app,
        target=target_of(database.target) if database.target else None,
        status=database.status.value,
        protect=database.protect,
        error=database.error,
        items=tuple(_item(entry, proposal) for entry in database.items),
        unmanaged=tuple(str(address) for address in database.unmanaged),
    )


def target_of(target: Target) -> TargetDocument:
    """The live database."""
    return TargetDocument(
        region=target.region,
        app=target.app,
        addon=target.addon,
        resource_id=target.resource_id,
        plan=target.plan,
    )


def _item(entry: Item, proposal: Proposal) -> ItemDocument:
    refusal = proposal.refusal(entry)
    refused_by = refusal.code if refusal else None
    match entry:
        case Action():
            return evolve(
                _changed(entry, entry.change),
                type="action",
                risk=entry.risk.value,
                approval=_approval(entry.approval),
                refused_by=refused_by,
            )
        case ManualStep():
            return evolve(
                _changed(entry, entry.change),
                type="manual_step",
                risk=entry.risk.value,
                approval=_approval(entry.approval),
                refused_by=refused_by,
                # What must not be run is not handed out to be run.
                statements=() if refused_by else entry.statements,
                where=entry.where,
            )
        case Blocked(code=code, message=message, hint=hint):
            document = _changed(entry, entry.change)
            return evolve(document, type="blocked", code=code, message=message, hint=hint)
        case Pending(message=message):
            return evolve(_changed(entry, None), type="pending", message=message)
        case _:
            assert_never(entry)


def _changed(entry: Item, change: Change | None) -> ItemDocument:
    """What all items have, and the values of a change."""
    before, after = sides_of(change) if change else (None, None)
    return ItemDocument(
        type="action",
        address=str(entry.address),
        verb=verb_of(change).value if change else None,
        reason=entry.reason.value,
        place=_place(entry.origin.location),
        default=entry.origin.default,
        before=before,
        after=after,
        fields=_fields(change) if isinstance(change, Update) else (),
        replacement=isinstance(change, Create | Delete) and change.replacement,
    )


def _approval(approval: Approval | None) -> ApprovalDocument | None:
    if approval is None:
        return None
    return ApprovalDocument(reason=approval.reason, until=approval.until.isoformat())


def _fields(change: Update) -> tuple[FieldDocument, ...]:
    return tuple(
        FieldDocument(field=part.field, before=part.before, after=part.after)
        for part in change.fields
    )


def _place(location: Location) -> PlaceDocument:
    return PlaceDocument(file=location.file, line=location.line, column=location.column)


def _findings(findings: Iterable[Finding]) -> tuple[FindingDocument, ...]:
    return tuple(
        FindingDocument(
            code=finding.code,
            severity=finding.severity.value,
            message=finding.message,
            place=_place(finding.location) if finding.location else None,
            hint=finding.hint,
            override=finding.override,
            address=str(finding.address) if finding.address else None,
        )
        for finding in findings
    )


def _outcome(outcome: Outcome, target: Target) -> OutcomeDocument:
    return OutcomeDocument(
        address=str(outcome.action.address),
        verb=verb_of(outcome.action.change).value,
        risk=outcome.action.risk.value,
        result=outcome.result.value,
        message=outcome.message,
        operation_id=outcome.operation,
        requests=tuple(request_of(call, target) for call in outcome.calls),
    )


def request_of(call: Call, target: Target) -> RequestDocument:
    """One request, as it is sent."""
    return RequestDocument(method=call.method, url=target.url(call), body=call.body)
