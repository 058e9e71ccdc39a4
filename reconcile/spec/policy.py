"""Limits, waivers and ignored differences of a project, and when they end."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta

from attrs import asdict

from reconcile.kinds import KIND_BY_NAME
from reconcile.kinds.kind import Kind
from reconcile.model.address import Address
from reconcile.model.constraint import InvalidValueError
from reconcile.model.engine import Engine
from reconcile.model.finding import Finding, Severity
from reconcile.model.policy import GRACE, Ignored, Limit, Policy, Waiver
from reconcile.model.text import nearest
from reconcile.spec import codes
from reconcile.spec.compose import Document
from reconcile.spec.convert import refusal
from reconcile.spec.sentences import suggestion
from reconcile.spec.source import Mark, finding, warning
from reconcile.spec.written import Ignore, WrittenConfig, WrittenWaiver


def ending(what: str, until: date, today: date, mark: Mark) -> Finding | None:
    """The finding for something that ended on the day `until`, at its place; None before.

    `what` names it, as in `the waiver of G104`. A warning while it still holds, then an error.
    """
    if today <= until:
        return _far(what, until, today, mark)
    if today - GRACE <= until:
        message = f"{what} ended on {until}; it still holds until {until + GRACE}"
        hint = "renew `until`, or take the entry out"
        return warning(codes.ENDED, mark, message, hint)
    days = (today - until).days
    message = f"{what} ended on {until}, {days} days ago"
    return finding(codes.LONG_ENDED, mark, message, "renew `until`, or take the entry out")


def approval_ending(name: str, until: date, today: date, mark: Mark) -> Finding | None:
    """The warning about an approval to delete that has ended, or ends far away; None for others."""
    what = f"the approval to delete {name!r}"
    if today <= until:
        return _far(what, until, today, mark)
    message = f"{what} ended on {until}: nothing is deleted"
    return warning(codes.APPROVAL_ENDED, mark, message, "renew `until`, or take the entry out")


_FAR = timedelta(days=731)
"""Two years, of which one may be a leap year."""


def _far(what: str, until: date, today: date, mark: Mark) -> Finding | None:
    if until - today <= _FAR:
        return None
    message = f"{what} ends on {until}, more than two years from today"
    return warning(codes.FAR_AWAY, mark, message, "write a day by which it is settled")


def policy_of(document: Document, written: WrittenConfig) -> Policy:
    """The policy of a configuration without faults; what is not written keeps its default."""
    limits = {
        name: Limit(value=value, location=document.locations.find(("limits", name)).location)
        for name, value in asdict(written.limits).items()
        if value is not None
    }
    waivers = {code: _waiver(document, code, one) for code, one in written.guards.items()}
    return Policy(**limits, waivers=waivers)


def endings(document: Document, written: WrittenConfig, today: date) -> Iterator[Finding]:
    """What is to be said of waivers whose last day has passed."""
    for code, waiver in written.guards.items():
        mark = document.locations.find(("guards", code, "until"))
        found = ending(f"the waiver of {code}", waiver.until, today, mark)
        if found is not None:
            yield found


def without_limits(policy: Policy, fleet: int) -> Iterator[Finding]:
    """Yield a warning for each limit under which a guard refuses nothing of a fleet of that size."""
    default = Policy()
    never = (
        (policy.share, _WHOLE, "G104", "share"),
        (policy.databases, max(fleet, default.databases.value + 1), "G104", "databases"),
        (policy.backup_hours, _A_YEAR, "G105", "backup_hours"),
    )
    for limit, least, code, name in never:
        if limit.location is not None and limit.value >= least:
            yield Finding(
                code=codes.NO_LIMIT,
                message=f"with `{name}: {limit.value}`, {code} refuses nothing",
                severity=Severity.WARNING,
                location=limit.location,
                hint=f"write a smaller number, or waive {code} under `guards` with a reason and an end",
            )


_WHOLE = 100
_A_YEAR = 8760


def _waiver(document: Document, code: str, written: WrittenWaiver) -> Waiver:
    place = document.locations.find_key(("guards", code)).location
    return Waiver(**asdict(written, recurse=False), location=place)


def read_ignore(
    document: Document, written: Sequence[Ignore], *, today: date, handle: str = ""
) -> tuple[tuple[Ignored, ...], tuple[Finding, ...]]:
    """The entries of the `ignore` list of a document that can be meant, and what is wrong.

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
    return tuple(ignored), tuple(findings)


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
