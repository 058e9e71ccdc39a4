"""A provider on a loopback socket that answers as a test says, byte by byte if need be."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from attrs import field, frozen

API_TOKEN = "tk-us-canary-0123456789"
NOW = 1_700_000_000.0
HOUR = 3600.0


@frozen(kw_only=True)
class Received:
    """A request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def role(self) -> str:
        """Which of the provider's hosts it is for."""
        if self.path.startswith("/api/"):
            return "database"
        return "api" if self.path.startswith("/v1/apps") else "auth"

    @property
    def action_name(self) -> str | None:
        """The action's name, None for another request."""
        document = json.loads(self.body) if self.body else None
        return document.get("action_name") if isinstance(document, dict) else None


@frozen(kw_only=True)
class Reply:
    """Bytes to send; `close` ends the connection after them, `wait` holds them back.

    `drip` is called before each of the bytes that follow without an end.
    """

    raw: bytes = b""
    close: bool = False
    wait: threading.Event | None = None
    drip: Callable[[], None] | None = None


DROPPED = Reply(close=True)


def reply(status: int = 200, body: object = None, **headers: str) -> Reply:
    """A whole answer: text and bytes as they are, anything else as JSON."""
    content = body if isinstance(body, bytes) else str(body).encode()
    if not isinstance(body, str | bytes):
        content = json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return Reply(raw="\r\n".join(lines).encode() + b"\r\n\r\n" + content)


_NO_ROUTE = reply(404, {"resource": "Route", "error": "not found"})


def truncated(body: bytes) -> Reply:
    """An answer that promises more than it holds."""
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body) + 50}\r\n\r\n".encode()
    return Reply(raw=head + body, close=True)


def jwt(serial: int = 1, **claims: float) -> str:
    """A token of the form of the provider's."""
    parts = [{"alg": "none"}, {"jti": serial, **claims}]
    texts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts]
    return ".".join([text.rstrip("=") for text in texts] + ["c2lnbmF0dXJl"])


@frozen(kw_only=True)
class Addon:
    """An addon that the provider has."""

    id: str = "ad-1"
    resource_id: str = "shop-web-1"
    engine: str = "mysql"
    version: str = "8.0.35-1"
    resource: Mapping[str, Any] = field(factory=dict)
    results: Mapping[str, Any] = field(factory=dict)
    users: object = None
    status: object = "running"

    def listed(self) -> dict[str, Any]:
        """The addon as the platform shows it."""
        return {
            "id": self.id,
            "resource_id": self.resource_id,
            "status": self.status,
            "plan": {"id": "p", "name": f"{self.engine}-starter-512"},
            "addon_provider": {"id": self.engine, "name": self.engine},
        }

    def database(self) -> dict[str, Any]:
        """The database resource."""
        return {
            "id": "5c59",
            "type_name": self.engine,
            "readable_version": self.version,
            "status": "running",
            "periodic_backups_enabled": True,
            "periodic_backups_scheduled_at": [3],
            **self.resource,
        }

    def act(self, name: str | None) -> dict[str, Any]:
        """What an action answers."""
        if name is not None and name in self.results:
            return {"ok": 1, "result": self.results[name]}
        return {"ok": 0, "error": "no such action here"}


