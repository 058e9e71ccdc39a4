"""The sandbox's clock, and its seconds of the epoch as ISO 8601."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

# Seconds of the epoch.
Clock = Callable[[], float]


def iso(seconds: float) -> str:
    """Write a time as the API does: with milliseconds and an offset."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def seconds_of(text: str) -> float:
    """Read a date and time with an offset, or raise ValueError or OverflowError."""
    moment = datetime.fromisoformat(text)
    # Python also reads a bare date; the offset tells a time that was said in full.
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset")
    # In UTC, which a time at the edge of the calendar cannot be said in.
    return moment.astimezone(UTC).timestamp()
