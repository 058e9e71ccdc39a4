"""A journal's file → its lines. One that is torn, still written or not ours is told apart."""

from __future__ import annotations

import fcntl
import json
import os
import stat
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from attrs import frozen

from reconcile.errors import ReconcileError
from reconcile.model.text import in_utc


class HistoryError(ReconcileError):
    """A journal that cannot be read, or is none."""


@frozen(kw_only=True)
class JournalLine:
    """One event, when it was written (UTC), and what it says."""

    event: str
    at: datetime
    values: Mapping[str, Any]


@frozen(kw_only=True)
class Lines:
    """The lines of a journal that make sense, in order.

    `torn` where the last one is not whole, `unread` the number of others that make no sense;
    `held` while its run still has it open.
    """

    lines: tuple[JournalLine, ...]
    torn: bool = False
    unread: int = 0
    held: bool = False


def read_lines(path: Path) -> Lines:
    """Read a journal. Raises HistoryError with a sentence where that cannot be done."""
    try:
        content, held = _content(path)
    except OSError as error:
        raise HistoryError(f"it cannot be read: {error.strerror}") from error
    *whole, last = content.split(b"\n")
    known = [line for line in map(_line, whole) if line is not None]
    # The last line is torn unless only its line end is missing.
    ending = _line(last)
    return Lines(
        lines=(*known, *([ending] if ending else [])),
        torn=bool(last) and ending is None,
        unread=len(whole) - len(known),
        held=held,
    )


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


def _line(text: bytes) -> JournalLine | None:
    try:
        values = json.loads(text)
        if not isinstance(values, dict):
            return None
        at = in_utc(datetime.fromisoformat(values["at"]))
        return JournalLine(event=str(values["event"]), at=at, values=values)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
