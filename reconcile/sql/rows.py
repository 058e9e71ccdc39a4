"""Rows of an answer, read as what they have to be: a server may send anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reconcile.sql.session import Rows, strange

Read = Callable[[str], Any]
"""Reads the value of a column. Raises ValueError."""

_LONGEST_NUMBER = 20


def table(rows: Rows, *columns: Read) -> list[tuple[Any, ...]]:
    """The values of all rows, each as its column says; none may be NULL. Raises SessionError."""
    try:
        return [_values(row, columns) for row in rows]
    except ValueError:
        raise strange() from None


def row(rows: Rows, *columns: Read) -> tuple[Any, ...]:
    """The values of the only row. Raises SessionError, also where it is not the only one."""
    values = table(rows, *columns)
    if len(values) != 1:
        raise strange()
    return values[0]


def number(text: str) -> int:
    """A whole number of 64 bits or so."""
    if len(text) > _LONGEST_NUMBER:
        raise ValueError("no number has so many digits")
    return int(text)


def truth(text: str) -> bool:
    """PostgreSQL writes `t` and `f`."""
    if text not in {"t", "f"}:
        raise ValueError("neither true nor false")
    return text == "t"


def _values(texts: tuple[str | None, ...], columns: tuple[Read, ...]) -> tuple[Any, ...]:
    return tuple(read(_present(text)) for read, text in zip(columns, texts, strict=True))


def _present(text: str | None) -> str:
    if text is None:
        raise ValueError("NULL, where there is always a value")
    return text
