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
