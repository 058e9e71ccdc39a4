"""Bytes → text: what is refused before anything is parsed."""

from __future__ import annotations

import errno
import re
from pathlib import Path

from reconcile.files import read_file
from reconcile.model.finding import Finding
from reconcile.spec import codes
from reconcile.spec.locations import Source, Span, finding_about_file

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
