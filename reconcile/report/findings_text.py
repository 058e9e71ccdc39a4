"""Findings for a person: place, sentence, the source line with a caret, a hint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconcile.model.finding import Finding, Severity
from reconcile.model.location import Excerpt
from reconcile.model.text import safe_text
from reconcile.report.page import Line, Look, columns, line, render
from reconcile.report.words import count

_WIDEST_SOURCE = 160


def findings_text(findings: Iterable[Finding], look: Look) -> str:
    """Render findings, one after the other."""
    return render((each for finding in findings for each in finding_lines(finding)), look)


def validation_text(
    findings: tuple[Finding, ...], *, files: int, databases: int, look: Look
) -> str:
    """Render the verdict of a validation after its findings."""
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    place = f"in {count(files, 'file')}"
    sentence = (
        f"{count(errors, 'error')} {place}."
        if errors
        else f"Valid: {count(databases, 'database')} {place}."
    )
    return findings_text(findings, look) + render([line(0, (sentence, "bold"))], look)


def finding_lines(finding: Finding) -> Iterator[Line]:
    """The lines of one finding."""
    place = str(finding.location or finding.address or "")
    mark = "bold red" if finding.severity is Severity.ERROR else "bold yellow"
    yield line(
        0,
        (f"{place}: " if place else "", "bold"),
        f"{finding.message} ",
        (f"[{finding.code}]", mark),
        hanging=4,
    )
    if finding.excerpt is not None:
        yield from _excerpt_lines(finding.excerpt)
    if finding.hint:
        yield line(2, ("hint: ", "bold"), finding.hint, hanging=6)


def _excerpt_lines(excerpt: Excerpt) -> Iterator[Line]:
    """The source line without its indent, and a caret run under what is meant."""
    text = excerpt.text[:_WIDEST_SOURCE]
    plain = text.lstrip()
    start = max(0, excerpt.column - 1 - (len(text) - len(plain)))
    meant = plain[start : start + excerpt.width]
    # Escapes and wide characters take more columns than they are characters.
    gap = columns(plain[:start])
    yield line(4, plain.rstrip())
    yield line(4, " " * gap, ("^" * max(1, columns(meant)), "bold green"))


def one_line(finding: Finding) -> str:
    """A finding as a single line without colour, as logs want it."""
    place = finding.location or finding.address
    prefix = f"{place}: " if place else ""
    return safe_text(f"{prefix}{finding.message} [{finding.code}]")
