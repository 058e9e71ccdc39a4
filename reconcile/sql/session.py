"""A session as it is used: its shape, what it waits for, how a statement fails in it."""

from __future__ import annotations

from typing import LiteralString, Protocol

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
