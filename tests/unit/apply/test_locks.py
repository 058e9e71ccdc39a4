"""Locks: one run at a time on each live database, and none left over."""

from __future__ import annotations

import errno
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import evolve
from builders import target

from reconcile.apply.locks import Held, LockError, Locks

TIME = datetime(2026, 11, 23, 10, 42, 7, tzinfo=UTC)
HOST = os.uname().nodename

_HOLDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from builders import target
from reconcile.apply.locks import Locks
with Locks(Path(sys.argv[1]), "run-1", lambda: datetime(2026, 11, 23, 10, 42, 7, tzinfo=UTC)) as locks:
    assert locks.take(target(), "shop") is None
    print("taken", flush=True)
    sys.stdin.read()
"""


def now() -> datetime:
    """A fixed time."""
    return TIME


@contextmanager
def holder(directory: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the lock of `shop`, until its stdin is closed."""
    tests = str(Path(__file__).parents[2])
    words = [sys.executable, "-c", _HOLDER, str(directory), tests]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "taken\n"
            yield process
        finally:
            process.kill()


def taken(directory: Path, run_id: str = "run-2") -> Held | None:
    """Try to take the lock of `shop`, and give it back."""
    with Locks(directory, run_id, now) as locks:
        return locks.take(target(), "shop")


def test_a_second_process_is_told_who_has_it(tmp_path: Path) -> None:
    """By which run, which process and since when; once that has ended, it is free."""
    with holder(tmp_path) as process:
        held = taken(tmp_path)
        assert held == Held(run="run-1", pid=process.pid, host=HOST, since=TIME)
        assert held.message == (
            f"run run-1 (pid {process.pid}, since 2026-11-23 10:42:07 UTC) is at work on this database;"
            " nothing was sent, try again when it has ended"
        )
        assert process.stdin is not None
        process.stdin.close()
        process.wait()
    assert taken(tmp_path) is None


def test_the_kernel_lets_go_of_what_a_killed_process_held(tmp_path: Path) -> None:
    """Its file is left with its name in it, and harms nobody."""
    with holder(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        (left,) = (tmp_path / "locks").iterdir()
        holder_told = {
            "host": HOST,
            "pid": process.pid,
            "run": "run-1",
            "since": TIME.isoformat(),
        }
        assert left.read_text(encoding="utf-8") == f"{json.dumps(holder_told)}\n"
        assert taken(tmp_path) is None


def test_what_ends_well_leaves_an_empty_file(tmp_path: Path) -> None:
    """So that nobody is blamed who is gone; the file stays, for another may have it open."""
    assert taken(tmp_path) is None
    (left,) = (tmp_path / "locks").iterdir()
    assert left.read_bytes() == b""


def test_a_lock_is_of_the_live_database(tmp_path: Path) -> None:
    """Under whatever handle and application; another addon or host is another database."""
    renamed = evolve(target(), app="other", region="x", resource_id="y")
    with Locks(tmp_path, "run-1", now) as first, Locks(tmp_path, "run-2", now) as second:
        assert first.take(target(), "shop") is None
        assert second.take(renamed, "store") is not None
        assert second.take(evolve(target(), addon="ad-other"), "shop") is None
        hosts = evolve(target().hosts, database="https://db.elsewhere.test")
        assert second.take(evolve(target(), hosts=hosts), "shop") is None


def test_only_its_owner_sees_it(tmp_path: Path) -> None:
    """0700 for each folder that is made, 0600 for the file; whatever the umask."""
    before = os.umask(0)
    try:
        assert taken(tmp_path / "state") is None
    finally:
        os.umask(before)
    folder = tmp_path / "state" / "locks"
    (file,) = folder.iterdir()
    for made in (folder, folder.parent):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(file.name) == len("0" * 32 + ".lock")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """Nobody else chooses which file is cut short and written."""
    assert taken(tmp_path) is None
    (file,) = (tmp_path / "locks").iterdir()
    file.unlink()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine", encoding="utf-8")
    file.symlink_to(elsewhere)
    with pytest.raises(LockError, match="Too many levels of symbolic links"):
        taken(tmp_path)
    assert elsewhere.read_text(encoding="utf-8") == "mine"


def test_without_a_place_for_locks_nothing_is_changed(tmp_path: Path) -> None:
    """The error names it, and what to do."""
    (tmp_path / "file").touch()
    with pytest.raises(LockError) as caught:
        taken(tmp_path / "file")
    assert str(caught.value).startswith(f"cannot lock 'shop' with '{tmp_path}/file/locks/")
    assert str(caught.value).endswith(
        ".lock': Not a directory; nothing is changed without a lock, choose another place with"
        " --state-dir"
    )


def test_a_file_system_that_does_not_lock_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As some that are shared over a network: refused, and not taken for free."""

    def refuse(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(LockError, match="No locks available"):
        taken(tmp_path)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1]", b"[" * 60_000, b'{"since": 1}', b"\xff", b'{"run": 1, "since": "x"}'],
)
def test_a_holder_that_is_not_told_is_another_run(tmp_path: Path, content: bytes) -> None:
    """It may not have written its name yet, or something broke it."""
    with Locks(tmp_path, "run-1", now) as locks:
        locks.take(target(), "shop")
        (file,) = (tmp_path / "locks").iterdir()
        file.write_bytes(content)
        held = taken(tmp_path)
        assert held == Held()
        assert held.message.startswith("another run is at work on this database; nothing was sent")


def test_a_holder_on_another_host_is_named_with_it() -> None:
    """Where the folder is shared, a process number alone would mislead."""
    held = Held(run="run-1", pid=4711, host="build-7", since=TIME)
    assert held.message.startswith("run run-1 (pid 4711 on build-7, since 2026-11-23 10:42:07 UTC)")
