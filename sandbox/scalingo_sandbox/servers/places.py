"""The temporary directories of servers, and what an end by force left of them."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from scalingo_sandbox.servers.keeper import clear

_PREFIX = f"reconcile-servers-{os.getuid()}-"
_LOCK = "lock"
_MOMENT = 60.0
"""Seconds after which a directory without a lock is no longer one that is being made."""


def make_place() -> tuple[Path, int]:
    """Make a directory that only this user enters; with the descriptor of its lock, which is held.

    The lock comes to its name when it is held already: a directory with a free lock is abandoned.
    """
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX)).resolve()
    coming = folder / "lock.new"
    lock = os.open(coming, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    coming.rename(folder / _LOCK)
    return folder, lock


def sweep() -> None:
    """Clear the directories of this user whose keeper was killed."""
    for folder in _own_places():
        lock = _taken(folder)
        if lock is not None:
            clear(folder)
            os.close(lock)


def _own_places() -> Iterator[Path]:
    for folder in Path(tempfile.gettempdir()).resolve().glob(f"{_PREFIX}*"):
        try:
            status = folder.lstat()
        except OSError:
            continue
        if status.st_uid == os.getuid() and not folder.is_symlink():
            yield folder


def _taken(folder: Path) -> int | None:
    """Take the lock of an abandoned directory; None if it is in use, or being made or cleared."""
    try:
        age = time.time() - folder.stat().st_mtime
        created = os.O_CREAT if age > _MOMENT else 0
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | created, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock
