"""Further looks for the effect of a request whose answer was lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds before each further look."""

LATER = "not done yet when read again, it may still be"
"""What is said where no look saw the effect: a request that is lost may arrive later."""

DONE_ALTHOUGH = "read again: it was done, although"
"""What is said where the provider's operation failed and its effect is live: the failure follows."""


def look_again(
    look: Callable[[], T], is_final: Callable[[T], bool], pause: Callable[[float], bool]
) -> T:
    """What the last of a few looks sees: the first that is final, or the one before an interruption.

    `pause` waits so many seconds, and returns whether to go on.
    """
    seen = look()
    for seconds in PAUSES:
        if is_final(seen) or not pause(seconds):
            break
        seen = look()
    return seen
