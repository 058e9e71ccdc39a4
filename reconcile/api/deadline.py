"""How long a run may take, or a request that outlasts its run."""

from __future__ import annotations

from math import inf
from threading import Event

from attrs import field, frozen

from reconcile.errors import ApiError

_MINUTE = 60


class TimeUpError(ApiError):
    """Nothing more is sent: the time is over, or would be after the wait that it takes."""


@frozen(kw_only=True)
class Deadline:
    """Seconds that something may take from when it was begun, None for as long as it likes.

    For a message, `whose` says what it is about, and `hint` what can be done. `is_default` where
    no person chose it. Thread safe.
    """

    begun: float
    longest: float | None
    whose: str = "the run"
    hint: str = ""
    is_default: bool = False
    _lifted: Event = field(factory=Event, init=False, eq=False, repr=False)

    def left(self, now: float) -> float:
        """Seconds that are left; none if not above 0."""
        if self.longest is None or self._lifted.is_set():
            return inf
        return self.begun + self.longest - now

    def lift(self) -> None:
        """Let it take as long as it likes from now on."""
        self._lifted.set()

    def __str__(self) -> str:
        seconds = self.longest or 0
        return f"{seconds / _MINUTE:g} min" if seconds % _MINUTE == 0 else f"{seconds:g} s"
