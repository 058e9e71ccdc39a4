"""One line on stderr that says how far a command is; nothing where stderr is no terminal."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from reconcile.cli.world import World
from reconcile.report.page import cut

_ROOM = 40
_CLEAR = "\r\x1b[K"


class Progress:
    """A counter that threads may advance; it rewrites its line in place."""

    def __init__(self, stream: TextIO, verb: str, total: int, *, animated: bool) -> None:
        self._stream = stream
        self._animated = animated
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

    def clear(self) -> None:
        """Take the line away."""
        with self._lock:
            self._show("")

    def _show(self, text: str) -> None:
        if self._animated:
            self._stream.write(_CLEAR + text)
            self._stream.flush()


@contextmanager
def progress(world: World, verb: str, total: int) -> Iterator[Progress]:
    """Show progress on stderr while something runs, and leave no trace of it."""
    shown = Progress(world.stderr, verb, total, animated=world.animates(world.stderr))
    try:
        yield shown
    finally:
        shown.clear()
