"""A journal's file → its lines. One that is torn, damaged, still written or not ours is told apart.

Each line holds the checksum of the rest of it, so that a damaged one is never taken for a whole
one. Journals before format 1.1 hold no checksums.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import stat
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from attrs import frozen

from reconcile.errors import ReconcileError
from reconcile.model.text import in_utc


class HistoryError(ReconcileError):
    """A journal that cannot be read, or is none."""


class NothingSentError(HistoryError):
    """A journal whose run ended before its first line was on disk: it sent nothing."""


@frozen(kw_only=True)
class JournalLine:
    """One event, when it was written (UTC), and what it says."""

    event: str
    at: datetime
    values: Mapping[str, Any]


@frozen(kw_only=True)
class DamagedLine:
    """A line that makes no sense, with the address and the verb of each action that it names.

    A verb is empty where the line no longer holds it.
    """

    names: tuple[tuple[str, str], ...] = ()


@frozen(kw_only=True)
class Lines:
    """The lines of a journal, in order.

    `torn` where the last one is not whole, so that it is left out; `held` while its run still has
    the file open.
    """

    lines: tuple[JournalLine | DamagedLine, ...]
    torn: bool = False
    held: bool = False


CHECKSUM = "crc32"
"""The key of a line's checksum."""


def checksum(values: Mapping[str, Any]) -> str:
    """The checksum of all values of a line but the checksum itself."""
    rest = {name: value for name, value in values.items() if name != CHECKSUM}
    return f"{zlib.crc32(json.dumps(rest, sort_keys=True).encode()):08x}"


def read_lines(path: Path) -> Lines:
    """Read a journal. Raises HistoryError with a sentence where that cannot be done."""
    try:
        content, held = _content(path)
    except OSError as error:
        raise HistoryError(f"it cannot be read: {error.strerror}") from error
    return lines_of(content, held=held)


def lines_of(content: bytes, *, held: bool = False) -> Lines:
    """The lines of a journal's content."""
    *whole, last = content.split(b"\n")
    # The last line is torn unless only its line end is missing.
    ending = _line(last) if last else DamagedLine()
    torn = bool(last) and isinstance(ending, DamagedLine)
    lines = [_line(text) for text in whole]
    if isinstance(ending, JournalLine):
        lines.append(ending)
    return Lines(lines=tuple(_checked(lines)), torn=torn, held=held)


def _checked(lines: list[JournalLine | DamagedLine]) -> Iterator[JournalLine | DamagedLine]:
    """The lines, where one without a checksum among others that have one is damaged."""
    summed = any(isinstance(one, JournalLine) and CHECKSUM in one.values for one in lines)
    for one in lines:
        if summed and isinstance(one, JournalLine) and CHECKSUM not in one.values:
            yield _damaged(json.dumps(dict(one.values), sort_keys=True))
        else:
            yield one


_LARGEST = 64 * 1024 * 1024


def _content(path: Path) -> tuple[bytes, bool]:
    """All that is written so far, and whether the run goes on. Raises OSError, HistoryError."""
    # No link is followed, and no pipe waited for.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(path, flags)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise HistoryError("it is no file")
        held = _is_held(descriptor)
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(_LARGEST + 1)
    finally:
        os.close(descriptor)
    if len(content) > _LARGEST:
        raise HistoryError(f"it is larger than {_LARGEST // 1024 // 1024} MiB")
    return content, held


def _is_held(descriptor: int) -> bool:
    """Whether the run that writes a journal still has it open: it holds a lock on it until then."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False


def _line(text: bytes) -> JournalLine | DamagedLine:
    if b'"address": ' not in text and not text.lstrip().startswith(b"{"):
        return _NAMELESS  # at once: a damaged file may hold a million of these
    try:
        values = json.loads(text)
        if CHECKSUM in values and values[CHECKSUM] != checksum(values):
            return _damaged(text.decode())
        at = in_utc(datetime.fromisoformat(values["at"]))
        return JournalLine(event=str(values["event"]), at=at, values=values)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return _damaged(text.decode(errors="replace"))


_NAMELESS = DamagedLine()
_ADDRESS = re.compile(r'"address": ("(?:[^"\\]|\\.)*")')
_VERB = re.compile(r'"verb": "([a-z]+)"')
_SETTLED, _RUN = '"event": "settled"', '"run": "'


def _damaged(text: str) -> DamagedLine:
    """What a damaged line still says; two lines without the line end between them name two."""
    if _RUN in text.partition(_SETTLED)[2]:
        return DamagedLine()  # it is about an action of another run
    found = list(_ADDRESS.finditer(text))
    ends = [*(match.start() for match in found[1:]), len(text)]
    names = (
        (match[1], _VERB.search(text, match.end(), end))
        for match, end in zip(found, ends, strict=False)
    )
    return DamagedLine(
        names=tuple((_unquoted(one), verb[1] if verb else "") for one, verb in names)
    )


def _unquoted(quoted: str) -> str:
    """The text of a JSON string; as it stands where it is none."""
    try:
        return str(json.loads(quoted))
    except ValueError:
        return quoted.strip('"')
