"""When to stop asking a host that fails or refuses, and when to look whether it is back."""

from __future__ import annotations

from attrs import evolve, frozen

from reconcile.errors import ApiError

_FAILURES = 5
_REFUSALS = 6
_BETWEEN_PROBES = 60.0


class LeftAloneError(ApiError):
    """Nothing was sent: the host fails or refuses, and is probed from time to time only."""


@frozen(kw_only=True)
class Breaker:
    """Lets nothing through after five failures in a row, but for one probe a minute.

    Six refusals in a row (429) have the same effect, although the host was left alone in between.
    `failures` and `refusals` are how many there were in a row; `next_probe` is the time of the next
    probe, in seconds of a clock that does not go back.
    """

    failures: int = 0
    refusals: int = 0
    next_probe: float = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the host counts as failed."""
        return self.failures >= _FAILURES or self.refusals >= _REFUSALS

    @property
    def why(self) -> str:
        """What the host did, for a message."""
        if self.failures >= _FAILURES:
            return f"failed {self.failures} times in a row"
        return f"refused {self.refusals} times in a row (429)"

    def left(self, now: float) -> float:
        """Seconds until a request may be sent; none if not above 0."""
        return self.next_probe - now if self.is_open else 0.0

    def sent(self, now: float) -> Breaker:
        """After a request was let through: where that is a probe, the next waits for a minute."""
        return evolve(self, next_probe=now + _BETWEEN_PROBES) if self.is_open else self

    def failed(self, now: float) -> Breaker:
        """After one more failure; the one that opens it sets the time of the first probe."""
        opens = self.failures + 1 == _FAILURES
        next_probe = now + _BETWEEN_PROBES if opens else self.next_probe
        return evolve(self, failures=self.failures + 1, next_probe=next_probe)

    def refused(self, now: float) -> Breaker:
        """After one more refusal; what was under way together counts once."""
        opens = self.refusals + 1 == _REFUSALS
        next_probe = now + _BETWEEN_PROBES if opens else self.next_probe
        return evolve(self, refusals=self.refusals + 1, next_probe=next_probe)

    def succeeded(self) -> Breaker:
        """After an answer: the host is there."""
        return Breaker()
