"""Lines → text: wrapping, columns, colour, and text from outside."""

from __future__ import annotations

import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from reconcile.report.page import (
    BLANK,
    MARK_COLUMN,
    Line,
    Look,
    columns,
    cut,
    line,
    padded,
    render,
)

NARROW = Look(width=40)


def shown(*lines: Line, look: Look = NARROW) -> list[str]:
    """The rendered lines, whose page ends with a newline."""
    text = render(lines, look)
    assert text.endswith("\n")
    return text.removesuffix("\n").split("\n")


def test_nothing_is_nothing() -> None:
    """A page without lines has no newline."""
    assert render([], Look()) == ""


def test_a_blank_line_is_empty() -> None:
    """No blanks on it."""
    assert shown(BLANK, line(0, "a"), BLANK) == ["", "a", ""]


def test_indent_and_pieces() -> None:
    """Pieces stand beside each other after the indent."""
    assert shown(line(4, "a", ("b", "bold"), " c")) == ["    ab c"]


def test_what_fits_exactly_is_not_wrapped() -> None:
    """Indent and text together fill the width."""
    assert shown(line(4, "x" * 36)) == ["    " + "x" * 36]


def test_a_long_line_goes_on_under_its_hanging_column() -> None:
    """Every following line, between words, no line wider than there are columns."""
    lines = shown(line(2, "word " * 20, hanging=4))
    assert lines[0].startswith("  word")
    assert all(one.startswith("      word") for one in lines[1:])
    assert " ".join(" ".join(lines).split()) == ("word " * 20).strip()
    assert max(map(len, lines)) <= 40


def test_a_long_line_fills_the_width_that_there_is() -> None:
    """The first line is not narrower for what hangs below it."""
    first, *_ = shown(line(2, "abcd " * 20, hanging=20))
    assert len(first) > 40 - 2 - 5


def test_blanks_alone_do_not_make_a_line_go_on() -> None:
    """What does not fit and cannot be seen is left out, and leaves no empty line."""
    assert shown(line(0, "x" * 40 + "   "), line(2, "x" * 37, "  ", ("  ", "bold"))) == [
        "x" * 40,
        "  " + "x" * 37,
    ]


def test_a_word_longer_than_the_width_is_folded() -> None:
    """Nothing of it is lost."""
    lines = shown(line(2, "x" * 100))
    assert "".join(part.strip() for part in lines) == "x" * 100
    assert max(map(len, lines)) <= 40


def test_a_whole_line_is_not_wrapped() -> None:
    """However narrow the terminal is: it is there to be copied."""
    text = "SELECT " + "x, " * 50 + "y;"
    assert shown(line(8, text, whole=True), line(8, ("a", "bold"), text, whole=True)) == [
        " " * 8 + text,
        " " * 8 + "a" + text,
    ]


def test_no_line_ends_with_a_blank() -> None:
    """Neither where it was wrapped nor where its last piece ends with one."""
    lines = [line(2, "word " * 20), line(2, "a", ("", "bold"), "  "), line(4, " " * 3, whole=True)]
    for look in (Look(), NARROW, Look(width=40, colour=True)):
        assert [one for one in shown(*lines, look=look) if one != one.rstrip()] == []


def test_wrapping_keeps_the_blanks_within_a_line() -> None:
    """Two blanks between columns stay two; only those at a break are gone."""
    lines = shown(line(2, "name  value", "  x" * 12, hanging=2))
    assert lines[0].startswith("  name  value  x  x")
    assert all(one.startswith("    x") for one in lines[1:])


SIGNED = ("+", "green")


def test_a_sign_is_never_left_alone() -> None:
    """A long word is folded behind it, not pushed to the next line; all that hangs is below it."""
    lines = shown(line(2, "x" * 100, sign=SIGNED))
    assert [len(one) for one in lines] == [40, 40, 36]
    assert lines[0] == "  + " + "x" * 36
    assert all(one.startswith("      x") for one in lines[1:])
    assert "".join(lines).count("x") == 100


def test_a_sign_has_its_own_colour() -> None:
    """And the blank behind it none, in a line that fits and in one that does not."""
    for text in ("a", "x" * 60):
        first, *_ = shown(line(2, text, sign=SIGNED), look=Look(colour=True, width=40))
        assert first.startswith("  \x1b[32m+\x1b[0m " + text[:36])


def test_what_has_a_sign_fits_or_does_not() -> None:
    """The sign and its blank count."""
    assert shown(line(2, "x" * 36, sign=SIGNED)) == ["  + " + "x" * 36]
    assert shown(line(2, "a " + "x" * 35, sign=SIGNED)) == ["  + a", "      " + "x" * 34, "      x"]


MARKED = ("mark", "green")


