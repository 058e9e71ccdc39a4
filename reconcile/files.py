"""Files, read and written safely.

No pipe or device is waited for, nothing is read without an end, and no file is left half written.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from typing import BinaryIO

from reconcile.errors import ReconcileError


def read_file(path: str | Path, largest: int) -> bytes:
    """The content of a regular file of at most `largest` bytes; links are followed.

    Raises OSError as `opened_file`, and with EFBIG for a larger file; `strerror` says why.
    """
    with opened_file(path) as file:
        content = read_at_most(file, largest + 1)
    if len(content) > largest:
        raise OSError(errno.EFBIG, f"larger than {largest} bytes", str(path))
    return content


def read_at_most(file: BinaryIO, size: int) -> bytes:
    """The next `size` bytes of a file, or all that it holds.

    Read in pieces: `file.read(size)` takes as much memory as it may read.
    """
    content = bytearray()
    while piece := file.read(min(_PIECE, size - len(content))):
        content += piece
    return bytes(content)


_PIECE = 1 << 18


@contextmanager
def opened_file(path: str | Path) -> Iterator[BinaryIO]:
    """A regular file, open for reading.

    Raises OSError, EINVAL for a pipe, a device, a socket and what the kernel shows as a file: those
    hold the environment and the memory of processes, which no file of a project may quote.
    """
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        status = os.fstat(number)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if (reason := not_regular(status)) is not None:
            raise OSError(errno.EINVAL, reason, str(path))
        with open(number, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(number)


def not_regular(status: os.stat_result) -> str | None:
    """Why something that is not a folder is not a regular file on a disk; None if it is."""
    for is_kind, kind in _OTHER_KINDS:
        if is_kind(status.st_mode):
            return f"it is a {kind}, not a regular file"
    if status.st_dev in _kernel_devices():
        return "it shows the state of the kernel, not a regular file"
    return None


_OTHER_KINDS = (
    (stat.S_ISFIFO, "pipe"),
    (stat.S_ISCHR, "device"),
    (stat.S_ISBLK, "device"),
    (stat.S_ISSOCK, "socket"),
)


def _kernel_devices() -> frozenset[int]:
    """The file systems of /proc and /sys, which a bind mount may show elsewhere."""
    found = set()
    for folder in ("/proc", "/sys"):
        with suppress(OSError):
            if os.path.ismount(folder):
                found.add(os.stat(folder).st_dev)  # noqa: PTH116 - as above
    return frozenset(found)


def replace_file(path: Path, content: bytes, *, private: bool) -> None:
    """Put a file in place whole, or not at all; it is readable by us only, or keeps its mode.

    Raises OSError.
    """
    draft = path.with_name(f".{secrets.token_hex(8)}.reconcile")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    number = os.open(draft, flags, 0o600 if private else 0o666)
    try:
        with open(number, "wb") as file:  # noqa: PTH123 - a descriptor
            if not private:
                with suppress(FileNotFoundError):
                    os.fchmod(number, stat.S_IMODE(path.lstat().st_mode))
            file.write(content)
            file.flush()
            os.fsync(number)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def put(what: str, path: Path, content: bytes, *, private: bool = False) -> None:
    """Put a file in place whole, or not at all; never through a link. Raises ReconcileError.

    Only this user can read a `private` one; another keeps the mode of the file that it replaces.
    """
    try:
        unfit = why_no_file_fits(path)
        if unfit is None:
            replace_file(path, content, private=private)
    except OSError as error:
        unfit = error.strerror or str(error)
    if unfit is not None:
        raise ReconcileError(f"cannot write the {what} {str(path)!r}: {unfit}")


def why_no_file_fits(path: Path) -> str | None:
    """Why no file can be put here; a link is not followed."""
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return (error.strerror or "").lower()
    if stat.S_ISLNK(mode):
        return "it is a link"
    if stat.S_ISDIR(mode):
        return "it is a folder"
    return None if stat.S_ISREG(mode) else "it is a device, a pipe or a socket"


def make_private_folder(folder: Path) -> None:
    """Make what is missing of a path, for this user only, whatever the umask.

    Source: the XDG base directory specification. What is there keeps its mode.
    """
    missing = takewhile(lambda place: not place.exists(), [folder, *folder.parents])
    for place in reversed(list(missing)):
        with suppress(FileExistsError):  # another process was faster, or it is a link to nowhere
            place.mkdir(mode=stat.S_IRWXU)


def make_state_folder(folder: Path) -> None:
    """Make a folder of journals or locks, for this user only, whatever the umask.

    A folder that an earlier version left open to others becomes private, and so does `reconcile`
    above it; a state directory that a person chose keeps its mode.
    """
    make_private_folder(folder)
    for place in (folder, folder.parent):
        if place is folder or place.name == "reconcile":
            _close(place)


def _close(folder: Path) -> None:
    """Take the rights of others away from a folder that is ours, and no link to another one."""
    status = folder.lstat()
    ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    if ours and status.st_mode & _OTHERS:
        with suppress(OSError):  # a file system without modes
            folder.chmod(stat.S_IMODE(status.st_mode) & ~_OTHERS)


_OTHERS = stat.S_IRWXG | stat.S_IRWXO
