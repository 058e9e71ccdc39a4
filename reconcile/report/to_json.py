"""Plan | Run | findings → JSON text."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from attrs import asdict

from reconcile.errors import ExitStatus
from reconcile.model.change import Risk, verb_of
from reconcile.model.cost import Spent
from reconcile.model.finding import Finding
from reconcile.model.item import Action, Blocked, ManualStep, Pending
from reconcile.model.plan import DatabasePlan, Plan, Proposal, Record, Status, as_run
from reconcile.model.postgresql import Sql
from reconcile.model.recovery import Backup
from reconcile.model.request import Call
from reconcile.model.run import Clash, Outcome, Run
from reconcile.model.state import Inspected, KindState, NotOffered, Unknown, Unreadable
from reconcile.model.target import Target
from reconcile.report.documents import (
    FORMAT_VERSION,
    BackupDocument,
    ClashDocument,
    DatabaseDocument,
    FindingsDocument,
    OutcomeDocument,
    PlanDocument,
    RecordDocument,
    RequestDocument,
    RunDocument,
    StatementDocument,
    SummaryDocument,
    TargetDocument,
)
from reconcile.report.items_json import findings_of, ignored_of, item_of, place_document
from reconcile.report.live_documents import (
    ElementDocument,
    KindDocument,
    StateDocument,
    StatesDocument,
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


def plan_json(
    proposal: Proposal, *, status: ExitStatus, spent: Spent, record: Record | None = None
) -> str:
    """Render a plan; `record` of one that a file keeps."""
    return text_of(
        PlanDocument(
            format_version=FORMAT_VERSION,
            kind="plan",
            exit_status=int(status),
            id=proposal.id,
            file=_record(record) if record else None,
            summary=_summary(proposal.plan),
            databases=_databases(proposal),
            findings=findings_of(proposal.findings),
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
            findings=findings_of(run.left.findings),
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
            findings=findings_of(findings),
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


def _record(record: Record) -> RecordDocument:
    return RecordDocument(
        made=record.made.isoformat(),
        expires=record.expires.isoformat(),
        expired=record.expired,
        version=record.version,
        signature=record.seal.value,
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
    if isinstance(state, Unreadable):
        return KindDocument(kind=name, offered=True, readable=False, message=state.message)
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
        error_place=place_document(database.error_origin.location)
        if database.error_origin
        else None,
        items=tuple(
            item_of(entry, proposal.refusal(entry)) for entry in as_run(database, proposal)
        ),
        unmanaged=tuple(str(address) for address in database.unmanaged),
        ignored=tuple(ignored_of(one) for one in database.ignored),
    )


def target_of(target: Target) -> TargetDocument:
    """The live database."""
    return TargetDocument(
        region=target.region,
        app=target.app,
        addon=target.addon,
        resource_id=target.resource_id,
        plan=target.plan,
        connection=target.connection.dsn if target.connection else None,
    )


def _outcome(outcome: Outcome, target: Target) -> OutcomeDocument:
    return OutcomeDocument(
        address=str(outcome.action.address),
        verb=verb_of(outcome.action.change).value,
        risk=outcome.action.risk.value,
        result=outcome.result.value,
        message=outcome.message,
        operation_id=outcome.operation,
        clash=clash_of(outcome.clash),
        backup=None if outcome.backup is None else _backup(outcome.backup),
        requests=tuple(sent_of(call, target) for call in outcome.calls),
    )


def clash_of(clash: Clash | None) -> ClashDocument | None:
    """What a stale action met."""
    if clash is None:
        return None
    return ClashDocument(before=clash.before, expected=clash.expected, now=clash.now)


def _backup(backup: Backup) -> BackupDocument:
    return BackupDocument(id=backup.id, created_at=backup.created_at.isoformat())


def sent_of(call: Call | Sql, target: Target) -> RequestDocument | StatementDocument:
    """One request or statement of an action, as it is sent."""
    if isinstance(call, Call):
        return request_of(call, target)
    where = target.connection.database if target.connection else ""
    return StatementDocument(statement=str(call), database=where)


def request_of(call: Call, target: Target) -> RequestDocument:
    """One request, as it is sent."""
    return RequestDocument(method=call.method, url=target.url(call), body=call.body)
