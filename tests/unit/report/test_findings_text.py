"""Findings: the place, the sentence, the line with a caret under what is meant."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from rich.cells import cell_len

from reconcile.model.address import Address
from reconcile.model.finding import Finding, Severity
from reconcile.model.location import Excerpt, Location
from reconcile.report.findings_text import findings_text, validation_text
from reconcile.report.page import Look

PLACE = Location(file="specs/shop.yaml", line=7, column=3)
ADDRESS = Address(database="shop", kind="backups")


def found(text: str, column: int, width: int) -> Finding:
    """A finding about a part of a source line; `column` counts from 1."""
    return Finding(
        code="S102",
        message="unknown key",
        location=PLACE,
        excerpt=Excerpt(text=text, column=column, width=width),
    )


@pytest.mark.parametrize(
    ("finding", "text"),
    [
        (Finding(code="S1", message="wrong"), "wrong [S1]\n"),
        (Finding(code="S1", message="wrong", location=PLACE), "specs/shop.yaml:7:3: wrong [S1]\n"),
        (Finding(code="G1", message="wrong", address=ADDRESS), "shop/backups: wrong [G1]\n"),
        (
            Finding(code="G1", message="wrong", location=PLACE, address=ADDRESS),
            "specs/shop.yaml:7:3: wrong [G1]\n",
        ),
        (Finding(code="S1", message="wrong", hint="mend it"), "wrong [S1]\n  hint: mend it\n"),
    ],
)
def test_the_parts_that_there_are(finding: Finding, text: str) -> None:
    """Nothing stands for what is not known."""
    assert findings_text([finding], Look()) == text


@pytest.mark.parametrize(
    ("source", "column", "width", "lines"),
    [
        ("backup: 1", 1, 6, ["    backup: 1", "    ^^^^^^"]),
        ("  - {a: 1}", 6, 1, ["    - {a: 1}", "       ^"]),
        ("\t\tkey: x", 3, 3, ["    key: x", "    ^^^"]),
        ("\tkey: x", 1, 1, ["    \\tkey: x", "    ^^"]),
        ("  \tkey: x", 3, 1, ["    \\tkey: x", "    ^^"]),
        ("\t  key: x", 1, 1, ["    \\t  key: x", "    ^^"]),
        ("\t\tkey: x", 1, 2, ["    \\t\\tkey: x", "    ^^^^"]),
        # Where anything is escaped, a backslash is too: before what is meant, and within.
        ('a: "\\e", b: 1\t#', 13, 1, ['    a: "\\\\e", b: 1\\t#', "                 ^"]),
        ("  - a:\tb\\n", 8, 3, ["    - a:\\tb\\\\n", "          ^^^^"]),
        ("名前: x", 5, 1, ["    名前: x", "          ^"]),
        ("a: 漢字", 4, 2, ["    a: 漢字", "       ^^^^"]),
        ("a: \x1b[31m b", 4, 1, ["    a: \\x1b[31m b", "       ^^^^"]),
        ("a:   ", 3, 1, ["    a:", "      ^"]),
        ("a: b", 5, 1, ["    a: b", "        ^"]),
        ("a: bc", 4, 0, ["    a: bc", "       ^"]),
        ("", 1, 1, ["", "    ^"]),
    ],
)
def test_the_caret_stands_under_what_is_meant(
    source: str, column: int, width: int, lines: list[str]
) -> None:
    """Without the line's indent; escapes and wide characters take the columns that they take."""
    text = findings_text([found(source, column, width)], Look())
    assert text.splitlines()[1:] == lines


