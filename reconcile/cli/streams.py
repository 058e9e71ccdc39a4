"""The standard streams: a closed stream is opened again, and a slow reader does not stop a run."""

from __future__ import annotations

import fcntl
import os
import select
import stat
import sys
from collections.abc import Callable
from typing import TextIO

from attrs import define, field

_PIECE = 4096
"""Bytes that a pipe takes whole or not at all."""
_LOOK = 0.1
"""Seconds between two looks."""

_UNTRIED = -1


@define
class Writer:
    """Writes to a stream, and waits for its reader only as long as it is allowed to."""

    _stream: TextIO
    _number: int | None = field(default=_UNTRIED, init=False)
    _is_stuck: bool = field(default=False, init=False)

    def write(self, text: str, patience: Callable[[], float | None]) -> None:
        """Write a text. What the reader does not take is dropped after the seconds of `patience`.

        None means to wait for as long as it takes; it is asked again and again. Once a reader has
        been waited for in vain, further texts are dropped at once. Raises OSError.
        """
        if self._number == _UNTRIED:
            self._number = _opened_again(self._stream)
        if self._number is None:
            self._stream.write(text)
            self._stream.flush()
            return
        rest = text.encode(self._stream.encoding, self._stream.errors or "backslashreplace")
        waited = 0.0
        while rest:
            try:
                rest = rest[os.write(self._number, rest[:_PIECE]) :]
                waited = 0.0
            except BlockingIOError:
                longest = patience()
                if longest is not None and (self._is_stuck or waited >= longest):
                    self._is_stuck = self._is_stuck or longest > 0
                    return
                _wait_for_reader(self._number)
                waited += _LOOK
        self._is_stuck = False

    def discard(self) -> None:
        """Drop what is written from now on.

        The number stays taken: another thread may be about to write to it, and a file that got it,
        such as a journal, would hold that text.
        """
        if self._number is not None and self._number != _UNTRIED:
            _lead_nowhere(self._number, inheritable=False)
        discard(self._stream)


def _opened_again(stream: TextIO) -> int | None:
    """The terminal or pipe of a stream, opened once more so that a write to it does not wait.

    The stream itself is shared with other programs, whose writes are to wait as before. None for
    other streams, and where that cannot be done.
    """
    try:
        number = stream.fileno()
        mode = os.fstat(number).st_mode
        is_written = fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY
        if not is_written or not (stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)):
            return None
        flags = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        return os.open(f"/dev/fd/{number}", flags)
    except (OSError, ValueError):
        return None


def _wait_for_reader(number: int) -> None:
    looker = select.poll()
    looker.register(number, select.POLLOUT)
    looker.poll(_LOOK * 1000)


def is_ready(stream: TextIO) -> bool:
    """Whether a read would not wait; looks for a moment."""
    try:
        number = stream.fileno()
    except OSError:
        return True  # a stream in memory is always ready
    return bool(select.select([number], [], [], _LOOK)[0])


def discard(stream: TextIO) -> None:
    """Send what is left of a stream nowhere: the interpreter would fail on it at exit."""
    _lead_nowhere(stream.fileno(), inheritable=True)


def _lead_nowhere(number: int, *, inheritable: bool) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number, inheritable=inheritable)
    os.close(nowhere)


def fill_closed_streams() -> None:
    """Open the null device for streams that were closed, as a daemon's may be.

    Otherwise the next file opened, the journal, would take the number of stdout or stderr. What is
    written to a closed stdout fails: the result of a command is never lost without an error.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDONLY if number == 1 else os.O_RDWR)
    sys.stdin = sys.stdin or open(0, encoding="utf-8")  # noqa: SIM115 - the stream itself
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8")  # noqa: SIM115 - as above
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8")  # noqa: SIM115 - as above
