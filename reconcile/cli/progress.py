"""One line on stderr that says how far a command is; nothing where stderr is no terminal."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from reconcile.report.page import cut

_ROOM = 40
_CLEAR = "\r\x1b[K"


class Progress:
    """A counter that threads may advance; it rewrites its line in place."""

    def __init__(self, stream: TextIO, verb: str, total: int) -> None:
        self._stream = stream
        self._verb = verb
        self._total = total
        self._done = 0
        self._lock = threading.Lock()

    def advance(self, name: str) -> None:
        """Note that one more is done."""
        with self._lock:
            self._done += 1
            if self._stream.isatty():
                self._show(f"{self._verb} {self._done} of {self._total}: {cut(name, _ROOM)}")

    def clear(self) -> None:
        """Take the line away."""
        with self._lock:
            self._show("")

    def _show(self, text: str) -> None:
        if self._stream.isatty():
            self._stream.write(_CLEAR + text)
            self._stream.flush()


@contextmanager
def progress(stream: TextIO, verb: str, total: int) -> Iterator[Progress]:
    """Show progress while something runs, and leave no trace of it."""
    shown = Progress(stream, verb, total)
    try:
        yield shown
    finally:
        shown.clear()
