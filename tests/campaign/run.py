"""Thousands of applies at which something goes wrong: `make campaign`.

    python tests/campaign/run.py --seed N [--count N] [--minutes N]

What fails is made as small as can be and kept under kept/, where a test runs it from then on.
"""

from __future__ import annotations

import argparse
import sys
import time
from hashlib import sha256
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from campaign.drawn import trials
from campaign.trial import Ground, Trial, ground, run_trial
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

KEPT = Path(__file__).with_name("kept")
BATCH = 50
"""Trials between two looks at the clock; of each batch one failure is kept."""


class Tally:
    """How many trials were made, and the last one that failed with what it said."""

    def __init__(self, on: Ground) -> None:
        self.on = on
        self.made = 0
        self.failed: tuple[Trial, str] | None = None

    def make(self, trial: Trial) -> None:
        """Carry one out."""
        self.made += 1
        try:
            run_trial(trial, self.on)
        except Exception as error:
            self.failed = trial, f"{type(error).__name__}: {error}"
            raise


def batch(on: Ground, number: int, count: int) -> Tally:
    """Make trials that only the number determines, until one fails or all are made."""
    tally = Tally(on)

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(trial=trials())
    def run(trial: Trial) -> None:
        tally.make(trial)

    try:
        run()
    except Exception as error:
        if tally.failed is None:
            raise error from None
    return tally


def keep(trial: Trial, says: str) -> Path:
    """Write a trial where the test of kept ones finds it."""
    text = trial.dump(says)
    path = KEPT / f"{sha256(text.encode()).hexdigest()[:12]}.json"
    path.write_text(text, encoding="utf-8")
    return path


def campaign(on: Ground, first: int, count: int, end: float) -> tuple[int, int]:
    """Make so many trials, or as many as there is time for; how many were made, and kept."""
    made = found = 0
    number = first * 1_000_000
    while made < count and time.monotonic() < end:
        tally = batch(on, number, min(BATCH, count - made))
        number, made = number + 1, made + tally.made
        if tally.failed is not None:
            found += 1
            trial, says = tally.failed
            print(f"kept {keep(trial, says)}: {says}", flush=True)
    return made, found


def main() -> int:
    """Run the campaign; 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=2000, help="how many trials (2000)")
    parser.add_argument("--seed", type=int, required=True, help="each seed draws other trials")
    parser.add_argument("--minutes", type=float, default=60.0, help="stop after so long (60)")
    asked = parser.parse_args()
    began = time.monotonic()
    with ground() as on:
        made, found = campaign(on, asked.seed, asked.count, began + asked.minutes * 60)
    seconds = time.monotonic() - began
    print(f"seed {asked.seed}: {made} trials in {seconds:.0f} s, {found} kept")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
