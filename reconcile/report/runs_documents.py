"""The JSON documents of past runs, as attrs classes. See `documents`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import frozen

from reconcile.model.constraint import described
from reconcile.model.history import VerbWord
from reconcile.report.documents import (
    ApprovalDocument,
    ClashDocument,
    FieldDocument,
    JsonFields,
    ResultWord,
    RiskWord,
)


@frozen(kw_only=True)
class CommitDocument:
    """The commit that the specs were of."""

    id: str
    dirty: bool = described("Whether something beside it was not committed.")


@frozen(kw_only=True)
class PermissionDocument:
    """What a person lifted and allowed for a run."""

    overrides: tuple[str, ...] = described("The codes of the guards that were lifted.")
    allows: tuple[str, ...] = described(
        "The words of `--allow`, and the risks that were agreed to when asked.",
        examples=(("lossy=shop/logical_databases/legacy",),),
    )
    backup_first: bool = described("Whether a backup was to be made before something at stake.")
    roll_backups: bool = described("Whether the oldest backup might go for that.")


@frozen(kw_only=True)
class PastRunHeadDocument:
    """What is known of a past run beside its deeds; what was not written is null."""

    id: str
    state: Literal["ended", "running", "interrupted"]
    began: str = described("In UTC.", examples=("2026-11-23T10:42:07+00:00",))
    ended: str | None
    who: str | None
    host: str | None
    pid: int | None
    version: str = described("The tool's.")
    command: str | None
    commit: CommitDocument | None
    plan_id: str | None
    actions: int = described("How many were planned.")
    results: Mapping[str, int] = described("Number of deeds by result.")
    permission: PermissionDocument
    settled_by: tuple[str, ...] = described(
        "The later runs that found out about what it left open."
    )
    torn: bool = described("Whether the last line of its journal is not whole.")
    unread_lines: int = described("How many other lines make no sense.")


@frozen(kw_only=True)
class UnreadableDocument:
    """A journal that tells of no run."""

    id: str
    reason: str


@frozen(kw_only=True)
class RunsDocument:
    """What `runs` prints."""

    format_version: str
    kind: Literal["runs"]
    exit_status: int
    runs: tuple[PastRunHeadDocument, ...] = described("Newest first.")
    unreadable: tuple[UnreadableDocument, ...]


@frozen(kw_only=True)
class AddonDocument:
    """Which live database a handle stood for."""

    app: str
    addon: str
    region: str


@frozen(kw_only=True)
class PastDeedDocument:
    """One action or order, and what became of it."""

    address: str
    verb: VerbWord
    what: str | None = described("An order in words.")
    risk: RiskWord | None
    approval: ApprovalDocument | None = described("The word of the spec that it may go.")
    result: ResultWord
    message: str
    before: JsonFields | None
    after: JsonFields | None
    fields: tuple[FieldDocument, ...] = described("What differs, of an update.")
    operation_id: str | None = described("The operation that it started.")
    clash: ClashDocument | None = described("What it met, where it is stale.")
    no_way_back: str | None = described("What reverting the spec does not bring back.")


@frozen(kw_only=True)
class SettlementDocument:
    """What a run found out about an action of an earlier one."""

    run: str
    address: str
    verb: str
    done: bool | None = described("Null where it cannot be known.")


@frozen(kw_only=True)
class PastRunDocument:
    """What `runs show` prints."""

    format_version: str
    kind: Literal["past_run"]
    exit_status: int
    run: PastRunHeadDocument
    databases: Mapping[str, AddonDocument] = described("By handle.")
    deeds: tuple[PastDeedDocument, ...] = described("In the order in which they were begun.")
    settlements: tuple[SettlementDocument, ...]


RUNS_DOCUMENTS: Mapping[str, type] = {"runs": RunsDocument, "past_run": PastRunDocument}
"""The documents by the name of their schema file."""
