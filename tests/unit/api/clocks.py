"""Clocks for many threads, on which nobody waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from unit.api.loopback import NOW, PlainClock


class SettledClock(PlainClock):
    """A clock that is slept on only once what is under way has been answered.

    Else a thread that sleeps for a minute in no time would make another one's request, sent just
    before, arrive a minute late. `heard` is the transport's trace, `sent` the requests it sent.
    """

    def __init__(self, now: float = NOW) -> None:
        super().__init__(now)
        self.heard: list[str] = []
        self.sent: Callable[[], int] = lambda: 0

    def sleep(self, seconds: float, halted: Callable[[], bool]) -> None:
        """Go on by so many seconds once everything is answered, unless halted."""
        while len(self.heard) < self.sent() and not halted():
            time.sleep(0.0005)
        super().sleep(seconds, halted)


class HeldClock(PlainClock):
    """A clock on which a sleep lasts until the test lets it end."""

    def __init__(self, now: float = NOW) -> None:
        super().__init__(now)
        self.asleep = threading.Event()
        self.wake = threading.Event()

    def sleep(self, seconds: float, halted: Callable[[], bool]) -> None:
        """Say that somebody sleeps, and wait for the test."""
        self.asleep.set()
        assert self.wake.wait(30)
        super().sleep(seconds, halted)
