"""The parts that several JSON documents have: items of a plan, findings, places."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from attrs import evolve

from reconcile.model.change import Change, Update, is_half, sides_of, verb_of
from reconcile.model.finding import Finding
from reconcile.model.item import Action, Blocked, Item, ManualStep, Pending
from reconcile.model.location import Location
from reconcile.model.policy import Ignored
from reconcile.model.state import Approval
from reconcile.report.documents import (
    ApprovalDocument,
    FieldDocument,
    FindingDocument,
    IgnoredDocument,
    ItemDocument,
    PlaceDocument,
)


def item_of(entry: Item, refusal: Finding | None) -> ItemDocument:
    """One item of a plan; `refusal` is the guard's finding that holds it back."""
    refused_by = refusal.code if refusal else None
    match entry:
        case Action():
            return evolve(
                _changed(entry, entry.change),
                type="action",
                risk=entry.risk.value,
                approval=approval_of(entry.approval),
                refused_by=refused_by,
            )
        case ManualStep():
            return evolve(
                _changed(entry, entry.change),
                type="manual_step",
                risk=entry.risk.value,
                approval=approval_of(entry.approval),
                refused_by=refused_by,
                # What must not be run is not handed out to be run.
                statements=() if refused_by else entry.statements,
                where=entry.where,
                done_by=str(entry.done_by) if entry.done_by else None,
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
        place=place_document(entry.origin.location),
        default=entry.origin.default,
        before=before,
        after=after,
        fields=fields_of(change),
        replacement=change is not None and is_half(change),
    )


def approval_of(approval: Approval | None) -> ApprovalDocument | None:
    """A word that something may go."""
    if approval is None:
        return None
    return ApprovalDocument(reason=approval.reason, until=approval.until.isoformat())


def fields_of(change: Change | None) -> tuple[FieldDocument, ...]:
    """What differs, of an update."""
    if not isinstance(change, Update):
        return ()
    return tuple(
        FieldDocument(field=part.field, before=part.before, after=part.after)
        for part in change.fields
    )


def place_document(location: Location) -> PlaceDocument:
    """A place in a spec."""
    return PlaceDocument(file=location.file, line=location.line, column=location.column)


def findings_of(findings: Iterable[Finding]) -> tuple[FindingDocument, ...]:
    """What checks and guards have to say."""
    return tuple(
        FindingDocument(
            code=finding.code,
            severity=finding.severity.value,
            message=finding.message,
            place=place_document(finding.location) if finding.location else None,
            hint=finding.hint,
            override=finding.override,
            address=str(finding.address) if finding.address else None,
        )
        for finding in findings
    )


def ignored_of(ignored: Ignored) -> IgnoredDocument:
    """A difference that does not count."""
    return IgnoredDocument(
        address=str(ignored.address),
        reason=ignored.reason,
        until=ignored.until.isoformat(),
        place=place_document(ignored.location),
    )
