"""Findings for a person: place, sentence, the source line with a caret, a hint."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reconcile.model.finding import Finding, Severity
from reconcile.model.location import Excerpt
from reconcile.model.text import count, safe_pieces
from reconcile.report.page import Line, Look, columns, line, render


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
    shown, left = findings[:_MOST_SHOWN], len(findings) - _MOST_SHOWN
    more = (
        [line(0, f"… and {count(left, 'more finding')} (--format json lists all)")]
        if left > 0
        else []
    )
    return findings_text(shown, look) + render([*more, line(0, (sentence, "bold"))], look)


_MOST_SHOWN = 100
"""Findings on a page; a longer list is for programs."""


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
    yield from way_out_lines(finding, 2)


def way_out_lines(finding: Finding, indent: int) -> Iterator[Line]:
    """What to do about a finding, and the flag that overrides it for this plan, where there are any."""
    if finding.hint:
        yield line(indent, ("hint: ", "bold"), finding.hint, hanging=6)
    if finding.override:
        yield line(indent, ("for this plan only: ", "bold"), finding.override, whole=True)


_WIDEST = 160
_INDENT = 4


def _excerpt_lines(excerpt: Excerpt, width: int) -> Iterator[Line]:
    """The source line without its indent, and a caret run under what is meant."""
    margin = len(excerpt.text) - len(excerpt.text.lstrip())
    # What is meant may be the indent itself, as a tab is where YAML allows none.
    cut = min(margin, excerpt.column - 1)
    pieces = safe_pieces(excerpt.text[cut:].rstrip())
    start = excerpt.column - 1 - cut
    first, last = _window([columns(piece) for piece in pieces], start, width - _INDENT)
    before, after = "…" if first else "", "…" if last < len(pieces) else ""
    meant = "".join(pieces[start : min(start + excerpt.width, last)])
    gap = columns(before + "".join(pieces[first:start]))
    yield line(_INDENT, before + "".join(pieces[first:last]) + after, whole=True)
    yield line(_INDENT, " " * gap, ("^" * max(1, columns(meant)), "bold green"), whole=True)


def _window(widths: Sequence[int], start: int, width: int) -> tuple[int, int]:
    """The first and the last piece, of those widths, that fit around the one that is meant."""
    if sum(widths) <= width:
        return 0, len(widths)
    room = width - 2
    first = last = min(start, len(widths))
    while last < len(widths) and sum(widths[first : last + 1]) <= room * 3 // 4:
        last += 1
    while first and sum(widths[first - 1 : last]) <= room:
        first -= 1
    while last < len(widths) and sum(widths[first : last + 1]) <= room:
        last += 1
    return first, last
