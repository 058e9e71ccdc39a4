"""One line that says how far a command is, and what it waits for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil

from reconcile.model.text import duration
from reconcile.report.page import cut

_ROOM = 40
_WIDEST_REASON = 56

Show = Callable[[str], None]
"""Rewrites the line in place, where that can be done; an empty text takes it away."""


class Progress:
    """A counter that threads may advance; it rewrites its line in place."""

    def __init__(self, show: Show, verb: str, total: int) -> None:
        self._show, self._verb, self._total = show, verb, total
        self._done = 0
        self._lock = threading.Lock()

    def advance(self, name: str) -> None:
        """Note that one more is done."""
        with self._lock:
            self._done += 1
            self._show(f"{self._verb} {self._done} of {self._total}: {cut(name, _ROOM)}")

    def note(self, text: str) -> None:
        """Say what is waited for, in the place of the counter."""
        with self._lock:
            self._show(text)


@contextmanager
def progress(show: Show, verb: str, total: int) -> Iterator[Progress]:
    """Show progress while something runs, and leave no trace of it."""
    try:
        yield Progress(show, verb, total)
    finally:
        show("")


class Countdown:
    """Says what the provider makes us wait for, and how much longer.

    In a line that is rewritten in place; with `once`, to that, one time for each wait.
    """

    def __init__(self, show: Show, once: Show | None) -> None:
        self._show, self._once = show, once
        self._waiting: set[str] = set()
        self._lock = threading.Lock()

    def tell(self, what: str, left: float) -> None:
        """Note the seconds left of a wait; zero at its end."""
        with self._lock:
            if self._once is None:
                reason = f"{cut(what, _WIDEST_REASON)}: waiting {duration(ceil(left))}"
                self._show(reason if left > 0 else "")
            elif left > 0 and what not in self._waiting:
                self._once(f"{what}: waiting {duration(left)}")
            (self._waiting.add if left > 0 else self._waiting.discard)(what)
