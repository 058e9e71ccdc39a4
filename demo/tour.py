"""The tour: the main job from specs to nothing left to do, against a local sandbox.

Run it with `make demo`, or on real servers with `make demo ENGINES=real`. It exits with 0 only if
every step came out as its caption says.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from demo.project import make_project

ROOT = Path(__file__).resolve().parent.parent
RECONCILE = str(Path(sys.executable).with_name("reconcile"))
WIDTH = 80
UNBROKEN: Any = {"break_long_words": False, "break_on_hyphens": False}
BOLD, RESET = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() else ("", "")


class TourError(Exception):
    """A step did not come out as its caption says."""


def expect(truth: bool, sentence: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Raise TourError unless the sentence is true."""
    if not truth:
        raise TourError(f"expected that {sentence}")


class Sandbox:
    """The sandbox of this tour, with its own door, and the folder of the project."""

    def __init__(self, url: str, token: str, project: Path) -> None:
        self.url = url
        self.token = token
        self.project = project

    def environment(self) -> dict[str, str]:
        """What makes `reconcile` talk to this sandbox, and to nothing else."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TERM") if name in os.environ}
        # Piped, lines are not wrapped; here they are read by a person in any case.
        width = {} if sys.stdout.isatty() else {"COLUMNS": str(WIDTH)}
        return (
            kept
            | width
            | {
                "SCALINGO_AUTH_URL": self.url,
                "SCALINGO_API_TOKEN": self.token,
                # A tour leaves nothing behind.
                "RECONCILE_TOKEN_CACHE": "off",
                "XDG_STATE_HOME": str(self.project / "state"),
            }
        )

    def settle(self) -> None:
        """Wait until no feature is on its way any more."""
        for _look in range(100):
            apps = self.door("GET", "fleet")["apps"]
            features = [
                feature
                for app in apps
                for addon in app["addons"]
                for feature in addon.get("features", ())
            ]
            if all(feature["status"] == "ACTIVATED" for feature in features):
                return
            time.sleep(0.1)
        raise TourError("a feature is still on its way")

    def door(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Change or see something past the API, as a person with a console would."""
        request = urllib.request.Request(  # noqa: S310 - the loopback address that we started
            f"{self.url}/_sandbox/{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            return json.load(answer)


@contextmanager
def sandbox(engines: str) -> Iterator[Sandbox]:
    """Start a sandbox on a free loopback port; it stops with us, however we end.

    It watches its stdin: the pipe closes even when this process is killed.
    """
    command = [
        *(RECONCILE, "sandbox", "--fleet", "demo/fleet.yaml", "--until-eof"),
        *("--rate-limit", "0", "--operation-seconds", "1", "--engines", engines),
    ]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process,
    ):
        try:
            project = Path(folder)
            make_project(project, datetime.now(UTC).date())
            yield Sandbox(**_announced(process), project=project)
        finally:
            process.terminate()
            process.wait(timeout=60)


def _announced(process: subprocess.Popen[str]) -> dict[str, str]:
    """The address and token that the sandbox prints when it is ready."""
    found: dict[str, str] = {}
    for line in process.stdout or ():
        name, _, value = line.removeprefix("export ").strip().partition("=")
        found[name] = value
        if "SCALINGO_API_TOKEN" in found:
            return {"url": found["SCALINGO_AUTH_URL"], "token": found["SCALINGO_API_TOKEN"]}
    raise TourError("the sandbox did not start")


def caption(number: int, text: str) -> None:
    """Head a step."""
    sys.stdout.write(f"\n{BOLD}{number}. {text}{RESET}\n\n")
    sys.stdout.flush()


