"""Free loopback ports, none given out twice."""

from __future__ import annotations

import socket
import threading

from scalingo_sandbox.servers.server import HOST


class Ports:
    """Chooses free ports; safe to use from several threads."""

    def __init__(self) -> None:
        self._given: set[int] = set()
        self._guard = threading.Lock()

    def choose(self) -> int:
        """A port that nobody listens on now; somebody else may still be quicker."""
        with self._guard:
            while True:
                with socket.socket() as free:
                    free.bind((HOST, 0))
                    port: int = free.getsockname()[1]
                if port not in self._given:
                    self._given.add(port)
                    return port


def is_taken(port: int) -> bool:
    """Whether somebody listens on a port."""
    with socket.socket() as attempt:
        # As the servers do, or a connection that has just ended would count as a listener.
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((HOST, port))
        except OSError:
            return True
    return False
