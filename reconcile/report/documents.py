"""The JSON documents, as attrs classes: their JSON Schemas are generated from these.

`format_version` is major.minor: a new minor only adds, a new major may take away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import frozen

from reconcile.model.constraint import described

FORMAT_VERSION = "2.0"

JsonValue = None | bool | int | str | tuple[int | str, ...]
JsonFields = Mapping[str, JsonValue]
RiskWord = Literal["safe", "weakens", "disruptive", "lossy"]
ChangeWord = Literal["create", "update", "delete"]
ReasonWord = Literal[
    "missing",
    "differs",
    "absent",
    "unmanaged",
    "mismatch",
    "not_offered",
    "unreadable",
    "busy",
]
ResultWord = Literal[
    "done",
    "started",
    "failed",
    "unknown",
    "already done",
    "stale",
    "blocked",
    "skipped",
    "not allowed",
    "refused",
    "not sent",
]


@frozen(kw_only=True)
class PlaceDocument:
    """A place in a spec; line and column count from 1, line 0 means the file as a whole."""

    file: str
    line: int
    column: int


@frozen(kw_only=True)
class FindingDocument:
    """What a check or a guard has to say."""

    code: str
    severity: Literal["error", "warning"]
    message: str
    place: PlaceDocument | None
    hint: str | None
    override: str | None = described("What lifts a guard's finding for this plan only.")
    address: str | None = described("The action or database that it is about.")


@frozen(kw_only=True)
class FieldDocument:
    """One field that differs."""

    field: str
    before: JsonValue
    after: JsonValue


@frozen(kw_only=True)
class ApprovalDocument:
    """A person's word that something may go."""

    reason: str
    until: str = described("The last day on which it holds.", examples=("2027-01-31",))


@frozen(kw_only=True)
class ItemDocument:
    """One item of a plan; what does not apply to its type is null or empty."""

    type: Literal["action", "manual_step", "blocked", "pending"]
    address: str = described("database/kind or database/kind/name.")
    verb: ChangeWord | None
    risk: RiskWord | None = None
    reason: ReasonWord = described("Why it is in the plan.")
    place: PlaceDocument = described("Where the spec asks for it.")
    default: str | None = described("The default that the value was taken from.")
    before: JsonFields | None
    after: JsonFields | None
    fields: tuple[FieldDocument, ...] = described("What differs, of an update.")
    replacement: bool = described("Whether it is half of a delete and create.")
    approval: ApprovalDocument | None = None
    code: str | None = described("Why it is blocked, as a stable code.", default=None)
    message: str | None = None
    hint: str | None = None
    statements: tuple[str, ...] = described("What a person runs, of a manual step.", default=())
    where: str | None = described("Where a person runs it.", default=None)
    done_by: str | None = described(
        "The manual step whose statement does this one as well.", default=None
    )
    refused_by: str | None = described(
        "The code of the guard that refuses this action.", default=None
    )


@frozen(kw_only=True)
class IgnoredDocument:
    """A difference that does not count."""

    address: str = described("A kind, an element of one, or a field of a kind that is one thing.")
    reason: str
    until: str = described("The last day on which it does not.", examples=("2027-01-31",))
    place: PlaceDocument = described("Where that is said.")


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


@frozen(kw_only=True)
class DatabaseDocument:
    """One database of a plan."""

    handle: str
    engine: str
    version: str | None
    app: str
    target: TargetDocument | None = described("Null where the database could not be found.")
    status: Literal["unknown", "pending", "changes", "attention", "in sync"]
    protect: bool
    error: str | None = described("Why it is unknown.")
    error_place: PlaceDocument | None = described(
        "Where the spec names what the provider does not know; null for another reason."
    )
    items: tuple[ItemDocument, ...] = described("In the order in which they are to be done.")
    unmanaged: tuple[str, ...] = described("Addresses that are live and named nowhere.")
    ignored: tuple[IgnoredDocument, ...] = described("What of the database does not count.")


