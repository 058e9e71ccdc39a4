"""The live state of databases, for a person: every attribute, then the managed kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconcile.model.state import (
    ITSELF,
    Elements,
    Fields,
    Inspected,
    KindState,
    NotOffered,
    Unknown,
    Unreadable,
)
from reconcile.report.page import BLANK, Line, Look, columns, line, padded, render

States = Mapping[str, Inspected | Unknown]
"""What was read, by the name that it was asked for by."""

_WIDEST_NAME = 30


def states_text(states: States, look: Look) -> str:
    """Render live states, one database after the other."""
    return render(_pages(states), look)


def kind_text(state: Elements, look: Look) -> str:
    """Render the live state of one kind: an element a line.

    Of a kind that is one thing with a single field only the value: what was asked for has its name.
    """
    fields = state.get(ITSELF)
    if fields is None or len(fields) != 1:
        return render(_elements(state, 0), look)
    (value,) = fields.values()
    return render([line(0, _plain(value), hanging=0)], look)


def _pages(states: States) -> Iterator[Line]:
    for index, (name, state) in enumerate(states.items()):
        if index:
            yield BLANK
        yield line(0, (name, "bold underline"))
        if isinstance(state, Unknown):
            sign = ("?", "bold red")
            yield line(2, ("unknown", "bold red"), f"  {state.reason}", sign=sign, hanging=9)
        else:
            yield from _tree(state.resource, 2)
            yield BLANK
            for kind, found in state.states.items():
                yield from _kind_lines(kind, found)


def _tree(fields: Mapping[str, object], indent: int) -> Iterator[Line]:
    """Attributes with their values in one column; objects and lists of objects below."""
    width = min(max((columns(name) for name in fields), default=0), _WIDEST_NAME)
    for name, value in fields.items():
        if isinstance(value, Mapping) and value:
            yield line(indent, (name, "cyan"))
            yield from _tree(value, indent + 2)
        elif isinstance(value, list) and any(isinstance(part, Mapping) for part in value):
            yield line(indent, (name, "cyan"))
            for part in value:
                yield from _part(part if isinstance(part, Mapping) else {"": part}, indent + 2)
        else:
            yield line(
                indent, (padded(name, width), "cyan"), f"  {_plain(value)}", hanging=width + 2
            )


def _kind_lines(kind: str, state: KindState) -> Iterator[Line]:
    if isinstance(state, NotOffered):
        yield line(2, (kind, "cyan"), f"  not offered: {state.message}", hanging=4)
        return
    if isinstance(state, Unreadable):
        yield line(2, (kind, "cyan"), ("  unknown", "bold red"), f": {state.message}", hanging=4)
        return
    yield line(2, (kind, "cyan"))
    yield from _elements(state, 4)


def _part(fields: Mapping[str, object], indent: int) -> Iterator[Line]:
    """One of several objects: on one line if it is short, else a field a line below a dash."""
    flat = _flat(fields)
    if columns(flat) <= _SHORT:
        yield line(indent, flat, hanging=2)
        return
    width = max(columns(name) for name in fields)
    for index, (name, value) in enumerate(fields.items()):
        sign = ("-" if index == 0 else " ", "")
        yield line(
            indent,
            (padded(name, width), "cyan"),
            f"  {_plain(value)}",
            sign=sign,
            whole=True,  # host names and ids are there to be copied
        )


_SHORT = 60
"""Columns of an object that is shown on one line."""


def _elements(state: Elements, indent: int) -> Iterator[Line]:
    for name, fields in sorted(state.items()):
        yield line(indent, _element(name, fields), hanging=2)
    if not state:
        yield line(indent, "(none)")


def _element(name: str, fields: Fields) -> str:
    return "  ".join(part for part in (name, _flat(fields)) if part)


def _flat(fields: Mapping[str, object]) -> str:
    return "  ".join(f"{name} {_plain(value)}".strip() for name, value in fields.items())


def _plain(value: object) -> str:
    match value:
        case None | "" | [] | ():
            return "(none)"
        case bool():
            return "true" if value else "false"
        case list() | tuple():
            return ", ".join(_plain(part) for part in value)
        case Mapping():
            return _flat(value) or "(none)"
        case _:
            return str(value)
