"""Processes in a keeper's care, seen from the side of whoever wants them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from itertools import count
from pathlib import Path
from typing import IO, cast

from attrs import frozen

from scalingo_sandbox.servers import keeper
from scalingo_sandbox.servers.places import make_place
from scalingo_sandbox.servers.server import ServerError

_END_WITHIN = 10.0


@frozen(kw_only=True)
class Command:
    """What to run, where, with which environment, input and log, and the signal that ends it."""

    argv: tuple[str, ...]
    cwd: Path
    environment: dict[str, str]
    log: Path
    stdin: Path | None = None
    end: signal.Signals = signal.SIGKILL


class Process:
    """One process: it runs, or has a status as `subprocess` gives it; None if nobody knows."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.status: int | None = None
        self._over = threading.Event()

    @property
    def runs(self) -> bool:
        """Whether its end was not heard of yet."""
        return not self._over.is_set()

    def end(self, status: int | None) -> None:
        """Note its end."""
        self.status = status
        self._over.set()

    def wait(self, seconds: float) -> bool:
        """Wait for its end; whether it came."""
        return self._over.wait(seconds)


class Processes:
    """A keeper in a session of its own, its directory, and the processes it was asked for.

    Safe to use from several threads.
    """

    def __init__(self) -> None:
        self.folder, lock = make_place()
        try:
            self._keeper = self._start(lock)
        finally:
            os.close(lock)
        self._words = cast("IO[bytes]", self._keeper.stdin)
        self._answers = cast("IO[bytes]", self._keeper.stdout)
        self._numbers = count(1)
        self._running: dict[int, Process] = {}
        self._guard = threading.Lock()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def spawn(self, command: Command) -> Process:
        """Start a process. One that cannot be started has ended, and its log says why."""
        process = Process(next(self._numbers))
        with self._guard:
            self._running[process.number] = process
        self._say(
            {
                "id": process.number,
                "argv": command.argv,
                "cwd": str(command.cwd),
                "env": command.environment,
                "log": str(command.log),
                "stdin": command.stdin and str(command.stdin),
                "end": command.end,
            }
        )
        return process

    def end(self, process: Process) -> None:
        """Send a process the signal that ends it, and wait a while."""
        self._say({"end": process.number})
        if not process.wait(_END_WITHIN):
            raise ServerError(f"a process in {str(self.folder)!r} does not end; end the sandbox")

    def close(self) -> None:
        """End all processes, and remove the directory; a second time it does nothing."""
        with contextlib.suppress(BrokenPipeError):
            self._words.close()
        self._keeper.wait()
        self._listener.join()
        # The keeper did this, unless it was killed.
        keeper.clear(self.folder)

    def _start(self, lock: int) -> subprocess.Popen[bytes]:
        # The keeper holds on to the lock as long as it lives; nothing else is inherited.
        kept = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH") if key in os.environ}
        with (self.folder / "keeper.log").open("wb") as log:
            return subprocess.Popen(  # noqa: S603 - our own script
                [sys.executable, "-I", "-S", keeper.__file__, str(self.folder)],
                cwd="/",
                env=kept,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                pass_fds=(lock,),
            )

    def _say(self, document: dict[str, object]) -> None:
        line = json.dumps(document).encode() + b"\n"
        try:
            with self._guard:
                self._words.write(line)
                self._words.flush()
        except (BrokenPipeError, ValueError):
            raise ServerError(
                "the keeper of the servers was ended from outside, and they with it; start again"
            ) from None

    def _listen(self) -> None:
        with self._answers as answers:
            for line in answers:
                said = json.loads(line)
                with self._guard:
                    process = self._running.pop(said["id"])
                process.end(said["status"])
        with self._guard:
            left = list(self._running.values())
        for process in left:
            process.end(None)
