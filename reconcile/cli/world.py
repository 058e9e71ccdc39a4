"""The process around a command: streams, environment, clock, signals."""

from __future__ import annotations

import os
import signal
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from types import FrameType
from typing import TextIO

from attrs import Factory, field, frozen

from reconcile.cli.options import Output
from reconcile.cli.streams import Writer, fill_closed_streams, is_ready
from reconcile.errors import ExitStatus, UsageError
from reconcile.model.text import safe_text
from reconcile.sql.reads import SqlReads

NARROWEST = 40
USUAL = 80
_WIDEST_DIGITS = 9
_PATIENCE = 1.0
"""Seconds to wait for a reader of messages while others wait for the run."""

CLEAR_LINE = "\r\x1b[K"
"""Back to the start of the line, and erase it."""


@frozen(kw_only=True)
class Interruption:
    """Whether a signal asked the command to end: `stop` is set, `status` says by which.

    `heeded` is set while the command looks at `stop` and ends with a summary; otherwise a signal
    ends it at once.
    """

    stop: threading.Event = field(factory=threading.Event)
    heeded: threading.Event = field(factory=threading.Event)
    received: list[ExitStatus] = field(factory=list)

    @property
    def status(self) -> ExitStatus | None:
        """The exit status of the first signal, None if there was none."""
        return self.received[0] if self.received else None


def _sql_reads(world: World) -> SqlReads:
    return SqlReads(world.environment)


def _messages(world: World) -> Writer:
    return Writer(world.stderr)


def _results(world: World) -> Writer:
    return Writer(world.stdout)


@frozen(kw_only=True)
class World:
    """What a command may touch, so that nothing else reads it from the process.

    `line_shown` is set while a line of progress stands on stderr, `unread` once nobody reads stdout
    any more, `changing` once a command began to change something, `unrecorded` once its journal
    could not be written to the end. `sql` looks over the connections that specs name.
    """

    environment: Mapping[str, str]
    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    interruption: Interruption = field(factory=Interruption)
    line_shown: threading.Event = field(factory=threading.Event)
    unread: threading.Event = field(factory=threading.Event)
    changing: threading.Event = field(factory=threading.Event)
    unrecorded: threading.Event = field(factory=threading.Event)
    sql: SqlReads = field(default=Factory(_sql_reads, takes_self=True), init=False)
    messages: Writer = field(default=Factory(_messages, takes_self=True), init=False)
    results: Writer = field(default=Factory(_results, takes_self=True), init=False)

    @classmethod
    def of_process(cls) -> World:
        """The real one. Text that a stream cannot encode is shown as escapes, not raised."""
        fill_closed_streams()
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        return cls(environment=os.environ, stdin=sys.stdin, stdout=sys.stdout, stderr=sys.stderr)

    def now(self) -> datetime:
        """The time in UTC."""
        return datetime.now(UTC)

    def ticks(self) -> float:
        """Seconds since some moment, however the clock is set meanwhile."""
        return time.monotonic()

    def today(self) -> date:
        """The date in UTC."""
        return self.now().date()

    @property
    def attended(self) -> bool:
        """Whether somebody is there to answer a question."""
        return self.stdin.isatty() and self.stderr.isatty()

    def wants_colour(self, stream: TextIO, output: Output) -> bool:
        """Colour only for a terminal that can show it, and only if nobody said no."""
        unwanted = output.no_color or self.environment.get("NO_COLOR")
        return stream.isatty() and not unwanted and self.environment.get("TERM") != "dumb"

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

    def show_progress(self, text: str) -> None:
        """Write to stderr what the reader takes at once, and drop the rest."""
        self._write_message(text, lambda: 0.0)

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

    def state_dir(self, chosen: Path | None) -> Path:
        """Where journals are kept: XDG base directory specification, unless chosen."""
        if chosen is not None:
            return chosen
        place = self._base("XDG_STATE_HOME", Path(".local", "state"))
        if place is None:
            raise UsageError(
                "HOME is not set: say with --state-dir where the journal shall be kept"
            )
        return place

    def tokens_dir(self) -> Path | None:
        """Where tokens may be kept between runs; None for nowhere. Raises as `requests_dir`."""
        return self._cache("tokens")

    def requests_dir(self) -> Path | None:
        """Where runs tell each other what they sent within the minute; None for nowhere.

        RECONCILE_TOKEN_CACHE says `on` or `off`; unsaid, a CI keeps nothing, for its disk may be
        shared or kept. Raises UsageError for another word.
        """
        return self._cache("requests")

    def _cache(self, name: str) -> Path | None:
        said = self.environment.get("RECONCILE_TOKEN_CACHE", "")
        if said not in {"", "on", "off"}:
            raise UsageError(f"RECONCILE_TOKEN_CACHE is {said!r}: write on or off")
        in_ci = self.environment.get("CI", "").lower() == "true"
        if said == "off" or (in_ci and said != "on"):
            return None
        place = self._base("XDG_CACHE_HOME", Path(".cache"))
        return place and place / name

    def _base(self, variable: str, below_home: Path) -> Path | None:
        base = Path(self.environment.get(variable, ""))
        # The specification: a path that is not absolute is to be ignored.
        if base.is_absolute():
            return base / "reconcile"
        home = Path(self.environment.get("HOME", ""))
        return home / below_home / "reconcile" if home.is_absolute() else None


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
