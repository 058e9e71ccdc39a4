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
"""Seconds for which a failure stands for all who ask, instead of one failure for each.

As long a value that replaced an unfit one is the last: one more would be no better.
"""


@define
class _Slot(Generic[V]):
    lock: Lock = field(factory=Lock)
    value: V | None = None
    error: ReconcileError | None = None
    failed_at: float = 0.0
    replaced_at: float | None = None


class SingleFlight(Generic[K, V]):
    """One value per key, made by the first thread that asks while the others wait for it.

    `fresh` says whether a kept value still serves. A failure is remembered for a minute and
    raised to everybody who asks, unless it is urgent.
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

    def get(self, key: K, *, urgently: Callable[[K], V] | None = None) -> V:
        """The value of a key. Raises what making it raised.

        Where it is made `urgently`, it is made in that way, and no failure of before stands for it.
        """
        slot = self._slot(key)
        with slot.lock:
            return self._current(slot, key, urgently)

    def replace(self, key: K, unfit: V, *, urgently: Callable[[K], V] | None = None) -> V | None:
        """A value in place of one that proved unfit: the one that is there meanwhile, or a new one.

        None where the unfit one itself replaced another less than a minute ago. Raises what making
        it raised; `urgently` as for `get`.
        """
        slot = self._slot(key)
        with slot.lock:
            if slot.value is unfit:
                if slot.replaced_at is not None and self._recent(slot.replaced_at):
                    return None
                slot.value, slot.replaced_at = None, self._clock.ticks()
            return self._current(slot, key, urgently)

    def _current(self, slot: _Slot[V], key: K, urgently: Callable[[K], V] | None) -> V:
        if slot.value is not None and self._fresh(slot.value):
            return slot.value
        if slot.error is not None and urgently is None and self._recent(slot.failed_at):
            raise slot.error
        slot.value = slot.error = None
        return self._fill(slot, key, urgently or self._make)

    def _recent(self, moment: float) -> bool:
        return self._clock.ticks() - moment < _REMEMBERED

    def _slot(self, key: K) -> _Slot[V]:
        with self._lock:
            return self._slots.setdefault(key, _Slot())

    def _fill(self, slot: _Slot[V], key: K, make: Callable[[K], V]) -> V:
        try:
            slot.value = make(key)
        except ReconcileError as error:
            slot.error, slot.failed_at = error, self._clock.ticks()
            raise
        return slot.value
