"""The process around a command: colour, width, where state is kept, signals."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import signal
import struct
import termios
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import TextIO

import pytest
from unit.cli.streams import Screen, process, said

from reconcile.cli.terminal import Terminal, Writer, interruptible
from reconcile.errors import ExitStatus, UsageError
from reconcile.workflow.process import Interruption
from reconcile.workflow.record import run_id

PIPE = io.StringIO()


@pytest.fixture
def terminal() -> Iterator[TextIO]:
    """A real terminal of 100 columns, as a stream to write to."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    with os.fdopen(slave, "w") as stream:
        yield stream
    os.close(master)


COLOUR_RULES = [
    (tty, no_color, term, flag)
    for tty, no_color, term, flag in product(
        (True, False), (None, "", "1"), (None, "xterm-256color", "dumb"), (False, True)
    )
]


@pytest.mark.parametrize(("tty", "no_color", "term", "flag"), COLOUR_RULES)
def test_colour(
    tty: bool, no_color: str | None, term: str | None, flag: bool, terminal: TextIO
) -> None:
    """On a terminal that can show it, if neither --no-color nor a non-empty NO_COLOR is given."""
    given = {"NO_COLOR": no_color, "TERM": term}
    environment = {name: value for name, value in given.items() if value is not None}
    stream = terminal if tty else PIPE
    expected = tty and no_color != "1" and term != "dumb" and not flag
    one = process(environment=environment)
    if flag:
        one.plain.set()
    assert one.look(stream).colour is expected


def test_colour_is_a_matter_of_each_stream(terminal: TextIO) -> None:
    """A stdout in a pipe takes no colour from stderr's terminal."""
    one = process(stdout=io.StringIO(), stderr=terminal)
    assert not one.look(one.stdout).colour
    assert one.look(one.stderr).colour


NO_WIDTHS = [None, "", "wide", "-1", "+80", "8.5", "0", "000", " 80", "8_0", "\u00b2"]


@pytest.mark.parametrize("columns", NO_WIDTHS)
def test_a_pipe_has_no_width(columns: str | None) -> None:
    """Its lines are not wrapped, unless COLUMNS names a width."""
    environment = {} if columns is None else {"COLUMNS": columns}
    assert process(environment=environment).width(PIPE) is None


