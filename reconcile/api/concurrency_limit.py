"""How many requests may be under way at once on a host that publishes no limit."""

from __future__ import annotations

from attrs import evolve, frozen

from reconcile.api.routes import Role
from reconcile.model.cost import Budget

_CONNECTIONS = 32
"""As many requests as may be under way at once on a host for which no number is given."""

_WORKERS = 8

_RUN = 10
"""Good answers in a row after which one more request may be under way."""


def connections(budget: Budget) -> int:
    """How many requests may be under way at once on the host that takes most."""
    return max(_CONNECTIONS, budget.concurrency)


def workers(budget: Budget) -> int:
    """How many threads spend a budget: all requests that it allows at once, and some that wait."""
    return max(_WORKERS, budget.concurrency)


@frozen(kw_only=True)
class ConcurrencyLimit:
    """How many requests may be under way at once: a width that halves when the host refuses and grows slowly while it answers.

    `most` is the widest it gets. Additive increase and multiplicative decrease find what the host
    can bear without knowing it. What was under way together and is refused together counts as one
    refusal: `echoes` is how many of them are still to come.
    """

    most: int
    width: int
    under_way: int = 0
    good: int = 0
    echoes: int = 0

    @classmethod
    def of(cls, role: Role, budget: Budget) -> ConcurrencyLimit:
        """The limit of a host, as wide as it gets, but never shut: nothing would open it again."""
        most = max(1, budget.concurrency) if role is Role.DATABASE else connections(budget)
        return cls(most=most, width=most)

    @property
    def full(self) -> bool:
        """Whether the next request has to wait until another is done."""
        return self.under_way >= self.width

    def entered(self) -> ConcurrencyLimit:
        """With one more request under way."""
        return evolve(self, under_way=self.under_way + 1)

    def left(self) -> ConcurrencyLimit:
        """With one request less under way."""
        return evolve(self, under_way=self.under_way - 1, echoes=max(0, self.echoes - 1))

    def answered(self) -> ConcurrencyLimit:
        """After a good answer: wider by one after a run of them."""
        if self.good + 1 < _RUN:
            return evolve(self, good=self.good + 1)
        return evolve(self, good=0, width=min(self.width + 1, self.most))

    def failed(self) -> ConcurrencyLimit:
        """After a failure, which says nothing of the rate but ends a run of good answers."""
        return evolve(self, good=0)

    def refused(self) -> ConcurrencyLimit:
        """After the host refused for its rate: half as wide."""
        if self.echoes:
            return evolve(self, good=0)
        return evolve(self, good=0, width=max(1, self.width // 2), echoes=self.under_way)