class Provider:
    """All hosts on one port. `odd` are answered before anything else, per role, in turn."""

    def __init__(self, *apps: tuple[str, Addon]) -> None:
        self.apps = apps or (("shop-web", Addon()),)
        self.requests: list[Received] = []
        self.connections = 0
        self.odd: dict[str, deque[Reply]] = {"auth": deque(), "api": deque(), "database": deque()}
        self.life: Callable[[], Mapping[str, float]] = lambda: {"exp": NOW + HOUR}
        self.regions: object = None
        self.tokens: set[str] = {API_TOKEN}
        self.revoked: set[str] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a client of this provider."""
        return {
            "SCALINGO_AUTH_URL": self.url,
            "SCALINGO_API_URL": self.url,
            "SCALINGO_DB_URL": self.url,
            "SCALINGO_API_TOKEN": API_TOKEN,
        }

    def sent(self, role: str) -> list[Received]:
        """The requests that one of the hosts got."""
        with self._lock:
            return [one for one in self.requests if one.role == role]

    def serve(self) -> None:
        """Take connections until closed."""
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.add(connection)
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def close(self) -> None:
        """End all connections."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for one in self._open:
                one.close()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            try:
                for received in _requests(stream):
                    answer = self._reply(received)
                    if answer.wait is not None:
                        answer.wait.wait(30)
                    connection.sendall(answer.raw)
                    while answer.drip is not None:
                        answer.drip()
                        connection.sendall(b"x")
                    if answer.close:
                        return
            except OSError:
                return

    def _reply(self, received: Received) -> Reply:
        with self._lock:
            self.requests.append(received)
            odd = self.odd[received.role]
            return odd.popleft() if odd else self._usual(received)

    def _usual(self, received: Received) -> Reply:
        if received.headers.get("authorization", "").removeprefix("Bearer ") in self.revoked:
            return reply(401, {"error": "revoked"})
        parts = received.path.strip("/").split("/")
        match received.role, parts:
            case "auth", ["v1", "tokens", "exchange"]:
                answer: object = {"token": self._token(jwt(len(self.tokens), **self.life()))}
            case "auth", ["v1", "regions"]:
                answer = {"regions": self.regions}
            case "api", ["v1", "apps", app, "addons"]:
                answer = {"addons": [one.listed() for name, one in self.apps if name == app]}
            case "api", ["v1", "apps", _, "addons", addon, "token"]:
                token = self._token(f"addon-token-canary-{len(self.tokens)}")
                answer = {"addon": {**self._addon(addon).listed(), "token": token}}
            case "database", ["api", "databases", addon, *below]:
                return self._about(self._addon(addon), below, received.action_name)
            case _:
                return _NO_ROUTE
        return reply(200, answer)

    def _about(self, addon: Addon, below: list[str], action_name: str | None) -> Reply:
        match below:
            case []:
                return reply(200, {"database": addon.database()})
            case ["action"]:
                return reply(200, addon.act(action_name))
            case ["users"] if addon.users is not None:
                return reply(200, {"database-users": addon.users})
            case _:
                return _NO_ROUTE

    def _token(self, token: str) -> str:
        self.tokens.add(token)
        return token

    def _addon(self, addon: str) -> Addon:
        return next(one for _, one in self.apps if one.id == addon)


def _requests(stream: Any) -> Iterator[Received]:
    """Read requests of one connection until its end."""
    while line := stream.readline():
        method, path, _ = line.decode().split(" ", 2)
        headers = {}
        while header := stream.readline().strip():
            name, _, value = header.decode().partition(":")
            headers[name.strip().lower()] = value.strip()
        body = stream.read(int(headers.get("content-length", 0)))
        yield Received(method=method, path=path, headers=headers, body=body)


@contextmanager
def serving(*apps: tuple[str, Addon]) -> Iterator[Provider]:
    """A provider that answers while the block runs."""
    provider = Provider(*apps)
    with listening(provider):
        yield provider


@contextmanager
def listening(provider: Provider) -> Iterator[None]:
    """The provider answers while the block runs."""
    thread = threading.Thread(target=provider.serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        provider.close()
        thread.join(5)


class PlainClock:
    """A clock that goes on by being slept on; nobody waits."""

    def __init__(self, now: float = NOW) -> None:
        self.slept: list[float] = []
        self._now = now
        self._ticks = 0.0
        self._lock = threading.Lock()

    def ticks(self) -> float:
        """The seconds that passed."""
        with self._lock:
            return self._ticks

    def now(self) -> float:
        """The time as it was set and slept on."""
        with self._lock:
            return self._now

    def sleep(self, seconds: float, halted: Callable[[], bool]) -> None:
        """Go on by so many seconds, unless halted."""
        with self._lock:
            if not halted():
                self.slept.append(seconds)
                self._now += seconds
                self._ticks += seconds

    def go_on(self, seconds: float) -> None:
        """Let time pass."""
        with self._lock:
            self._now += seconds
            self._ticks += seconds

    def set(self, seconds: float) -> None:
        """Set the clock forward, or back, by so many seconds, in which no time passes."""
        with self._lock:
            self._now += seconds


def unheard(_message: str) -> None:
    """Where notices go that a test does not look at."""
