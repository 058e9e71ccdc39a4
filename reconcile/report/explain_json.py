"""What `explain` prints as JSON."""

from __future__ import annotations

from datetime import date
from typing import Literal

from attrs import frozen

from reconcile.errors import ExitStatus
from reconcile.model.address import Address
from reconcile.model.constraint import described
from reconcile.model.cost import Spent
from reconcile.model.explanation import AddressExplained, CodeExplained, Compared, Considered
from reconcile.model.location import Location
from reconcile.model.policy import WaivedSeverity
from reconcile.model.state import Approval, Fields
from reconcile.model.target import Target
from reconcile.report.document import document_text, view
from reconcile.report.plan_json import (
    FindingDocument,
    IgnoredDocument,
    ItemDocument,
    RequestDocument,
    StatementDocument,
    TargetDocument,
    findings_of,
    ignored_of,
    item_of,
    sent_of,
    target_of,
)


def code_json(explained: CodeExplained) -> str:
    """Render what there is to say of a code, which costs nothing."""
    return document_text(ExplanationDocument(code=_code(explained)), spent=Spent())


def address_json(explained: AddressExplained, *, status: ExitStatus, spent: Spent) -> str:
    """Render what there is to say of an address."""
    document = ExplanationDocument(address=_address(explained))
    return document_text(document, status=status, spent=spent)


@frozen(kw_only=True)
class LimitDocument:
    """What a guard compares with."""

    name: str = described("The key under `limits` in reconcile.yaml.")
    value: int
    place: Location | None = described("Null: the default.")


@frozen(kw_only=True)
class WaiverDocument:
    """A guard that counts for less."""

    severity: WaivedSeverity
    reason: str
    until: date = described("The last day on which it does.")
    place: Location


@frozen(kw_only=True)
class CodeDocument:
    """A code."""

    code: str
    meaning: str
    why: str
    settle: str = described("What a person does about it.")
    limits: tuple[LimitDocument, ...]
    waivable: bool = described("Whether a waiver, or an override for one plan, overrides it.")
    waiver: WaiverDocument | None = described("The waiver in reconcile.yaml.")


def _code(explained: CodeExplained) -> CodeDocument:
    waiver = explained.waiver
    return view(
        CodeDocument,
        explained,
        why=explained.rule.why,
        settle=explained.rule.advice,
        limits=tuple(
            LimitDocument(name=name, value=limit.value, place=limit.location)
            for name, limit in explained.limits.items()
        ),
        waiver=view(WaiverDocument, waiver, place=waiver.location) if waiver else None,
    )


@frozen(kw_only=True)
class ConsideredDocument:
    """An item of the plan, what the guards say of it, and its requests."""

    item: ItemDocument
    findings: tuple[FindingDocument, ...]
    requests: tuple[RequestDocument | StatementDocument, ...] = described(
        "What an apply would send, in order."
    )
    why: str | None = described("Why what is blocked is not done.")


def _considered(
    some: tuple[Considered, ...], target: Target | None
) -> tuple[ConsideredDocument, ...]:
    return tuple(
        ConsideredDocument(
            item=item_of(one.entry, one.refusal),
            findings=findings_of(one.findings),
            requests=sent_of(one.calls, target) if target else (),
            why=one.rule.why if one.rule else None,
        )
        for one in some
    )


@frozen(kw_only=True)
class ComparedDocument:
    """Something that can be managed, seen from both sides; a side is null where it is not there."""

    address: Address
    named: bool = described("Whether the spec, or a default, names it.")
    place: Location | None = described("Where it is named.")
    default: str | None = described("The default that it was taken from.")
    wanted: Fields | None
    approval: Approval | None = described("Set where the spec lists it under `absent`.")
    live: Fields | None
    ignored: bool = described("Whether `ignore` leaves it out of a plan.")
    considered: tuple[ConsideredDocument, ...] = described("Empty where both sides are equal.")


def _compared(compared: Compared, target: Target | None) -> ComparedDocument:
    origin = compared.origin
    return view(
        ComparedDocument,
        compared,
        named=origin is not None,
        place=origin.location if origin else None,
        default=origin.default if origin else None,
        ignored=compared.ignored is not None,
        considered=_considered(compared.considered, target),
    )


@frozen(kw_only=True)
class AddressDocument:
    """An address: a database, a kind, or something below a kind."""

    address: Address
    spec: Location = described("Where the spec of the database stands.")
    target: TargetDocument | None = described("Null where the database could not be found.")
    error: str | None = described("Why it could not be read.")
    plan_id: str | None = described("The id of the plan of this database alone, if it is whole.")
    compared: tuple[ComparedDocument, ...]
    considered: tuple[ConsideredDocument, ...] = described(
        "Items about the whole of a kind or more."
    )
    findings: tuple[FindingDocument, ...] = described("What the guards say of the whole database.")
    ignored: tuple[IgnoredDocument, ...]
    unnamed: tuple[str, ...] = described("Kinds that the spec does not name: they were not read.")


def _address(explained: AddressExplained) -> AddressDocument:
    target = explained.database.target
    return view(
        AddressDocument,
        explained,
        target=target_of(target) if target else None,
        error=explained.database.error,
        compared=tuple(_compared(one, target) for one in explained.compared),
        considered=_considered(explained.considered, target),
        findings=findings_of(explained.findings),
        ignored=ignored_of(explained.ignored),
    )


@frozen(kw_only=True)
class ExplanationDocument:
    """What `explain` prints: of its two parts the one that was asked for."""

    kind: Literal["explanation"] = "explanation"
    code: CodeDocument | None = None
    address: AddressDocument | None = None
