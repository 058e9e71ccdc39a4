"""A file that a person wrote: its text, and where in it each value of a document stands."""

from __future__ import annotations

import errno
import re
from pathlib import Path
from typing import NamedTuple

from attrs import define, evolve, field, frozen

from reconcile.files import read_file
from reconcile.model.constraint import KeyPath
from reconcile.model.finding import Finding, Severity
from reconcile.model.location import Excerpt, Location
from reconcile.spec import codes

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
class Node:
    """Where a value stands: its key if it has one, itself, and what it is made of.

    `parts` is None for a scalar.
    """

    value: Span
    key: Span | None = None
    parts: dict[str | int, Node] | None = None


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
            line = _without_passwords(self.lines[number])
            self._shown[number] = line, len(line.rstrip())
        return self._shown[number]

    def mark(self, span: Span) -> Mark:
        """Where a token stands; of a token of several lines, its part of the first line."""
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
    message, hint = _without_passwords(message), _without_passwords(hint) if hint else None
    if len(message) > _LONGEST_MESSAGE:
        message = f"{message[:_LONGEST_MESSAGE]}…"
    return Finding(
        code=code, message=message, location=mark.location, excerpt=mark.excerpt, hint=hint
    )


def warning(code: str, mark: Mark, message: str, hint: str | None) -> Finding:
    """As `finding`, for what stops no run."""
    return evolve(finding(code, mark, message, hint), severity=Severity.WARNING)


def _without_passwords(text: str) -> str:
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
    """The place of a finding, then its code: the order in which findings are listed."""
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
    root: Node

    def find(self, path: KeyPath) -> Mark:
        """The place of a value: a scalar itself; what is composed or empty, by its key."""
        place = self._walk(path)[-1]
        visible = place.parts is None and place.value[:2] != place.value[2:]
        return self.source.mark(place.value if visible else place.key or place.value)

    def find_key(self, path: KeyPath) -> Mark:
        """The place of the key of a value; of the value where it has no key."""
        place = self._walk(path)[-1]
        return self.source.mark(place.key or place.value)

    def spelled(self, path: KeyPath) -> KeyPath:
        """The components of a path that the source spells."""
        place, spelled = self.root, []
        for part in path:
            if place.parts and part in place.parts:
                place = place.parts[part]
                spelled.append(part)
        return tuple(spelled)

    def quote(self, path: KeyPath) -> str:
        """A value as it was written; its first line."""
        return self.source.quote(self._walk(path)[-1].value)

    def _walk(self, path: KeyPath) -> list[Node]:
        places = [self.root]
        for part in path:
            parts = places[-1].parts
            if parts and part in parts:
                places.append(parts[part])
        return places


LARGEST_FILE = 1 << 20
"""Bytes. A spec of a hundred lines has about four thousand."""

_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")

# What YAML does not allow, its line breaks that editors do not show as such, and the characters
# that make a line look other than it is parsed.
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def read_source(path: Path) -> Source | Finding:
    """Read a file as text; the name in findings is the path as it was given."""
    try:
        content = read_file(path, LARGEST_FILE)
    except OSError as error:
        if error.errno != errno.EFBIG:
            return unreadable(path, error)
        return finding_about_file(
            codes.TOO_LARGE,
            str(path),
            f"the file is larger than {LARGEST_FILE} bytes",
            "split it: one file per database reads best",
        )
    return decode(content, str(path))


def unreadable(path: Path, error: OSError) -> Finding:
    """The finding for a file or folder that the operating system does not let us read."""
    reason = (error.strerror or type(error).__name__).lower()
    return finding_about_file(codes.UNREADABLE, str(path), f"cannot be read: {reason}")


def decode(content: bytes, file: str) -> Source | Finding:
    """Decode a file's content. A byte order mark at its start is left out."""
    content = content.removeprefix(_BOM)
    try:
        source = Source(file, content.decode("utf-8"))
    except UnicodeDecodeError as error:
        return _not_utf8(content, error, file)
    match = _FORBIDDEN.search(source.text)
    return source if match is None else _forbidden(source, match.start())


def _not_utf8(content: bytes, error: UnicodeDecodeError, file: str) -> Finding:
    before = Source(file, content[: error.start].decode("utf-8"))
    hint = "save the file as UTF-8"
    if content.startswith(_UTF16_BOMS):
        hint = "it looks like UTF-16: save it as UTF-8"
    return Source(file, content.decode("utf-8", "replace")).finding(
        codes.NOT_UTF8,
        _one_character(before),
        f"the file is not UTF-8: byte 0x{content[error.start]:02x} at offset {error.start}",
        hint,
    )


def _forbidden(source: Source, offset: int) -> Finding:
    return source.finding(
        codes.FORBIDDEN_CHARACTER,
        _one_character(Source(source.file, source.text[:offset])),
        f"the character U+{ord(source.text[offset]):04X} is not allowed",
        "take it out; where a text needs it, write it as an escape in double quotes",
    )


def _one_character(before: Source) -> Span:
    """The span of the character that follows a text."""
    line, column = len(before.lines) - 1, len(before.lines[-1])
    return Span(line, column, line, column + 1)
