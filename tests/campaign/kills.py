"""One apply killed at each of its requests in turn, then run again: `make campaign`.

    python tests/campaign/kills.py [--every N]

The changing requests are killed in `make test` already; here are those that read as well.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from e2e.command import command_in
from e2e.crash import KILLS, Kill, Moment, Uninterrupted, allowed, killed, taken_up
from e2e.every_kind import CONFIG, FLEET, HANDLES, ONCE, SPECS
from witness import assert_truth, effects

from scalingo_sandbox import Sandbox, running


def kill_at(sandbox: Sandbox, number: int, kill: Kill) -> None:
    """Kill a run at one request and take it up; AssertionError for an effect too many or too few."""
    sandbox.put_fleet(FLEET)
    sandbox.clear()
    with TemporaryDirectory(prefix="kill-") as directory:
        place = Path(directory)
        (place / "reconcile.yaml").write_text(CONFIG, encoding="utf-8")
        command = command_in(place, sandbox)
        command.write(*SPECS)
        killed(command, sandbox, Moment(after=number), kill, *allowed())
        taken_up(command, [], *allowed())
        assert effects(sandbox, HANDLES) == ONCE, f"{number}, {kill}: {effects(sandbox, HANDLES)}"
        assert_truth(sandbox, HANDLES, command.journals())


def every(sandbox: Sandbox, step: int, kill: Kill) -> int:
    """Kill at one request after the other until the run has no more; how many there were."""
    number = 0
    try:
        while True:
            kill_at(sandbox, number, kill)
            number += step
    except Uninterrupted:
        return number
    finally:
        sandbox.clear_faults()


def main() -> None:
    """Kill at every request, on either side of its effect."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--every", type=int, default=1, help="only each so-manieth request (1)")
    step = parser.parse_args().every
    with running(FLEET) as sandbox:
        for kill in KILLS:
            requests = every(sandbox, step, kill)
            print(f"killed {kill}: at {requests // step} requests, each effect once", flush=True)


if __name__ == "__main__":
    main()
