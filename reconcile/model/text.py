"""Text that came from outside, made safe to show; counts and times in words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from difflib import SequenceMatcher
from functools import lru_cache

# Control, format (bidirectional overrides, zero-width, tags), surrogate, line and paragraph
# separators: what moves the cursor, reorders a line, hides text or ends a log line early.
_SHOWN_AS_ESCAPES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


SHAPELESS = r"\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
"""Letters and marks without a shape, for a class of a pattern: fillers, joiners, selectors."""

CONTROL = r"\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
UNSEEN = rf"{CONTROL}{SHAPELESS}\u200c\u200d"
"""What does not show, for a class of a pattern: controls, and what has no shape."""

READABLE = rf"[^{UNSEEN}\s](?:[^{UNSEEN}]*[^{UNSEEN}\s])?"
"""A pattern: text whose characters can be seen, without blanks at either end."""

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
    return None if len(word) > _LONGEST_COMPARED else _nearest(word, frozenset(known))


@lru_cache(maxsize=1024)
def _nearest(word: str, known: frozenset[str]) -> str | None:
    """A slip is repeated, and comparing it takes a millisecond."""
    # What has too few letters in common is left out before the slow comparison.
    likely = [
        one for one in known if 2 * sum(map(one.__contains__, word)) >= _CUTOFF * len(word + one)
    ]
    matcher = SequenceMatcher(b=word)
    found, most = None, _CUTOFF
    for one in sorted(likely):
        matcher.set_seq1(one)
        # The first two are quick, and never less than the third.
        if min(matcher.real_quick_ratio(), matcher.quick_ratio()) < most:
            continue
        if (ratio := matcher.ratio()) >= most:
            found, most = one, ratio
    return found


def moment(time: datetime) -> str:
    """A time in UTC, to the second: `2026-11-23 04:00:00 UTC`."""
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"


def in_utc(time: datetime) -> datetime:
    """The same time in UTC; a time without a zone is in UTC already.

    Raises OverflowError at the edges of the calendar.
    """
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def count(number: int, singular: str, plural: str | None = None) -> str:
    """`1 action`, `2 actions`."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def duration(seconds: float) -> str:
    """A length of time in its two largest units: `3 min 32 s`, `2 d 3 h`; below 10 s finer.

    One below nothing, as clocks that differ may make it, is `0 ms`.
    """
    if seconds < _A_SECOND:
        return _milliseconds(max(0.0, seconds * 1000))
    if seconds < _FINE:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    whole = round(seconds)
    parts: list[str] = []
    for size, unit in _UNITS:
        amount, whole = divmod(whole, size)
        if amount or parts:
            parts.append(f"{amount} {unit}" if amount else "")
        if len(parts) == 2:  # noqa: PLR2004 - the two largest
            break
    return " ".join(part for part in parts if part)


def _milliseconds(number: float) -> str:
    if 0 < number < _LEAST:
        return f"<{_LEAST} ms"
    digits = 2 if number < 1 else 1 if number < _FINE else 0
    text = f"{number:.{digits}f}"
    return f"{text.rstrip('0').rstrip('.') if digits else text} ms"


def about_so_long(seconds: float) -> str:
    """A foreseen length of time: `about 3 min 3 s`, or `under a second`."""
    return f"about {duration(round(seconds))}" if seconds >= 1 else "under a second"


_FINE = 9.95
"""Below it a tenth is shown: from here on 10 would be."""

_A_SECOND = 0.9995
"""From here on 1000 ms would be shown."""

_LEAST = 0.01
"""Below so many milliseconds nothing would be shown."""
