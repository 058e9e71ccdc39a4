"""One line on stderr that says how far a command is; nothing where stderr is no terminal."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil

from reconcile.cli.world import CLEAR_LINE, World
from reconcile.report.page import cut
from reconcile.report.words import duration

_ROOM = 40


class Progress:
    """A counter that threads may advance; it rewrites its line in place."""

    def __init__(self, world: World, verb: str, total: int) -> None:
        self._world = world
        self._animated = world.animates(world.stderr)
        self._verb = verb
        self._total = total
        self._done = 0
        self._lock = threading.Lock()

    def advance(self, name: str) -> None:
        """Note that one more is done."""
        with self._lock:
            self._done += 1
            if self._animated:
                self._show(f"{self._verb} {self._done} of {self._total}: {cut(name, _ROOM)}")
                self._world.line_shown.set()

    def note(self, text: str) -> None:
        """Say what is waited for, in the place of the counter."""
        with self._lock:
            if self._animated:
                self._show(text)
                self._world.line_shown.set()

    def clear(self) -> None:
        """Take the line away."""
        with self._lock:
            if self._animated:
                self._show("")
                self._world.line_shown.clear()

    def _show(self, text: str) -> None:
        _rewrite_line(self._world, text)


def _rewrite_line(world: World, text: str) -> None:
    """Rewrite the line in place; a text that fills the width would begin another line."""
    width = world.width(world.stderr)
    world.show_progress(CLEAR_LINE + (cut(text, width - 1) if width else text))


@contextmanager
def progress(world: World, verb: str, total: int) -> Iterator[Progress]:
    """Show progress on stderr while something runs, and leave no trace of it."""
    shown = Progress(world, verb, total)
    try:
        yield shown
    finally:
        shown.clear()


class Countdown:
    """Says what the provider makes us wait for, and how much longer.

    On a terminal in a line that is rewritten in place; elsewhere once for each wait.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._animated = world.animates(world.stderr)
        self._waiting: set[str] = set()
        self._lock = threading.Lock()

    def tell(self, what: str, left: float) -> None:
        """Note the seconds left of a wait; zero at its end."""
        with self._lock:
            if self._animated:
                self._rewrite(what, left)
            elif left > 0 and what not in self._waiting:
                self._world.tell(f"{what}: waiting {duration(left)}")
            (self._waiting.add if left > 0 else self._waiting.discard)(what)

    def _rewrite(self, what: str, left: float) -> None:
        text = f"{cut(what, _WIDEST_REASON)}: waiting {duration(ceil(left))}" if left > 0 else ""
        _rewrite_line(self._world, text)
        (self._world.line_shown.set if text else self._world.line_shown.clear)()


_WIDEST_REASON = 56
