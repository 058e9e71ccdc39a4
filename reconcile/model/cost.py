"""What a run costs: requests are what the provider counts, so they are what we count."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen


@frozen(kw_only=True)
class Budget:
    """How much may be asked of the provider's hosts.

    `api` and `database` are requests a minute on the host of that name, None for no limit;
    `concurrency` is how many requests may be under way on the database host at once.
    """

    api: int | None = 60
    database: int | None = None
    concurrency: int = 8


@frozen(kw_only=True)
class Spent:
    """What was asked of the provider's hosts so far, each repetition counted.

    `requests` by host (auth, api, database); `retries` is how many of them were repetitions;
    `waited` are the seconds for which a host was held back, by host, overlaps counted once.
    """

    requests: Mapping[str, int] = field(factory=dict)
    retries: int = 0
    waited: Mapping[str, float] = field(factory=dict)

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


_WINDOW = 61.0
"""Seconds in which a host's budget is spent: a minute, and a second for requests on their way."""

_USUAL = 0.2
"""Seconds that a request usually takes, several being under way at once."""


def foresee(
    requests: Mapping[str, int], budget: Budget, *, spent: Mapping[str, int] | None = None
) -> Estimate:
    """How long that many requests take within a budget, of which some was `spent` just before.

    The budget of a minute is spent at once, so that only what exceeds it waits.
    """
    limits = {"api": budget.api, "database": budget.database}
    before = spent or {}
    held = (
        _held(number, before.get(host, 0), limit)
        for host, number in requests.items()
        if number and (limit := limits.get(host))
    )
    usual = sum(requests.values()) * _USUAL / max(1, budget.concurrency)
    return Estimate(requests=dict(requests), seconds=max(held, default=0.0) + usual)


def _held(number: int, spent: int, limit: int) -> float:
    """Seconds until the last of so many requests may go, counted from the last that went before."""
    begun = max(0, spent - 1) // limit
    return ((spent + number - 1) // limit - begun) * _WINDOW
