"""Text that came from outside, made safe to show; times, read and written in one way."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from difflib import get_close_matches

# Control, format (bidirectional overrides, zero-width, tags), surrogate, line and paragraph
# separators: what moves the cursor, reorders a line, hides text or ends a log line early.
_SHOWN_AS_ESCAPES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


SHAPELESS = r"\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
"""Letters and marks without a shape, for a class of a pattern: fillers, joiners, selectors."""

_WITHOUT_A_SHAPE = re.compile(rf"[{SHAPELESS}\U000e0000-\U000e0fff]")


def is_seen(char: str) -> bool:
    """Whether a character shows on a page; a space counts, a tab or a line break does not."""
    if char.isascii():
        return char.isprintable()
    category = unicodedata.category(char)
    unseen = category in _SHOWN_AS_ESCAPES or category == "Cn"
    return not unseen and not _WITHOUT_A_SHAPE.match(char)


def safe_text(text: str) -> str:
    """Return `text` with control, escape, bidirectional and newline characters as escapes.

    Where anything is escaped a backslash is too. What was made safe once stays as it is.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(safe_pieces(text))


def safe_pieces(text: str) -> tuple[str, ...]:
    """The same, character by character: what each of them is shown as."""
    if not any(_unsafe(char) for char in text):
        return tuple(text)
    return tuple(_escaped(char) if _unsafe(char) or char == "\\" else char for char in text)


def _unsafe(char: str) -> bool:
    return unicodedata.category(char) in _SHOWN_AS_ESCAPES


def _escaped(char: str) -> str:
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")


_LONGEST_COMPARED = 64
"""Characters: comparing words takes time with the square of their length."""

_CUTOFF = 0.6


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like this one, if any is."""
    if len(word) > _LONGEST_COMPARED:
        return None
    # What has too few letters in common is left out before the slow comparison.
    likely = [
        one for one in known if 2 * sum(map(one.__contains__, word)) >= _CUTOFF * len(word + one)
    ]
    return next(iter(get_close_matches(word, sorted(likely), n=1, cutoff=_CUTOFF)), None)


def moment(time: datetime) -> str:
    """A time in UTC, to the second: `2026-11-23 04:00:00 UTC`."""
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def in_utc(time: datetime) -> datetime:
    """The same time in UTC; one that names no zone is in UTC already.

    Raises OverflowError at the edges of the calendar.
    """
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
