"""Files that somebody named: no pipe or device is waited for, and none is read without an end."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def read_file(path: str | Path, largest: int) -> bytes:
    """The content of a regular file of at most `largest` bytes; links are followed.

    Raises OSError as `opened_file`, and with EFBIG for a larger file; `strerror` says why.
    """
    with opened_file(path) as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise OSError(errno.EFBIG, f"larger than {largest} bytes", str(path))
    return content


@contextmanager
def opened_file(path: str | Path) -> Iterator[BinaryIO]:
    """A regular file, open for reading. Raises OSError, EINVAL for a pipe, a device or a socket."""
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        mode = os.fstat(number).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        with open(number, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(number)
