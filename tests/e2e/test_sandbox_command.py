"""`reconcile sandbox`: what it prints, what it serves, and that it always ends."""

from __future__ import annotations

import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from attrs import frozen
from e2e.command import RECONCILE, SECONDS, Command, children, end, is_running, until
from e2e.fleet import FLEET, SHOP

from scalingo_sandbox import Sandbox

TOKEN = "tk-canary-of-the-command"
pytestmark = [pytest.mark.more, pytest.mark.filterwarnings("default::ResourceWarning")]


@frozen
class Serving:
    """A sandbox process: its stdout so far, and a hold on what it serves."""

    process: subprocess.Popen[bytes]
    exports: list[str]
    sandbox: Sandbox


def _lines(process: subprocess.Popen[bytes], count: int) -> list[str]:
    """The first lines of stdout, as soon as they are there."""
    assert process.stdout is not None
    found = b""
    while found.count(b"\n") < count:
        ready, _, _ = select.select([process.stdout], [], [], SECONDS)
        assert ready, "the sandbox does not start"
        piece = os.read(process.stdout.fileno(), 4096)
        assert piece, "the sandbox ended"
        found += piece
    return found.decode().splitlines()


@contextmanager
def serving(command: Command, *arguments: str) -> Iterator[Serving]:
    """Start `reconcile sandbox` and wait until it has said where it is."""
    process = subprocess.Popen(
        [RECONCILE, "sandbox", *arguments],
        cwd=command.directory,
        env=command.full_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        try:
            exports = _lines(process, 2)
            found = dict(one.removeprefix("export ").split("=", 1) for one in exports)
            sandbox = Sandbox(url=found["SCALINGO_AUTH_URL"], token=found["SCALINGO_API_TOKEN"])
            yield Serving(process, exports, sandbox)
        finally:
            process.kill()


def fleet_file(command: Command) -> str:
    """The fleet of the tests as a file of the project."""
    (command.directory / "fleet.yaml").write_text(json.dumps(FLEET), encoding="utf-8")
    return "fleet.yaml"


def test_the_exports_are_all_that_another_terminal_needs(command: Command) -> None:
    """Two lines for a shell on stdout, a sentence on stderr, and the whole job works."""
    command.write(SHOP)
    with serving(command, "--fleet", fleet_file(command), "--token", TOKEN) as served:
        assert len(served.exports) == 2
        assert served.exports[0].startswith("export SCALINGO_AUTH_URL=http://127.0.0.1:")
        assert served.exports[1] == f"export SCALINGO_API_TOKEN={TOKEN}"
        script = "\n".join([*served.exports, f"exec {RECONCILE} apply --yes"])
        done = subprocess.run(
            ["/bin/sh", "-c", script],
            cwd=command.directory,
            env={"PATH": os.environ["PATH"], "HOME": str(command.directory)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert served.sandbox.requests()["counts"]["database"] == 12
        served.process.terminate()
        _, stderr = served.process.communicate(timeout=SECONDS)
    assert b"serving 4 databases" in stderr
    assert TOKEN.encode() not in stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_within_a_moment(command: Command, number: signal.Signals) -> None:
    """Also with a client's connection open; nothing is left behind, nothing is printed twice."""
    with serving(command) as served:
        place = urlsplit(served.sandbox.url)
        connection = http.client.HTTPConnection(place.netloc, timeout=60)
        connection.request("GET", "/_sandbox/health")
        assert connection.getresponse().read()
        served.process.send_signal(number)
        stdout, stderr = served.process.communicate(timeout=SECONDS)
        connection.close()
    assert served.process.returncode == 0
    assert stdout == b""
    assert b"Traceback" not in stderr
    assert not children(served.process.pid)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=5)


def test_the_end_of_stdin_ends_it_if_asked(command: Command) -> None:
    """With --until-eof it never outlives its starter."""
    with serving(command, "--until-eof") as served:
        assert served.process.stdin is not None
        served.process.stdin.close()
        assert served.process.wait(timeout=SECONDS) == 0


def test_a_killed_starter_leaves_no_sandbox(command: Command) -> None:
    """The pipe closes even when the starter is killed, and the sandbox goes with it."""
    script = f"{RECONCILE} sandbox --until-eof < pipe & exec 3> pipe; echo $!; sleep 60"
    os.mkfifo(command.directory / "pipe")
    starter = subprocess.Popen(
        ["/bin/sh", "-c", script],
        cwd=command.directory,
        env=command.full_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    pid, others = 0, []
    with starter:
        try:
            lines = _lines(starter, 3)
            pid = next(int(line) for line in lines if line.isdigit())
            others = [one for one in children(starter.pid) if one != pid]
            starter.kill()
            for other in others:
                end(other)  # the shell's sleep holds the pipe open as well
            until(lambda: not is_running(pid), "the sandbox ends")
        finally:
            starter.kill()
            for other in (pid, *others):
                if other:
                    end(other)


def test_without_eof_wanted_a_closed_stdin_does_not_matter(command: Command) -> None:
    """Started in the background with stdin closed, it goes on serving."""
    with serving(command) as served:
        assert served.process.stdin is not None
        served.process.stdin.close()
        for _ in range(3):
            assert served.sandbox.requests()["requests"] == []
        assert served.process.poll() is None


def test_the_packaged_fleet_is_served_without_a_file(command: Command) -> None:
    """Without --fleet there is an example to try things on, and a random token."""
    with serving(command) as one, serving(command) as other:
        assert one.sandbox.fleet()["apps"]
        assert one.sandbox.token != other.sandbox.token
        assert one.sandbox.url != other.sandbox.url


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 2\n", "version"),
        ("version: 1\nappz: []\n", "appz"),
        ("version: 1\napps: [{name: x, addons: [{id: bad, engine: oracle}]}]\n", "oracle"),
        ("{", "fleet.yaml"),
        ("", "fleet.yaml"),
    ],
    ids=["version", "unknown key", "values", "no yaml", "empty"],
)
def test_a_bad_fleet_file_is_a_sentence(command: Command, text: str, said: str) -> None:
    """Every fault on a line of its own, and a status that is not success."""
    (command.directory / "fleet.yaml").write_text(text, encoding="utf-8")
    done = command("sandbox", "--fleet", "fleet.yaml")
    assert done.status in {1, 65}, str(done)
    assert done.stdout == ""
    assert said in done.stderr


def test_a_missing_fleet_file_is_a_sentence(command: Command) -> None:
    """A path that is not there is named, on one line."""
    done = command("sandbox", "--fleet", "nowhere.yaml")
    assert done.status in {1, 64, 65}, str(done)
    assert "nowhere.yaml" in done.stderr
    assert "\\n" not in done.stderr, done.stderr


def test_a_taken_port_is_a_sentence(command: Command, sandbox: Sandbox) -> None:
    """The port is named, and what to do."""
    port = urlsplit(sandbox.url).port
    done = command("sandbox", "--port", str(port), status=1)
    assert done.stderr == (
        f"reconcile: port {port} of 127.0.0.1 is in use; choose another, or 0 for a free one\n"
    )


@pytest.mark.parametrize(
    ("library", "remedy"),
    [
        ("scalingo_sandbox", "pip install ./sandbox\n"),
        ("influxdb", "pip install './sandbox[engines]'\n"),
        ("psycopg", "pip install './sandbox[engines]'\n"),
    ],
)
def test_a_missing_distribution_is_a_sentence(library: str, remedy: str) -> None:
    """It says how to get it, before anything is imported or started."""
    script = (
        f"import sys; sys.modules[{library!r}] = None\n"
        "from reconcile.cli.main import main\n"
        "sys.exit(main(['sandbox', '--engines', 'real']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 64
    assert remedy in done.stderr
