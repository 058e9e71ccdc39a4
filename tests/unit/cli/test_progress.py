"""The progress line: on a terminal, in place, without a trace; elsewhere nothing."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from rich.cells import cell_len
from unit.cli.streams import process, said

from reconcile.cli.terminal import Progress

CLEAR = "\r\x1b[K"


def seen(shown: str) -> list[str]:
    """The lines that a terminal shows in the end: what was cleared is gone."""
    return [line.rpartition(CLEAR)[2] for line in shown.split("\n")]


def test_counts_in_place() -> None:
    """Each step rewrites the line."""
    one = process()
    shown = Progress(one.show_line, "read", 2)
    shown.advance("shop")
    shown.advance("billing")
    assert said(one) == f"{CLEAR}read 1 of 2: shop{CLEAR}read 2 of 2: billing"


def test_leaves_no_trace() -> None:
    """Where what runs ends well, and where it ends in an error."""
    one = process()
    with one.progress("read", 2) as shown:
        shown.advance("shop")
    assert seen(said(one)) == [""]

    def fail_halfway() -> None:
        with one.progress("read", 2) as shown:
            shown.advance("shop")
            raise ConnectionError

    with pytest.raises(ConnectionError):
        fail_halfway()
    assert seen(said(one)) == [""]


def test_what_is_told_meanwhile_stands_on_a_line_of_its_own() -> None:
    """The provider makes us wait, or `-v` shows a request: neither is glued to the progress."""
    one = process()
    with one.progress("read", 2) as shown:
        one.tell("before")
        shown.advance("shop")
        one.tell("waiting 3 s")
        shown.advance("billing")
        one.tell("again")
    one.tell("after")
    assert [line for line in seen(said(one)) if line] == ["before", "waiting 3 s", "again", "after"]


def test_nothing_where_there_is_no_terminal() -> None:
    """A log holds no line that was to be rewritten, nor an escape; only what was told."""
    one = process(stderr=io.StringIO())
    with one.progress("read", 1) as shown:
        shown.advance("shop")
        one.tell("waiting 3 s")
    assert said(one) == "waiting 3 s\n"


def test_nothing_on_a_terminal_that_cannot_move_its_cursor() -> None:
    """There it would be junk."""
    one = process(environment={"TERM": "dumb"})
    with one.progress("read", 1) as shown:
        shown.advance("shop")
    assert said(one) == ""


def test_names_steer_no_terminal() -> None:
    """They are shown as escapes."""
    one = process()
    Progress(one.show_line, "read", 1).advance("\x1b[2J\n\u202e")
    assert said(one) == f"{CLEAR}read 1 of 1: \\x1b[2J\\n\\u202e"


@pytest.mark.parametrize("name", ["x" * 500, "漢" * 500, "\x1b" * 500, "x漢" * 40])
def test_a_long_name_is_cut(name: str) -> None:
    """A line that wraps could not be taken away; a character may take two columns, or four."""
    one = process()
    Progress(one.show_line, "applied", 10_000).advance(name)
    line = said(one).removeprefix(CLEAR)
    assert cell_len(line) < 80
    assert line.endswith("…")


def test_a_name_that_fits_is_whole() -> None:
    """Nothing stands for what was not left out."""
    one = process()
    Progress(one.show_line, "applied", 100).advance("x" * 40)
    assert said(one) == f"{CLEAR}applied 1 of 100: {'x' * 40}"


def test_threads_do_not_mix_their_lines() -> None:
    """Every count appears once, whole."""
    one = process()
    shown = Progress(one.show_line, "read", 200)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(shown.advance, ["name"] * 200))
    lines = said(one).split(CLEAR)[1:]
    assert lines == [f"read {number} of 200: name" for number in range(1, 201)]


def test_a_line_does_not_fill_a_narrow_terminal() -> None:
    """It would wrap, and its first part would stay."""
    one = process(environment={"COLUMNS": "40"})
    progressing = Progress(one.show_line, "applied", 10_000)
    progressing.advance("x" * 30)
    progressing.note("x" * 80)
    one.countdown()("x" * 80, 60.0)
    assert [cell_len(line) for line in said(one).split(CLEAR)[1:]] == [39, 39, 39]
