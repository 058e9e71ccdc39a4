"""What is read once more, for a spec that needs it: each thing once, however many databases ask."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from threading import Lock
from typing import Any

from attrs import define, field

from reconcile.errors import ReconcileError
from reconcile.kinds.lookup import or_untold
from reconcile.model.request import Call, Scope
from reconcile.model.target import Target


@define
class _Slot:
    lock: Lock = field(factory=Lock)
    answer: Any = None
    error: ReconcileError | None = None
    asked: bool = False


class Lookups:
    """Remembers what the service answers, for one round of reads. Thread safe.

    Calls about the service are equal whoever asks; one about a database is nobody else's.
    """

    def __init__(self, read: Callable[[Target, Call], Any]) -> None:
        self._read = read
        self._slots: dict[Hashable, _Slot] = {}
        self._lock = Lock()

    def ask(self, target: Target, call: Call) -> Any:
        """The answer, or UNTOLD where the provider does not have what is asked for.

        Raises ApiError where there is no usable answer, to all who ask for it; what concerns the
        one database in whose name it was asked, to that one only.
        """
        if call.scope is Scope.DATABASE:
            return self._answer(target, call)
        with self._lock:
            slot = self._slots.setdefault(_key(target, call), _Slot())
        with slot.lock:
            if not slot.asked:
                self._fill(slot, target, call)
        if slot.error is not None:
            raise slot.error
        return slot.answer

    def _fill(self, slot: _Slot, target: Target, call: Call) -> None:
        try:
            slot.answer = self._answer(target, call)
        except ReconcileError as error:
            if error.unauthenticated:
                raise
            slot.error = error
        slot.asked = True

    def _answer(self, target: Target, call: Call) -> Any:
        return or_untold(partial(self._read, target, call))


def _key(target: Target, call: Call) -> Hashable:
    names, query = sorted(call.names.items()), sorted(call.query.items())
    return target.hosts.database, call.method, call.path, tuple(names), tuple(query)
