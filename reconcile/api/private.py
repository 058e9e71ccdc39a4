"""A directory of files that nobody but us may read or change, and that is ours for certain.

Every look and its use go through one descriptor, so that nothing can be exchanged between them.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from attrs import frozen

from reconcile.files import make_private_folder

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
# No link is followed at the end of a path, and no pipe waited for.
_SAFELY = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_LARGEST = 64 * 1024
_NAME = re.compile(r"[0-9a-f]{64}(?:\.[0-9a-f]{16})?")


class NotPrivateError(Exception):
    """What is there is a link or no file, belongs to somebody else or is open to others."""


@frozen
class PrivateDirectory:
    """Files of mode 0600 in a directory of mode 0700, whatever the umask; made when it is needed.

    Names are SHA-256 in hexadecimal. Any method may raise NotPrivateError, with a sentence, and
    OSError.
    """

    path: Path

    def read(self, name: str) -> bytes:
        """The content of a file. Raises FileNotFoundError where there is none."""
        with self._opened() as directory:
            place = self.path / name
            with open(_open(place, os.O_RDONLY, directory), "rb") as file:
                _check(os.fstat(file.fileno()), place)
                return file.read(_LARGEST)

    def write(self, name: str, content: bytes, moment: float) -> None:
        """Put a file in place whole, or not at all; `moment` is its time."""
        make_private_folder(self.path)
        # Another process may write the same name: whoever renames last has it.
        draft = f"{name}.{secrets.token_hex(8)}"
        with self._opened() as directory:
            try:
                _write(draft, content, moment, directory)
                os.rename(draft, name, src_dir_fd=directory, dst_dir_fd=directory)
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(draft, dir_fd=directory)

    def remove(self, name: str) -> None:
        """Take a file away. Raises FileNotFoundError where there is none."""
        with self._opened() as directory:
            os.unlink(name, dir_fd=directory)

    def sweep(self, earliest: float, latest: float) -> None:
        """Take away the files of ours, drafts of killed runs as well, whose time is no such."""
        with self._opened() as directory:
            names = os.listdir(directory)  # noqa: PTH208 - of a descriptor
            for name in filter(_NAME.fullmatch, names):
                with suppress(FileNotFoundError):
                    status = os.stat(name, dir_fd=directory, follow_symlinks=False)
                    if not earliest <= status.st_mtime <= latest:
                        os.unlink(name, dir_fd=directory)

    @contextmanager
    def _opened(self) -> Iterator[int]:
        number = _open(self.path, os.O_RDONLY | os.O_DIRECTORY, None)
        try:
            _check(os.fstat(number), self.path)
            yield number
        finally:
            os.close(number)


def _open(place: Path, flags: int, directory: int | None) -> int:
    """A descriptor of the place itself, which lies in the directory where there is one."""
    try:
        return os.open(
            place if directory is None else place.name, flags | _SAFELY, dir_fd=directory
        )
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENOTDIR}:
            what = "directory" if directory is None else "file"
            raise NotPrivateError(f"{str(place)!r} is a link or no {what}") from None
        raise


def _write(name: str, content: bytes, moment: float, directory: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAFELY
    number = os.open(name, flags, stat.S_IRUSR | stat.S_IWUSR, dir_fd=directory)
    with open(number, "wb") as file:  # noqa: PTH123 - a descriptor
        file.write(content)
        file.flush()
        os.utime(number, (moment, moment))


def _check(status: os.stat_result, path: Path) -> None:
    """Raise NotPrivateError unless what was opened is ours, and ours alone."""
    place = repr(str(path))
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
        raise NotPrivateError(f"{place} is no file")
    if status.st_uid != os.geteuid():
        raise NotPrivateError(f"{place} belongs to somebody else")
    if status.st_mode & _OTHERS:
        raise NotPrivateError(f"{place} is open to other users")
