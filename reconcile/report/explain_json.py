"""What there is to say of a code or an address → JSON text."""

from __future__ import annotations

from reconcile.errors import ExitStatus
from reconcile.model.cost import Spent
from reconcile.model.explanation import AddressExplained, CodeExplained, Compared, Considered
from reconcile.model.location import Location
from reconcile.model.policy import Waiver
from reconcile.model.target import Target
from reconcile.report.documents import FORMAT_VERSION, PlaceDocument
from reconcile.report.explain_documents import (
    AddressDocument,
    CodeDocument,
    ComparedDocument,
    ConsideredDocument,
    ExplanationDocument,
    LimitDocument,
    WaiverDocument,
)
from reconcile.report.items_json import (
    approval_of,
    findings_of,
    ignored_of,
    item_of,
    place_document,
)
from reconcile.report.to_json import cost_of, sent_of, target_of, text_of


def code_json(explained: CodeExplained) -> str:
    """Render what there is to say of a code, which costs nothing."""
    return text_of(
        ExplanationDocument(
            format_version=FORMAT_VERSION,
            kind="explanation",
            exit_status=int(ExitStatus.DONE),
            code=CodeDocument(
                code=explained.code,
                meaning=explained.meaning,
                why=explained.rule.why,
                settle=explained.rule.settle,
                limits=tuple(
                    LimitDocument(name=name, value=limit.value, place=_place(limit.location))
                    for name, limit in explained.limits.items()
                ),
                waivable=explained.waivable,
                waiver=_waiver(explained.waiver),
            ),
            **cost_of(Spent()),
        )
    )


def _place(location: Location | None) -> PlaceDocument | None:
    return place_document(location) if location else None


def _waiver(waiver: Waiver | None) -> WaiverDocument | None:
    if waiver is None:
        return None
    return WaiverDocument(
        severity=waiver.severity.value,
        reason=waiver.reason,
        until=waiver.until.isoformat(),
        place=place_document(waiver.location),
    )


def address_json(explained: AddressExplained, *, status: ExitStatus, spent: Spent) -> str:
    """Render what there is to say of an address."""
    return text_of(
        ExplanationDocument(
            format_version=FORMAT_VERSION,
            kind="explanation",
            exit_status=int(status),
            address=_address(explained),
            **cost_of(spent),
        )
    )


def _address(explained: AddressExplained) -> AddressDocument:
    database = explained.database
    target = database.target
    return AddressDocument(
        address=str(explained.address),
        spec=place_document(explained.spec),
        target=target_of(target) if target else None,
        error=database.error,
        plan_id=explained.plan_id,
        compared=tuple(_compared(one, target) for one in explained.compared),
        considered=tuple(_considered(one, target) for one in explained.considered),
        findings=findings_of(explained.findings),
        ignored=tuple(ignored_of(one) for one in explained.ignored),
        unnamed=explained.unnamed,
    )


def _compared(compared: Compared, target: Target | None) -> ComparedDocument:
    origin = compared.origin
    return ComparedDocument(
        address=str(compared.address),
        named=origin is not None,
        place=place_document(origin.location) if origin else None,
        default=origin.default if origin else None,
        wanted=compared.wanted,
        approval=approval_of(compared.approval),
        live=compared.live,
        ignored=compared.ignored is not None,
        considered=tuple(_considered(one, target) for one in compared.considered),
    )


def _considered(one: Considered, target: Target | None) -> ConsideredDocument:
    return ConsideredDocument(
        item=item_of(one.entry, one.refusal),
        findings=findings_of(one.findings),
        requests=tuple(sent_of(call, target) for call in one.calls) if target else (),
        why=one.rule.why if one.rule else None,
    )
