"""The installed command as a subprocess, and what tests look at around it."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from stat import S_IMODE
from typing import Any

from attrs import evolve, field, frozen

from scalingo_sandbox import Sandbox

RECONCILE = Path(sys.executable).with_name("reconcile")
SECONDS = 120.0
"""No run may take longer: it would be killed and the test fail."""

_JWT = re.compile(r"eyJ[\w-]{8,}\.[\w-]+")
_PRIVATE = 0o600
_OTHERS_TOKENS = "addon-token-canary"


@frozen(kw_only=True)
class Finished:
    """A run that ended: its exit status and all that it wrote."""

    arguments: tuple[str, ...]
    status: int
    stdout: str
    stderr: str

    def document(self) -> dict[str, Any]:
        """Stdout as JSON."""
        decoded: dict[str, Any] = json.loads(self.stdout)
        return decoded

    def __str__(self) -> str:
        """The whole run, for the message of a failed assertion."""
        return (
            f"reconcile {' '.join(self.arguments)} → {self.status}\n"
            f"--- stdout\n{self.stdout}\n--- stderr\n{self.stderr}"
        )


@frozen(kw_only=True)
class Command:
    """`reconcile` in a project's directory with a minimal environment."""

    directory: Path
    environment: Mapping[str, str]
    runs: list[Finished] = field(factory=list)
    tokens: set[str] = field(factory=set)

    def __call__(
        self,
        *arguments: str,
        status: int | None = None,
        typed: str = "",
        environment: Mapping[str, str | None] | None = None,
    ) -> Finished:
        """Run to the end; `status` is what the test expects, `typed` comes through a pipe."""
        done = subprocess.run(
            [RECONCILE, *arguments],
            cwd=self.directory,
            env=self._environment(environment),
            input=typed,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=SECONDS,
            check=False,
        )
        finished = self.seen(arguments, done.returncode, done.stdout, done.stderr)
        if status is not None:
            assert finished.status == status, str(finished)
        return finished

    @contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Run beside the test; killed at the latest when the block ends."""
        process = subprocess.Popen(
            [RECONCILE, *arguments],
            cwd=self.directory,
            env=self._environment(None),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            try:
                yield process
            finally:
                process.kill()

    def ended(self, process: subprocess.Popen[str], *arguments: str) -> Finished:
        """Wait for the end of what was started."""
        stdout, stderr = process.communicate(timeout=SECONDS)
        return self.seen(arguments, process.returncode, stdout, stderr)

    def seen(self, arguments: tuple[str, ...], status: int, stdout: str, stderr: str) -> Finished:
        """Keep a run for the look at all of them; none may end with a traceback."""
        finished = Finished(arguments=arguments, status=status, stdout=stdout, stderr=stderr)
        self.runs.append(finished)
        self.tokens.update(kept for path in self.kept() if (kept := _token(path)))
        for word in ("Traceback", "Exception ignored"):
            assert word not in stdout + stderr, str(finished)
        return finished

    def in_environment(self, **values: str) -> Command:
        """The same with other variables; its runs are looked at together."""
        return evolve(self, environment={**self.environment, **values})

    def _environment(self, changes: Mapping[str, str | None] | None) -> dict[str, str]:
        merged = {**self.environment, **(changes or {})}
        return {name: value for name, value in merged.items() if value is not None}

    def full_environment(self) -> dict[str, str]:
        """The environment of a run."""
        return self._environment(None)

    def write(self, *specs: str, folder: str = "specs") -> None:
        """Make these the project's specs."""
        place = self.directory / folder
        place.mkdir(exist_ok=True)
        for old in place.iterdir():
            old.unlink()
        for number, text in enumerate(specs):
            (place / f"spec{number}.yaml").write_text(text, encoding="utf-8")

    def journals(self) -> list[Path]:
        """The journals of all runs at the default place, oldest first."""
        return sorted((self.directory / ".local/state/reconcile/runs").glob("*.jsonl"))

    def kept(self) -> list[Path]:
        """The files in which runs keep tokens and hosts for later ones, at the default place."""
        return sorted((self.directory / ".cache/reconcile/tokens").glob("*"))

    def secrets(self) -> Iterator[str]:
        """Every spelling of a token that must show up nowhere; kept ones only where they are kept."""
        token = self.environment.get("SCALINGO_API_TOKEN", "")
        if token:
            yield token
            yield base64.b64encode(f":{token}".encode()).decode()
        yield _OTHERS_TOKENS
        yield from self.tokens

    def assert_no_secret(self) -> None:
        """Look for tokens in all that was written, to streams and to files, but for private ones."""
        texts = {str(run.arguments): run.stdout + run.stderr for run in self.runs}
        kept = self.kept()
        for path in self.directory.rglob("*"):
            if path.is_file() and path not in kept:
                texts[str(path)] = path.read_text(encoding="utf-8", errors="replace")
        for path in kept:
            assert S_IMODE(path.stat().st_mode) == _PRIVATE, path
            api_token = self.environment.get("SCALINGO_API_TOKEN")
            assert not api_token or api_token not in path.read_text("utf-8", "replace"), path
        for place, text in texts.items():
            for secret in self.secrets():
                assert secret not in text, f"a token in {place}"
            assert not _JWT.search(text), f"a JWT in {place}"


