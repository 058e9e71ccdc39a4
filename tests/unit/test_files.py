"""Files that somebody named: what is no regular file is refused, and none is read without an end."""

from __future__ import annotations

import errno
import os
import tracemalloc
from pathlib import Path

import pytest

from reconcile.files import read_file


def test_a_regular_file_is_read_also_through_a_link(tmp_path: Path) -> None:
    """Up to the limit itself."""
    (tmp_path / "a").write_bytes(b"1234")
    (tmp_path / "b").symlink_to("a")
    assert read_file(tmp_path / "b", 4) == b"1234"


def test_a_larger_file_is_refused(tmp_path: Path) -> None:
    """Also one of gigabytes, of which only the beginning is read."""
    with (tmp_path / "a").open("wb") as file:
        file.truncate(3 << 30)
    with pytest.raises(OSError, match="larger than 3 bytes") as caught:
        read_file(tmp_path / "a", 3)
    assert caught.value.errno == errno.EFBIG


def test_a_small_file_takes_little_memory(tmp_path: Path) -> None:
    """However large it might be: a run reads many."""
    (tmp_path / "small").write_bytes(b"ten bytes.")
    tracemalloc.start()
    try:
        assert read_file(tmp_path / "small", 64 << 20) == b"ten bytes."
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1 << 20


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    """At once, and no descriptor stays open."""
    os.mkfifo(tmp_path / "pipe")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for place, number in {
        tmp_path / "pipe": errno.EINVAL,
        Path("/dev/zero"): errno.EINVAL,
        tmp_path: errno.EISDIR,
        tmp_path / "missing": errno.ENOENT,
    }.items():
        with pytest.raises(OSError) as caught:  # noqa: PT011 - the number tells
            read_file(place, 10)
        assert caught.value.errno == number
        assert caught.value.strerror
    assert len(list(Path("/proc/self/fd").iterdir())) == before
