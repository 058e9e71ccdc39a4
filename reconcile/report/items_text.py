"""The items of a plan as lines: a symbol, the address, what changes, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard, assert_never

from reconcile.model.address import Address
from reconcile.model.change import (
    Change,
    Create,
    Delete,
    FieldChange,
    Risk,
    Update,
    differing,
    sides_of,
)
from reconcile.model.finding import Finding, Severity
from reconcile.model.item import Action, Blocked, Doable, Item, ManualStep, Pending, Reason
from reconcile.model.location import Origin
from reconcile.model.state import Approval
from reconcile.report.findings_text import way_out_lines
from reconcile.report.page import Line, columns, line, padded
from reconcile.report.words import no_way_back, show_fields, show_value

_Styled = tuple[str, str]
_SYMBOLS = {Create: ("+", "green"), Update: ("~", "yellow"), Delete: ("-", "red")}
_RISKS = {
    Risk.SAFE: "green",
    Risk.WEAKENS: "yellow",
    Risk.DISRUPTIVE: "magenta",
    Risk.LOSSY: "bold red",
}
REASONS = {
    Reason.MISSING: "named in the spec, missing live",
    Reason.DIFFERS: "live differs from the spec",
    Reason.ABSENT: "listed under absent",
    Reason.UNMANAGED: "live, but named nowhere in the spec",
    Reason.MISMATCH: "the live database is another than the spec says",
    Reason.NOT_OFFERED: "not offered by this engine or plan",
    Reason.UNREADABLE: "what was answered about it could not be read",
    Reason.BUSY: "the database is not ready for changes",
}
"""The sentence of each reason."""
DETAIL = 6
"""Columns by which what is said of an item is indented."""


def item_lines(entry: Item, refusal: Finding | None = None) -> Iterator[Line]:
    """All lines of one item; `refusal` is the guard's finding that holds it back.

    A manual step that is refused does not say what to run.
    """
    match entry:
        case Action() | ManualStep():
            yield _head(*_marks(entry))
            yield from change_lines(entry.change)
            yield from no_way_back_lines(entry.risk, entry.change)
            yield from approval_lines(entry.approval, ended=_is_over(refusal))
            yield from _refusal_lines(refusal)
            if isinstance(entry, ManualStep) and refusal is None:
                yield from _statement_lines(entry)
            yield _why(entry)
        case Blocked():
            yield _head(*_blocked_marks(entry))
            if entry.change is not None:
                yield from change_lines(entry.change)
            yield _because(entry)
            yield line(DETAIL, ("hint: ", "bold"), entry.hint, hanging=6)
        case Pending():
            yield _head(("…", "blue"), entry.address, ("pending", "blue"))
            yield _because(entry)
        case _:
            assert_never(entry)


def _marks(entry: Doable) -> tuple[_Styled, Address, _Styled]:
    """How what is to be done begins: by the tool, with its risk, or by hand."""
    if isinstance(entry, ManualStep):
        return ("»", "cyan"), entry.address, ("by hand", "cyan")
    return _SYMBOLS[type(entry.change)], entry.address, risk_mark(entry.risk)


def _blocked_marks(entry: Blocked) -> tuple[_Styled, Address, _Styled]:
    """How a blocked item begins: what could not be read is unknown."""
    if entry.reason is Reason.UNREADABLE:
        return ("?", "bold red"), entry.address, (f"unknown {entry.code}", "bold red")
    return ("!", "magenta"), entry.address, (f"blocked {entry.code}", "magenta")


def replacement_lines(gone: Action, back: Action, refusal: Finding | None) -> Iterator[Line]:
    """The two halves of a replacement as the one thing that they are to a reader."""
    before = sides_of(gone.change)[0] or {}
    after = sides_of(back.change)[1] or {}
    yield _head(("±", "red"), gone.address, risk_mark(gone.risk))
    yield from _fields_lines(differing(before, after))
    yield line(DETAIL, "deleted and created again: all data under it is lost")
    yield from _refusal_lines(refusal)
    yield _why(gone)


def place_in_database(address: Address) -> str:
    """An address under the heading of its database."""
    rest = "/".join(part for part in (address.kind, address.name) if part)
    return rest or "the whole database"


def risk_mark(risk: Risk) -> _Styled:
    """A risk in its colour, as the mark of a line."""
    return risk.value, _RISKS[risk]


def _head(symbol: _Styled, address: Address, mark: _Styled) -> Line:
    return line(2, (place_in_database(address), "bold"), sign=symbol, mark=mark)


def change_lines(change: Change) -> Iterator[Line]:
    """What differs, field by field."""
    match change:
        case Update(fields=fields):
            yield from _fields_lines(fields)
        case Create(after=after):
            if after:
                yield line(DETAIL, show_fields(after))
        case Delete(before=before):
            if before:
                yield line(DETAIL, ("was ", "dim"), show_fields(before))
        case _:
            assert_never(change)


def no_way_back_lines(risk: Risk | None, change: Change | None) -> Iterator[Line]:
    """What reverting the spec would not bring back."""
    words = no_way_back(risk, change)
    if words is not None:
        yield line(DETAIL, (words, "dim"))


def _fields_lines(fields: tuple[FieldChange, ...]) -> Iterator[Line]:
    width = max((columns(part.field) for part in fields), default=0)
    for part in fields:
        yield from _field_lines(part, width)


def _field_lines(part: FieldChange, width: int) -> Iterator[Line]:
    name = padded(part.field, width) + "  "
    if not (_is_set(part.before) and _is_set(part.after)):
        values = (show_value(part.before), "red"), " → ", (show_value(part.after), "green")
        yield line(DETAIL, name, *values)
        return
    before, after = set(part.before), set(part.after)
    for sign, style, words in (("-", "red", before - after), ("+", "green", after - before)):
        if words:
            listed = ", ".join(sorted(words))
            yield line(DETAIL, (listed, style), sign=(name + sign, style), hanging=0)
            name = " " * (width + 2)


def _is_set(value: object) -> TypeGuard[tuple[str, ...]]:
    """Whether a value is a set of words, of which only the difference is worth showing."""
    return isinstance(value, tuple) and all(isinstance(part, str) for part in value)


def _statement_lines(step: ManualStep) -> Iterator[Line]:
    if step.done_by is not None:
        yield line(DETAIL, f"the statement of {place_in_database(step.done_by)} does this as well")
        return
    yield line(DETAIL, f"run in {step.where}:")
    for statement in step.statements:
        yield line(DETAIL + 2, (statement, "bold"), whole=True)


def approval_lines(approval: Approval | None, *, ended: bool = False) -> Iterator[Line]:
    """Until when a person's word holds that something may go, and why."""
    if approval is not None:
        word = "approval ended" if ended else "approved until"
        yield line(DETAIL, f"{word} {approval.until}: {approval.reason}")


