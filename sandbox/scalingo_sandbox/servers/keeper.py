"""The parent of the servers: a process of its own that outlives whoever asked for them.

Run as a script, with nothing but the standard library: `python -I -S keeper.py FOLDER`. It hears
JSON lines on stdin: `{"id", "argv", "cwd", "env", "log", "stdin", "end"}` starts a process, `{"end":
id}` sends a process the signal that ends it. It says `{"id", "status"}` on stdout when a process has
ended. When stdin ends, by a word or because its starter was killed, it ends all and removes FOLDER.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

GRACE = 3.0
"""Seconds that processes have to end before they are killed."""

_PAUSE = 0.01
_POLITE = 0.5
_CHUNK = 65536
_NOT_STARTED = 127


class Keeper:
    """The processes that run, by the ids that the starter gave them."""

    def __init__(self) -> None:
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._ends: dict[int, int] = {}

    def hear(self, line: bytes) -> None:
        """Do what one line asks for."""
        said: dict[str, Any] = json.loads(line)
        if "argv" in said:
            self._start(said)
        elif said["end"] in self._running:
            self._running[said["end"]].send_signal(self._ends[said["end"]])

    def tell(self) -> None:
        """Say which processes have ended since."""
        for number, process in list(self._running.items()):
            if process.poll() is not None:
                del self._running[number]
                _say({"id": number, "status": process.returncode})

    def end(self) -> None:
        """End every process: each by its own signal first, because some tidy up at theirs."""
        for number, process in self._running.items():
            process.send_signal(self._ends[number])
        deadline = time.monotonic() + GRACE
        for process in self._running.values():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(self, said: dict[str, Any]) -> None:
        with (
            Path(said["log"]).open("ab") as log,
            Path(said["stdin"] or os.devnull).open("rb") as stdin,
        ):
            try:
                process = subprocess.Popen(  # noqa: S603 - what the starter asks for
                    said["argv"], cwd=said["cwd"], env=said["env"], stdin=stdin, stdout=log,
                    stderr=log, start_new_session=True,
                )  # fmt: skip
            except OSError as error:
                log.write(f"{error}\n".encode())
                _say({"id": said["id"], "status": _NOT_STARTED})
                return
        self._running[said["id"]] = process
        self._ends[said["id"]] = said["end"]


def below(folder: Path) -> Iterator[int]:
    """Processes that work in a folder, without those of a terminal: a person may look around."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            place = (entry / "cwd").readlink()
            terminal = (entry / "stat").read_text().rpartition(")")[2].split()[4]
        except OSError:
            continue
        if terminal == "0" and place.is_relative_to(folder):
            yield int(entry.name)


def clear(folder: Path) -> None:
    """End what still works in a folder, and remove it.

    First by a polite signal: PostgreSQL's processes leave shared memory behind when they are killed.
    """
    start = time.monotonic()
    while (left := list(below(folder))) and time.monotonic() < start + GRACE:
        polite = time.monotonic() < start + _POLITE
        for pid in left:
            _signal(pid, signal.SIGTERM if polite else signal.SIGKILL)
        time.sleep(_PAUSE)
    shutil.rmtree(folder, ignore_errors=True)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _say(answer: dict[str, Any]) -> None:
    os.write(sys.stdout.fileno(), json.dumps(answer).encode() + b"\n")


def _pass_over(_number: int, _frame: object) -> None:
    """Let a signal go by: the end of stdin is what ends this process, in its order."""


def _listen() -> int:
    """Make signals wake the loop; the end to read from.

    A handler of ours and not SIG_IGN: what is ignored would stay so in the servers.
    """
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _pass_over)
    return reading


def serve(keeper: Keeper) -> None:
    """Hear and tell until stdin ends."""
    woken = _listen()
    stdin = sys.stdin.fileno()
    rest = b""
    while True:
        ready, _, _ = select.select([stdin, woken], [], [])
        if woken in ready:
            os.read(woken, _CHUNK)
        if stdin in ready:
            chunk = os.read(stdin, _CHUNK)
            if not chunk:
                return
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                keeper.hear(line)
        keeper.tell()


def main() -> None:
    """Keep processes until stdin ends, or nobody listens any more; then leave nothing."""
    keeper = Keeper()
    try:
        serve(keeper)
    finally:
        keeper.end()
        clear(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
