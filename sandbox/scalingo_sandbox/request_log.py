"""What the clients sent, for tests that count requests."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Mapping

from attrs import asdict, frozen

from scalingo_sandbox.actions import READS
from scalingo_sandbox.wire import Call, Host

# Counts go on for ever; the list keeps only the latest.
_KEPT = 10_000
_LONGEST_TEXT = 500
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_SECRET_PATHS = ("/users", "/variables")
_TOKEN_PATHS = ("/tokens/exchange", "/token")


@frozen(kw_only=True)
class LoggedRequest:
    """One request; `status` is None if no answer left.

    `changes` says that it is of a kind that changes something, also where it was refused;
    `effect` says that the fleet was another afterwards; `asked` is the body of one that changes, or
    its query.
    """

    host: str
    method: str
    path: str
    action_name: str | None
    status: int | None
    changes: bool
    effect: bool
    asked: object


def is_change(call: Call) -> bool:
    """Tell whether a request is of a kind that changes something, by what it asks for alone."""
    if call.method in _SAFE_METHODS or call.path.endswith(_TOKEN_PATHS):
        return False
    return call.action_name not in READS


def _asked(call: Call) -> object:
    """What a changing request asks for; None where it may hold a password or is too long."""
    if not is_change(call) or any(part in call.path for part in _SECRET_PATHS):
        return None
    asked = call.body or dict(call.query)
    kept = isinstance(asked, Mapping) and len(json.dumps(asked)) <= _LONGEST_TEXT
    return asked if kept else None


class RequestLog:
    """Counts per host, and the latest requests."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._latest: deque[LoggedRequest] = deque(maxlen=_KEPT)

    def add(self, call: Call, host: Host, *, status: int | None, effect: bool) -> None:
        """Note one request that was dealt with."""
        name = call.action_name
        self._counts[host.value] += 1
        self._latest.append(
            LoggedRequest(
                host=host.value,
                method=call.method,
                path=call.path[:_LONGEST_TEXT],
                action_name=None if name is None else name[:_LONGEST_TEXT],
                status=status,
                changes=is_change(call),
                effect=effect,
                asked=_asked(call),
            )
        )

    def clear(self) -> None:
        """Forget everything."""
        self._counts.clear()
        self._latest.clear()

    def document(self) -> dict[str, object]:
        """Give the counts and the latest requests, oldest first, as plain data."""
        return {
            "counts": {host.value: self._counts[host.value] for host in Host},
            "requests": [asdict(request) for request in self._latest],
        }
