"""Output that is not read: no run keeps its locks for it, and a signal ends the wait."""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import subprocess
import termios
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from e2e.command import RECONCILE, Command, effects, signal_to, until
from e2e.fleet import BILLING, CACHE, IOT, SHOP, SHOP_ORDER
from e2e.terminal import on_terminal

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more
CTRL_S, CTRL_Q = "\x13", "\x11"
SMALL = 4096


@contextmanager
def unread(command: Command, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run until its results fill a pipe that is not read."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, SMALL)
    process = subprocess.Popen(
        [RECONCILE, *arguments],
        cwd=command.directory,
        env=command.full_environment(),
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writer)
    with process:
        try:
            until(lambda: _waiting(reader) >= SMALL, "the pipe is full")
            yield process
        finally:
            process.kill()
            os.close(reader)


def _waiting(reader: int) -> int:
    size: int = struct.unpack("i", fcntl.ioctl(reader, termios.FIONREAD, bytes(4)))[0]
    return size


@pytest.mark.parametrize(
    "line",
    ["validate broken.yaml", "schema spec", "plan --format json", "apply --dry-run --format json"],
)
def test_one_signal_ends_a_command_without_effect(command: Command, line: str) -> None:
    """Whoever waits for its results has no more use of them."""
    command.write(SHOP, BILLING, IOT, CACHE)
    (command.directory / "broken.yaml").write_text("x: 1\n---\n" * 200, encoding="utf-8")
    with unread(command, *line.split()) as process:
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 143
    assert stderr.endswith("reconcile: interrupted\n")


def test_a_second_signal_ends_an_apply_whose_report_is_not_read(
    command: Command, sandbox: Sandbox
) -> None:
    """What was done is to be told, so that the first one is not enough."""
    command.write(SHOP, BILLING, IOT, CACHE)
    with unread(command, "apply", "--yes", "--format", "json") as process:
        assert effects(sandbox)
        signal_to(process, signal.SIGTERM)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 143
    assert "without a summary; the journal has what was begun" in stderr


def test_a_second_signal_ends_an_apply_during_a_request(command: Command, sandbox: Sandbox) -> None:
    """It does not wait for the answer; the next run finds out what became of it."""
    command.write(SHOP)
    sandbox.fault("hold", match={"method": "PATCH"})
    with command.started("apply", "--yes") as process:
        sandbox.wait_until_held()
        signal_to(process, signal.SIGINT)
        process.send_signal(signal.SIGINT)
        done = command.ended(process, "apply", "--yes")
        assert sandbox.held()
    assert done.status == 130
    assert "without a summary; the journal has what was begun" in done.stderr


@pytest.mark.parametrize("goes_on", [True, False], ids=["Ctrl-Q", "SIGTERM"])
def test_a_stopped_terminal_keeps_no_lock(
    command: Command, sandbox: Sandbox, *, goes_on: bool
) -> None:
    """The apply goes on to its end, and another run may begin before its report is read."""
    command.write(SHOP)
    sandbox.fault("hold", match={"method": "PATCH"})
    with on_terminal(command, "apply", "--yes", "-v") as terminal:
        sandbox.wait_until_held()
        terminal.type(CTRL_S)
        sandbox.release()
        until(lambda: len(effects(sandbox)) == len(SHOP_ORDER), "all changes are done")
        command("apply", "--yes", status=0)
        if goes_on:
            terminal.type(CTRL_Q)
        else:
            for _ in range(2):
                signal_to(terminal.process, signal.SIGTERM)
        done = terminal.finish()
    assert done.status == (0 if goes_on else 143), str(done)