def _is_over(refusal: Finding | None) -> bool:
    """Whether an item is refused because its approval ended."""
    return refusal is not None and refusal.code == "G102"


def _refusal_lines(finding: Finding | None) -> Iterator[Line]:
    if finding is None:
        return
    if finding.address is None or not finding.address.kind:
        yield line(DETAIL, (f"refused {finding.code}", "bold magenta"), ", see above")
        return
    yield from guard_lines(finding, DETAIL)


def guard_lines(finding: Finding, indent: int) -> Iterator[Line]:
    """What a guard says of an item or a database, and what overrides it."""
    if finding.severity is Severity.WARNING:
        yield line(indent, (f"warning {finding.code}: ", "bold yellow"), finding.message)
    else:
        yield line(indent, (f"refused {finding.code}: ", "bold magenta"), finding.message)
    yield from way_out_lines(finding, indent)


def _because(entry: Blocked | Pending) -> Line:
    return line(DETAIL, f"{entry.message} ", (f"({place_of(entry.origin)})", "dim"))


def _why(entry: Doable) -> Line:
    return line(DETAIL, (f"{REASONS[entry.reason]} ({place_of(entry.origin)})", "dim"))


def place_of(origin: Origin) -> str:
    """Where a wanted value stands, and through which default it came."""
    location = origin.location
    place = f"{location.file}:{location.line}" if location.line else location.file
    return f"{place}, {origin.default}" if origin.default else place


def contradiction_text(entry: Item) -> str:
    """One warning: where the spec wants something else, what it wants, and what comes of it."""
    place = entry.origin.location
    return f"warning: {place.file}:{place.line} wants {_wanted(entry)}; {_end(entry)}"


def _wanted(entry: Item) -> str:
    address = entry.address
    name = f"{address.kind}/{address.name}" if address.name else address.kind
    change = None if isinstance(entry, Pending) else entry.change
    match change:
        case Update(fields=fields):
            return ", ".join(f"{name}.{part.field} {_in_a_spec(part.after)}" for part in fields)
        case Delete(replacement=False):
            return f"{name} to be absent"
        case _:
            return name


def _in_a_spec(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _end(entry: Item) -> str:
    if isinstance(entry, Action):
        return "the next apply undoes this"
    if isinstance(entry, ManualStep):
        return "a manual step is needed to undo this"
    return "no apply can undo this"