@pytest.mark.parametrize("columns", NO_WIDTHS)
def test_the_width_is_the_terminals(
    columns: str | None, terminal: TextIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of the stream that is written to, and not of another."""
    monkeypatch.delenv("COLUMNS", raising=False)
    environment = {} if columns is None else {"COLUMNS": columns}
    assert process(environment=environment).width(terminal) == 100


@pytest.mark.parametrize(
    ("columns", "width"),
    [("120", 120), ("0120", 120), ("100000", 100_000), ("40", 40), ("39", 40), ("1", 40)],
)
def test_a_width_can_be_named(columns: str, width: int, terminal: TextIO) -> None:
    """COLUMNS is somebody's wish, for a pipe too; less than forty are too narrow to wrap to."""
    for stream in (terminal, PIPE):
        assert process(environment={"COLUMNS": columns}).width(stream) == width


@pytest.mark.parametrize(("columns", "width"), [(0, 80), (1, 40), (39, 40), (40, 40), (300, 300)])
def test_a_terminal_of_any_width(columns: int, width: int, terminal: TextIO) -> None:
    """One that does not know its width, as over a serial line, has the usual one."""
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    assert process().width(terminal) == width


def test_a_terminal_that_cannot_be_asked_has_the_usual_width() -> None:
    """It says that it is one, and its descriptor is none."""
    with Path(os.devnull).open("w") as stream:

        class Liar(io.StringIO):
            def isatty(self) -> bool:
                return True

            def fileno(self) -> int:
                return stream.fileno()

        assert process().width(Liar()) == 80


@pytest.mark.parametrize(
    ("stdin", "stderr", "attended"),
    [
        (Screen(), Screen(), True),
        (PIPE, Screen(), False),
        (Screen(), PIPE, False),
        (PIPE, PIPE, False),
    ],
)
def test_somebody_is_there(stdin: TextIO, stderr: TextIO, attended: bool) -> None:
    """Who can both read the question and answer it; where stdout goes does not matter."""
    for stdout in (Screen(), PIPE):
        assert process(stdin=stdin, stderr=stderr, stdout=stdout).attended is attended


@pytest.mark.parametrize(
    ("environment", "chosen", "expected"),
    [
        ({"XDG_STATE_HOME": "/x/state"}, None, Path("/x/state/reconcile")),
        ({"XDG_STATE_HOME": "/x/state"}, Path("here"), Path("here")),
        ({}, Path("/there"), Path("/there")),
        ({"XDG_STATE_HOME": "", "HOME": "/h"}, None, Path("/h/.local/state/reconcile")),
        ({"XDG_STATE_HOME": "relative", "HOME": "/h"}, None, Path("/h/.local/state/reconcile")),
        ({"XDG_STATE_HOME": "./x", "HOME": "/h"}, None, Path("/h/.local/state/reconcile")),
        ({"XDG_STATE_HOME": "~/x", "HOME": "/h"}, None, Path("/h/.local/state/reconcile")),
        ({"XDG_STATE_HOME": "/x", "HOME": "/h"}, None, Path("/x/reconcile")),
    ],
)
def test_where_state_is_kept(
    environment: Mapping[str, str], chosen: Path | None, expected: Path
) -> None:
    """Where it was chosen, else where XDG_STATE_HOME says, else in its default."""
    assert process(environment=environment).state_dir(chosen) == expected


@pytest.mark.parametrize("environment", [{}, {"HOME": ""}, {"XDG_STATE_HOME": "relative"}])
def test_without_a_home_the_place_has_to_be_named(environment: Mapping[str, str]) -> None:
    """A container may have none."""
    with pytest.raises(UsageError, match="--state-dir"):
        process(environment=environment).state_dir(None)


def test_home_is_the_environments(tmp_path: Path) -> None:
    """A run reads nothing from the process that it was not given."""
    one = process(environment={"HOME": str(tmp_path)})
    assert one.state_dir(None) == tmp_path / ".local/state/reconcile"


def test_what_is_told_stands_on_a_line_of_its_own() -> None:
    """Whatever it holds."""
    one = process()
    one.tell("first")
    one.tell("a\nb \x1b[31mred \u202e 漢字 [bold] :smile:")
    one.tell("C:\\new")
    one.tell("C:\\new\n")
    assert said(one) == (
        "first\na\\nb \\x1b[31mred \\u202e 漢字 [bold] :smile:\nC:\\new\nC:\\\\new\\n\n"
    )


def test_runs_of_one_moment_have_two_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their journals are two files, which sort by time."""
    moment = datetime(2026, 11, 23, 12, 0, 0, 7, tzinfo=UTC)
    monkeypatch.setattr(Terminal, "now", lambda _world: moment)
    idents = {run_id(process()) for _ in range(50)}
    assert len(idents) == 50
    assert {ident[:22] for ident in idents} == {"20261123T120000Z-00007"}


def test_the_time_is_utc() -> None:
    """Not the local one."""
    assert process().now().tzinfo is UTC


def test_the_process_shows_what_its_streams_cannot_encode(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As escapes; it does not end in an error about the encoding."""
    with io.TextIOWrapper(io.BytesIO(), encoding="ascii", write_through=True) as narrow:
        monkeypatch.setattr("sys.stdout", narrow)
        one = Terminal.of_process()
        one.stdout.write("é → x")
        assert narrow.buffer.getvalue() == b"\\xe9 \\u2192 x"
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, ExitStatus.INTERRUPTED), (signal.SIGTERM, ExitStatus.TERMINATED)],
)
def test_the_first_signal_is_a_wish(number: signal.Signals, status: ExitStatus) -> None:
    """What is under way ends by itself; the second signal does not wait for it."""
    interruption = Interruption()
    interruption.heeded.set()
    assert interruption.status is None
    with interruptible(interruption):
        signal.raise_signal(number)
        assert interruption.stop.is_set()
        assert interruption.status is status
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
    assert interruption.status is status


def test_a_command_that_heeds_no_wish_ends_at_the_first_signal() -> None:
    """It has nothing to tell of: neither a request under way nor an effect."""
    interruption = Interruption()
    with interruptible(interruption), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)
    assert interruption.status is ExitStatus.TERMINATED


def test_a_line_is_not_waited_for_after_a_signal() -> None:
    """Nothing is read, and nothing waits, once a signal asked to stop."""
    reader, writer = os.pipe()
    with os.fdopen(reader) as stdin, os.fdopen(writer, "w") as keyboard:
        one = process(stdin=stdin)
        keyboard.write("first\n")
        keyboard.flush()
        assert one.read_line() == "first\n"
        one.interruption.stop.set()
        assert one.read_line() == ""


def test_the_first_signal_says_the_status() -> None:
    """The second, of another number, only ends it sooner."""
    interruption = Interruption()
    interruption.heeded.set()
    with interruptible(interruption):
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert interruption.status is ExitStatus.TERMINATED


