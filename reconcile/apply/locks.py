"""One run at a time on each live database.

A lock is held by the kernel for as long as its file is open, and released by it when the process
ends, however it ends: there is no stale lock to clear away. What is left of one is a file that says
who held it last, and that the next run takes over. It is never removed, for another process may
have opened it just before.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from attrs import frozen

from reconcile.codec import plain, tolerant
from reconcile.errors import ReconcileError
from reconcile.files import make_state_folder
from reconcile.model.target import Target
from reconcile.model.text import moment


class LockError(ReconcileError):
    """A lock can be neither taken nor refused: nothing may be changed without it."""


@frozen(kw_only=True)
class Held:
    """Who holds a lock, as far as its file tells; `since` in UTC."""

    run: str = ""
    pid: int | None = None
    host: str = ""
    since: datetime | None = None

    @property
    def message(self) -> str:
        """Why nothing was done, and what to do."""
        run = f"run {self.run}" if self.run else "another run"
        elsewhere = f" on {self.host}" if self.host != os.uname().nodename else ""
        known = [
            f"pid {self.pid}{elsewhere}" if self.pid is not None else "",
            f"since {moment(self.since)}" if self.since else "",
        ]
        about = ", ".join(part for part in known if part)
        return (
            f"{run}{f' ({about})' if about else ''} is at work on this database; nothing was sent,"
            " try again when it has ended"
        )


class Locks:
    """The locks of one run, in a folder that every run of this state directory shares.

    `now` tells the time in UTC. All are released at the end of the block. Raises LockError where
    the folder cannot be made, and where its file system does not lock.
    """

    def __init__(self, directory: Path, run_id: str, now: Callable[[], datetime]) -> None:
        self.path = directory / "locks"
        self._run_id = run_id
        self._now = now
        self._held: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for descriptor in self._held:
            with suppress(OSError):  # whose it was is told for convenience only
                os.ftruncate(descriptor, 0)
            os.close(descriptor)

    def take(self, target: Target, handle: str) -> Held | None:
        """Take the lock of a live database; None once it is ours, who holds it where it is not."""
        place = self.path / f"{_name(target)}.lock"
        try:
            make_state_folder(self.path)
            descriptor = _locked(place)
            if isinstance(descriptor, Held):
                return descriptor
            self._held.append(descriptor)
            self._sign(descriptor)
        except OSError as error:
            raise LockError(
                f"cannot lock {handle!r} with {str(place)!r}: {error.strerror}; nothing is changed"
                " without a lock, choose another place with --state-dir"
            ) from error
        return None

    def _sign(self, descriptor: int) -> None:
        """Say whose it is, for the message of whoever meets it."""
        host, now = os.uname().nodename, self._now()
        holder = Held(run=self._run_id, pid=os.getpid(), host=host, since=now)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{json.dumps(plain(holder), sort_keys=True)}\n".encode(), 0)


_LARGEST = 64 * 1024


def _name(target: Target) -> str:
    """One database, one name: whatever handle or application it goes by."""
    named = f"{target.hosts.database}\n{target.addon}"
    return hashlib.sha256(named.encode()).hexdigest()[:32]


def _locked(place: Path) -> int | Held:
    """The descriptor of a file that is locked now, or who holds it. Raises OSError."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(place, flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor
            if isinstance(error, BlockingIOError):
                return _holder(file.read(_LARGEST))
        raise
    return descriptor


def _holder(content: bytes) -> Held:
    """What a lock's file tells; one that was not written yet, or is no longer whole, nothing."""
    try:
        return tolerant(Held, json.loads(content))
    except (ValueError, RecursionError):
        return Held()
