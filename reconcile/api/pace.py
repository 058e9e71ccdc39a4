"""When the next request may go to a host: what it takes a minute, and what it said."""

from __future__ import annotations

from attrs import frozen

from reconcile.api.others import OtherRuns
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
    def of(cls, role: Role, budget: Budget, others: OtherRuns | None = None) -> Pace:
        """The pace of a host; `others` are runs that spend what the API host takes as well."""
        rates = {Role.API: budget.api, Role.DATABASE: budget.database}
        return cls(role, per_minute=rates.get(role), others=others if role is Role.API else None)

    def __init__(
        self, role: Role, *, per_minute: int | None, others: OtherRuns | None = None
    ) -> None:
        self._quota = None if per_minute is None else Quota(per_minute, others)
        self._refused = f"the {role.value} host refused more for now"
        requests = "1 request" if per_minute == 1 else f"{per_minute} requests"
        self._rate = f"the {role.value} host takes {requests} a minute"
        self._held_until = 0.0

    def recent(self, now: float) -> tuple[float, ...]:
        """How many seconds ago the requests were sent that count in the minute's budget."""
        return tuple(now - one for one in self._quota.recent(now)) if self._quota else ()

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
