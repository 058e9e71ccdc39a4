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
