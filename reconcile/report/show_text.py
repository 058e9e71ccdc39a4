"""The live state of databases, for a person: every attribute, then the managed kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconcile.model.state import Fields, Inspected, KindState, NotOffered, Unknown
from reconcile.report.page import BLANK, Line, Look, columns, line, padded, render

States = Mapping[str, Inspected | Unknown]
"""What was read, by the name that it was asked for by."""

_WIDEST_NAME = 30


def states_text(states: States, look: Look) -> str:
    """Render live states, one database after the other."""
    return render(_pages(states), look)


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
                shown = part if isinstance(part, Mapping) else {"": part}
                yield line(indent + 2, _flat(shown), hanging=2)
        else:
            yield line(
                indent, (padded(name, width), "cyan"), f"  {_plain(value)}", hanging=width + 2
            )


def _kind_lines(kind: str, state: KindState) -> Iterator[Line]:
    if isinstance(state, NotOffered):
        yield line(2, (kind, "cyan"), f"  not offered: {state.message}", hanging=4)
        return
    yield line(2, (kind, "cyan"))
    for name, fields in sorted(state.items()):
        yield line(4, _element(name, fields), hanging=2)
    if not state:
        yield line(4, "(none)")


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
