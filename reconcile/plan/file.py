"""A plan as a file keeps it: text out, text in, signed or not.

The id detects damage, not malice: whoever changes the body can compute it anew. What is done with
a file is for whoever applies it to judge; a signature says that its writer had the key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any, Final

from attrs import evolve, frozen

from reconcile.model.finding import Finding
from reconcile.model.location import Location
from reconcile.model.plan import DatabasePlan, Plan, Proposal
from reconcile.model.policy import Ignored
from reconcile.plan.digest import body_of, canonical, head_of, plain, plan_id
from reconcile.plan.reading import findings_of, plan_of
from reconcile.plan.strict import Place, PlanFileError, decoded, structured
from reconcile.plan.written import (
    FORMAT_VERSION,
    Envelope,
    PlanFileDocument,
    Signature,
    WrittenFinding,
    WrittenIgnored,
    WrittenLocation,
    WrittenOrigin,
    WrittenOther,
    WrittenScope,
)

_KIND: Final = "plan_file"


@frozen(kw_only=True)
class Saved:
    """A plan with what is worth knowing of it.

    `made` and `expires` in UTC; `version` is that of the tool that made it; `signature` an HMAC in
    hexadecimal, None where nobody signed.
    """

    proposal: Proposal
    made: datetime
    expires: datetime
    version: str
    scope: WrittenScope
    signature: str | None = None


def dump(saved: Saved) -> str:
    """The text of a plan file: JSON, ASCII only."""
    return json.dumps(plain(_document(saved)), indent=2) + "\n"


def load(text: bytes) -> Saved:
    """Read a plan file. Raises PlanFileError for one that is damaged or none of this tool's.

    Whether its plan may be carried out is not looked at.
    """
    document = _read(decoded(text))
    plan, envelope = plan_of(document), document.envelope
    if plan_id(plan) != document.id:
        raise Place("id").fault(
            "it is not the SHA-256 of the body: the file is damaged or was edited, plan again"
        )
    if envelope.expires < envelope.made:
        raise Place("envelope.expires").fault("it is before the plan was made")
    return Saved(
        proposal=Proposal(plan=plan, findings=findings_of(envelope), id=document.id),
        made=envelope.made,
        expires=envelope.expires,
        version=envelope.version,
        scope=envelope.scope,
        signature=document.signature.value if document.signature else None,
    )


def is_plan_file(text: bytes) -> bool:
    """Whether a text is a plan file of any version, damaged or not."""
    try:
        value = decoded(text)
    except PlanFileError:
        return False
    return isinstance(value, dict) and value.get("kind") == _KIND


def sign(saved: Saved, key: bytes) -> Saved:
    """The same, signed with a key."""
    return evolve(saved, signature=_hmac(saved, key))


def is_signed_with(saved: Saved, key: bytes) -> bool:
    """Whether it has a signature, which was made with this key over just this."""
    signature = saved.signature or ""
    return hmac.compare_digest(signature.encode(), _hmac(saved, key).encode())


def _hmac(saved: Saved, key: bytes) -> str:
    unsigned = plain(_document(saved))
    del unsigned["signature"]
    return hmac.new(key, canonical(unsigned), hashlib.sha256).hexdigest()


def _read(value: object) -> PlanFileDocument:
    given: dict[str, Any] = value if isinstance(value, dict) else {}
    if given.get("kind") != _KIND:
        raise PlanFileError("it is not a plan file: reconcile plan --out FILE writes one")
    if given.get("format_version") != FORMAT_VERSION:
        raise Place("format_version").fault(
            f"{given.get('format_version')!r:.40} is not {FORMAT_VERSION!r}, which this version of"
            " the tool reads: plan again"
        )
    return structured(PlanFileDocument, given, Place())


def _document(saved: Saved) -> PlanFileDocument:
    signature = saved.signature
    return PlanFileDocument(
        format_version=FORMAT_VERSION,
        kind=_KIND,
        id=saved.proposal.id,
        body=body_of(saved.proposal.plan),
        envelope=_envelope(saved),
        signature=Signature(algorithm="hmac-sha256", value=signature) if signature else None,
    )


def _envelope(saved: Saved) -> Envelope:
    plan = saved.proposal.plan
    return Envelope(
        made=saved.made,
        expires=saved.expires,
        version=saved.version,
        scope=saved.scope,
        origins=_origins(plan),
        others=tuple(_other(one) for one in plan.databases if not one.items),
        unmanaged=tuple(str(address) for one in plan.databases for address in one.unmanaged),
        ignored=tuple(_ignored(each) for one in plan.databases for each in one.ignored),
        findings=tuple(_finding(one) for one in saved.proposal.findings),
    )


def _origins(plan: Plan) -> dict[str, WrittenOrigin]:
    return {
        str(entry.address): WrittenOrigin(
            location=_location(entry.origin.location), default=entry.origin.default
        )
        for entry in plan.items()
    }


def _other(database: DatabasePlan) -> WrittenOther:
    return WrittenOther(
        **head_of(database), error=database.error, unauthenticated=database.unauthenticated
    )


def _ignored(ignored: Ignored) -> WrittenIgnored:
    return WrittenIgnored(
        address=str(ignored.address),
        reason=ignored.reason,
        until=ignored.until,
        location=_location(ignored.location),
    )


def _finding(finding: Finding) -> WrittenFinding:
    return WrittenFinding(
        code=finding.code,
        severity=finding.severity,
        message=finding.message,
        location=_location(finding.location) if finding.location else None,
        hint=finding.hint,
        address=str(finding.address) if finding.address else None,
        override=finding.override,
    )


def _location(location: Location) -> WrittenLocation:
    return WrittenLocation(file=location.file, line=location.line, column=location.column)
