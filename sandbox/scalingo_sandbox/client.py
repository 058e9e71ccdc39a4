"""A hold on a running sandbox through its own door."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypedDict, cast
from urllib.parse import urlsplit

from attrs import frozen

from scalingo_sandbox import fleet_file


class LoggedRequest(TypedDict):
    """One request as `GET /_sandbox/requests` shows it."""

    host: str
    method: str
    path: str
    action_name: str | None
    status: int | None
    changes: bool
    effect: bool
    asked: dict[str, Any] | None


class HeldRequest(TypedDict):
    """One request as `GET /_sandbox/held` shows it."""

    method: str
    path: str
    action_name: str | None
    when: str


class Requests(TypedDict):
    """The document of `GET /_sandbox/requests`."""

    counts: dict[str, int]
    requests: list[LoggedRequest]


class Connection(TypedDict):
    """What one database runs on, as `GET /_sandbox/connections` shows it."""

    database: str
    server: str
    address: str | None
    dsn: str | None
    reason: str | None


_PAUSE = 0.005


class SandboxRefusal(Exception):  # noqa: N818  an answer of the door, not a defect
    """The door answered with an error status; `document` is its body."""

    def __init__(self, status: int, document: Any) -> None:
        self.status = status
        self.document = document
        super().__init__(f"the sandbox answered {status}: {json.dumps(document)}")


@frozen(kw_only=True)
class Sandbox:
    """A running sandbox: its `url` without a path, and the API `token` that it accepts."""

    url: str
    token: str

    def requests(self) -> Requests:
        """Tell what the clients sent: counts per host, and the latest requests."""
        return cast("Requests", self._call("GET", "requests"))

    def clear(self) -> None:
        """Forget what the clients sent."""
        self._call("DELETE", "requests")

    def fleet(self) -> dict[str, Any]:
        """Give the present state in the shape of the fleet file."""
        return cast("dict[str, Any]", self._call("GET", "fleet"))

    def put_fleet(self, fleet: Mapping[str, Any] | Path | None) -> None:
        """Serve another fleet from now on; FleetError if it is not fit."""
        fleet_file.load(fleet)
        # As it was written: what it leaves out is filled in where the servers are known.
        self._call("PUT", "fleet", fleet_file.read(fleet))

    def change(self, addon: str, **values: Any) -> dict[str, Any]:
        """Change keys of a database behind the clients' back; give it as it is now."""
        return cast("dict[str, Any]", self._call("PATCH", f"databases/{addon}", values))

    def sql(self, addon: str, statement: str) -> str:
        """Run one statement on extensions in a PostgreSQL database; give its command tag."""
        answer = self._call("POST", f"databases/{addon}/sql", {"statement": statement})
        return cast("str", answer["result"])

    def connections(self) -> list[Connection]:
        """Tell of every database what it runs on."""
        return cast("list[Connection]", self._call("GET", "connections")["connections"])

    def dsn(self, addon: str) -> str | None:
        """Give the URL, with its password, at which a database's owner logs in, if there is one."""
        return next(one["dsn"] for one in self.connections() if one["database"] == addon)

    def fault(self, kind: str, **details: Any) -> None:
        """Ask for a fault: `fault("status", status=429, times=2, match={"host": "database"})`.

        Somebody else's change at a bad moment is one too, `when` is "before" or "after":
        `fault("outside-write", database="ad-1", change={"status": "updating"}, when="after")`.
        """
        self._call("POST", "faults", {"kind": kind, **details})

    def clear_faults(self) -> None:
        """Ask for no more faults; what one holds goes on."""
        self._call("DELETE", "faults")

    def held(self) -> list[HeldRequest]:
        """Tell which requests are held now, after `fault("hold", when="before", …)`."""
        return cast("list[HeldRequest]", self._call("GET", "held")["held"])

    def wait_until_held(self, seconds: float = 60.0) -> HeldRequest:
        """Wait until a request is held; TimeoutError if none is in time."""
        end = time.monotonic() + seconds
        while not (held := self.held()):
            if time.monotonic() > end:
                raise TimeoutError(f"no request was held within {seconds} seconds")
            time.sleep(_PAUSE)
        return held[0]

    def release(self, *, drop: bool = False) -> list[HeldRequest]:
        """Let the held requests go on, or close their connections; tell which they were."""
        return cast("list[HeldRequest]", self._call("POST", "release", {"drop": drop})["held"])

    def _call(self, method: str, path: str, body: object = None) -> Any:
        # A connection for each call: it is never one that a fault has closed.
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, f"/_sandbox/{path}", text, headers)
            response = connection.getresponse()
            document = json.loads(response.read())
        finally:
            connection.close()
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise SandboxRefusal(response.status, document)
        return document