def run(server: Sandbox, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Run a command in front of the reader; return its exit status and its JSON report."""
    command = f"$ reconcile {shlex.join(arguments)}"
    shown = textwrap.wrap(command, WIDTH - 2, subsequent_indent="    ", **UNBROKEN)
    sys.stdout.write(BOLD + " \\\n".join(shown) + RESET + "\n")
    sys.stdout.flush()
    status = subprocess.run(
        [RECONCILE, *arguments, "--report", "json=report.json"],
        cwd=server.project,
        env=server.environment(),
        check=False,
        stderr=subprocess.DEVNULL,
    ).returncode
    return status, json.loads((server.project / "report.json").read_text(encoding="utf-8"))


def addresses(report: Mapping[str, Any], kind: str = "action") -> list[str]:
    """The addresses of a report's items of one type."""
    return [
        entry["address"]
        for database in report["databases"]
        for entry in database["items"]
        if entry["type"] == kind
    ]


def manual_steps(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Addon and statement of every manual step."""
    return [
        (database["target"]["addon"], statement)
        for database in report["databases"]
        for entry in database["items"]
        if entry["type"] == "manual_step"
        for statement in entry["statements"]
    ]


def tour(server: Sandbox) -> None:
    """Walk through the main job."""
    caption(1, "Specs say how it should be. What would have to change? The plan is kept.")
    status, first = run(server, "plan", "--out", PLAN)
    planned = addresses(first)
    kinds = {address.split("/")[1] for address in planned + addresses(first, "manual_step")}
    expect(status == 0, "plan exits with 0")
    expect(kinds == MANAGED, f"the fleet differs in every kind, not only in {sorted(kinds)}")
    expect(addresses(first, "blocked") == [], "nothing is blocked")

    caption(2, "Two databases of seven at once are too many to interrupt: nothing is done.")
    apply = ("apply", "--plan", PLAN, "--yes", *_allowed(first))
    status, report = run(server, *apply)
    expect(status == REFUSED, "apply exits with 3")
    expect(report["results"] == {"refused": len(planned)}, "every action was refused")

    caption(3, "Whoever answers for the fleet lifts what the plan names, for this plan only.")
    status, report = run(server, *apply, *_lifted(first))
    expect(report["results"] == {"done": len(planned)}, "every action was done")
    expect(status == REMAINS, "apply exits with 2, for the manual steps are left")

    caption(4, "Applied twice is applied once: no action is left, only steps for a person.")
    status, report = run(server, "plan")
    expect(addresses(report) == [], "no action is left")
    steps = manual_steps(report)
    expect(bool(steps), "there are manual steps")

    caption(5, "A person runs the SQL (here through the sandbox's own door). Nothing is left.")
    for addon, statement in steps:
        sys.stdout.write(f"{BOLD}={RESET} {statement}\n")
        server.door("POST", f"databases/{addon}/sql", {"statement": statement})
    server.settle()
    status, report = run(server, "drift")
    expect(status == 0, "drift exits with 0")
    expect(not any(database["items"] for database in report["databases"]), "nothing is left at all")

    caption(6, "Somebody clicks in a dashboard. drift finds exactly that, and exits with 2.")
    shop = next(one for one in report["databases"] if one["handle"] == "shop")
    server.door(
        "PATCH",
        f"databases/{shop['target']['addon']}",
        {"backups": {"enabled": True, "hours": [17]}},
    )
    status, report = run(server, "drift")
    expect(status == REMAINS, "drift exits with 2")
    expect(addresses(report) == ["shop/backups"], "drift finds exactly what was changed")

    caption(7, "What no spec could hold is ordered by name: the end of a query, say.")
    status, report = run(server, "queries", "list", "billing", "--longer-than", "1s")
    found = [str(one["pid"]) for one in report["queries"]]
    expect(len(found) == 1, "one query is found")
    status, report = run(server, "queries", "terminate", "billing", *found, "--yes")
    expect((status, report["result"]) == (0, "done"), "it is terminated")

    caption(8, "Every run is on record: what it did, from which value to which.")
    status, report = run(server, "runs")
    expect(len(report["runs"]) == RUNS, "both runs and the order are listed")
    status, report = run(server, "runs", "show", report["runs"][1]["id"])
    expect(len(report["deeds"]) == len(planned), "every action is told")


PLAN = "tour.plan.json"
REMAINS, REFUSED = 2, 3
RUNS = 3

MANAGED = {
    "backups",
    "sql_mode",
    "logical_databases",
    "extensions",
    "query_stats",
    "retention_policies",
    "engine_version",
    "maintenance_window",
    "features",
}


def _allowed(report: Mapping[str, Any]) -> list[str]:
    """`--allow` for every risky action of a plan, each by its address."""
    return [
        word
        for database in report["databases"]
        for entry in database["items"]
        if entry["type"] == "action" and entry["risk"] != "safe"
        for word in ("--allow", f"{entry['risk']}={entry['address']}")
    ]


def _lifted(report: Mapping[str, Any]) -> list[str]:
    """The overrides that the guards' findings name, each once."""
    flags = dict.fromkeys(one["override"] for one in report["findings"] if one["override"])
    return [word for flag in flags for word in shlex.split(flag)]


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Give the tour; 0 if every step held."""
    parser = argparse.ArgumentParser(description="Give the tour.")
    parser.add_argument("--engines", choices=("memory", "real"), default="memory")
    engines = parser.parse_args().engines
    signal.signal(signal.SIGTERM, _stop)
    try:
        with sandbox(engines) as server:
            tour(server)
    except KeyboardInterrupt:
        sys.stdout.write("\ninterrupted; the sandbox is stopped\n")
        return 130
    except TourError as error:
        sys.stdout.write(f"\nThe tour failed: {error}.\n")
        return 1
    sys.stdout.write(f"\n{BOLD}That is all. Every step held.{RESET}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
