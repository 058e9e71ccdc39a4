"""Reading an answer piece by piece, so that one that never ends can be ended between two pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from io import BufferedReader, RawIOBase
from socket import socket
from ssl import SSLSocket
from threading import local
from typing import Any

from reconcile.api.sockets import shut

Look = Callable[[], None]
"""Raises OSError where no more of an answer is to be read."""


class OverdueError(TimeoutError):
    """An answer kept coming, but took too long as a whole."""


class TooLargeError(HTTPException):
    """An answer that is larger than any answer of the API."""

    def __init__(self) -> None:
        super().__init__("the answer is larger than any answer of the API")


class SwitchedProtocolError(HTTPException):
    """The server switched to another protocol, which no request asks for."""

    def __init__(self) -> None:
        super().__init__("the server switched to another protocol")


_SWITCHING = 101
_FIRST_FINAL = 200


def _no_check() -> None:
    """Nobody minds how long it takes."""


class _Checks(local):
    look: Look = staticmethod(_no_check)


class BoundedReading:
    """Has a look taken before each piece of an answer is read. Thread safe: a look per thread."""

    def __init__(self) -> None:
        self._checks = _Checks()

    @contextmanager
    def bounded(self, look: Look) -> Iterator[None]:
        """What this thread reads meanwhile is bounded by that look."""
        self._checks.look = look
        try:
            yield
        finally:
            self._checks.look = _no_check

    def response_class(self) -> type[HTTPResponse]:
        """A response whose status line, headers and body are read so.

        It passes over interim responses (1xx, RFC 9110, 15.2): `http.client` knows 100 only, and
        would take any other for the answer, and the answer for that of the next request. Where more
        bytes came than the response has, its socket serves no other request.
        """
        checks = self._checks

        class BoundedResponse(HTTPResponse):
            def __init__(self, sock: socket, *arguments: Any, **named: Any) -> None:
                super().__init__(sock, *arguments, **named)
                self.fp = _Buffered(_Pieces(self.fp.detach(), checks), sock)

            def begin(self) -> None:
                super().begin()
                while self.status < _FIRST_FINAL:
                    if self.status == _SWITCHING:
                        raise SwitchedProtocolError
                    self.headers = None  # type: ignore[assignment]  # as before it began
                    super().begin()

        return BoundedResponse


class _Pieces(RawIOBase):
    """Another stream, whose every piece the thread that reads takes a look before."""

    def __init__(self, inner: RawIOBase, checks: _Checks) -> None:
        self._inner = inner
        self._checks = checks
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        if self.ended:
            return 0
        self._checks.look()
        found: int | None = self._inner.readinto(buffer)
        if not found:  # an end that closing made is not that of the answer
            self._checks.look()
        return found

    def close(self) -> None:
        self._inner.close()
        super().close()


class _Buffered(BufferedReader):
    """Buffers the pieces of one response; when it is closed, shuts a socket with more than that."""

    def __init__(self, pieces: _Pieces, sock: socket) -> None:
        super().__init__(pieces)
        self._pieces = pieces
        self._sock = sock

    def close(self) -> None:
        if not self.closed and self._holds_more():
            shut(self._sock)
        super().close()

    def _holds_more(self) -> bool:
        """Whether bytes are left here or in the TLS layer; those in the kernel, the pool sees."""
        self._pieces.ended = True  # so that `peek` does not wait for more
        encrypted = isinstance(self._sock, SSLSocket) and self._sock.pending() > 0
        return encrypted or bool(self.peek())
