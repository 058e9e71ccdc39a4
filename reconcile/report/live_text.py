"""What is live, for a person: attributes, managed kinds, running queries, statistics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from reconcile.model.postgresql import Query, Statement
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
from reconcile.model.text import count, duration, safe_text
from reconcile.report.page import BLANK, Line, Look, columns, cut, line, padded, render

States = Mapping[str, Inspected | Unknown]
"""What was read, by the name that it was asked for by."""

_WIDEST_KEY = 30


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
    width = min(max((columns(name) for name in fields), default=0), _WIDEST_KEY)
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


TOP = 20
"""How many rows a table has, unless a person wants more or fewer."""

_WIDEST_NAME = 30
_LEAST_NAME = 8
_LEAST_TEXT = 20
_GAP = "  "
_Row = tuple[str, ...]


def queries_text(
    queries: Sequence[Query], total: int, look: Look, *, longer_than: float = 0.0
) -> str:
    """Render running queries, of `total` that have run for so many seconds."""
    table = _Table(
        head=("pid", "for", "state", "user"),
        rows=[
            (
                str(query.pid),
                duration(query.seconds),
                cut(query.state or "-", _WIDEST_NAME),
                cut(query.username or "-", _WIDEST_NAME),
            )
            for query in queries
        ],
        names=(2, 3),
        last="query",
        texts=[query.query for query in queries],
        total=count(total, "query", "queries"),
        more=total > len(queries),
        nothing=f"No query has run for {duration(longer_than)}."
        if longer_than
        else "No query is running.",
    )
    return render(table.lines(look.width), look)


def statistics_text(statements: Sequence[Statement], total: int, look: Look) -> str:
    """Render statement statistics, of `total`."""
    table = _Table(
        head=("total", "share", "calls", "mean", "rows"),
        rows=[
            (
                duration(one.total),
                f"{one.share:.1%}",
                f"{one.calls:,}",
                duration(one.mean),
                f"{one.rows:,}",
            )
            for one in statements
        ],
        names=(),
        last="statement",
        texts=[one.query for one in statements],
        total=count(total, "statement"),
        more=total > len(statements),
        nothing="No statement was counted yet.",
    )
    return render(table.lines(look.width), look)


@frozen(kw_only=True)
class _Table:
    """Rows of cells, each with a text that takes the rest of the width, or a line of its own.

    `names` are the columns that may be cut where there is little room; numbers never are.
    """

    head: _Row
    rows: Sequence[_Row]
    names: Sequence[int]
    last: str
    texts: Sequence[str]
    total: str
    more: bool
    nothing: str

    def lines(self, width: int | None) -> Iterator[Line]:
        """The lines of the table, on a page of a width."""
        if not self.rows:
            yield line(0, self.nothing)
            return
        widths = self._widths(width)
        room = None if width is None else width - sum(widths) - len(_GAP) * len(widths)
        if width is not None and room is not None and room < _LEAST_TEXT:
            yield from self._on_two_lines(widths, width)
        else:
            yield from self._on_one_line(widths, room)
        if self.more:
            yield BLANK
            yield line(0, f"{len(self.rows)} of {self.total}: --top N shows more")

    def _on_one_line(self, widths: Sequence[int], room: int | None) -> Iterator[Line]:
        yield line(0, (_cells((*self.head, self.last), widths), "bold"), whole=True)
        for cells, text in zip(self.rows, self.texts, strict=True):
            yield line(0, _cells((*cells, _one_line(text, room)), widths), whole=True)

    def _on_two_lines(self, widths: Sequence[int], width: int) -> Iterator[Line]:
        yield line(0, (_cells(self.head, widths), "bold"), whole=True)
        for cells, text in zip(self.rows, self.texts, strict=True):
            yield line(0, _cells(cells, widths), whole=True)
            shown = _one_line(text, width - len(_GAP))
            if shown:
                yield line(len(_GAP), shown, whole=True)

    def _widths(self, width: int | None) -> list[int]:
        """How wide each column is: as its widest cell, names narrower where room is short."""
        found = [
            max(columns(cell) for cell in column)
            for column in zip(self.head, *self.rows, strict=True)
        ]
        if width is None:
            return found
        most = width - _LEAST_TEXT - len(_GAP) * len(found)
        while sum(found) > most and any(found[index] > _LEAST_NAME for index in self.names):
            widest = max(self.names, key=found.__getitem__)
            found[widest] -= 1
        return found


def _one_line(text: str, room: int | None) -> str:
    words = " ".join(text.split())
    return safe_text(words) if room is None else cut(words, room)


def _cells(cells: _Row, widths: Sequence[int]) -> str:
    """Cells in their columns; one more than there are columns stands whole at the end."""
    fitted = [padded(cut(cell, width), width) for cell, width in zip(cells, widths, strict=False)]
    return _GAP.join((*fitted, *cells[len(widths) :]))
