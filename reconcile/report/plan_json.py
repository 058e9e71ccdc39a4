"""What `plan`, `apply` and `validate` print as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Literal

from attrs import evolve, frozen

from reconcile.codec import TAGS
from reconcile.errors import ExitStatus
from reconcile.model.address import Address
from reconcile.model.change import (
    Change,
    FieldChange,
    Risk,
    Update,
    Verb,
    is_half,
    sides_of,
    verb_of,
)
from reconcile.model.constraint import described
from reconcile.model.cost import Spent
from reconcile.model.finding import Finding, Severity
from reconcile.model.item import Action, Blocked, Doable, Item, ManualStep, Pending, Reason
from reconcile.model.location import Location
from reconcile.model.plan import Plan, Proposal, Record, Seal, Status, as_run
from reconcile.model.policy import Ignored
from reconcile.model.postgresql import Sql
from reconcile.model.request import Call
from reconcile.model.run import Conflict, Outcome, Result, Run
from reconcile.model.state import Approval, Fields
from reconcile.model.target import Target
from reconcile.report.document import document_text, view


def plan_json(
    proposal: Proposal, *, status: ExitStatus, spent: Spent, record: Record | None = None
) -> str:
    """Render a plan; `record` of one that a file keeps."""
    return document_text(
        PlanDocument(
            id=proposal.id,
            file=view(RecordDocument, record, signature=record.seal) if record else None,
            summary=_summary(proposal.plan),
            databases=databases_of(proposal),
            findings=findings_of(proposal.findings),
        ),
        status=status,
        spent=spent,
    )


def run_json(run: Run, *, status: ExitStatus) -> str:
    """Render what an apply did and what is left."""
    targets = {plan.handle: plan.target for plan in run.before.plan.databases if plan.target}
    results = Counter(outcome.result for outcome in run.outcomes)
    return document_text(
        RunDocument(
            id=run.id,
            dry_run=run.dry,
            interrupted=run.interrupted is not None,
            results={result: results[result] for result in Result if results[result]},
            outcomes=tuple(
                _outcome(one, targets[one.action.address.database]) for one in run.outcomes
            ),
            left=_summary(run.left.plan),
            databases=databases_of(run.left),
            findings=findings_of(run.left.findings),
        ),
        status=status,
        spent=run.spent,
    )


def findings_json(
    findings: Iterable[Finding], *, status: ExitStatus, files: int, databases: int
) -> str:
    """Render the findings of a validation."""
    found = findings_of(findings)
    return document_text(
        FindingsDocument(files=files, databases=databases, findings=found), status=status
    )


@frozen(kw_only=True)
class FindingDocument:
    """What a check or a guard has to say."""

    code: str
    severity: Severity
    message: str
    place: Location | None
    hint: str | None
    override: str | None = described("The flag that overrides a guard for this plan only.")
    address: Address | None = described("The action or database that it is about.")


def findings_of(findings: Iterable[Finding]) -> tuple[FindingDocument, ...]:
    """What checks and guards have to say."""
    return tuple(view(FindingDocument, one, place=one.location) for one in findings)


@frozen(kw_only=True)
class ItemDocument:
    """One item of a plan; what does not apply to its type is null or empty."""

    type: Literal["action", "manual_step", "blocked", "pending"]
    address: Address = described("database/kind or database/kind/name.")
    verb: Verb | None
    risk: Risk | None = None
    reason: Reason
    place: Location = described("Where the spec asks for it.")
    default: str | None = described("The default that the value was taken from.")
    before: Fields | None
    after: Fields | None
    fields: tuple[FieldChange, ...] = described("What differs, of an update.")
    replacement: bool = described("Whether it is half of a delete and create.")
    approval: Approval | None = None
    code: str | None = described("Why it is blocked, as a stable code.", default=None)
    message: str | None = None
    hint: str | None = None
    statements: tuple[str, ...] = described("What a person runs, of a manual step.", default=())
    where: str | None = described("Where a person runs it.", default=None)
    done_by: Address | None = described(
        "The manual step whose statement does this one as well.", default=None
    )
    refused_by: str | None = described(
        "The code of the guard that refuses this action.", default=None
    )


def item_of(entry: Item, refusal: Finding | None) -> ItemDocument:
    """One item of a plan; `refusal` is the guard's finding that holds it back."""
    change = None if isinstance(entry, Pending) else entry.change
    before, after = sides_of(change)
    item = view(
        ItemDocument,
        entry,
        type=TAGS[type(entry)][1],
        verb=verb_of(change) if change else None,
        place=entry.origin.location,
        default=entry.origin.default,
        before=before,
        after=after,
        fields=fields_of(change),
        replacement=change is not None and is_half(change),
    )
    if refusal is None or not isinstance(entry, Doable):
        return item
    # What must not be run is not handed out to be run.
    return evolve(item, refused_by=refusal.code, statements=())


def fields_of(change: Change | None) -> tuple[FieldChange, ...]:
    """What differs, of an update."""
    return change.fields if isinstance(change, Update) else ()


@frozen(kw_only=True)
class IgnoredDocument:
    """A difference that does not count."""

    address: Address = described(
        "A kind, an element of one, or a field of a kind that is one thing."
    )
    reason: str
    until: date = described("The last day on which it does not.")
    place: Location = described("Where that is said.")


def ignored_of(ignored: Iterable[Ignored]) -> tuple[IgnoredDocument, ...]:
    """What a spec ignores."""
    return tuple(view(IgnoredDocument, one, place=one.location) for one in ignored)


@frozen(kw_only=True)
class TargetDocument:
    """The live database."""

    region: str
    app: str
    addon: str
    resource_id: str
    plan: str | None
    connection: str | None = described(
        "Where the connection string is that changes by SQL go over, as the spec says it."
    )


