"""What may outlive a run: tokens and hosts, on disk, for as long as they are good.

Nothing that goes wrong here is a failure: what cannot be kept is asked for once more. The form of
the files, and why they are what they are: docs/adr/0012-tokens-on-disk.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from attrs import field, frozen

from reconcile.api.clock import Clock
from reconcile.api.private import NotPrivateError, PrivateDirectory
from reconcile.api.tokens import LIFE

T = TypeVar("T")

_FORMAT = 1


@frozen(kw_only=True)
class Kept:
    """What was kept, and when, in seconds since the epoch, it ends."""

    holds: Mapping[str, Any] = field(repr=False)
    ends: float


class Store:
    """Documents by the facts that they are about, on disk until they end. Thread safe.

    Several processes may share a directory; None keeps nothing. `facts` are about all documents
    of this store. `notify` is told, once, where the directory or a file is not ours alone; nothing
    is read or written from then on.
    """

    def __init__(
        self,
        directory: Path | None,
        *,
        facts: Mapping[str, str],
        clock: Clock,
        notify: Callable[[str], None],
    ) -> None:
        self._directory = None if directory is None else PrivateDirectory(directory)
        self._facts = dict(facts)
        self._clock = clock
        self._notify = notify
        self._lock = Lock()
        self._swept = False
        self._unfit: set[str] = set()

    def read(self, facts: Mapping[str, str]) -> Kept | None:
        """What was kept under these facts and has not ended."""
        about = self._about(facts)
        name = _digest(about)
        kept = self._found(name, about)
        if kept is None:
            return None
        now = self._clock.now()
        # Whatever ends later than anything can was written while the clock was wrong.
        if now < kept.ends <= now + LIFE and _digest(kept.holds) not in self._unfit:
            return kept
        self._tried(lambda directory: directory.remove(name))
        return None

    def write(self, facts: Mapping[str, str], holds: Mapping[str, Any], ends: float) -> None:
        """Keep something until it ends, but for an hour at most."""
        now = self._clock.now()
        about = self._about(facts)
        document = {
            "format_version": _FORMAT,
            "about": about,
            "ends": min(ends, now + LIFE),
            "holds": dict(holds),
        }
        content = json.dumps(document, indent=2).encode()
        self._sweep(now)
        self._tried(lambda directory: directory.write(_digest(about), content, now))

    def remove(self, facts: Mapping[str, str], holds: Mapping[str, Any]) -> None:
        """Forget what proved unfit, but not what another process has put in its place."""
        self._unfit.add(_digest(holds))
        self.read(facts)

    def _about(self, facts: Mapping[str, str]) -> dict[str, str]:
        return {**self._facts, **facts}

    def _found(self, name: str, about: Mapping[str, str]) -> Kept | None:
        content = self._tried(lambda directory: directory.read(name))
        return None if content is None else _kept(content, about)

    def _sweep(self, now: float) -> None:
        """Once per run, take away what nobody may ask for again: it still holds tokens."""
        with self._lock:
            swept, self._swept = self._swept, True
        if not swept:
            self._tried(lambda directory: directory.sweep(now - LIFE, now + LIFE))

    def _tried(self, work: Callable[[PrivateDirectory], T]) -> T | None:
        """What the work returns; None where the disk is full, read-only, or not to be trusted."""
        directory = self._directory
        if directory is None:
            return None
        try:
            return work(directory)
        except NotPrivateError as error:
            self._give_up(str(error))
        except OSError:
            pass
        return None

    def _give_up(self, reason: str) -> None:
        with self._lock:
            told, self._directory = self._directory is None, None
        if not told:
            self._notify(
                f"tokens are kept in memory only, because {reason}: remove it, or set"
                " RECONCILE_TOKEN_CACHE=off"
            )


def _kept(content: bytes, about: Mapping[str, str]) -> Kept | None:
    """What a file holds, None where it is torn, of another form, or about something else."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or document.get("format_version") != _FORMAT:
        return None
    ends, holds = document.get("ends"), document.get("holds")
    if document.get("about") != about or not isinstance(holds, dict):
        return None
    return Kept(holds=holds, ends=ends) if isinstance(ends, float) else None


def _digest(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
