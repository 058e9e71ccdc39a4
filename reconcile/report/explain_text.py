"""What there is to say of a code or an address, for a person."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.model.change import Risk
from reconcile.model.explanation import AddressExplained, CodeExplained, Compared, Considered
from reconcile.model.finding import Severity
from reconcile.model.item import Doable
from reconcile.model.location import Origin
from reconcile.model.plan import short_id
from reconcile.model.policy import GRACE, Ignored
from reconcile.model.postgresql import Sql
from reconcile.model.state import Fields
from reconcile.model.target import Target
from reconcile.model.text import count
from reconcile.report.findings_text import finding_lines
from reconcile.report.items_text import (
    DETAIL,
    guard_lines,
    item_lines,
    place_in_database,
    place_of,
)
from reconcile.report.page import BLANK, Line, Look, line, padded, render
from reconcile.report.plan_text import heading
from reconcile.report.run_text import call_lines
from reconcile.report.words import CONSEQUENCES, no_way_back, show_fields

_LABEL = 9
_INDENT = 2


def code_text(explained: CodeExplained, look: Look) -> str:
    """Render what there is to say of a code."""
    return render(_code_lines(explained), look)


def address_text(explained: AddressExplained, look: Look) -> str:
    """Render what there is to say of an address."""
    return render(_address_lines(explained), look)


def _code_lines(explained: CodeExplained) -> Iterator[Line]:
    yield line(0, (explained.code, "bold"), f"  {explained.meaning}", hanging=6)
    yield BLANK
    yield _row("why", explained.rule.why)
    yield _row("resolve", explained.rule.advice)
    for name, limit in explained.limits.items():
        yield _row("limit", f"{name}: {_in_unit(name, limit.value)} ({limit.set_at})")
    if explained.waiver is not None:
        waiver = explained.waiver
        until = f"until {waiver.until}"
        if explained.ended:
            until = f"but ended {waiver.until}, still holds until {waiver.until + GRACE}"
        said = f"{waiver.severity.value} {until}: {waiver.reason}"
        yield _row("waived", said, Origin(location=waiver.location))
    if explained.waivable:
        code = explained.code
        yield _row(
            "override",
            f"for one plan with --override {code}=PLAN, the id that `plan` shows; for a while with"
            f" `guards: {{{code}: {{severity: warning, reason: …, until: …}}}}` in reconcile.yaml",
        )
    elif explained.code.startswith("G"):
        yield _row("override", "nothing overrides this guard")


def _in_unit(limit: str, value: int) -> str:
    """The value of a limit, by its key, with what it counts."""
    return count(value, "database") if limit == "databases" else f"{value} {_UNITS[limit]}"


_UNITS = {"share": "%", "backup_hours": "h"}


def _row(label: str, text: str, origin: Origin | None = None) -> Line:
    place = f" ({place_of(origin)})" if origin else ""
    return line(_INDENT, (padded(label, _LABEL), "dim"), text, (place, "dim"), hanging=_LABEL)


def _address_lines(explained: AddressExplained) -> Iterator[Line]:
    database = explained.database
    yield heading(database)
    if explained.plan_id is not None:
        yield _row("plan", f"{short_id(explained.plan_id)}, of this database alone")
    yield _row("spec", str(explained.spec))
    if database.error is not None:
        yield _row("unknown", database.error)
    for finding in explained.findings:
        yield BLANK
        yield from finding_lines(finding)
    for one in explained.considered:
        yield BLANK
        yield from _considered_lines(one, explained)
    for compared in explained.compared:
        yield BLANK
        yield from _compared_lines(compared, explained)
    yield from _rest_lines(explained)


def _rest_lines(explained: AddressExplained) -> Iterator[Line]:
    """What is not compared, and why."""
    rest = [
        *(_ignored_line(one) for one in explained.ignored),
        *([_unnamed_line(explained)] if explained.unnamed else []),
    ]
    if rest:
        yield BLANK
        yield from rest
    elif not (explained.compared or explained.considered or explained.database.error):
        yield BLANK
        yield line(_INDENT, f"{explained.address} is neither in the spec nor live")


def _ignored_line(ignored: Ignored) -> Line:
    what = place_in_database(ignored.address)
    said = f"{what} until {ignored.until}: {ignored.reason}"
    return _row("ignored", said, Origin(location=ignored.location))


def _unnamed_line(explained: AddressExplained) -> Line:
    kinds, handle = ", ".join(explained.unnamed), explained.address.database
    return _row(
        "unnamed",
        f"{kinds}: not in the spec, and so not managed, not read; see reconcile show {handle}",
    )


def _compared_lines(compared: Compared, explained: AddressExplained) -> Iterator[Line]:
    word, style = _standing(compared)
    yield line(0, (place_in_database(compared.address), "bold"), mark=(word, style))
    yield _wanted_line(compared)
    yield _row("live", _fields(compared.live, "there", "not there"))
    for one in compared.considered:
        yield from _considered_lines(one, explained)


def _standing(compared: Compared) -> tuple[str, str]:
    if compared.considered:
        return "differs", "yellow"
    if compared.ignored is not None:
        return "ignored", "dim"
    return ("not managed", "dim") if compared.origin is None else ("in sync", "green")


def _wanted_line(compared: Compared) -> Line:
    if compared.origin is None:
        return _row("spec", "not named: not managed")
    if compared.approval is not None:
        approval = compared.approval
        said = f"shall be gone, approved until {approval.until}: {approval.reason}"
    else:
        said = _fields(compared.wanted, "shall be there", "")
    return _row("spec", said, compared.origin)


def _fields(fields: Fields | None, there: str, missing: str) -> str:
    if fields is None:
        return missing
    return show_fields({name: fields[name] for name in fields if not _is_id(name)}) or there


def _is_id(name: str) -> bool:
    """Whether a field says nothing to a person."""
    return name.endswith("_id")


def _considered_lines(one: Considered, explained: AddressExplained) -> Iterator[Line]:
    entry = one.entry
    yield from item_lines(entry, one.refusal)
    if isinstance(entry, Doable) and no_way_back(entry.risk, entry.change) is None:
        yield from _stake_lines(entry.risk)
    if one.rule is not None:
        yield line(DETAIL, ("why: ", "bold"), one.rule.why, hanging=5)
    for finding in one.findings:
        if finding.severity is Severity.WARNING:
            yield from guard_lines(finding, DETAIL)
    target = explained.database.target
    if one.calls and target is not None:
        yield from _request_lines(one, target)


def _stake_lines(risk: Risk) -> Iterator[Line]:
    if risk in CONSEQUENCES:
        yield line(DETAIL, (f"{risk.value}: ", "bold"), f"this {CONSEQUENCES[risk]}")


def _request_lines(one: Considered, target: Target) -> Iterator[Line]:
    what = "statement" if all(isinstance(call, Sql) for call in one.calls) else "request"
    yield line(DETAIL, f"its {what}:" if len(one.calls) == 1 else f"its {what}s:")
    for call in one.calls:
        yield from call_lines(call, target, DETAIL + 2)
