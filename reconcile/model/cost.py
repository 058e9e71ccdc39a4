"""What a run costs: requests are what the provider counts, so they are what we count."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Annotated

from attrs import field, frozen

from reconcile.model.constraint import Between, described

ACCOUNT = 60
"""Requests a minute that the provider's API host takes from an account."""


_PerMinute = Annotated[int, Between(1, 100_000, "number of requests a minute")]
_AtOnce = Annotated[int, Between(1, 64, "number of requests at once")]


@frozen(kw_only=True)
class Budget:
    """How much may be asked of the provider's hosts; what is left out keeps its default."""

    api: _PerMinute | None = described(
        "Requests a minute on the API host. Default: 60, which is the provider's limit.",
        examples=(60,),
        default=ACCOUNT,
    )
    database: _PerMinute | None = described(
        "Requests a minute on the database host. Default: no limit, for none is published.",
        examples=(120,),
        default=None,
    )
    concurrency: _AtOnce = described(
        "Requests that may be under way at once on the database host. Default: 8.",
        examples=(8,),
        default=8,
    )


@frozen(kw_only=True)
class Spent:
    """What was asked of the provider's hosts so far, each retry counted."""

    requests: Mapping[str, int] = described("Requests sent, by host.", factory=dict)
    retries: int = described("How many of them were retries.", default=0)
    waited: Mapping[str, float] = described(
        "Seconds for which a host was held back, by host; overlaps count once.", factory=dict
    )

    @property
    def total(self) -> int:
        """The requests to all hosts together."""
        return sum(self.requests.values())


@frozen(kw_only=True)
class Estimate:
    """What a run will ask of the provider's hosts if nothing goes wrong, and how long that takes.

    `requests` by host; `seconds` is mostly the time for which the budget holds requests back.
    """

    requests: Mapping[str, int] = field(factory=dict)
    seconds: float = 0.0

    @property
    def total(self) -> int:
        """The requests to all hosts together."""
        return sum(self.requests.values())


@frozen(kw_only=True)
class InHand:
    """What need not be asked for any more: kept tokens, and hosts that were given.

    `addons` are the (application, addon) pairs whose tokens are kept.
    """

    account: bool = False
    hosts: bool = False
    addons: frozenset[tuple[str, str]] = frozenset()


WINDOW = 61.0
"""Seconds in which a host's budget is spent: a minute, and a second for requests on their way.

The provider counts a request when it arrives, we count it when it leaves: what is under way for up to a
second cannot be one too many for any window of the provider's.
"""

_USUAL = 0.2
"""Seconds that a request usually takes, several being under way at once."""


def estimated(
    requests: Mapping[str, int],
    budget: Budget,
    *,
    recent: Mapping[str, Sequence[float]] | None = None,
) -> Estimate:
    """How long that many requests take within a budget.

    `recent` says by host how many seconds ago the requests were sent that count already. The budget
    of a minute is spent at once, so that only what exceeds it waits.
    """
    limits = {"api": budget.api, "database": budget.database}
    sent = recent or {}
    held = (
        _held(number, sorted(-ago for ago in sent.get(host, ())), limit)
        for host, number in requests.items()
        if number and (limit := limits.get(host))
    )
    usual = sum(requests.values()) * _USUAL / max(1, budget.concurrency)
    return Estimate(requests=dict(requests), seconds=max(held, default=0.0) + usual)


def _held(number: int, sent: Sequence[float], limit: int) -> float:
    """Seconds until the last of so many requests may go; `sent` are times before now, which is 0."""
    latest, now = deque(sent, maxlen=limit), 0.0
    for _ in range(number):
        now += free_in(latest, limit, now)
        latest.append(now)
    return now


def free_in(sent: Sequence[float], limit: int, now: float) -> float:
    """Seconds until one more request may go, of so many in a window; `sent` are times, in order."""
    return max(0.0, sent[-limit] + WINDOW - now) if len(sent) >= limit else 0.0
