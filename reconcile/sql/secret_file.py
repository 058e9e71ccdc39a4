"""A file below a directory, read so that nothing can be exchanged between the look and the use."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path, PurePath

LARGEST = 64 * 1024
"""The most bytes that such a file may have."""

# Links are followed beforehand, and none after that; no pipe is waited for.
_SAFELY = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class SecretFileError(Exception):
    """A file that is not read: `what` is wrong with it, and a `hint` what to do."""

    def __init__(self, what: str, *, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


def read_below(directory: Path, path: str) -> bytes:
    """The content of a regular file; `path` is relative to the directory, or absolute below it.

    Links are followed as long as they do not lead out. What leads out is refused in one sentence,
    whether it is there or not. Raises SecretFileError.
    """
    try:
        if not _leads_down(directory, PurePath(path)):
            raise _outside(directory)
        top = directory.resolve(strict=True)
        place = (directory / path).resolve()
        if not place.is_relative_to(top):
            raise _outside(directory)
        return _content(top, place.relative_to(top).parts)
    except (OSError, RuntimeError) as error:  # the latter: links in a circle, before Python 3.13
        reason = getattr(error, "strerror", None) or "its links lead in a circle"
        raise SecretFileError(
            f"cannot be read: {reason.lower()}", hint="it has to be a file that this user may read"
        ) from None


def _leads_down(directory: Path, path: PurePath) -> bool:
    """Whether a path is one below the directory as it is written: nothing is looked at for it."""
    inside = not path.is_absolute() or path.is_relative_to(directory.absolute())
    return inside and ".." not in path.parts


def _outside(directory: Path) -> SecretFileError:
    return SecretFileError(
        f"is not below {str(directory)!r}", hint="move it there, or name one that is"
    )


def _content(top: Path, parts: Sequence[str]) -> bytes:
    """Go down from `top` by descriptors: what was exchanged for a link meanwhile is not followed."""
    descriptor = os.open(top, _SAFELY | os.O_DIRECTORY)
    for index, part in enumerate(parts):
        directory = os.O_DIRECTORY if index < len(parts) - 1 else 0
        descriptor = _inside(descriptor, part, _SAFELY | directory)
    try:
        return _read(descriptor)
    finally:
        os.close(descriptor)


def _inside(directory: int, name: str, flags: int) -> int:
    """The descriptor of what a directory holds; that of the directory is closed."""
    try:
        return os.open(name, flags, dir_fd=directory)
    finally:
        os.close(directory)


def _read(descriptor: int) -> bytes:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise SecretFileError("is no regular file", hint="put the connection string into one")
    content = b""
    while len(content) <= LARGEST and (piece := os.read(descriptor, LARGEST)):
        content += piece
    if len(content) > LARGEST:
        raise SecretFileError(
            f"is larger than {LARGEST // 1024} KiB", hint="put the connection string there, alone"
        )
    return content
