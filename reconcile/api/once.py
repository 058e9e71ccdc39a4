"""Values that many threads want and one makes."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from attrs import define, field

from reconcile.api.clock import Clock
from reconcile.errors import ReconcileError

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_REMEMBERED = 60.0
"""Seconds for which a failure stands for all who ask, instead of one failure for each."""


@define
class _Slot(Generic[V]):
    lock: Lock = field(factory=Lock)
    value: V | None = None
    error: ReconcileError | None = None
    failed_at: float = 0.0


class Once(Generic[K, V]):
    """One value per key, made by the first thread that asks while the others wait for it.

    `fresh` says whether a kept value still serves. A failure is remembered for a minute and
    raised to everybody who asks.
    """

    def __init__(
        self,
        make: Callable[[K], V],
        *,
        clock: Clock,
        fresh: Callable[[V], bool] = lambda _value: True,
    ) -> None:
        self._make = make
        self._clock = clock
        self._fresh = fresh
        self._slots: dict[K, _Slot[V]] = {}
        self._lock = Lock()

    def get(self, key: K) -> V:
        """The value of a key. Raises what making it raised."""
        slot = self._slot(key)
        with slot.lock:
            if slot.value is not None and self._fresh(slot.value):
                return slot.value
            if slot.error is not None and self._clock.now() - slot.failed_at < _REMEMBERED:
                raise slot.error
            slot.value = slot.error = None
            return self._fill(slot, key)

    def discard(self, key: K, value: V) -> None:
        """Forget a value that proved unfit, unless it was replaced in the meantime."""
        slot = self._slot(key)
        with slot.lock:
            if slot.value is value:
                slot.value = None

    def _slot(self, key: K) -> _Slot[V]:
        with self._lock:
            return self._slots.setdefault(key, _Slot())

    def _fill(self, slot: _Slot[V], key: K) -> V:
        try:
            slot.value = self._make(key)
        except ReconcileError as error:
            slot.error, slot.failed_at = error, self._clock.now()
            raise
        return slot.value