def command_in(directory: Path, sandbox: Sandbox) -> Command:
    """The installed command in a project, in front of a sandbox; it keeps no tokens on disk."""
    return Command(
        directory=directory,
        environment={
            "PATH": os.environ["PATH"],
            "HOME": str(directory),
            "SCALINGO_AUTH_URL": sandbox.url,
            "SCALINGO_API_TOKEN": sandbox.token,
            "RECONCILE_TOKEN_CACHE": "off",
        },
    )


def _token(path: Path) -> str:
    """The token that a kept file holds; empty where it holds none."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    holds = document.get("holds") if isinstance(document, dict) else None
    token = holds.get("token") if isinstance(holds, dict) else None
    return token if isinstance(token, str) else ""


def journal_entries(path: Path) -> list[dict[str, Any]]:
    """What a journal says; a last line that is not whole yet is left out."""
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    return [json.loads(each) for each in lines]


def changing(sandbox: Sandbox) -> list[tuple[str, str, str | None]]:
    """What was sent that may change something, in order: method, path, action."""
    return [
        (one["method"], one["path"], one["action_name"])
        for one in sandbox.requests()["requests"]
        if one["changes"]
    ]


def effects(sandbox: Sandbox) -> list[tuple[str, str | None]]:
    """What took effect, in order: method and action."""
    return [
        (one["method"], one["action_name"])
        for one in sandbox.requests()["requests"]
        if one["effect"]
    ]


def live(sandbox: Sandbox, addon: str) -> dict[str, Any]:
    """One database as it is now, in the shape of the fleet file."""
    for app in sandbox.fleet()["apps"]:
        for database in app["addons"]:
            if database["id"] == addon:
                found: dict[str, Any] = database
                return found
    raise AssertionError(f"no addon {addon}")


def backed_up(sandbox: Sandbox, addon: str, *, hours: float) -> None:
    """Let the only backup be so old; without this it is that of the day, whatever the time."""
    made = datetime.now(UTC) - timedelta(hours=hours)
    sandbox.change(addon, stored_backups=[{"id": "bk-only", "created_at": made.isoformat()}])


def logical(sandbox: Sandbox, addon: str) -> set[str]:
    """The names of the logical databases there."""
    return {one["name"] for one in live(sandbox, addon)["logical_databases"]}


def until(holds: Callable[[], object], what: str, seconds: float = 60.0) -> None:
    """Wait until something holds; fail when it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited {seconds} s in vain: {what}"
        time.sleep(0.02)


def signal_to(process: subprocess.Popen[Any], number: signal.Signals) -> None:
    """Send a signal and wait until the process has heard it, or has ended."""
    process.send_signal(number)
    until(
        lambda: process.poll() is not None or _has_heard(process.pid, number),
        f"{number.name} is heard",
    )


def _has_heard(pid: int, number: signal.Signals) -> bool:
    """Whether a signal waits no longer, and the process has gone back to waiting."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    told = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    pending = int(told["SigPnd"], 16) | int(told["ShdPnd"], 16)
    return not pending >> (number - 1) & 1 and told["State"].startswith("S")


def is_running(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def children(pid: int) -> list[int]:
    """The processes that a process started and that still run."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            stat = path.read_text(encoding="utf-8")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(stat.rpartition(")")[2].split()[1]) == pid and is_running(int(path.parent.name)):
            found.append(int(path.parent.name))
    return found


def end(pid: int) -> None:
    """End a process that a test started, if it is still there."""
    if is_running(pid):
        os.kill(pid, signal.SIGKILL)
