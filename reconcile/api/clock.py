"""Time as something that is passed in, so that no test has to wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

_LOOK = 0.1


class Clock(Protocol):
    """What the client needs to know of time."""

    def now(self) -> float:
        """Seconds since the epoch."""

    def ticks(self) -> float:
        """Seconds since some moment, however the clock is set meanwhile."""

    def sleep(self, seconds: float, halted: Callable[[], bool]) -> None:
        """Wait, but no longer than a moment once `halted` is true."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def ticks(self) -> float:
        """Seconds since some moment, however the clock is set meanwhile."""
        return time.monotonic()

    def sleep(self, seconds: float, halted: Callable[[], bool]) -> None:
        """Wait; `halted` is looked at ten times a second."""
        end = time.monotonic() + seconds
        while not halted():
            left = end - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, _LOOK))


class SteadyClock:
    """Another clock, whose time only passes: for spans, not for dates. Thread safe.

    A machine whose clock is set back by an hour would otherwise wait for an hour more, and one
    whose clock is set forward would not wait at all.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._start = clock.now() - clock.ticks()

    def now(self) -> float:
        """Seconds since the epoch, by the clock as it was set at first and what passed since."""
        return self._start + self._clock.ticks()

    def ticks(self) -> float:
        """Seconds since some moment."""
        return self._clock.ticks()

    def sleep(self, seconds: float, halted: Callable[[], bool]) -> None:
        """Wait as the other clock does."""
        self._clock.sleep(seconds, halted)
