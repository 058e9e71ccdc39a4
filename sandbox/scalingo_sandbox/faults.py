"""Faults on demand: what goes wrong, for which requests, how often."""

from __future__ import annotations

from enum import StrEnum
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Any

from attrs import field, frozen
from starlette.responses import HTMLResponse, Response

from scalingo_sandbox.constraints import Matches, Within, about
from scalingo_sandbox.request_log import is_change
from scalingo_sandbox.wire import Call, JsonReply, too_many_requests


class FaultKind(StrEnum):
    """The ways in which a request can go wrong."""

    DELAY = "delay"
    STATUS = "status"
    HTML = "html"
    DROP_BEFORE = "drop-before"
    DROP_AFTER = "drop-after"
    LATE = "late"
    TRUNCATE = "truncate"
    HOLD = "hold"
    OUTSIDE_WRITE = "outside-write"


class When(StrEnum):
    """On which side of the request's effect something happens."""

    BEFORE = "before"
    AFTER = "after"


_DROPS = {When.BEFORE: FaultKind.DROP_BEFORE, When.AFTER: FaultKind.DROP_AFTER}
_LONGEST_HOLD = 60.0


@frozen(kw_only=True)
class Match:
    """Which requests a fault meets; what is left out matches all."""

    host: str | None = field(
        default=None,
        validator=Matches("auth|api|database", "one of auth, api, database"),
        metadata=about("which of the provider's hosts", "database"),
    )
    method: str | None = field(default=None, metadata=about("HTTP method", "POST"))
    path: str | None = field(
        default=None, metadata=about("shell pattern for the path", "/api/databases/*/action")
    )
    action_name: str | None = field(default=None, metadata=about("action name", "set-sqlmode"))
    changes: bool | None = field(
        default=None, metadata=about("whether it is of a kind that changes something")
    )

    def meets(self, call: Call) -> bool:
        """Tell whether a request is meant."""
        wanted = (
            (self.method, call.method),
            (self.action_name, call.action_name),
            (self.changes, is_change(call)),
        )
        return (
            (self.host is None or (call.host is not None and call.host.value == self.host))
            and all(value is None or value == given for value, given in wanted)
            and (self.path is None or fnmatchcase(call.path, self.path))
        )


@frozen(kw_only=True)
class Fault:
    """One fault: it spares the first `after` matching requests, then meets the next `times`."""

    kind: FaultKind = field(metadata=about("what goes wrong"))
    status: int = field(
        default=503, validator=Within(400, 599), metadata=about("status of status and html", 429)
    )
    seconds: float = field(
        default=0.0,
        validator=Within(0, 600),
        metadata=about(
            "how long to wait before anything happens, 1 for a delay; a hold: at most, 60;"
            " late: from the end of the connection to the effect, 1",
            0.5,
        ),
    )
    times: int | None = field(
        default=1,
        validator=Within(1, 1_000_000),
        metadata=about("how many requests it meets; null for all", 3),
    )
    after: int = field(
        default=0, validator=Within(0, 1_000_000), metadata=about("how many it spares first", 2)
    )
    match: Match = field(factory=Match, metadata=about("which requests it is for"))
    retry_after: int | None = field(
        default=None,
        validator=Within(0, 86_400),
        metadata=about("Retry-After of status and html, in seconds; no such header if left out", 2),
    )
    database: str | None = field(
        default=None,
        metadata=about("outside-write: addon id of the database that is changed", "ad-7f6c1f0a"),
    )
    change: dict[str, Any] | None = field(
        default=None,
        metadata=about(
            "outside-write: the keys that change, as in the fleet file", {"status": "updating"}
        ),
    )
    when: When = field(
        default=When.BEFORE,
        metadata=about("hold, outside-write: before or after the request is carried out"),
    )

    def writes(self, when: When) -> bool:
        """Tell whether it changes a database at that moment."""
        return self.kind is FaultKind.OUTSIDE_WRITE and self.when is when

    @property
    def wait(self) -> float:
        """How many seconds to wait first."""
        if self.kind in {FaultKind.HOLD, FaultKind.LATE}:
            return 0.0
        return 1.0 if self.kind is FaultKind.DELAY and not self.seconds else self.seconds

    @property
    def lateness(self) -> float | None:
        """How many seconds after its connection was closed a request is carried out, if it is late."""
        return (self.seconds or 1.0) if self.kind is FaultKind.LATE else None

    @property
    def longest_hold(self) -> float:
        """How many seconds a request is held that nobody releases."""
        return self.seconds or _LONGEST_HOLD

    def holds(self, when: When) -> bool:
        """Tell whether it holds the request at that moment."""
        return self.kind is FaultKind.HOLD and self.when is when

    def drops(self, when: When) -> bool:
        """Tell whether it closes the connection at that moment."""
        return self.kind is _DROPS[when]

    def reply(self) -> Response | None:
        """Give the answer that takes the place of the real one, if the kind has one."""
        if self.kind is FaultKind.HTML:
            page = f"<html><body><h1>{self.status}</h1><p>from a proxy</p></body></html>\n"
            return HTMLResponse(page, status_code=self.status, headers=self._headers)
        if self.kind is not FaultKind.STATUS:
            return None
        if self.status == HTTPStatus.TOO_MANY_REQUESTS:
            return too_many_requests(self._headers)
        document = {"error": f"a fault of the sandbox: {self.status}"}
        return JsonReply(document, status_code=self.status, headers=self._headers)

    @property
    def _headers(self) -> dict[str, str]:
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


@frozen(kw_only=True)
class _Armed:
    fault: Fault
    seen: int = 0

    @property
    def spent(self) -> bool:
        times = self.fault.times
        return times is not None and self.seen >= self.fault.after + times


class Faults:
    """The faults that are still to come, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []

    def add(self, fault: Fault) -> None:
        """Ask for a fault."""
        self._armed.append(_Armed(fault=fault))

    def clear(self) -> None:
        """Ask for none any more."""
        self._armed.clear()

    def draw(self, call: Call) -> Fault | None:
        """Take the first fault that is due for a request; every fault that matches counts it."""
        due: Fault | None = None
        for index, armed in enumerate(self._armed):
            fault = armed.fault
            if not fault.match.meets(call):
                continue
            if due is not None and armed.seen >= fault.after:
                continue
            self._armed[index] = _Armed(fault=fault, seen=armed.seen + 1)
            if due is None and armed.seen >= fault.after:
                due = fault
        self._armed = [armed for armed in self._armed if not armed.spent]
        return due
