"""The tour: it holds, it fits 80 columns, and it leaves no process behind however it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from e2e.command import SECONDS, children, end, is_running, until

ROOT = Path(__file__).resolve().parents[2]
TOUR = ROOT / "demo" / "tour.py"


@contextmanager
def tour(home: Path) -> Iterator[subprocess.Popen[str]]:
    """Start the tour in a session of its own."""
    process = subprocess.Popen(
        [sys.executable, TOUR],
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def sandbox_of(process: subprocess.Popen[str]) -> int:
    """The process of the tour's sandbox, as soon as it is there."""

    def found() -> list[int]:
        pids = []
        for pid in children(process.pid):
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if b"sandbox" in words:
                pids.append(pid)
        return pids

    until(found, "the tour starts its sandbox")
    return found()[0]


def test_the_tour_holds_and_fits_80_columns(tmp_path: Path) -> None:
    """Every step comes out as its caption says; nothing is left in the home directory."""
    with tour(tmp_path) as process:
        stdout, stderr = process.communicate(timeout=10 * SECONDS)
    assert process.returncode == 0, stdout + stderr
    assert "Traceback" not in stdout + stderr
    assert "That is all. Every step held." in stdout
    assert [line for line in stdout.splitlines() if len(line) > 80] == []
    assert "\x1b" not in stdout
    assert not re.search(r"tk-sandbox-|eyJ", stdout)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda one: one.name
)
@pytest.mark.parametrize("moment", ["at the start", "in the middle"])
def test_an_interrupted_tour_leaves_no_sandbox(
    tmp_path: Path, number: signal.Signals, moment: str
) -> None:
    """Whichever signal ends the tour alone, its sandbox is gone a moment later."""
    with tour(tmp_path) as process:
        sandbox = sandbox_of(process)
        try:
            if moment == "in the middle":
                assert process.stdout is not None
                until(lambda: process.stdout and process.stdout.readline(), "the first caption")
            process.send_signal(number)
            until(lambda: process.poll() is not None, "the tour ends")
            until(lambda: not is_running(sandbox), "the sandbox ends")
            stdout, stderr = process.communicate(timeout=SECONDS)
        finally:
            end(sandbox)
    assert process.returncode in {130, 143, -number}
    assert "Traceback" not in stdout + stderr, stdout + stderr
