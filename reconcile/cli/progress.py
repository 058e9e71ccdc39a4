"""One line on stderr that says how far a command is; nothing where stderr is no terminal."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from reconcile.cli.world import CLEAR_LINE, World
from reconcile.report.page import cut

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

    def clear(self) -> None:
        """Take the line away."""
        with self._lock:
            if self._animated:
                self._show("")
                self._world.line_shown.clear()

    def _show(self, text: str) -> None:
        self._world.stderr.write(CLEAR_LINE + text)
        self._world.stderr.flush()


@contextmanager
def progress(world: World, verb: str, total: int) -> Iterator[Progress]:
    """Show progress on stderr while something runs, and leave no trace of it."""
    shown = Progress(world, verb, total)
    try:
        yield shown
    finally:
        shown.clear()
