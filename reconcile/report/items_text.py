"""The items of a plan as lines: a symbol, the address, what changes, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard, assert_never

from reconcile.model.address import Address
from reconcile.model.change import Change, Create, Delete, FieldChange, Risk, Update, sides_of
from reconcile.model.finding import Finding
from reconcile.model.item import Action, Blocked, Item, ManualStep, Pending
from reconcile.model.location import Origin
from reconcile.model.state import Approval
from reconcile.report.page import Line, columns, line, padded
from reconcile.report.words import show_fields, show_value

_SYMBOLS = {Create: ("+", "green"), Update: ("~", "yellow"), Delete: ("-", "red")}
_RISKS = {
    Risk.SAFE: "green",
    Risk.WEAKENS: "yellow",
    Risk.DISRUPTIVE: "magenta",
    Risk.LOSSY: "bold red",
}
_DETAIL = 6


def item_lines(entry: Item, refusal: Finding | None = None) -> Iterator[Line]:
    """All lines of one item; `refusal` is the guard's finding that holds it back.

    A manual step that is refused does not say what to run.
    """
    match entry:
        case Action():
            yield _head(_SYMBOLS[type(entry.change)], entry.address, _risk(entry.risk))
            yield from change_lines(entry.change)
            yield from _approval_lines(entry.approval)
            yield from _refusal_lines(refusal)
            yield _why(entry.reason.value, entry.origin)
        case ManualStep():
            yield _head(("»", "cyan"), entry.address, ("by hand", "cyan"))
            yield from change_lines(entry.change)
            yield from _approval_lines(entry.approval)
            yield from _refusal_lines(refusal)
            if refusal is None:
                yield from _statement_lines(entry)
            yield _why(entry.reason.value, entry.origin)
        case Blocked():
            yield _head(("!", "magenta"), entry.address, (f"blocked {entry.code}", "magenta"))
            if entry.change is not None:
                yield from change_lines(entry.change)
            yield _because(entry.message, entry.origin)
            yield _hint(entry.hint)
        case Pending():
            yield _head(("…", "blue"), entry.address, ("pending", "blue"))
            yield _because(entry.message, entry.origin)
        case _:
            assert_never(entry)


def replacement_lines(gone: Action, back: Action, refusal: Finding | None) -> Iterator[Line]:
    """The two halves of a replacement as the one thing that they are to a reader."""
    before = sides_of(gone.change)[0] or {}
    after = sides_of(back.change)[1] or {}
    fields = tuple(
        FieldChange(field=name, before=before.get(name), after=after.get(name))
        for name in sorted(after)
        if before.get(name) != after[name]
    )
    yield _head(("±", "red"), gone.address, _risk(gone.risk))
    yield from _fields_lines(fields)
    yield line(_DETAIL, "deleted and created again: all data under it is lost")
    yield from _refusal_lines(refusal)
    yield _why(gone.reason.value, gone.origin)


def place_in_database(address: Address) -> str:
    """An address under the heading of its database."""
    rest = "/".join(part for part in (address.kind, address.name) if part)
    return rest or "the whole database"


def _risk(risk: Risk) -> tuple[str, str]:
    return risk.value, _RISKS[risk]


def _head(symbol: tuple[str, str], address: Address, mark: tuple[str, str]) -> Line:
    return line(2, (place_in_database(address), "bold"), sign=symbol, mark=mark)


def change_lines(change: Change) -> Iterator[Line]:
    """What differs, field by field."""
    match change:
        case Update(fields=fields):
            yield from _fields_lines(fields)
        case Create(after=after):
            if after:
                yield line(_DETAIL, show_fields(after))
        case Delete(before=before):
            if before:
                yield line(_DETAIL, ("was ", "dim"), show_fields(before))
        case _:
            assert_never(change)


def _fields_lines(fields: tuple[FieldChange, ...]) -> Iterator[Line]:
    width = max((columns(part.field) for part in fields), default=0)
    for part in fields:
        yield from _field_lines(part, width)


def _field_lines(part: FieldChange, width: int) -> Iterator[Line]:
    name = padded(part.field, width) + "  "
    if not (_is_set(part.before) and _is_set(part.after)):
        values = (show_value(part.before), "red"), " → ", (show_value(part.after), "green")
        yield line(_DETAIL, name, *values)
        return
    before, after = set(part.before), set(part.after)
    for sign, style, words in (("-", "red", before - after), ("+", "green", after - before)):
        if words:
            listed = ", ".join(sorted(words))
            yield line(_DETAIL, (listed, style), sign=(name + sign, style), hanging=0)
            name = " " * (width + 2)


def _is_set(value: object) -> TypeGuard[tuple[str, ...]]:
    """Whether a value is a set of words, of which only the difference is worth showing."""
    return isinstance(value, tuple) and all(isinstance(part, str) for part in value)


def _statement_lines(step: ManualStep) -> Iterator[Line]:
    yield line(_DETAIL, f"run in {step.where}:")
    for statement in step.statements:
        yield line(_DETAIL + 2, (statement, "bold"), whole=True)


def _approval_lines(approval: Approval | None) -> Iterator[Line]:
    if approval is not None:
        yield line(_DETAIL, f"approved until {approval.until}: {approval.reason}")


def _refusal_lines(finding: Finding | None) -> Iterator[Line]:
    if finding is None:
        return
    if finding.address is None:
        yield line(_DETAIL, (f"refused {finding.code}", "bold magenta"), ", see above")
        return
    yield line(_DETAIL, (f"refused {finding.code}: ", "bold magenta"), finding.message)
    if finding.hint:
        yield _hint(finding.hint)


def _hint(hint: str) -> Line:
    return line(_DETAIL, ("hint: ", "bold"), hint, hanging=6)


def _because(message: str, origin: Origin) -> Line:
    return line(_DETAIL, f"{message} ", (f"({_place(origin)})", "dim"))


def _why(reason: str, origin: Origin) -> Line:
    return line(_DETAIL, (f"{reason} ({_place(origin)})", "dim"))


def _place(origin: Origin) -> str:
    location = origin.location
    place = f"{location.file}:{location.line}" if location.line else location.file
    return f"{place}, {origin.default}" if origin.default else place
