"""The HTTP server below the API: how uvicorn is set up, starts, and ends at a signal."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

_STOP_SECONDS = 1
_ENDS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


class _Protocol(H11Protocol):
    """HTTP/1.1 that lets the application close its connection (`scope["state"]["transport"]`)."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class WebServer(uvicorn.Server):
    """Says when it accepts connections, and takes a signal as a wish to stop, not to die.

    Where `unwanted` is set by then, it accepts none.
    """

    def __init__(
        self, app: ASGIApp, *, started: Callable[[], None], unwanted: threading.Event
    ) -> None:
        super().__init__(_config(app))
        self._started = started
        self._unwanted = unwanted

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept connections and say so, unless the server is unwanted by now."""
        # Looked at only here, where the signals are our own: one before them has set it.
        if self._unwanted.is_set():
            self.stop()
            return
        await super().startup(sockets)
        self._started()

    def stop(self) -> None:
        """Stop within a moment; may be called from any thread."""
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGHUP, SIGINT and SIGTERM; uvicorn would raise them again afterwards."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        before = {number: signal.getsignal(number) for number in _ENDS}
        # nohup has SIGHUP ignored. A shell has SIGINT ignored for all that it runs beside itself,
        # and means by that only what is typed at its terminal.
        immune = signal.SIGHUP if before[signal.SIGHUP] is signal.SIG_IGN else None
        heard = [number for number in _ENDS if number is not immune]
        for number in heard:
            loop.add_signal_handler(number, self.stop)
        try:
            yield
        finally:
            for number in heard:
                loop.remove_signal_handler(number)
                signal.signal(number, before[number])


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Protocol,
        loop="asyncio",
        ws="none",
        lifespan="off",
        interface="asgi3",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        # Its only messages would be on requests that a fault or a stop has cut off.
        log_level="critical",
        timeout_graceful_shutdown=_STOP_SECONDS,
    )
