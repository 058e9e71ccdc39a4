"""Time as something that is passed in, so that no test has to wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Protocol

_LOOK = 0.1


class Clock(Protocol):
    """What the client needs to know of time."""

    def now(self) -> float:
        """Seconds since the epoch."""

    def sleep(self, seconds: float, halted: Callable[[], bool]) -> None:
        """Wait, but no longer than a moment once `halted` is true."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def sleep(self, seconds: float, halted: Callable[[], bool]) -> None:
        """Wait; `halted` is looked at ten times a second."""
        end = time.monotonic() + seconds
        while not halted():
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, _LOOK))


class SteadyClock:
    """Another clock, whose time never goes back: for spans, not for dates. Thread safe.

    A machine whose clock is set back by an hour would otherwise wait for an hour.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = clock.now()
        self._added = 0.0
        self._lock = Lock()

    def now(self) -> float:
        """Seconds since the epoch, and by how much the clock was set back so far."""
        with self._lock:
            now = self._clock.now()
            self._added += max(0.0, self._last - now)
            self._last = now
            return now + self._added

    def sleep(self, seconds: float, halted: Callable[[], bool]) -> None:
        """Wait as the other clock does."""
        self._clock.sleep(seconds, halted)
