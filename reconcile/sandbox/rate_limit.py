"""The provider's request limit: fixed windows of whole minutes of the epoch."""

from __future__ import annotations

import time
from collections.abc import Callable

_WINDOW = 60


class RateLimit:
    """Allows `per_minute` requests in each window, or any number with None."""

    def __init__(self, per_minute: int | None, *, clock: Callable[[], float] = time.time) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._window = 0
        self._spent = 0

    def admits(self) -> bool:
        """Count one request; tell whether its window still had room for it."""
        if self.per_minute is None:
            return True
        window = int(self._clock() // _WINDOW)
        if window != self._window:
            self._window, self._spent = window, 0
        self._spent += 1
        return self._spent <= self.per_minute