def target_of(target: Target) -> TargetDocument:
    """The live database."""
    return view(
        TargetDocument, target, connection=target.connection.dsn if target.connection else None
    )


@frozen(kw_only=True)
class DatabaseDocument:
    """One database of a plan."""

    handle: str
    engine: str
    version: str | None
    app: str
    target: TargetDocument | None = described("Null where the database could not be found.")
    status: Status
    protect: bool
    error: str | None = described("Why it is unknown.")
    error_place: Location | None = described(
        "Where the spec names what the provider does not know; null for another reason."
    )
    items: tuple[ItemDocument, ...] = described("In the order in which they are to be done.")
    unmanaged: tuple[Address, ...] = described(
        "Addresses that are live and that the spec does not name."
    )
    ignored: tuple[IgnoredDocument, ...] = described("What of the database does not count.")


def databases_of(proposal: Proposal) -> tuple[DatabaseDocument, ...]:
    """The databases of a plan, with what the guards refuse."""
    return tuple(
        view(
            DatabaseDocument,
            one,
            target=target_of(one.target) if one.target else None,
            error_place=one.error_origin.location if one.error_origin else None,
            items=tuple(item_of(entry, proposal.refusal(entry)) for entry in as_run(one, proposal)),
            ignored=ignored_of(one.ignored),
        )
        for one in proposal.plan.databases
    )


@frozen(kw_only=True)
class SummaryDocument:
    """Counts over all databases."""

    databases: int
    in_sync: int
    unknown: int
    actions: int
    actions_by_risk: Mapping[Risk, int]
    manual_steps: int
    blocked: int
    pending: int
    unmanaged: int


def _summary(plan: Plan) -> SummaryDocument:
    kinds = Counter(type(entry) for entry in plan.items())
    risks = Counter(action.risk for action in plan.actions)
    statuses = Counter(database.status for database in plan.databases)
    return SummaryDocument(
        databases=len(plan.databases),
        in_sync=statuses[Status.IN_SYNC],
        unknown=statuses[Status.UNKNOWN],
        actions=kinds[Action],
        actions_by_risk={risk: risks[risk] for risk in Risk},
        manual_steps=kinds[ManualStep],
        blocked=kinds[Blocked],
        pending=kinds[Pending],
        unmanaged=sum(len(database.unmanaged) for database in plan.databases),
    )


@frozen(kw_only=True)
class RecordDocument:
    """What is known of a plan that a file keeps; times in UTC."""

    made: datetime
    expires: datetime = described("After this it is not applied.")
    expired: bool
    version: str = described("The version of the tool that made it.")
    signature: Seal = described("`unchecked` where it is signed and there is no key to check it.")


@frozen(kw_only=True)
class PlanDocument:
    """What `plan`, `drift` and `show-plan` print."""

    kind: Literal["plan"] = "plan"
    id: str = described("The SHA-256 of what the plan does, and to what.")
    file: RecordDocument | None = described("Of `show-plan`, what the file says of the plan.")
    summary: SummaryDocument
    databases: tuple[DatabaseDocument, ...]
    findings: tuple[FindingDocument, ...] = described("What the guards say.")


@frozen(kw_only=True)
class RequestDocument:
    """One request about a database."""

    method: str
    url: str
    body: Mapping[str, object] | None


def request_of(call: Call, target: Target) -> RequestDocument:
    """A request as it is sent."""
    return view(RequestDocument, call, url=target.url(call))


@frozen(kw_only=True)
class StatementDocument:
    """One statement over the connection of a database."""

    statement: str
    database: str = described("The logical database.")


def sent_of(
    calls: Iterable[Call | Sql], target: Target
) -> tuple[RequestDocument | StatementDocument, ...]:
    """The requests and statements of an action, as they are sent."""
    database = target.connection.database if target.connection else ""
    return tuple(
        request_of(call, target)
        if isinstance(call, Call)
        else StatementDocument(statement=str(call), database=database)
        for call in calls
    )


@frozen(kw_only=True)
class BackupDocument:
    """A backup that was made."""

    id: str
    created_at: datetime


@frozen(kw_only=True)
class OutcomeDocument:
    """What became of one action."""

    address: Address
    verb: Verb
    risk: Risk
    result: Result
    code: str | None = described("Which guard refused it, or what blocks it.")
    message: str
    operation_id: str | None = described("The operation that it started.")
    clash: Conflict | None = described("What it met, where it is stale.")
    backup: BackupDocument | None = described("The one that was made just before it.")
    requests: tuple[RequestDocument | StatementDocument, ...] = described(
        "Its requests and statements, in order."
    )


def _outcome(outcome: Outcome, target: Target) -> OutcomeDocument:
    action, backup = outcome.action, outcome.backup
    return view(
        OutcomeDocument,
        outcome,
        address=action.address,
        verb=verb_of(action.change),
        risk=action.risk,
        operation_id=outcome.operation,
        clash=outcome.conflict,
        backup=view(BackupDocument, backup) if backup else None,
        requests=sent_of(outcome.calls, target),
    )


@frozen(kw_only=True)
class RunDocument:
    """What `apply` prints."""

    kind: Literal["run"] = "run"
    id: str
    dry_run: bool
    interrupted: bool
    results: Mapping[Result, int] = described("Number of actions by result.")
    outcomes: tuple[OutcomeDocument, ...]
    left: SummaryDocument = described("What is left, read again after the last action.")
    databases: tuple[DatabaseDocument, ...] = described("The plan of what is left.")
    findings: tuple[FindingDocument, ...]


@frozen(kw_only=True)
class FindingsDocument:
    """What `validate` prints, and any command whose specs are not valid."""

    kind: Literal["findings"] = "findings"
    files: int
    databases: int
    findings: tuple[FindingDocument, ...]
