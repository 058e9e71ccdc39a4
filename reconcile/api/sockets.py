"""The sockets in use, so that closing ends what waits on them."""

from __future__ import annotations

import socket
from threading import Lock
from weakref import WeakSet


class Sockets:
    """Every open socket of a transport. Thread safe."""

    def __init__(self) -> None:
        self._open: WeakSet[socket.socket] = WeakSet()
        self._severed = False
        self._lock = Lock()

    def add(self, opened: socket.socket) -> None:
        """Remember a socket for as long as somebody uses it; end it where all were ended before."""
        with self._lock:
            self._open.add(opened)
            severed = self._severed
        if severed:
            shut(opened)

    def sever(self) -> None:
        """End both directions of all, so that a thread that waits for an answer wakes up."""
        with self._lock:
            self._severed = True
            sockets = list(self._open)
        for one in sockets:
            shut(one)


def shut(one: socket.socket) -> None:
    """End both directions of a socket, so that it serves no more requests."""
    try:
        # Not the method of a TLS socket, which drops state that the reader still uses.
        socket.socket.shutdown(one, socket.SHUT_RDWR)
    except OSError:
        return  # already closed
