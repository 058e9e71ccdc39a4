"""`ignore` → Ignored: what of a spec shall not count for a while, and what cannot be meant."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from attrs import frozen

from reconcile.kinds import KIND_BY_NAME
from reconcile.kinds.kind import Kind
from reconcile.model.address import Address
from reconcile.model.constraint import InvalidValueError
from reconcile.model.engine import Engine
from reconcile.model.finding import Finding, Severity
from reconcile.model.policy import Ignored
from reconcile.model.text import nearest
from reconcile.spec import codes
from reconcile.spec.compose import Document
from reconcile.spec.convert import refusal
from reconcile.spec.endings import ending
from reconcile.spec.sentences import suggestion
from reconcile.spec.written import Ignore


@frozen(kw_only=True)
class Ignoring:
    """The entries of an `ignore` list that can be meant, and what there is to say of the list."""

    ignored: tuple[Ignored, ...]
    findings: tuple[Finding, ...]


def read_ignore(
    document: Document, written: Sequence[Ignore], *, today: date, handle: str = ""
) -> Ignoring:
    """Check the `ignore` list of a document.

    In a spec the `handle` belongs in front of every path; in reconcile.yaml each has its own.
    """
    ignored: list[Ignored] = []
    findings: list[Finding] = []
    for index, entry in enumerate(written):
        try:
            address = _address(entry.path, handle)
        except InvalidValueError as fault:
            findings.append(refusal(document.locations, ("ignore", index, "path"), fault))
            continue
        mark = document.locations.find(("ignore", index, "path"))
        ignored.append(
            Ignored(address=address, reason=entry.reason, until=entry.until, location=mark.location)
        )
        ended = ending(
            f"ignoring {str(address)!r}",
            entry.until,
            today,
            document.locations.find(("ignore", index, "until")),
        )
        findings += [ended] if ended else []
    return Ignoring(ignored=tuple(ignored), findings=tuple(findings))


def _address(path: str, handle: str) -> Address:
    """What a path leads to. Raises InvalidValueError where that is nothing."""
    try:
        address = Address.parse(f"{handle}/{path}" if handle else path)
    except ValueError:
        address = Address(database=handle)
    if not address.kind:
        first = "" if handle else "handle/"
        raise InvalidValueError(
            f"{path!r} leads to nothing that is managed",
            hint=f"write {first}kind, {first}kind/name or {first}kind/field",
        )
    kind = KIND_BY_NAME.get(address.kind)
    if kind is None and handle and address.kind == handle and address.name:
        raise InvalidValueError(
            f"{path!r} begins with the handle",
            hint=f"in a spec, leave the handle out: {address.name}",
        )
    if kind is None:
        raise InvalidValueError(
            f"there is no kind {address.kind!r}", hint=suggestion(address.kind, KIND_BY_NAME)
        )
    if address.name and not _has(kind, address.name):
        raise InvalidValueError(
            f"{kind.name} has no {address.name!r}", hint=suggestion(address.name, kind.parts)
        )
    return address


def _has(kind: Kind[object], name: str) -> bool:
    """Whether there can be something of this name below a kind."""
    return not kind.parts or name in kind.parts


def of_no_spec(ignored: Sequence[Ignored], handles: Collection[str]) -> Iterator[Finding]:
    """Yield a warning for each entry about a database of which there is no spec."""
    for one in ignored:
        handle = one.address.database
        if handle not in handles:
            near = nearest(handle, handles)
            yield Finding(
                code=codes.NO_SUCH_HANDLE,
                message=f"no spec here has the handle {handle!r}",
                severity=Severity.WARNING,
                location=one.location,
                hint=f"did you mean {near!r}?" if near else "correct it, or take the entry out",
            )


def not_offered(ignored: Sequence[Ignored], engine: Engine) -> Iterator[Finding]:
    """Yield a finding for each entry about a kind that the engine does not have."""
    for one in ignored:
        if engine not in KIND_BY_NAME[one.address.kind].offers:
            yield Finding(
                code=codes.NOT_OFFERED,
                message=f"{engine.value} has no {one.address.kind}: there is nothing to ignore",
                location=one.location,
                hint="take the entry out",
            )
