"""How long the demo fleet takes on real servers: from the command to ready, and to nothing left.

In seconds, and as a multiple of what PostgreSQL's own initdb takes in the same run; only the multiple
is held to a limit, for seconds are the machine's. Run it with `make bench`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from scalingo_sandbox.servers.processes import Processes
from scalingo_sandbox.servers.programs import Installed, Missing, search
from scalingo_sandbox.servers.server import Program
from scalingo_sandbox.servers.starter import Starter

ROOT = Path(__file__).resolve().parent.parent
COMMAND = (
    *(str(Path(sys.executable).with_name("reconcile")), "sandbox", "--engines", "real"),
    *("--fleet", "demo/fleet.yaml", "--until-eof", "--rate-limit", "0"),
)
AIM = 3.0
LIMIT = 10.0
ROUNDS = 3


def initialised(installed: Installed) -> float:
    """Seconds for the data folder of one cluster, and nothing else."""
    processes = Processes()
    try:
        start = time.perf_counter()
        Starter(processes, "benchmark").template(installed)
        return time.perf_counter() - start
    finally:
        processes.close()


def served() -> tuple[float, float]:
    """Seconds until the sandbox says that it is ready, and from the end of its input to its own."""
    start = time.perf_counter()
    with subprocess.Popen(
        COMMAND, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        if not (process.stdout and process.stdin and process.stdout.readline()):
            raise SystemExit("the sandbox did not start: run `reconcile sandbox --engines real`")
        ready = time.perf_counter()
        process.stdin.close()
        process.wait()
        return ready - start, time.perf_counter() - ready


def main() -> int:
    """Print the times; 1 when the limit is passed."""
    found = search()
    for value in found.values():
        if isinstance(value, Missing):
            sys.stdout.write(f"in memory instead: {value.reason}\n")
    postgresql = found[Program.POSTGRESQL]
    if isinstance(postgresql, Missing):
        return 0
    turns = [(initialised(postgresql), *served()) for _ in range(ROUNDS)]
    bare, ready, gone = (min(times) for times in zip(*turns, strict=True))
    sys.stdout.write(
        f"the demo fleet on real servers is ready after {ready:.2f} s (aim {AIM:g} s), which is"
        f" {ready / bare:.1f} times initdb (limit {LIMIT:g}); it is gone after {gone:.2f} s\n"
    )
    return int(ready / bare > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
