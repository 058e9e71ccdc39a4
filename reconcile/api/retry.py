"""When to send a request once more: a policy that decides, and does nothing itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from enum import Enum

from attrs import frozen

from reconcile.model.request import Effect


class FailureKind(Enum):
    """Why a try gave no answer that can be used."""

    UNREACHED = "the connection was never established: the server cannot have received it"
    UNTRUSTED = "the server's certificate cannot be verified: nothing was sent"
    LOST = "it was sent, perhaps in part, and no whole answer came back"
    ENDLESS = "it was sent, and its answer was too long, in time or in bytes"
    UNAVAILABLE = "a proxy or the server says that it cannot answer now (408, 425, 502 to 504)"
    LIMITED = "refused for its rate (429)"


# 408: it did not get the whole request in time; 425: it came too early to be sure of it.
_UNAVAILABLE = frozenset({408, 425, 502, 503, 504})
_TOO_MANY = 429
_WINDOW = 60

# A change is repeated only where the server cannot have received it, or certainly refused it.
_REPEATED: Mapping[Effect, frozenset[FailureKind]] = {
    Effect.READ: frozenset(
        {FailureKind.UNREACHED, FailureKind.LOST, FailureKind.UNAVAILABLE, FailureKind.LIMITED}
    ),
    Effect.CHANGE: frozenset({FailureKind.UNREACHED, FailureKind.LIMITED}),
}


def status_failure(status: int) -> FailureKind | None:
    """The failure that an HTTP status stands for, None where the answer is one."""
    if status == _TOO_MANY:
        return FailureKind.LIMITED
    return FailureKind.UNAVAILABLE if status in _UNAVAILABLE else None


@frozen(kw_only=True)
class Pause:
    """Seconds until the next try; `for_all` where nobody is to ask the host before."""

    seconds: float
    for_all: bool


@frozen(kw_only=True)
class RetryPolicy:
    """How often, and after how many seconds.

    `tries` counts the first one; `limited_tries` holds instead where the rate was the reason,
    for waiting cures that. `patience` is the longest wait that a server may ask for,
    and all the time that a request may take which outlasts its run.
    """

    tries: int = 4
    limited_tries: int = 6
    first_pause: float = 0.5
    longest_pause: float = 8.0
    patience: float = 300.0

    def pause(
        self,
        failure: FailureKind,
        *,
        effect: Effect,
        tries: int,
        now: float,
        chance: float,
        retry_after: str | None = None,
    ) -> Pause | None:
        """What to wait for before the next try, None to give up.

        `tries` were made; `chance` is a random number from 0 to 1.
        """
        most = self.limited_tries if failure is FailureKind.LIMITED else self.tries
        if failure not in _REPEATED[effect] or tries >= most:
            return None
        asked = _seconds(retry_after, now)
        if asked is not None:
            return Pause(seconds=asked + chance, for_all=True) if asked <= self.patience else None
        if failure is FailureKind.LIMITED:
            # The limiter counts by whole minutes of the epoch; just after the next one begins
            # there is room again.
            return Pause(seconds=_WINDOW - now % _WINDOW + chance, for_all=True)
        doubled: float = self.first_pause * 2 ** (tries - 1)
        return Pause(seconds=min(doubled, self.longest_pause) * (0.5 + chance), for_all=False)


def _seconds(retry_after: str | None, now: float) -> float | None:
    """Read a Retry-After header: seconds or an HTTP date (RFC 9110); None for anything else."""
    text = (retry_after or "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, aware.timestamp() - now)