@pytest.mark.parametrize("column", [1, 33, 40, 70, 74, 90, 130, 156])
@pytest.mark.parametrize("width", [40, 80])
def test_the_caret_stands_under_what_is_meant_on_a_narrow_terminal(column: int, width: int) -> None:
    """Of a source line that is too long for the terminal, the part that is meant is shown."""
    source = ("x" * (column - 1) + "WRONG").ljust(160, "y")
    lines = findings_text([found(source, column, 5)], Look(width=width)).splitlines()
    (caret,) = [index for index, one in enumerate(lines) if set(one.strip()) == {"^"}]
    start = lines[caret].index("^")
    assert lines[caret].count("^") == 5
    assert lines[caret - 1][start : start + 5] == "WRONG"
    assert all(cell_len(one) <= width for one in lines)
    shown = lines[caret - 1].strip()
    assert shown.startswith("…") is not (column - 1 < width // 4)
    assert shown.endswith("…") is (not source.endswith(shown.strip("…")))
    assert len(shown.strip("…")) >= width // 4


@pytest.mark.parametrize(
    ("source", "column", "meant"),
    [
        ("漢" * 100 + "WRONG" + "字" * 100, 101, "WRONG"),
        ("x" * 100 + "漢字漢字" + "y" * 100, 101, "漢字漢字"),
        ("\\" * 100 + "WRONG" + "\t" * 100, 101, "WRONG"),
        ("x" * 60 + "\x1b[31m\x1b[0m" + "WRONG" + "y" * 100, 70, "WRONG"),
        ("\u200d" * 100 + "WRONG" + "y" * 100, 101, "WRONG"),
    ],
)
@pytest.mark.parametrize("width", [40, 80, None])
def test_what_is_meant_is_in_the_window(
    source: str, column: int, meant: str, width: int | None
) -> None:
    """However wide the characters before it are, as escapes or by themselves."""
    lines = findings_text([found(source, column, len(meant))], Look(width=width)).splitlines()
    shown, caret = lines[-2:]
    before = caret.index("^")
    assert meant in shown
    assert cell_len(shown.partition(meant)[0]) == before
    assert caret.strip() == "^" * cell_len(meant)
    assert cell_len(shown) <= (width or 160)


@pytest.mark.parametrize("width", [40, 80, None])
def test_more_is_meant_than_fits(width: int | None) -> None:
    """The carets end with what is shown, before the ellipsis."""
    shown, caret = findings_text(
        [found("a: " + "x" * 400, 4, 400)], Look(width=width)
    ).splitlines()[1:]
    columns = width or 160
    assert shown.startswith("    a: xxx")
    assert shown.endswith("x…")
    assert cell_len(shown) <= columns
    assert caret == " " * 7 + "^" * shown.count("x")


@pytest.mark.parametrize("length", [36, 37])
def test_a_line_that_fits_is_shown_whole(length: int) -> None:
    """And one column more is a window."""
    source = "x" * length
    shown = findings_text([found(source, 1, 1)], Look(width=40)).splitlines()[1]
    assert (shown == " " * 4 + source) is (length == 36)
    assert shown.endswith("…") is (length == 37)


def test_a_line_is_no_longer_in_a_pipe_than_anybody_reads() -> None:
    """A log takes a window too, and no line of a minified file as a whole."""
    shown, caret = findings_text([found("x" * 5000, 4001, 5)], Look()).splitlines()[1:]
    assert cell_len(shown) <= 160
    assert caret.strip() == "^^^^^"


@pytest.mark.parametrize(
    ("severity", "text"),
    [
        (Severity.ERROR, "odd \x1b[1;31m[L1]\x1b[0m\n"),
        (Severity.WARNING, "\x1b[1;33mwarning: \x1b[0modd \x1b[1;33m[L1]\x1b[0m\n"),
    ],
)
def test_the_severity_is_the_colour_of_the_code(severity: Severity, text: str) -> None:
    """Red stops, yellow does not."""
    finding = Finding(code="L1", message="odd", severity=severity)
    assert findings_text([finding], Look(colour=True)) == text


@pytest.mark.parametrize(
    ("place", "head"),
    [({}, ""), ({"location": PLACE}, "specs/shop.yaml:7:3: "), ({"address": ADDRESS}, "shop/backups: ")],
)  # fmt: skip
def test_a_warning_says_so_without_colour(place: dict[str, Any], head: str) -> None:
    """A log has no yellow; an error is what a finding is where nothing is said."""
    finding = Finding(code="L1", message="odd", severity=Severity.WARNING, **place)
    assert findings_text([finding], Look()) == f"{head}warning: odd [L1]\n"
    assert "error" not in findings_text([evolve(finding, severity=Severity.ERROR)], Look())


@pytest.mark.parametrize(
    ("severities", "files", "databases", "verdict"),
    [
        ([], 1, 1, "Valid: 1 database in 1 file."),
        ([], 2, 5, "Valid: 5 databases in 2 files."),
        ([Severity.ERROR], 1, 0, "1 error, 1 file read."),
        ([Severity.ERROR, Severity.ERROR, Severity.WARNING], 3, 1, "2 errors, 3 files read."),
        ([Severity.ERROR], 0, 0, "1 error, 0 files read."),
        ([Severity.WARNING], 1, 1, "Valid: 1 database in 1 file."),
    ],
)
def test_the_verdict(severities: list[Severity], files: int, databases: int, verdict: str) -> None:
    """It comes last; a warning leaves a spec valid."""
    findings = tuple(Finding(code="S1", message="odd", severity=one) for one in severities)
    text = validation_text(findings, files=files, databases=databases, look=Look())
    assert len(text.splitlines()) == len(findings) + 1
    assert text.splitlines()[-1] == verdict


@pytest.mark.parametrize(
    "finding",
    [
        Finding(code="S1", message="a\n\x1b[31mb"),
        Finding(code="S1", message="a", location=evolve(PLACE, file="a\n\x1b[31mb")),
        Finding(code="S1", message="a", hint="a\n\x1b[31mb"),
        Finding(code="S1", message="a", address=Address(database="a\n\x1b[31mb")),
    ],
)
def test_text_from_outside_is_shown_as_escapes(finding: Finding) -> None:
    """Wherever it stands: each part of a finding stays on its line."""
    text = findings_text([finding], Look())
    assert "a\\n\\x1b[31mb" in text
    assert text.count("\n") == (2 if finding.hint else 1)


def test_a_page_shows_a_hundred_findings_and_counts_the_rest() -> None:
    """The verdict counts all of them."""
    findings = tuple(Finding(code="S104", message=f"fault {one}") for one in range(102))
    lines = validation_text(findings, files=1, databases=0, look=Look()).splitlines()
    assert [one.split("[")[0].strip() for one in lines[:100]] == [f"fault {n}" for n in range(100)]
    assert lines[100:] == [
        "… and 2 more findings (--format json lists all)",
        "102 errors, 1 file read.",
    ]
