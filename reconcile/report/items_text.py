"""The items of a plan as lines: a symbol, the address, what changes, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard, assert_never

from reconcile.model.address import Address
from reconcile.model.change import Change, Create, Delete, FieldChange, Risk, Update
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
RISK_COLUMN = 58
"""Where the risk stands when the address leaves it room: right, but left of column 80."""

_DETAIL = 6


def item_lines(entry: Item, refusal: Finding | None = None) -> Iterator[Line]:
    """All lines of one item; `refusal` is the guard's finding that holds an action back."""
    match entry:
        case Action():
            yield _head(
                *_symbol(entry.change), entry.address, (entry.risk.value, _RISKS[entry.risk])
            )
            yield from _change_lines(entry.change)
            yield from _approval_lines(entry.approval)
            if refusal is not None:
                yield from _refusal_lines(refusal)
            yield _why(_reason(entry), entry.origin)
        case ManualStep():
            yield _head("»", "cyan", entry.address, ("by hand", "cyan"))
            yield from _change_lines(entry.change)
            yield from _approval_lines(entry.approval)
            yield line(_DETAIL, f"run in {entry.where}:")
            for statement in entry.statements:
                yield line(_DETAIL + 2, (statement, "bold"))
            yield _why(_reason(entry), entry.origin)
        case Blocked():
            yield _head("!", "magenta", entry.address, (f"blocked {entry.code}", "magenta"))
            if entry.change is not None:
                yield from _change_lines(entry.change)
            yield line(_DETAIL, entry.message)
            yield line(_DETAIL, ("hint: ", "bold"), entry.hint, hanging=6)
            yield _why(entry.reason.value, entry.origin)
        case Pending():
            yield _head("…", "blue", entry.address, ("pending", "blue"))
            yield line(_DETAIL, entry.message)
            yield _why(entry.reason.value, entry.origin)
        case _:
            assert_never(entry)


def place_in_database(address: Address) -> str:
    """An address under the heading of its database."""
    rest = "/".join(part for part in (address.kind, address.name) if part)
    return rest or "the whole database"


def _symbol(change: Change) -> tuple[str, str]:
    return _SYMBOLS[type(change)]


def _head(symbol: str, style: str, address: Address, mark: tuple[str, str]) -> Line:
    place = place_in_database(address)
    room = RISK_COLUMN - columns(place)
    gap = " " * room if room > 0 else "  "
    return line(2, (f"{symbol} ", style), (place, "bold"), gap, mark, hanging=4)


def _change_lines(change: Change) -> Iterator[Line]:
    match change:
        case Update(fields=fields):
            width = max(columns(part.field) for part in fields)
            for part in fields:
                yield from _field_lines(part, width)
        case Create(after=after) if after:
            yield line(_DETAIL, show_fields(after))
        case Delete(before=before) if before:
            yield line(_DETAIL, ("was ", "dim"), show_fields(before))
        case Create() | Delete():
            return
        case _:
            assert_never(change)


def _field_lines(part: FieldChange, width: int) -> Iterator[Line]:
    name = padded(part.field, width) + "  "
    if _is_set(part.before) and _is_set(part.after):
        before, after = set(part.before), set(part.after)
        hanging = width + 4
        signs = (("-", "red", before - after), ("+", "green", after - before))
        for sign, style, words in signs:
            if words:
                yield line(
                    _DETAIL, name, (f"{sign} {', '.join(sorted(words))}", style), hanging=hanging
                )
                name = " " * (width + 2)
        return
    yield line(
        _DETAIL,
        name,
        (show_value(part.before), "red"),
        " → ",
        (show_value(part.after), "green"),
    )


def _is_set(value: object) -> TypeGuard[tuple[str, ...]]:
    """Whether a value is a set of words, of which only the difference is worth showing."""
    return isinstance(value, tuple) and all(isinstance(part, str) for part in value)


def _approval_lines(approval: Approval | None) -> Iterator[Line]:
    if approval is not None:
        yield line(_DETAIL, f"approved until {approval.until}: {approval.reason}")


def _refusal_lines(finding: Finding) -> Iterator[Line]:
    yield line(_DETAIL, (f"refused {finding.code}: ", "bold magenta"), finding.message)
    if finding.hint:
        yield line(_DETAIL, ("hint: ", "bold"), finding.hint, hanging=6)


def _reason(entry: Action | ManualStep) -> str:
    if isinstance(entry.change, Create | Delete) and entry.change.replacement:
        return f"{entry.reason.value}: replaced, by deleting and creating it"
    return entry.reason.value


def _why(reason: str, origin: Origin) -> Line:
    place = f"{origin.location.file}:{origin.location.line}"
    source = f"{place}, {origin.default}" if origin.default else place
    return line(_DETAIL, (f"{reason} ({source})", "dim"))
