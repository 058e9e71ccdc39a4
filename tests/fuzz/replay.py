"""Inputs once more, without a fuzzing engine.

`python tests/fuzz/replay.py TARGET [FILE…]`: without files, the inputs of a megabyte of `long_inputs.py`. It shows what each took, and exits with 1
for a step of more than two seconds of processor time or a process of more than 300 MB. A fault ends it
with its traceback.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fuzz.targets import TARGETS
from fuzz.trial import Trial

MOST_SECONDS = 2.0
MOST_BYTES = 300 * 1024 * 1024


def main(target: str, *files: str) -> int:
    """Run the inputs, and return 1 if one of them took too much."""
    inputs = [(file, Path(file).read_bytes()) for file in files]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        excessive = [
            name for name, content in inputs or _long(target) if _is_slow(target, name, content)
        ]
        os.chdir("/")
    return int(bool(excessive))


def _long(target: str) -> Iterable[tuple[str, bytes]]:
    from fuzz.long_inputs import long_inputs  # noqa: PLC0415 - needs pytest, which a file does without

    return long_inputs(target)


def _is_slow(target: str, name: str, content: bytes) -> bool:
    trial = Trial()
    TARGETS[target](trial, content)
    step, seconds = trial.slowest
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    excessive = seconds > MOST_SECONDS or used > MOST_BYTES
    word = "TOO MUCH: " if excessive else ""
    print(f"{word}{target} {name}: {seconds:.2f} s for {step}, {used >> 20} MB so far", flush=True)
    return excessive


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