@frozen(kw_only=True)
class SummaryDocument:
    """Counts over all databases."""

    databases: int
    in_sync: int
    unknown: int
    actions: int
    actions_by_risk: Mapping[str, int]
    manual_steps: int
    blocked: int
    pending: int
    unmanaged: int


@frozen(kw_only=True)
class RecordDocument:
    """What is known of a plan that a file keeps."""

    made: str = described("When it was made, in UTC.")
    expires: str = described("After this it is not applied, in UTC.")
    expired: bool
    version: str = described("The version of the tool that made it.")
    signature: Literal["unsigned", "unchecked", "verified"] = described(
        "Whether it is signed: checked with the key, or not checked without one."
    )


@frozen(kw_only=True)
class PlanDocument:
    """What `plan`, `drift` and `show-plan` print."""

    format_version: str
    kind: Literal["plan"]
    exit_status: int
    id: str = described("The SHA-256 of what the plan does, and to what.")
    file: RecordDocument | None = described("Of `show-plan`, what the file says of the plan.")
    summary: SummaryDocument
    databases: tuple[DatabaseDocument, ...]
    findings: tuple[FindingDocument, ...] = described("What the guards say.")
    requests: Mapping[str, int] = described("Requests sent, by host.")
    retries: int = described("How many of them were repetitions.")
    waited: Mapping[str, float] = described("Seconds for which a host was held back, by host.")


@frozen(kw_only=True)
class RequestDocument:
    """One request about a database."""

    method: str
    url: str
    body: Mapping[str, object] | None


@frozen(kw_only=True)
class StatementDocument:
    """One statement over the connection of a database."""

    statement: str
    database: str = described("The logical database.")


@frozen(kw_only=True)
class ClashDocument:
    """What a stale action met; a side is null where there is nothing."""

    before: JsonFields | None = described("What the plan saw.")
    expected: JsonFields | None = described("What should be live by now, after what the run did.")
    now: JsonFields | None = described("What is live.")


@frozen(kw_only=True)
class BackupDocument:
    """A backup that was made."""

    id: str
    created_at: str = described("A time in UTC.", examples=("2027-01-31T03:00:00+00:00",))


@frozen(kw_only=True)
class OutcomeDocument:
    """What became of one action."""

    address: str
    verb: ChangeWord
    risk: RiskWord
    result: ResultWord
    message: str
    operation_id: str | None = described("The operation that it started.")
    clash: ClashDocument | None = described("What it met, where it is stale.")
    backup: BackupDocument | None = described("The one that was made just before it.")
    requests: tuple[RequestDocument | StatementDocument, ...] = described(
        "Its requests and statements, in order."
    )


@frozen(kw_only=True)
class RunDocument:
    """What `apply` prints."""

    format_version: str
    kind: Literal["run"]
    exit_status: int
    id: str
    dry_run: bool
    interrupted: bool
    results: Mapping[str, int] = described("Number of actions by result.")
    outcomes: tuple[OutcomeDocument, ...]
    left: SummaryDocument = described("What is left, read again after the last action.")
    databases: tuple[DatabaseDocument, ...] = described("The plan of what is left.")
    findings: tuple[FindingDocument, ...]
    requests: Mapping[str, int] = described("Requests sent, by host.")
    retries: int = described("How many of them were repetitions.")
    waited: Mapping[str, float] = described("Seconds for which a host was held back, by host.")


@frozen(kw_only=True)
class FindingsDocument:
    """What `validate` prints, and any command whose specs are not valid."""

    format_version: str
    kind: Literal["findings"]
    exit_status: int
    files: int
    databases: int
    findings: tuple[FindingDocument, ...]


DOCUMENTS: Mapping[str, type] = {
    "plan": PlanDocument,
    "run": RunDocument,
    "findings": FindingsDocument,
}
"""The documents by the name of their schema file."""
