"""Reading an answer piece by piece, so that one that never ends can be ended between two pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from io import BufferedReader, RawIOBase
from socket import socket
from threading import local
from typing import Any

Look = Callable[[], None]
"""Raises OSError where no more of an answer is to be read."""


class OverdueError(TimeoutError):
    """An answer kept coming, but took too long as a whole."""


def _no_look() -> None:
    """Nobody minds how long it takes."""


class _Hearer(local):
    look: Look = staticmethod(_no_look)


class Hearing:
    """Has a look taken before each piece of an answer is read. Thread safe: a look per thread."""

    def __init__(self) -> None:
        self._hearer = _Hearer()

    @contextmanager
    def bounded(self, look: Look) -> Iterator[None]:
        """What this thread reads meanwhile is bounded by that look."""
        self._hearer.look = look
        try:
            yield
        finally:
            self._hearer.look = _no_look

    def response_class(self) -> type[HTTPResponse]:
        """A response whose status line, headers and body are read so."""
        hearer = self._hearer

        class Heard(HTTPResponse):
            def __init__(self, sock: socket, *arguments: Any, **named: Any) -> None:
                super().__init__(sock, *arguments, **named)
                self.fp = BufferedReader(_Pieces(self.fp.detach(), hearer))

        return Heard


class _Pieces(RawIOBase):
    """Another stream, whose every piece the thread that reads takes a look before."""

    def __init__(self, inner: RawIOBase, hearer: _Hearer) -> None:
        self._inner = inner
        self._hearer = hearer

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        self._hearer.look()
        found: int | None = self._inner.readinto(buffer)
        if not found:  # an end that closing made is not that of the answer
            self._hearer.look()
        return found

    def close(self) -> None:
        self._inner.close()
        super().close()