@pytest.mark.parametrize(
    ("indent", "text", "width", "expected"),
    [
        (2, "a", None, "  a" + " " * (MARK_COLUMN - 3) + "mark"),
        (2, "a", 80, "  a" + " " * (MARK_COLUMN - 3) + "mark"),
        (6, "漢字", 80, "      漢字" + " " * (MARK_COLUMN - 10) + "mark"),
        (2, "a\x1b", 80, "  a\\x1b" + " " * (MARK_COLUMN - 7) + "mark"),
        (2, "a", MARK_COLUMN + 4, "  a" + " " * (MARK_COLUMN - 3) + "mark"),
        # No room for the column: beside the text, two blanks apart.
        (2, "a", MARK_COLUMN + 3, "  a  mark"),
        (2, "a", 40, "  a  mark"),
        (2, "x" * (MARK_COLUMN - 4), 80, "  " + "x" * (MARK_COLUMN - 4) + "  mark"),
        (2, "x" * (MARK_COLUMN - 2), 80, "  " + "x" * (MARK_COLUMN - 2) + "  mark"),
        (2, "x" * 200, None, "  " + "x" * 200 + "  mark"),
    ],
)
def test_marks(indent: int, text: str, width: int | None, expected: str) -> None:
    """In one column on every page that is wide enough, else beside what they mark."""
    assert shown(line(indent, text, mark=MARKED), look=Look(width=width)) == [expected]


@pytest.mark.parametrize("width", [None, 80])
def test_a_mark_stands_in_its_column_behind_a_sign_too(width: int | None) -> None:
    """Signs take columns of their own."""
    (one,) = shown(line(2, "漢字", sign=SIGNED, mark=MARKED), look=Look(width=width))
    assert cell_len(one.removesuffix("mark")) == MARK_COLUMN


def test_a_mark_has_its_own_colour() -> None:
    """And that alone."""
    (one,) = shown(line(2, "a", mark=MARKED), look=Look(colour=True, width=40))
    assert one == "  a  \x1b[32mmark\x1b[0m"


@pytest.mark.parametrize(
    ("text", "width", "shortened"),
    [
        ("", 4, ""),
        ("abcd", 4, "abcd"),
        ("abcde", 4, "abc…"),
        ("ab cde", 4, "ab…"),
        ("漢字", 4, "漢字"),
        ("漢字漢", 4, "漢…"),
        ("漢字漢", 5, "漢字…"),
        ("\x1b[31m", 8, "\\x1b[31m"),
        ("\x1b[31m", 5, "\\x1b…"),
        ("a\nb", 40, "a\\nb"),
        ("[bold]:smile:", 40, "[bold]:smile:"),
    ],
)
def test_cutting(text: str, width: int, shortened: str) -> None:
    """By columns, as it is shown, with an ellipsis only where something was left out."""
    assert cut(text, width) == shortened
    assert cell_len(shortened) <= width


def test_a_pipe_is_never_wrapped() -> None:
    """However long a line is."""
    assert shown(line(2, "word " * 50_000), look=Look()) == ["  " + ("word " * 50_000).rstrip()]


def test_wide_characters_take_two_columns() -> None:
    """Also for where a line is wrapped."""
    assert columns("漢字") == 4
    assert padded("漢字", 6) == "漢字  "
    lines = shown(line(0, "漢字" * 30))
    assert max(map(cell_len, lines)) <= 40


@pytest.mark.parametrize(
    ("text", "width", "filled"),
    [
        ("ab", 4, "ab  "),
        ("abcd", 4, "abcd"),
        ("abcde", 4, "abcde"),
        ("", 2, "  "),
        ("\x1b", 6, "\\x1b  "),
    ],
)
def test_padding(text: str, width: int, filled: str) -> None:
    """Up to the width; what is longer stays whole; escapes count as they are shown."""
    assert padded(text, width) == filled


def test_colour_only_where_it_is_wanted() -> None:
    """The same words either way."""
    red = line(0, ("red", "red"), " plain")
    assert shown(red, look=Look(colour=True)) == ["\x1b[31mred\x1b[0m plain"]
    assert shown(red, look=Look()) == ["red plain"]


def test_colour_goes_on_where_a_line_is_wrapped() -> None:
    """Each line is coloured for itself, so that a pager may begin anywhere."""
    lines = shown(line(0, ("word " * 10, "red")), look=Look(colour=True, width=20))
    assert len(lines) > 2
    assert all("\x1b[31m" in one and one.endswith("\x1b[0m") for one in lines)


def test_markup_and_emoji_are_text() -> None:
    """Names are data."""
    text = "[red]x[/red] [/] [link=https://evil.test]y[/link] :smile: 12:30 https://a.test 'b' None"
    assert shown(line(0, text), look=Look(colour=True)) == [text]


ANYTHING = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "\x00\x07\x08\t\n\r\x1b\x7f\x85\u200b\u200e\u2028\u202e\u2066\ufeff\ud800漢👍🏽"
        ),
        st.sampled_from(string.printable),
    ),
    max_size=200,
)


@given(first=ANYTHING, second=ANYTHING, colour=st.booleans())
def test_no_text_steers_the_terminal(first: str, second: str, colour: bool) -> None:
    """Whatever a piece holds, it stays on its line and no line is wider than the columns."""
    page = [line(2, (first, "bold"), "  ", second, hanging=6)]
    text = render(page, Look(width=60, colour=colour))
    plain = text.replace("\x1b[1m", "").replace("\x1b[0m", "") if colour else text
    bad = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert [c for c in plain if c != "\n" and unicodedata.category(c) in bad] == []
    assert all(cell_len(one) <= 60 for one in plain.split("\n"))
    assert render(page, Look()).count("\n") == 1
