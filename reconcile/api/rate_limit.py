"""When the next request may go to a host: what it takes a minute, and what it said."""

from __future__ import annotations

from collections import deque

from attrs import frozen

from reconcile.api.other_runs import OtherRuns
from reconcile.api.routes import Role
from reconcile.model.cost import WINDOW, Budget, free_in

_INSTANT = 0.0005
"""Seconds that are left over only because time is a float."""


class SlidingWindow:
    """At most so many requests in any minute, whenever a minute may begin. Not thread safe.

    `others` are the account's other runs, whose requests count as well. The caller says what time
    it is, which must not go back.
    """

    def __init__(self, per_minute: int, others: OtherRuns | None = None) -> None:
        self._limit = per_minute
        self._sent: deque[float] = deque(maxlen=per_minute)
        self._others = others

    def take(self, now: float) -> float:
        """Count one request and return 0, or return the seconds until there is room for one."""
        seconds = free_in(self.recent(now), self._limit, now)
        if seconds > _INSTANT:
            return seconds
        self._sent.append(now)
        if self._others:
            self._others.tell(list(self._sent), now)
        return 0.0

    def recent(self, now: float) -> list[float]:
        """When the requests were sent that count at present, oldest first."""
        while self._sent and self._sent[0] <= now - WINDOW:
            self._sent.popleft()
        others = self._others.recent(now) if self._others else []
        return sorted([*others, *self._sent]) if others else list(self._sent)


@frozen(kw_only=True)
class Wait:
    """Seconds for which a host is left alone, and a short phrase that says why."""

    seconds: float
    why: str


class RateLimit:
    """The rate limit of one host: how fast it may be asked. Not thread safe; the time it is told must not go back."""

    @classmethod
    def of(cls, role: Role, budget: Budget, others: OtherRuns | None = None) -> RateLimit:
        """The rate limit of a host; `others` are runs that spend what the API host takes as well."""
        rates = {Role.API: budget.api, Role.DATABASE: budget.database}
        return cls(role, per_minute=rates.get(role), others=others if role is Role.API else None)

    def __init__(
        self, role: Role, *, per_minute: int | None, others: OtherRuns | None = None
    ) -> None:
        self._window = None if per_minute is None else SlidingWindow(per_minute, others)
        self._refused = f"the {role.value} host refused more for now"
        requests = "1 request" if per_minute == 1 else f"{per_minute} requests"
        self._rate = f"the {role.value} host takes {requests} a minute"
        self._held_until = 0.0

    def recent(self, now: float) -> tuple[float, ...]:
        """How many seconds ago the requests were sent that count in the minute's budget."""
        return tuple(now - one for one in self._window.recent(now)) if self._window else ()

    def held(self, now: float) -> Wait | None:
        """What is left of the time for which the host asked to be left alone."""
        left = self._held_until - now
        return Wait(seconds=left, why=self._refused) if left > 0 else None

    def take(self, now: float) -> Wait | None:
        """Take one request out of the minute's budget, or say how long there is none."""
        seconds = self._window.take(now) if self._window else 0.0
        return Wait(seconds=seconds, why=self._rate) if seconds > 0 else None

    def hold(self, now: float, seconds: float) -> None:
        """Leave the host alone for at least so long."""
        self._held_until = max(self._held_until, now + seconds)
