"""Which database each addon was found to have; one that two of them have is neither's."""

from __future__ import annotations

from threading import Lock

from reconcile.sql.identity import Fingerprint


class Proofs:
    """What was proven in a run. Thread safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._proven: dict[str, Fingerprint] = {}
        self._found_for: dict[Fingerprint, str] = {}
        self._contested: dict[str, str] = {}

    def contested(self, addon: str, found: Fingerprint) -> str | None:
        """The other addon whose database it was found to be as well, in this run or just now.

        From then on nothing counts as proven for either, whatever is found later.
        """
        with self._lock:
            other = self._found_for.setdefault(found, addon)
            if other != addon:
                self._contested.setdefault(addon, other)
                self._contested.setdefault(other, addon)
            return self._contested.get(addon)

    def other_than(self, addon: str) -> str | None:
        """The other addon that was found to have the database of an addon; None for none."""
        with self._lock:
            return self._contested.get(addon)

    def prove(self, addon: str, found: Fingerprint) -> None:
        """Remember where the connection of an addon leads."""
        with self._lock:
            self._proven[addon] = found

    def withdraw(self, addon: str) -> None:
        """Forget it, until it is proven again."""
        with self._lock:
            self._proven.pop(addon, None)

    def of(self, addon: str) -> Fingerprint | None:
        """Where the connection of an addon was last proven to lead; None where it is contested."""
        with self._lock:
            return None if addon in self._contested else self._proven.get(addon)
