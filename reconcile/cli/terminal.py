"""The process of a command with its standard streams and signals."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import stat
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import ceil
from types import FrameType
from typing import TextIO

from attrs import Factory, define, field, frozen

from reconcile.errors import ExitStatus
from reconcile.model.text import duration, safe_text
from reconcile.report.page import Look, cut
from reconcile.workflow.process import Interruption, Process

_ROOM, _WIDEST_REASON = 40, 56

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


NARROWEST, USUAL = 40, 80
_WIDEST_DIGITS = 9
_PATIENCE = 1.0
"""Seconds to wait for a reader of messages while others wait for the run."""

CLEAR_LINE = "\r\x1b[K"
"""Back to the start of the line, and erase it."""


_WRITES_STDERR = Factory(lambda terminal: Writer(terminal.stderr), takes_self=True)
_WRITES_STDOUT = Factory(lambda terminal: Writer(terminal.stdout), takes_self=True)


@frozen(kw_only=True)
class Terminal(Process):
    """The process with its standard streams.

    `line_shown` is set while a line of progress stands on stderr, `unread` once nobody reads stdout
    any more, `plain` where nobody wants colour.
    """

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    line_shown: threading.Event = field(factory=threading.Event)
    unread: threading.Event = field(factory=threading.Event)
    plain: threading.Event = field(factory=threading.Event)
    messages: Writer = field(default=_WRITES_STDERR, init=False)
    results: Writer = field(default=_WRITES_STDOUT, init=False)

    @classmethod
    def of_process(cls) -> Terminal:
        """The real one. Text that a stream cannot encode is shown as escapes, not raised."""
        fill_closed_streams()
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        return cls(environment=os.environ, stdin=sys.stdin, stdout=sys.stdout, stderr=sys.stderr)

    @property
    def attended(self) -> bool:
        """Whether somebody is there to answer a question."""
        return self.stdin.isatty() and self.stderr.isatty()

    def look(self, stream: TextIO) -> Look:
        """Colour only for a terminal that can show it, and only if nobody said no."""
        unwanted = self.plain.is_set() or self.environment.get("NO_COLOR")
        return Look(colour=self.animates(stream) and not unwanted, width=self.width(stream))

    def animates(self, stream: TextIO) -> bool:
        """Whether a line may be rewritten in place."""
        return stream.isatty() and self.environment.get("TERM") != "dumb"

    def width(self, stream: TextIO) -> int | None:
        """The columns to fill; None for a pipe, whose lines are not wrapped.

        An exported COLUMNS is somebody's wish and holds for a pipe as well.
        """
        wished = self.environment.get("COLUMNS", "")
        if wished.isdecimal() and len(wished) <= _WIDEST_DIGITS and int(wished):
            return max(NARROWEST, int(wished))
        if not stream.isatty():
            return None
        try:
            columns = os.get_terminal_size(stream.fileno()).columns
        except OSError:
            columns = 0
        return max(NARROWEST, columns or USUAL)

    def tell(self, message: str) -> None:
        """Say something on stderr, on a line of its own, which takes that of any progress."""
        start = CLEAR_LINE if self.line_shown.is_set() else ""
        self.write_stderr(f"{start}{safe_text(message)}\n")

    def write_stderr(self, text: str) -> None:
        """Write to stderr; a run goes on where the reader has gone away.

        Waits for a slow reader, but only for a second after a signal, or once the run has begun to
        change something: other runs wait for its locks.
        """
        self._write_message(text, self._patience)

    def show_line(self, text: str) -> None:
        """Rewrite the last line of a terminal in place, and drop what the reader does not take.

        A text that fills the width would begin another line. An empty one takes the line away.
        """
        if self.animates(self.stderr):
            width = self.width(self.stderr)
            shown = CLEAR_LINE + (cut(text, width - 1) if width else text)
            self._write_message(shown, lambda: 0.0)
            (self.line_shown.set if text else self.line_shown.clear)()

    @contextmanager
    def progress(self, verb: str, total: int) -> Iterator[Progress]:
        """Show progress on stderr while something runs, and leave no trace of it."""
        try:
            yield Progress(self.show_line, verb, total)
        finally:
            self.show_line("")

    def countdown(self) -> Callable[[str, float], None]:
        """Shows what the provider makes us wait for; where no line can be rewritten, once."""
        once = None if self.animates(self.stderr) else self.tell
        return Countdown(self.show_line, once).tell

    def _write_message(self, text: str, patience: Callable[[], float | None]) -> None:
        try:
            self.messages.write(text, patience)
        except OSError:
            self.messages.discard()

    def _patience(self) -> float | None:
        hurries = self.changing.is_set() or self.interruption.stop.is_set()
        return _PATIENCE if hurries else None

    def print(self, text: str) -> str | None:
        """Write to stdout. What is wrong with it comes back as a sentence, None if nothing is.

        A reader that has seen enough, such as `head`, is not an error. A signal ends the wait for a
        slow reader, unless there are changes to report.
        """
        try:
            with self._ended_by_a_signal():
                self.results.write(text, self._patience_for_results)
        except BrokenPipeError:
            self.results.discard()
            self.unread.set()
        except OSError as error:
            self.results.discard()
            return f"cannot write to stdout: {error.strerror}"
        return None

    def _patience_for_results(self) -> float | None:
        is_of_use = self.changing.is_set() or not self.interruption.stop.is_set()
        return None if is_of_use else _PATIENCE

    @contextmanager
    def _ended_by_a_signal(self) -> Iterator[None]:
        heeded = self.interruption.heeded
        was_heeded = heeded.is_set()
        if not self.changing.is_set():
            heeded.clear()
        try:
            yield
        finally:
            if was_heeded:
                heeded.set()

    def ask(self, question: str, *, strip: bool = True) -> str:
        """One line from the terminal; the end of input, or an interrupt, is no.

        What was typed before the question is discarded. A name may begin or end with a space:
        without `strip`, only the end of the line is left out.
        """
        self.discard_input()
        self.write_stderr(safe_text(question))
        line = self.read_line()
        if not line.endswith("\n"):
            self.write_stderr("\n")
        return line.strip() if strip else line.rstrip("\r\n")

    def discard_input(self) -> None:
        """Discard what was typed so far: it does not answer the question that comes next."""
        if self.stdin.isatty():
            # A stream in memory has no number.
            with suppress(OSError, termios.error):
                termios.tcflush(self.stdin.fileno(), termios.TCIFLUSH)

    def read_line(self) -> str:
        """One line of stdin; empty at its end, or once a signal asks to stop."""
        while not self.interruption.stop.is_set():
            if is_ready(self.stdin):
                return self.stdin.readline()
        return ""


_STATUSES = {
    signal.SIGHUP: ExitStatus.TERMINATED,
    signal.SIGINT: ExitStatus.INTERRUPTED,
    signal.SIGTERM: ExitStatus.TERMINATED,
}


def _raise() -> None:
    raise KeyboardInterrupt


@contextmanager
def interruptible(
    interruption: Interruption, end_at_once: Callable[[], None] = _raise
) -> Iterator[None]:
    """Set `stop` at a first SIGINT, SIGTERM or SIGHUP; raise KeyboardInterrupt if it is not heeded.

    A second signal calls `end_at_once` in the main thread, whatever that is waiting for.
    """

    def note(number: int, _frame: FrameType | None) -> None:
        interruption.received.append(_STATUSES[signal.Signals(number)])
        if len(interruption.received) > 1:
            end_at_once()
        interruption.stop.set()
        if not interruption.heeded.is_set():
            raise KeyboardInterrupt

    # What was told to be ignored, as nohup does, stays ignored.
    heard = [number for number in _STATUSES if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, note) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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
