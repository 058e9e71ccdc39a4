"""How long `reconcile --version` takes, as a multiple of `python -c pass` in the same run.

Fails when the product's limit is passed. Run it with `make bench`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

LIMIT = 5.0
ROUNDS = 30


def fastest(*commands: list[str]) -> list[float]:
    """The shortest time of each command in seconds, measured in turns so that load hits all."""
    best = [float("inf")] * len(commands)
    for _ in range(ROUNDS):
        for index, command in enumerate(commands):
            start = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            best[index] = min(best[index], time.perf_counter() - start)
    return best


def main() -> int:
    """Print the ratios; 1 when the limit is passed."""
    program = str(Path(sys.executable).with_name("reconcile"))
    bare, version, helped = fastest(
        [sys.executable, "-c", "pass"], [program, "--version"], [program, "--help"]
    )
    sys.stdout.write(
        f"reconcile --version takes {version / bare:.1f} times `python -c pass`"
        f" (limit {LIMIT:g}); --help takes {helped / bare:.1f} times\n"
    )
    return int(version / bare > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
