"""Servers of every program that can be had, and programs that hold some of their own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from attrs import frozen
from engines_here import INSTALLED
from servers.traces import living, parents

from scalingo_sandbox.servers.keeper import below
from scalingo_sandbox.servers.programs import Installed
from scalingo_sandbox.servers.server import Program, Server, Wish
from scalingo_sandbox.servers.servers import Servers

HOLDER = Path(__file__).with_name("holder.py")


@pytest.fixture(scope="session")
def programs() -> dict[Program, Installed]:
    """The programs that can be run here."""
    return INSTALLED


@pytest.fixture(scope="module", autouse=True)
def place() -> Iterator[None]:
    """A folder for temporary files that no other process knows.

    Whoever starts servers sweeps what dead keepers left, and here keepers are killed on purpose.
    """
    with (
        tempfile.TemporaryDirectory(prefix="servers-") as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        Path(folder).chmod(0o711)
        patch.setenv("TMPDIR", folder)
        patch.setattr(tempfile, "tempdir", folder)
        yield


@pytest.fixture(scope="module")
def servers(programs: dict[Program, Installed]) -> Iterator[Servers]:
    """Own servers for the whole module."""
    with Servers(programs) as servers:
        yield servers


@pytest.fixture(scope="module")
def running(servers: Servers, programs: dict[Program, Installed]) -> dict[Program, Server]:
    """Start one server of each program for the whole module."""
    started = servers.start([Wish(key=program, program=program) for program in programs])
    return {server.program: server for server in started.values()}


@frozen(kw_only=True)
class Held:
    """A process that holds servers, its directory, and the processes that work there."""

    process: subprocess.Popen[str]
    folder: Path
    ports: dict[str, int]
    pids: frozenset[int]
    keeper: int


@pytest.fixture
def hold() -> Iterator[Callable[..., Held]]:
    """Start a process that holds servers; at the end it is killed, and all goes with it."""
    held: list[subprocess.Popen[str]] = []

    def start(*programs: Program, words: tuple[str, ...] = (sys.executable,)) -> Held:
        process = subprocess.Popen(
            [*words, HOLDER, *programs],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            process_group=0,
        )
        held.append(process)
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        folder = Path(said["folder"])
        # A worker of PostgreSQL may come and go meanwhile.
        pids = frozenset(living(frozenset(below(folder))))
        keepers = parents(pids) - pids
        assert len(keepers) == 1
        return Held(
            process=process, folder=folder, ports=said["ports"], pids=pids, keeper=keepers.pop()
        )

    yield start
    for process in held:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
