"""Findings: the place, the sentence, the line with a caret under what is meant."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from reconcile.model.address import Address
from reconcile.model.finding import Finding, Severity
from reconcile.model.location import Excerpt, Location
from reconcile.report.findings_text import findings_text, one_line, validation_text
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
        ("名前: x", 5, 1, ["    名前: x", "          ^"]),
        ("a: 漢字", 4, 2, ["    a: 漢字", "       ^^^^"]),
        ("a: \x1b[31m b", 4, 1, ["    a: \\x1b[31m b", "       ^^^^"]),
        ("a:   ", 3, 1, ["    a:", "      ^"]),
        ("a: b", 5, 1, ["    a: b", "        ^"]),
        ("", 1, 1, ["", "    ^"]),
    ],
)
def test_the_caret_stands_under_what_is_meant(
    source: str, column: int, width: int, lines: list[str]
) -> None:
    """Without the line's indent; escapes and wide characters take the columns that they take."""
    text = findings_text([found(source, column, width)], Look())
    assert text.splitlines()[1:] == lines


@pytest.mark.parametrize("column", [1, 40, 70, 90, 130])
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


def test_a_tab_that_is_meant_can_be_seen() -> None:
    """A caret under the first letter would blame the letter."""
    text = findings_text([found("\tenabled: true", 1, 1)], Look())
    assert text.splitlines()[1] != "    enabled: true"


@pytest.mark.parametrize(
    ("severity", "colour"), [(Severity.ERROR, "\x1b[1;31m"), (Severity.WARNING, "\x1b[1;33m")]
)
def test_the_severity_is_the_colour_of_the_code(severity: Severity, colour: str) -> None:
    """Red stops, yellow does not."""
    finding = Finding(code="L1", message="odd", severity=severity)
    assert findings_text([finding], Look(colour=True)) == f"odd {colour}[L1]\x1b[0m\n"


def test_a_warning_says_so_without_colour() -> None:
    """A log has no yellow."""
    finding = Finding(code="L1", message="odd", severity=Severity.WARNING)
    assert "warning" in findings_text([finding], Look())


@pytest.mark.parametrize(
    ("severities", "files", "databases", "verdict"),
    [
        ([], 1, 1, "Valid: 1 database in 1 file."),
        ([], 2, 5, "Valid: 5 databases in 2 files."),
        ([Severity.ERROR], 1, 0, "1 error in 1 file."),
        ([Severity.ERROR, Severity.ERROR, Severity.WARNING], 3, 1, "2 errors in 3 files."),
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
    ("finding", "text"),
    [
        (Finding(code="S1", message="a\nb"), "a\\nb [S1]"),
        (Finding(code="S1", message="a", location=PLACE), "specs/shop.yaml:7:3: a [S1]"),
        (Finding(code="S1", message="a", address=ADDRESS), "shop/backups: a [S1]"),
    ],
)
def test_one_line(finding: Finding, text: str) -> None:
    """As logs want it."""
    assert one_line(finding) == text
