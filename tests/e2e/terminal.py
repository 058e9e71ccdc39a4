"""The command on a pseudo-terminal, as a person sees and answers it."""

from __future__ import annotations

import errno
import fcntl
import os
import pty
import select
import struct
import subprocess
import tempfile
import termios
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import IO

from attrs import define, field
from e2e.command import RECONCILE, SECONDS, Command, Finished

Stream = int | IO[bytes]


@define
class Terminal:
    """A running command and the screen in front of it; `process` may be signalled."""

    command: Command
    arguments: tuple[str, ...]
    process: subprocess.Popen[bytes]
    master: int
    files: dict[str, IO[bytes]]
    screen: bytes = field(default=b"")

    @property
    def shown(self) -> str:
        """All that the screen showed so far."""
        return self.screen.decode("utf-8", "replace")

    def read_until(self, text: str) -> None:
        """Wait until the screen shows a text."""
        self._read(text.encode())
        assert text in self.shown, f"{text!r} never came: {self.shown!r}"

    def type(self, text: str) -> None:
        """Type something; Ctrl-D alone on a line is the end of input."""
        os.write(self.master, text.encode())

    def finish(self) -> Finished:
        """Wait for the end; stdout is the screen, or the pipe where stdout is none of it."""
        self._read(None)
        status = self.process.wait(timeout=SECONDS)
        piped = {name: self._content(file) for name, file in self.files.items()}
        return self.command.seen(
            self.arguments,
            status,
            piped.get("stdout", self.shown),
            piped.get("stderr", "" if "stdout" not in piped else self.shown),
        )

    @staticmethod
    def _content(file: IO[bytes]) -> str:
        file.seek(0)
        return file.read().decode("utf-8", "replace")

    def _read(self, wanted: bytes | None) -> None:
        """Read the screen until it shows something, or until nobody writes to it any more."""
        ends = time.monotonic() + SECONDS
        while wanted is None or wanted not in self.screen:
            left = ends - time.monotonic()
            assert left > 0, f"the command does not end: {self.shown!r}"
            if not select.select([self.master], [], [], min(left, 0.2))[0]:
                if self.process.poll() is not None:
                    return
                continue
            try:
                piece = os.read(self.master, 65536)
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                return  # how Linux says that the last process has closed the other side
            if not piece:
                return
            self.screen += piece


@contextmanager
def on_terminal(
    command: Command, *arguments: str, piped: Collection[str] = (), columns: int = 80
) -> Iterator[Terminal]:
    """Run on a terminal; the streams in `piped` are none of it."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        files: dict[str, IO[bytes]] = {"stdout": out, "stderr": err}
        files = {name: file for name, file in files.items() if name in piped}
        process = subprocess.Popen(
            [RECONCILE, *arguments],
            cwd=command.directory,
            env=command.full_environment(),
            stdin=subprocess.DEVNULL if "stdin" in piped else slave,
            stdout=files.get("stdout", slave),
            stderr=files.get("stderr", slave),
            start_new_session=True,
        )
        os.close(slave)
        try:
            yield Terminal(command, arguments, process, master, files)
        finally:
            process.kill()
            process.wait()
            os.close(master)
