"""The provider's request limit: fixed windows of whole minutes of the epoch."""

from __future__ import annotations

import time

from scalingo_sandbox.clock import Clock

_WINDOW = 60


class RateLimit:
    """Allows `per_minute` requests in each window, or any number with None or 0."""

    def __init__(self, per_minute: int | None, *, now: Clock = time.time) -> None:
        self.per_minute = per_minute
        self._now = now
        self._window = 0
        self._spent = 0

    def admits(self) -> bool:
        """Count one request; tell whether its window still had room for it."""
        if not self.per_minute:
            return True
        window = int(self._now() // _WINDOW)
        if window != self._window:
            self._window, self._spent = window, 0
        self._spent += 1
        return self._spent <= self.per_minute
