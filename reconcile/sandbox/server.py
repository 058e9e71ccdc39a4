"""Run a sandbox: in the foreground until a signal, or on a thread for tests."""

from __future__ import annotations

import asyncio
import errno
import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from attrs import frozen
from uvicorn.protocols.http.h11_impl import H11Protocol

from reconcile.sandbox.announcement import Announcement
from reconcile.sandbox.application import application
from reconcile.sandbox.client import Sandbox
from reconcile.sandbox.clock import Clock
from reconcile.sandbox.errors import PortInUse
from reconcile.sandbox.fleet import Fleet
from reconcile.sandbox.fleet_file import load
from reconcile.sandbox.live_fleet import LiveFleet
from reconcile.sandbox.rate_limit import RateLimit
from reconcile.sandbox.service import Service
from reconcile.sandbox.tokens import Tokens

# Literal, never `localhost`: a name could be made to mean another address.
_ADDRESS = "127.0.0.1"
_BACKLOG = 512
_START_SECONDS = 10.0
_STOP_SECONDS = 1


class _Protocol(H11Protocol):
    """HTTP/1.1 that lets the application close its connection (`scope["state"]["transport"]`)."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Server(uvicorn.Server):
    """Says when it accepts connections, and takes a signal as a wish to stop, not to die."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._started()

    def stop(self) -> None:
        """Stop within a moment; may be called from any thread."""
        self.should_exit = True

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM; uvicorn itself would raise them again afterwards."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


@frozen(kw_only=True)
class _Prepared:
    """A sandbox that listens but does not answer yet."""

    server: _Server
    listener: socket.socket
    announcement: Announcement

    def run(self) -> None:
        """Answer until the server is told to stop."""
        with self.listener:
            asyncio.run(self.server.serve(sockets=[self.listener]))


def serve(
    *,
    fleet: Path | None,
    port: int = 0,
    token: str | None = None,
    token_life: int = 3600,
    rate_limit: int | None = 60,
    operation_seconds: float = 3.0,
    until_eof: bool = False,
    announce: Callable[[Announcement], None],
) -> None:
    """Serve a fleet until SIGINT or SIGTERM; with `until_eof` also until stdin closes.

    Args:
        fleet: The fleet file; None is the packaged example.
        port: The port to listen on; 0 is any free one.
        token: The API token to accept; None makes one.
        token_life: How long the JWTs live, in seconds.
        rate_limit: Requests a minute on the API host; None or 0 is no limit.
        operation_seconds: How long upgrades, restores, features and backups take.
        until_eof: Stop when stdin closes, so that the sandbox never outlives its starter.
        announce: Called once, when connections are accepted.

    Raises:
        FleetError: The fleet file is not fit; the message lists every fault.
        PortInUse: Another program listens on the port.
    """
    prepared = _prepare(
        load(fleet),
        port=port,
        token=token,
        token_life=token_life,
        rate_limit=rate_limit,
        operation_seconds=operation_seconds,
        now=time.time,
        started=lambda: announce(prepared.announcement),
    )
    if until_eof:
        threading.Thread(target=_stop_at_eof, args=(prepared.server,), daemon=True).start()
    prepared.run()


@contextmanager
def running(
    fleet: Mapping[str, Any] | Path | None,
    *,
    port: int = 0,
    token: str | None = None,
    token_life: int = 3600,
    rate_limit: int | None = None,
    operation_seconds: float = 0.2,
    now: Clock = time.time,
) -> Iterator[Sandbox]:
    """Run a sandbox on a thread of this process, for as long as the block lasts.

    The options and errors are those of `serve`; a mapping has the shape of the fleet file. `now`
    gives seconds of the epoch, for the limit, the tokens and the operations; any thread calls it.
    """
    accepting = threading.Event()
    prepared = _prepare(
        load(fleet),
        port=port,
        token=token,
        token_life=token_life,
        rate_limit=rate_limit,
        operation_seconds=operation_seconds,
        now=now,
        started=accepting.set,
    )
    thread = threading.Thread(target=prepared.run, name="sandbox", daemon=True)
    thread.start()
    try:
        if not accepting.wait(_START_SECONDS):
            raise TimeoutError(f"the sandbox did not start within {_START_SECONDS} seconds")
        yield Sandbox(url=prepared.announcement.url, token=prepared.announcement.token)
    finally:
        prepared.server.stop()
        thread.join()


def _prepare(
    fleet: Fleet,
    *,
    port: int,
    token: str | None,
    token_life: int,
    rate_limit: int | None,
    operation_seconds: float,
    now: Clock,
    started: Callable[[], None],
) -> _Prepared:
    listener = _listen(port)
    url = f"http://{_ADDRESS}:{listener.getsockname()[1]}"
    api_token = token or f"tk-sandbox-{secrets.token_urlsafe(24)}"
    service = Service(
        url=url,
        fleet=LiveFleet(fleet),
        tokens=Tokens(api_token=api_token, life=token_life, now=now),
        limit=RateLimit(rate_limit, now=now),
        now=now,
        operation_seconds=operation_seconds,
    )
    return _Prepared(
        server=_Server(_config(service), started),
        listener=listener,
        announcement=Announcement(url=url, token=api_token, databases=len(fleet.databases())),
    )


def _config(service: Service) -> uvicorn.Config:
    return uvicorn.Config(
        application(service),
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


def _listen(port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it on, every answer
    # (head and body are two writes) waits 40 ms for the client's acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_ADDRESS, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(port) from None
        raise
    return listener


def _stop_at_eof(server: _Server) -> None:
    # Straight from the descriptor: the buffered reader's lock would hang the interpreter's exit.
    try:
        while sys.stdin is not None and os.read(sys.stdin.fileno(), 65536):
            pass
    except OSError:
        pass
    finally:
        server.stop()
