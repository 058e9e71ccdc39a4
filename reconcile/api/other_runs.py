"""When the other runs of an account on this machine sent their requests to the API host."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from reconcile.api.store import Store
from reconcile.model.cost import ACCOUNT, WINDOW

_FACTS = {"kind": "requests"}


class OtherRuns:
    """Reads and writes the times of a minute's requests, by run. Not thread safe.

    Runs that write at the same moment may miss each other's last request; the next one is complete.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._run = secrets.token_hex(8)

    def recent(self, now: float) -> list[float]:
        """The times of the last minute, in seconds since the epoch, in no order."""
        return [time for times in self._known(now).values() for time in times]

    def tell(self, times: Sequence[float], now: float) -> None:
        """Let other runs know when this one sent its requests."""
        known = {**self._known(now), self._run: [*times[-ACCOUNT:]]}
        self._store.write(_FACTS, {"runs": known}, now + WINDOW)

    def _known(self, now: float) -> dict[str, list[float]]:
        kept = self._store.read(_FACTS)
        runs = kept.holds.get("runs") if kept else None
        if not isinstance(runs, Mapping):
            return {}
        others = {run: _times(times, now) for run, times in runs.items() if run != self._run}
        return {run: times for run, times in others.items() if times}


def _times(times: Any, now: float) -> list[float]:
    """What of a list from the disk are times of the last minute, a clock's error aside."""
    if not isinstance(times, list):
        return []
    return [time for time in times if isinstance(time, float) and now - WINDOW < time <= now + 1]
