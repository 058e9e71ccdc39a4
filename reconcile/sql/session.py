"""A session as it is used: its shape, what it waits for, how it fails, and its rows read as what they have to be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, LiteralString, Protocol

from attrs import frozen

Rows = list[tuple[str | None, ...]]
"""Every value as the server wrote it, None for NULL."""


class Session(Protocol):
    """A transaction that is open."""

    def tables(self, *queries: LiteralString) -> list[Rows]:
        """The rows of each query, all in one round trip. Raises SessionError."""
        ...

    def quoted(self, text: str) -> str:
        """What the server said, as a message may quote it: without secrets, and cut."""
        ...


@frozen(kw_only=True)
class Patience:
    """How many seconds are waited: for each host, for a lock, for a statement, in all.

    The server ends a statement or a wait for a lock; where it does not, the session is left.
    """

    connect: int = 10
    lock: float = 10
    statement: float = 120
    session: float = 180


class SessionError(Exception):
    """A statement that did not end well, and why; nothing of the connection string is in it.

    `lost` where no answer came, or none that can be understood.
    """

    def __init__(self, reason: str, *, lost: bool) -> None:
        super().__init__(reason)
        self.lost = lost


def strange(*, lost: bool = False) -> SessionError:
    """An answer that no PostgreSQL gives."""
    return SessionError("the server's answer cannot be understood", lost=lost)


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
