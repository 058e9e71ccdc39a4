"""`reconcile sandbox --engines real`: what it says, and that nothing outlives it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from attrs import frozen
from e2e.command import RECONCILE, SECONDS, signal_to
from engines_here import needs
from servers.traces import comes_true, living

from scalingo_sandbox import Sandbox
from scalingo_sandbox.servers.keeper import below
from scalingo_sandbox.servers.server import Program

pytestmark = pytest.mark.more

ROOT = Path(__file__).resolve().parents[2]
BILLING = "ad-1c9b3e58-77a4-4f60-b1d2-94f0c6e8a733"
WIDTH = 80


@frozen(kw_only=True)
class Command:
    """The command, once it has printed its exports."""

    process: subprocess.Popen[str]
    sandbox: Sandbox
    folders: list[Path]

    def pids(self) -> set[int]:
        """The processes whose working directory is in those that it made."""
        return {pid for folder in self.folders for pid in below(folder)}

    def is_gone(self) -> bool:
        """Whether neither it nor anything that it started is left."""
        return not self.pids() and not any(folder.exists() for folder in self.folders)


Start = Callable[[], Command]


@contextmanager
def spawned(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run the command on the fleet of the tour, its directories in a folder of ours."""
    # The servers of PostgreSQL run as another user, who has to get to their directory.
    folder.chmod(0o755)
    with subprocess.Popen(
        [RECONCILE, "sandbox", "--fleet", "demo/fleet.yaml", "--engines", "real"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Give a way to start the command and to wait until it serves."""
    with ExitStack() as stack:

        def started() -> Command:
            process = stack.enter_context(spawned(tmp_path))
            assert process.stdout is not None
            url, token = (process.stdout.readline().strip().partition("=")[2] for _ in range(2))
            assert url, "the sandbox ended"
            folders = [one for one in tmp_path.iterdir() if one.is_dir()]
            return Command(process=process, sandbox=Sandbox(url=url, token=token), folders=folders)

        yield started


@needs(Program.POSTGRESQL, Program.MARIADB, Program.MONGODB, Program.REDIS, Program.INFLUXDB)
def test_it_says_what_each_database_runs_on(start: Start) -> None:
    """One line for each, within the width of a terminal, and no password."""
    command = start()
    dsn = command.sandbox.dsn(BILLING)
    assert dsn is not None
    with psycopg.connect(dsn) as session:
        assert session.info.dbname == "billing_api_7310"
    command.process.send_signal(signal.SIGTERM)
    _, said = command.process.communicate(timeout=SECONDS)
    assert all(len(line) <= WIDTH for line in said.splitlines())
    text = re.sub(r"\s+", " ", said)
    for pattern in (
        r"billing-api ad-1c9b… PostgreSQL [\d.]+ on 127\.0\.0\.1:\d+",
        r"shop-web ad-7f6c… MariaDB [\d.]+, posing as MySQL 8\.4\.8 on 127\.0\.0\.1:\d+",
        r"shop-web ad-b20e… Redis [\d.]+ on 127\.0\.0\.1:\d+",
        r"iot ad-e5a7… InfluxDB [\d.]+ on 127\.0\.0\.1:\d+",
        r"catalog ad-48d2… an emulation of MongoDB \(nx-27017 [\d.]+\) on 127\.0\.0\.1:\d+",
        r"catalog ad-90f3… in memory",
    ):
        assert re.search(pattern, text), (pattern, said)
    assert str(urlsplit(dsn).password) not in said
    assert command.sandbox.token not in said


@needs(Program.POSTGRESQL)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_outlives_it(start: Start, number: signal.Signals) -> None:
    """However it ends: no server, no keeper, no directory."""
    command = start()
    pids = command.pids()
    assert pids
    command.process.send_signal(number)
    command.process.communicate(timeout=SECONDS)
    assert command.process.returncode in {0, -signal.SIGKILL}
    assert comes_true(command.is_gone)
    assert not living(pids)


@needs(Program.POSTGRESQL)
@pytest.mark.parametrize(
    ("numbers", "status"),
    [
        ([signal.SIGINT], 130),
        ([signal.SIGHUP], 143),
        ([signal.SIGTERM, signal.SIGTERM], 143),
    ],
    ids=["SIGINT", "SIGHUP", "SIGTERM twice"],
)
def test_a_signal_ends_its_start(
    tmp_path: Path, numbers: list[signal.Signals], status: int
) -> None:
    """Servers run already and nothing is served yet: it never is, and no server is left."""
    pids: set[int] = set()

    def servers_start() -> bool:
        pids.update(pid for folder in tmp_path.iterdir() for pid in below(folder))
        return bool(pids)

    with spawned(tmp_path) as process:
        assert comes_true(servers_start, SECONDS)
        for number in numbers:
            # Two that are sent at once could be heard as one.
            signal_to(process, number)
        printed, said = process.communicate(timeout=SECONDS)
    assert (process.returncode, printed) == (status, "")
    assert said in {"", "reconcile: interrupted\n"}
    assert comes_true(lambda: not list(tmp_path.iterdir()))
    assert not living(pids)
