"""How many requests a minute a host takes. The only door to pyrate-limiter."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from pyrate_limiter import Decision

_WINDOW = 60_000
_MARGIN = 1_000
"""Milliseconds. The provider counts a request when it arrives, we count it when it leaves: what is
under way for up to a second cannot be one too many for any window of the provider's."""


class Quota:
    """At most so many requests in any minute, whenever a minute may begin. Not thread safe.

    The library's own clocks, locks and threads are not used: whoever asks says what time it is,
    which must not go back.
    """

    def __init__(self, per_minute: int) -> None:
        # Imported late: it costs as much as starting Python, and reads its own package's metadata.
        from pyrate_limiter import InMemoryBucket, Rate, RateItem  # noqa: PLC0415

        self._bucket = InMemoryBucket([Rate(per_minute, _WINDOW + _MARGIN)])
        self._item = RateItem

    def take(self, now: float) -> float:
        """Count one request and return 0, or return the seconds until there is room for one."""
        moment = round(now * 1000)
        self._bucket.leak(moment)
        # It is an awaitable only where the bucket is on another machine.
        decision = cast("Decision", self._bucket.put_decision(self._item("request", moment)))
        return (decision.retry_after_ms or 0) / 1000
