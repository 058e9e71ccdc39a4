"""How many requests a minute a host takes."""

from __future__ import annotations

from collections import deque

from reconcile.api.others import OtherRuns
from reconcile.model.cost import WINDOW, free_in

_INSTANT = 0.0005
"""Seconds that are left over only because time is a float."""


class Quota:
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