def test_signals_are_given_back() -> None:
    """Whatever happened inside."""
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(ZeroDivisionError), interruptible(Interruption()):
        raise ZeroDivisionError
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_a_reader_that_went_away_is_remembered() -> None:
    """It is nothing wrong, and whoever would print for ever can tell."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as stdout:
        one = process(stdout=stdout)
        assert one.print("seen\n") is None
        assert not one.unread.is_set()
        os.close(reader)
        assert one.print("unseen\n") is None
        assert one.unread.is_set()


def _signal_soon(number: signal.Signals) -> None:
    main_thread = threading.main_thread().ident
    assert main_thread is not None
    threading.Timer(0.2, signal.pthread_kill, (main_thread, number)).start()


def _full_pipe() -> tuple[int, int]:
    """A pipe that takes nothing more."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writer, bytes(4096))
    os.set_blocking(writer, True)
    return reader, writer


def test_a_signal_ends_the_wait_for_a_reader_of_results() -> None:
    """Also where the command heeds a wish to stop elsewhere: it has done nothing else since."""
    reader, writer = _full_pipe()
    stdout = os.fdopen(writer, "w")
    one = process(stdout=stdout)
    one.interruption.heeded.set()
    _signal_soon(signal.SIGTERM)
    with interruptible(one.interruption), pytest.raises(KeyboardInterrupt):
        one.print("result\n")
    assert one.interruption.heeded.is_set()
    os.close(reader)
    with suppress(BrokenPipeError):
        stdout.close()


def test_the_summary_of_what_was_interrupted_waits_not_for_long() -> None:
    """One signal is enough where nothing was changed."""
    reader, writer = _full_pipe()
    with os.fdopen(writer, "w") as stdout, os.fdopen(reader, "rb") as screen:
        one = process(stdout=stdout)
        one.interruption.stop.set()
        began = time.monotonic()
        assert one.print("dropped\n") is None
        assert 0.5 < time.monotonic() - began < 5
        screen.read(65536)
        one.print("shown\n")
        assert screen.read(6) == b"shown\n"


@pytest.mark.parametrize("hurries", ["changing", "stop"])
def test_a_message_waits_not_for_long_while_others_wait(hurries: str) -> None:
    """A second, once; then nothing until somebody reads again."""
    reader, writer = _full_pipe()
    with os.fdopen(writer, "w") as stderr, os.fdopen(reader, "rb") as screen:
        one = process(stderr=stderr)
        (one.changing if hurries == "changing" else one.interruption.stop).set()
        began = time.monotonic()
        for _ in range(20):
            one.tell("dropped")
        assert 0.5 < time.monotonic() - began < 5
        screen.read(65536)
        one.tell("shown")
        assert screen.read(6) == b"shown\n"


def test_progress_does_not_begin_the_wait_anew() -> None:
    """Lines of progress come between messages, and each message would wait for a second."""
    reader, writer = _full_pipe()
    asked: list[float] = []

    def patience() -> float:
        asked.append(0.15)
        return 0.15

    with os.fdopen(writer, "w") as stderr, os.fdopen(reader, "rb"):
        stream = Writer(stderr)
        stream.write("dropped", patience)
        asked.clear()
        stream.write("progress", lambda: 0.0)
        stream.write("dropped", patience)
    assert len(asked) == 1


def test_a_message_waits_for_its_reader_where_nobody_waits() -> None:
    """Nothing of it is lost in a pager."""
    reader, writer = _full_pipe()
    with os.fdopen(writer, "w") as stderr, os.fdopen(reader, "rb") as screen:
        one = process(stderr=stderr)
        emptied = threading.Timer(1.3, screen.read, (65536,))
        emptied.start()
        one.tell("shown")
        emptied.join()
        assert screen.read(6) == b"shown\n"


def test_a_stopped_terminal_holds_nothing_up() -> None:
    """As after Ctrl-S; the terminal of other programs waits as before."""
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as stderr:
        one = process(stderr=stderr)
        termios.tcflow(slave, termios.TCOOFF)
        one.show_line("dropped")
        termios.tcflow(slave, termios.TCOON)
        one.show_line("shown")
        assert os.read(master, 100) == b"\r\x1b[Kshown"
        assert os.get_blocking(slave)
    os.close(master)


def test_the_number_of_a_stream_that_is_left_is_not_given_to_a_file() -> None:
    """Another thread may be about to write to it, and the next file opened is a journal."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as stderr:
        one = process(stderr=stderr)
        lower = os.open(os.devnull, os.O_WRONLY)
        one.tell("seen")
        os.close(reader)
        os.close(lower)
        before = _open_numbers()
        one.tell("unseen")
        assert _open_numbers() == before


def _open_numbers() -> set[str]:
    return {number.name for number in Path("/proc/self/fd").iterdir()}


def test_stderr_that_nobody_can_read_any_more_is_left() -> None:
    """The run goes on without."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as stderr:
        one = process(stderr=stderr)
        one.tell("seen")
        os.close(reader)
        one.tell("unseen")
        one.tell("unseen")
