"""The progress line: on a terminal, in place, without a trace; elsewhere nothing."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from rich.cells import cell_len
from unit.cli.streams import Terminal

from reconcile.cli.progress import Progress, progress

CLEAR = "\r\x1b[K"


def test_counts_in_place() -> None:
    """Each step rewrites the line."""
    stream = Terminal()
    shown = Progress(stream, "read", 2)
    shown.advance("shop")
    shown.advance("billing")
    assert stream.getvalue() == f"{CLEAR}read 1 of 2: shop{CLEAR}read 2 of 2: billing"


def test_a_message_stands_above_the_line() -> None:
    """The line is cleared first, and the message ends with its own newline."""
    stream = Terminal()
    shown = Progress(stream, "read", 2)
    shown.advance("shop")
    shown.say("waiting 3 s")
    assert stream.getvalue().endswith(f"{CLEAR}waiting 3 s\n")


def test_leaves_no_trace() -> None:
    """Also where what runs ends in an error."""
    stream = Terminal()

    def fail_halfway() -> None:
        with progress(stream, "read", 2) as shown:
            shown.advance("shop")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        fail_halfway()
    assert stream.getvalue().endswith(CLEAR)


def test_nothing_but_messages_where_there_is_no_terminal() -> None:
    """A log holds no line that was to be rewritten."""
    stream = io.StringIO()
    with progress(stream, "read", 1) as shown:
        shown.advance("shop")
        shown.say("waiting 3 s")
    assert stream.getvalue() == "waiting 3 s\n"


def test_names_steer_no_terminal() -> None:
    """Neither in the line nor in a message."""
    stream = Terminal()
    shown = Progress(stream, "read", 1)
    shown.advance("\x1b[2J\n\u202e")
    shown.say("\x1b[2J\nx")
    assert stream.getvalue() == (f"{CLEAR}read 1 of 1: \\x1b[2J\\n\\u202e{CLEAR}\\x1b[2J\\nx\n")


def test_a_long_name_is_cut() -> None:
    """A line that wraps could not be taken away."""
    stream = Terminal()
    Progress(stream, "applied", 100).advance("x" * 500)
    assert len(stream.getvalue().removeprefix(CLEAR)) < 80


def test_a_wide_name_is_cut_by_columns() -> None:
    """A character may take two columns."""
    stream = Terminal()
    Progress(stream, "applied", 100).advance("漢" * 500)
    assert cell_len(stream.getvalue().removeprefix(CLEAR)) < 80


def test_threads_do_not_mix_their_lines() -> None:
    """Every count appears once, whole."""
    stream = Terminal()
    shown = Progress(stream, "read", 200)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(shown.advance, ["name"] * 200))
    lines = stream.getvalue().split(CLEAR)[1:]
    assert lines == [f"read {number} of 200: name" for number in range(1, 201)]
