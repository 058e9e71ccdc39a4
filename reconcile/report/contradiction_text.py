"""Warnings of one-off commands that contradict a spec."""

from __future__ import annotations

from reconcile.model.change import Delete, Update
from reconcile.model.item import Action, Item, ManualStep, Pending
from reconcile.model.location import Location


def contradiction_text(entry: Item) -> str:
    """One warning: where the spec wants something else, what it wants, and what comes of it."""
    return f"warning: {_line_of(entry.origin.location)} wants {_wanted(entry)}; {_end(entry)}"


def _line_of(location: Location) -> str:
    return f"{location.file}:{location.line}"


def _wanted(entry: Item) -> str:
    address = entry.address
    name = f"{address.kind}/{address.name}" if address.name else address.kind
    change = None if isinstance(entry, Pending) else entry.change
    match change:
        case Update(fields=fields):
            return ", ".join(f"{name}.{part.field} {_shown(part.after)}" for part in fields)
        case Delete(replacement=False):
            return f"{name} to be absent"
        case _:
            return name


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _end(entry: Item) -> str:
    if isinstance(entry, Action):
        return "the next apply undoes this"
    if isinstance(entry, ManualStep):
        return "a manual step is needed to undo this"
    return "no apply can undo this"
