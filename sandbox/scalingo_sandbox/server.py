"""Run a sandbox: in the foreground until a signal, or on a thread for tests."""

from __future__ import annotations

import asyncio
import errno
import os
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypedDict, Unpack, assert_never

from attrs import frozen

from scalingo_sandbox.announcement import Announcement, Placed
from scalingo_sandbox.application import application
from scalingo_sandbox.backend import Backend, EngineChoice, InMemory
from scalingo_sandbox.client import Sandbox
from scalingo_sandbox.clock import Clock
from scalingo_sandbox.errors import PortInUse
from scalingo_sandbox.fleet import Fleet
from scalingo_sandbox.fleet_file import load
from scalingo_sandbox.live_fleet import LiveFleet
from scalingo_sandbox.rate_limit import RateLimit
from scalingo_sandbox.service import Service
from scalingo_sandbox.tokens import Tokens
from scalingo_sandbox.web_server import WebServer

# Literal, never `localhost`: a name could be made to mean another address.
_ADDRESS = "127.0.0.1"
_BACKLOG = 512
_START_SECONDS = 10.0


@frozen(kw_only=True)
class _Prepared:
    """A sandbox that listens but does not answer yet."""

    server: WebServer
    listener: socket.socket
    announcement: Announcement

    def run(self) -> None:
        """Answer until the server is told to stop."""
        with self.listener:
            asyncio.run(self.server.serve(sockets=[self.listener]))


class Options(TypedDict, total=False):
    """The options of a sandbox; each has a default.

    port               where to listen; 0, the default, is any free port
    token              the API token to accept; None, the default, makes one
    token_life         how long the JWTs live: 3600 seconds
    rate_limit         requests a minute on the API host; None or 0 for no limit
    operation_seconds  how long creations, changes of the plan, upgrades, restores, features and
                       backups take
    engines            where the contents of the databases are: by rules in `memory`, the default, or on
                       `real` servers
    engines_dir        where the servers are looked for that came from `servers.fetch`
    now                seconds of the epoch, for the limit, the tokens and the operations; any thread
                       calls it
    """

    port: int
    token: str | None
    token_life: int
    rate_limit: int | None
    operation_seconds: float
    engines: EngineChoice
    engines_dir: Path | None
    now: Clock


def serve(
    *,
    fleet: Path | None,
    until_eof: bool = False,
    unwanted: threading.Event | None = None,
    announce: Callable[[Announcement], None],
    **options: Unpack[Options],
) -> None:
    """Serve a fleet until SIGHUP, SIGINT or SIGTERM; with `until_eof` also until stdin closes.

    By default with a limit of 60 requests and operations of 3 seconds.

    Args:
        fleet: The fleet file; None is the packaged example.
        until_eof: Stop when stdin closes, so that the sandbox never outlives its starter.
        unwanted: Set while it starts, by a signal say, it ends the start: nothing is announced.
        announce: Called once, when connections are accepted.
        options: See `Options`.

    Raises:
        FleetError: The fleet file is not fit; the message lists every fault.
        PortInUse: Another program listens on the port.
        ServerError: A database server does not start.
    """
    usual: Options = {"rate_limit": 60, "operation_seconds": 3.0}
    with closing(_backend(options)) as backend:
        prepared = _prepare(
            load(fleet, backend.versions),
            backend,
            {**usual, **options},
            started=lambda: announce(prepared.announcement),
            unwanted=unwanted or threading.Event(),
        )
        if until_eof:
            threading.Thread(target=_stop_at_eof, args=(prepared.server,), daemon=True).start()
        prepared.run()


@contextmanager
def running(
    fleet: Mapping[str, Any] | Path | None, **options: Unpack[Options]
) -> Iterator[Sandbox]:
    """Run a sandbox on a thread of this process, for as long as the block lasts.

    By default without a limit and with operations of 0.2 seconds. A mapping has the shape of the
    fleet file. Raises as `serve`.
    """
    accepting = threading.Event()
    usual: Options = {"rate_limit": None, "operation_seconds": 0.2}
    with closing(_backend(options)) as backend:
        prepared = _prepare(
            load(fleet, backend.versions),
            backend,
            {**usual, **options},
            started=accepting.set,
            unwanted=threading.Event(),
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


def _backend(options: Options) -> Backend:
    engines = options.get("engines", "memory")
    match engines:
        case "memory":
            return InMemory()
        case "real":
            # The drivers are an extra of their own.
            from scalingo_sandbox.real.backend import Real  # noqa: PLC0415
            from scalingo_sandbox.servers.programs import search  # noqa: PLC0415

            return Real(search(options.get("engines_dir")))
        case _:
            assert_never(engines)


def _prepare(
    wanted: Fleet,
    backend: Backend,
    options: Options,
    *,
    started: Callable[[], None],
    unwanted: threading.Event,
) -> _Prepared:
    fleet = backend.install(wanted)
    listener = _listen(options.get("port", 0))
    url = f"http://{_ADDRESS}:{listener.getsockname()[1]}"
    api_token = options.get("token") or f"tk-sandbox-{secrets.token_urlsafe(24)}"
    now = options.get("now", time.time)
    service = Service(
        url=url,
        fleet=LiveFleet(fleet),
        tokens=Tokens(api_token=api_token, life=options.get("token_life", 3600), now=now),
        limit=RateLimit(options["rate_limit"], now=now),
        backend=backend,
        now=now,
        operation_seconds=options["operation_seconds"],
    )
    return _Prepared(
        server=WebServer(application(service), started=started, unwanted=unwanted),
        listener=listener,
        announcement=Announcement(
            url=url,
            token=api_token,
            databases=len(fleet.databases()),
            placed=_placed(fleet, backend),
        ),
    )


def _placed(fleet: Fleet, backend: Backend) -> tuple[Placed, ...]:
    names = [app.name for app in fleet.apps for _ in app.addons]
    placed = zip(names, backend.connections(fleet), strict=True)
    return tuple(Placed(app=name, connection=connection) for name, connection in placed)


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


def _stop_at_eof(server: WebServer) -> None:
    # Straight from the descriptor: the buffered reader's lock would hang the interpreter's exit.
    try:
        while sys.stdin is not None and os.read(sys.stdin.fileno(), 65536):
            pass
    except OSError:
        pass
    finally:
        server.stop()
