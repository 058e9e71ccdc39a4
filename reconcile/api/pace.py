"""When the next request may go to a host: what it takes a minute, and what it said."""

from __future__ import annotations

from attrs import frozen

from reconcile.api.quota import Quota
from reconcile.api.routes import Role
from reconcile.model.cost import Budget


@frozen(kw_only=True)
class Wait:
    """Seconds for which a host is left alone, and a short phrase that says why."""

    seconds: float
    why: str


class Pace:
    """How fast one host may be asked. Not thread safe; the time it is told must not go back."""

    @classmethod
    def of(cls, role: Role, budget: Budget) -> Pace:
        """The pace of a host."""
        rates = {Role.API: budget.api, Role.DATABASE: budget.database}
        return cls(role, per_minute=rates.get(role))

    def __init__(self, role: Role, *, per_minute: int | None) -> None:
        self._quota = None if per_minute is None else Quota(per_minute)
        self._refused = f"the {role.value} host refused more for now"
        requests = "1 request" if per_minute == 1 else f"{per_minute} requests"
        self._rate = f"the {role.value} host takes {requests} a minute"
        self._held_until = 0.0

    def held(self, now: float) -> Wait | None:
        """What is left of the time for which the host asked to be left alone."""
        left = self._held_until - now
        return Wait(seconds=left, why=self._refused) if left > 0 else None

    def take(self, now: float) -> Wait | None:
        """Take one request out of the minute's budget, or say how long there is none."""
        seconds = self._quota.take(now) if self._quota else 0.0
        return Wait(seconds=seconds, why=self._rate) if seconds > 0 else None

    def hold(self, now: float, seconds: float) -> None:
        """Leave the host alone for at least so long."""
        self._held_until = max(self._held_until, now + seconds)
