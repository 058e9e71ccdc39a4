"""Where in a file each value of a document stands, and what the source says there."""

from __future__ import annotations

import re
from typing import NamedTuple

from attrs import define, evolve, field, frozen

from reconcile.model.finding import Finding, Severity
from reconcile.model.location import Excerpt, Location

Path = tuple[str | int, ...]
"""The keys and indexes that lead from a document to a value."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_LONGEST_EXCERPT = 160
_LONGEST_MESSAGE = 400
_SECRET = re.compile(r"(?i)(?P<url>://[^\s:@/]*:)|password\s*=\s*(?=\S)")
_WORD = re.compile(r"\S*")
_LONGEST_PASSWORD = 999


class Span(NamedTuple):
    """From where to where a token goes; lines and columns count from 0, the end is excluded."""

    line: int
    column: int
    end_line: int
    end_column: int


START = Span(0, 0, 0, 0)


@define
class Place:
    """Where a value stands: its key if it has one, itself, and what it is made of.

    `parts` is None for a scalar.
    """

    value: Span
    key: Span | None = None
    parts: dict[str | int, Place] | None = None


@frozen(kw_only=True)
class Mark:
    """A location together with the source line around it."""

    location: Location
    excerpt: Excerpt


@frozen
class Source:
    """A file that a person wrote, by the name by which they called it."""

    file: str
    text: str = field(repr=False)
    lines: tuple[str, ...] = field(init=False, repr=False)
    _shown: dict[int, tuple[str, int]] = field(init=False, repr=False, eq=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "lines", tuple(_LINE_END.split(self.text)))

    def _line(self, number: int) -> tuple[str, int]:
        """A line without passwords, and its length without blanks at the end.

        Thousands of values may stand in one line of a megabyte, so each line is prepared once.
        """
        if number >= len(self.lines):
            return "", 0
        if number not in self._shown:
            line = _hidden(self.lines[number])
            self._shown[number] = line, len(line.rstrip())
        return self._shown[number]

    def mark(self, span: Span) -> Mark:
        """Say where a token stands; of one that goes over several lines, the first one's part."""
        line, length = self._line(span.line)
        end = span.end_column if span.end_line == span.line else 0
        end = end if end > span.column else length
        begin = max(0, span.column - _LONGEST_EXCERPT // 2) if len(line) > _LONGEST_EXCERPT else 0
        shown = line[begin : begin + _LONGEST_EXCERPT]
        column = span.column - begin
        width = max(1, min(end - begin, len(shown)) - column)
        return Mark(
            location=Location(file=self.file, line=span.line + 1, column=span.column + 1),
            excerpt=Excerpt(text=shown, column=column + 1, width=width),
        )

    def quote(self, span: Span) -> str:
        """What stands at a token, as it was written; its first line."""
        line = self.lines[span.line] if span.line < len(self.lines) else ""
        return line[span.column : span.end_column if span.end_line == span.line else None].strip()

    def finding(self, code: str, span: Span, message: str, hint: str | None) -> Finding:
        """A finding about a token of this file."""
        return finding(code, self.mark(span), message, hint)


def finding(code: str, mark: Mark, message: str, hint: str | None) -> Finding:
    """A finding at a place; a message that quotes a huge value is cut."""
    message, hint = _hidden(message), _hidden(hint) if hint else None
    if len(message) > _LONGEST_MESSAGE:
        message = f"{message[:_LONGEST_MESSAGE]}…"
    return Finding(
        code=code, message=message, location=mark.location, excerpt=mark.excerpt, hint=hint
    )


def warning(code: str, mark: Mark, message: str, hint: str | None) -> Finding:
    """As `finding`, for what stops no run."""
    return evolve(finding(code, mark, message, hint), severity=Severity.WARNING)


def _hidden(text: str) -> str:
    """The same, with stars for the password of what looks like a connection string."""
    parts: list[str] = []
    done, found = 0, _SECRET.search(text)
    while found:
        start, end = found.end(), _password_end(text, found)
        if end > start:
            parts += [text[done:start], "*" * (end - start)]
            done = end
        found = _SECRET.search(text, end if end > start else found.start() + 1)
    return "".join([*parts, text[done:]])


def _password_end(text: str, found: re.Match[str]) -> int:
    """Where the password after a match ends; in a URL at the last `@` of its word, or at a cut."""
    start = found.end()
    word = _WORD.match(text, start, start + _LONGEST_PASSWORD + 1 if found["url"] else len(text))
    end = word.end() if word else start
    if not found["url"]:
        return end
    last = max(text.rfind("@", start, end), text.rfind("'…", start, end + 1))
    return max(last, start)


def by_place(one: Finding) -> tuple[str, int, int, str]:
    """The place of a finding, then its code: the order in which findings are told."""
    where = one.location or Location(file="", line=0, column=0)
    return where.file, where.line, where.column, one.code


def finding_about_file(code: str, file: str, message: str, hint: str | None = None) -> Finding:
    """A finding about a file as a whole."""
    return Finding(
        code=code, message=message, location=Location(file=file, line=0, column=0), hint=hint
    )


@frozen
class Locations:
    """The places of one document.

    A path may be longer than what the source spells: components that are not there, because a
    short form or a default stands for them, are skipped.
    """

    source: Source
    root: Place

    def find(self, path: Path) -> Mark:
        """The place of a value: a scalar itself; what is composed or empty, by its key."""
        place = self._walk(path)[-1]
        visible = place.parts is None and place.value[:2] != place.value[2:]
        return self.source.mark(place.value if visible else place.key or place.value)

    def find_key(self, path: Path) -> Mark:
        """The place of the key of a value; of the value where it has no key."""
        place = self._walk(path)[-1]
        return self.source.mark(place.key or place.value)

    def spelled(self, path: Path) -> Path:
        """The components of a path that the source spells."""
        place, spelled = self.root, []
        for part in path:
            if place.parts and part in place.parts:
                place = place.parts[part]
                spelled.append(part)
        return tuple(spelled)

    def quote(self, path: Path) -> str:
        """A value as it was written; its first line."""
        return self.source.quote(self._walk(path)[-1].value)

    def _walk(self, path: Path) -> list[Place]:
        places = [self.root]
        for part in path:
            parts = places[-1].parts
            if parts and part in parts:
                places.append(parts[part])
        return places
