"""Holding back all threads while a host takes no more requests."""

from __future__ import annotations

from threading import Lock

from reconcile.api.clock import Clock
from reconcile.api.routes import Role


class Pace:
    """Until when each host is left alone. Thread safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held_until: dict[Role, float] = {}
        self._lock = Lock()

    def left(self, role: Role) -> float:
        """Seconds for which the host is still left alone; none if not above 0."""
        with self._lock:
            return self._held_until.get(role, 0.0) - self._clock.now()

    def hold(self, role: Role, seconds: float) -> bool:
        """Leave the host alone for at least so long; whether that is new, so that it can be told."""
        with self._lock:
            now = self._clock.now()
            held = self._held_until.get(role, 0.0)
            self._held_until[role] = max(held, now + seconds)
            return held <= now
