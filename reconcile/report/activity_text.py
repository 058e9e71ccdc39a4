"""Tables of what a server is busy with: running queries, and statistics of past ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from reconcile.model.postgresql import Query, Statement
from reconcile.model.text import count, duration, safe_text
from reconcile.report.page import BLANK, Line, Look, columns, cut, line, padded, render

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
