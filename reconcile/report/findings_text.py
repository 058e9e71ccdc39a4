"""Findings for a person: place, sentence, the source line with a caret, a hint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconcile.model.finding import Finding, Severity
from reconcile.model.location import Excerpt
from reconcile.report.page import Line, Look, columns, line, render
from reconcile.report.words import count


def findings_text(findings: Iterable[Finding], look: Look) -> str:
    """Render findings, one after the other."""
    return render((each for one in findings for each in finding_lines(one, look)), look)


def validation_text(
    findings: tuple[Finding, ...], *, files: int, databases: int, look: Look
) -> str:
    """Render the verdict of a validation after its findings."""
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    place = f"in {count(files, 'file')}"
    sentence = (
        f"{count(errors, 'error')}, {count(files, 'file')} read."
        if errors
        else f"Valid: {count(databases, 'database')} {place}."
    )
    return findings_text(findings, look) + render([line(0, (sentence, "bold"))], look)


def finding_lines(finding: Finding, look: Look | None = None) -> Iterator[Line]:
    """The lines of one finding."""
    place = str(finding.location or finding.address or "")
    warning = finding.severity is Severity.WARNING
    yield line(
        0,
        (f"{place}: " if place else "", "bold"),
        ("warning: " if warning else "", "bold yellow"),
        f"{finding.message} ",
        (f"[{finding.code}]", "bold yellow" if warning else "bold red"),
        hanging=4,
    )
    if finding.excerpt is not None:
        yield from _excerpt_lines(finding.excerpt, (look and look.width) or _WIDEST)
    if finding.hint:
        yield line(2, ("hint: ", "bold"), finding.hint, hanging=6)


_WIDEST = 160
_INDENT = 4


def _excerpt_lines(excerpt: Excerpt, width: int) -> Iterator[Line]:
    """The source line without its indent, and a caret run under what is meant."""
    margin = len(excerpt.text) - len(excerpt.text.lstrip())
    start = excerpt.column - 1
    # What is meant may be the indent itself, as a tab is where YAML allows none.
    plain = excerpt.text[min(margin, start) :].rstrip()
    start -= min(margin, start)
    shown, start, meant = _window(plain, start, excerpt.width, width - _INDENT)
    # Escapes and wide characters take more columns than they are characters.
    gap, run = columns(shown[:start]), columns(shown[start : start + meant])
    yield line(_INDENT, shown, whole=True)
    yield line(_INDENT, " " * gap, ("^" * max(1, run), "bold green"), whole=True)


def _window(text: str, start: int, meant: int, width: int) -> tuple[str, int, int]:
    """The part of a source line that fits, around what is meant: text, its start, its length."""
    if columns(text) <= width:
        return text, start, meant
    room = max(1, width - 2)
    first = max(0, min(start - room // 4, start))
    last = first
    while last < len(text) and columns(text[first : last + 1]) <= room:
        last += 1
    before, after = "…" if first else "", "…" if last < len(text) else ""
    start += len(before) - first
    return (
        f"{before}{text[first:last]}{after}",
        start,
        min(meant, last - first - (start - len(before))),
    )
