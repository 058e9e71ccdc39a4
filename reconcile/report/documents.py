"""The JSON documents, as attrs classes: their JSON Schemas are generated from these.

`format_version` is major.minor: a new minor only adds, a new major may take away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import frozen

from reconcile.model.constraint import described

FORMAT_VERSION = "1.0"

JsonValue = None | bool | int | str | tuple[int | str, ...]
JsonFields = Mapping[str, JsonValue]
ResultWord = Literal[
    "done",
    "started",
    "failed",
    "unknown",
    "stale",
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
    verb: Literal["create", "update", "delete"] | None
    risk: Literal["safe", "weakens", "disruptive", "lossy"] | None = None
    reason: str
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
    refused_by: str | None = described(
        "The code of the guard that refuses this action.", default=None
    )


@frozen(kw_only=True)
class TargetDocument:
    """The live database."""

    region: str
    app: str
    addon: str
    resource_id: str
    plan: str | None


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
    items: tuple[ItemDocument, ...] = described("In the order in which they are to be done.")
    unmanaged: tuple[str, ...] = described("Addresses that are live and named nowhere.")


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
class PlanDocument:
    """What `plan` and `drift` print."""

    format_version: str
    kind: Literal["plan"]
    exit_status: int
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
class OutcomeDocument:
    """What became of one action."""

    address: str
    verb: Literal["create", "update", "delete"]
    risk: Literal["safe", "weakens", "disruptive", "lossy"]
    result: ResultWord
    message: str
    operation_id: str | None = described("The operation that it started.")
    requests: tuple[RequestDocument, ...] = described("Its requests, in order.")


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


@frozen(kw_only=True)
class ElementDocument:
    """One element of a kind; its name is empty where the kind is one thing."""

    name: str
    fields: JsonFields


@frozen(kw_only=True)
class KindDocument:
    """The live state of one kind."""

    kind: str
    offered: bool
    message: str | None = described("Why it is not offered.", default=None)
    elements: tuple[ElementDocument, ...] = ()


@frozen(kw_only=True)
class StateDocument:
    """The live state of one database."""

    name: str = described("As it was asked for: a handle, or APP/ADDON.")
    target: TargetDocument | None = None
    error: str | None = described("Why it could not be read.", default=None)
    resource: Mapping[str, object] | None = described(
        "The database resource as the API answered it.", default=None
    )
    kinds: tuple[KindDocument, ...] = ()


@frozen(kw_only=True)
class StatesDocument:
    """What `show` prints."""

    format_version: str
    kind: Literal["states"]
    exit_status: int
    databases: tuple[StateDocument, ...]
    requests: Mapping[str, int] = described("Requests sent, by host.")
    retries: int = described("How many of them were repetitions.")
    waited: Mapping[str, float] = described("Seconds for which a host was held back, by host.")


DOCUMENTS: Mapping[str, type] = {
    "plan": PlanDocument,
    "run": RunDocument,
    "findings": FindingsDocument,
    "states": StatesDocument,
}
"""The documents by the name of their schema file."""
