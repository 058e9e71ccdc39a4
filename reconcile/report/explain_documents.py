"""The JSON document of `explain`, as attrs classes. See `documents`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import frozen

from reconcile.model.constraint import described
from reconcile.report.documents import (
    ApprovalDocument,
    FindingDocument,
    IgnoredDocument,
    ItemDocument,
    JsonFields,
    PlaceDocument,
    RequestDocument,
    StatementDocument,
    TargetDocument,
)


@frozen(kw_only=True)
class LimitDocument:
    """What a guard compares with."""

    name: str = described("The key under `limits` in reconcile.yaml.")
    value: int
    place: PlaceDocument | None = described("Null: the default.")


@frozen(kw_only=True)
class WaiverDocument:
    """A guard that counts for less."""

    severity: Literal["warning", "off"]
    reason: str
    until: str = described("The last day on which it does.", examples=("2027-01-31",))
    place: PlaceDocument


@frozen(kw_only=True)
class CodeDocument:
    """A code."""

    code: str
    meaning: str
    why: str
    settle: str = described("What a person does about it.")
    limits: tuple[LimitDocument, ...]
    waivable: bool = described("Whether a waiver, or an override for one plan, lifts it.")
    waiver: WaiverDocument | None = described("The waiver in reconcile.yaml.")


@frozen(kw_only=True)
class ConsideredDocument:
    """An item of the plan, what the guards say of it, and its requests."""

    item: ItemDocument
    findings: tuple[FindingDocument, ...]
    requests: tuple[RequestDocument | StatementDocument, ...] = described(
        "What an apply would send, in order."
    )
    why: str | None = described("Why what is blocked is not done.")


@frozen(kw_only=True)
class ComparedDocument:
    """Something that can be managed, seen from both sides; a side is null where it is not there."""

    address: str
    named: bool = described("Whether the spec, or a default, names it.")
    place: PlaceDocument | None = described("Where it is named.")
    default: str | None = described("The default that it was taken from.")
    wanted: JsonFields | None
    approval: ApprovalDocument | None = described("Set where it shall be gone.")
    live: JsonFields | None
    ignored: bool = described("Whether `ignore` leaves it out of a plan.")
    considered: tuple[ConsideredDocument, ...] = described("Empty where both sides are equal.")


@frozen(kw_only=True)
class AddressDocument:
    """An address: a database, a kind, or something below a kind."""

    address: str
    spec: PlaceDocument = described("Where the spec of the database stands.")
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


@frozen(kw_only=True)
class ExplanationDocument:
    """What `explain` prints: of its two parts the one that was asked for."""

    format_version: str
    kind: Literal["explanation"]
    exit_status: int
    code: CodeDocument | None = None
    address: AddressDocument | None = None
    requests: Mapping[str, int] = described("Requests sent, by host.")
    retries: int = described("How many of them were repetitions.")
    waited: Mapping[str, float] = described("Seconds for which a host was held back, by host.")
