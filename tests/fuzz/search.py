"""Coverage-guided fuzzing of one target: search.py TARGET FOUND [flags and folders of libFuzzer].

What finds a fault is written into the folder FOUND, and the search goes on. Needs atheris.
"""

from __future__ import annotations

import hashlib
import os
import resource
import shlex
import subprocess
import sys
import tempfile
import traceback
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import atheris

with atheris.instrument_imports(include=["reconcile"], enable_loader_override=False):
    from fuzz.mutations import Mutator
    from fuzz.replay import MOST_BYTES, MOST_SECONDS
    from fuzz.seeds import seeds, words
    from fuzz.targets import TARGETS
    from fuzz.trial import Trial

    # What `main` imports once it knows the command.
    for command in ("validate", "show", "runs"):
        import_module(f"reconcile.cli.{command}")

_REPLAY = Path(__file__).with_name("replay.py")
_PEAK = Path("/proc/self/clear_refs")


class Search:
    """Runs inputs and keeps those that find a fault."""

    def __init__(self, target: str, found: Path) -> None:
        self.target, self.found = target, found
        self.trial = Trial()
        self.known: dict[str, int] = {}

    def run(self, content: bytes) -> None:
        """Run an input; a fault is shown and kept, once a place and again if the input is smaller."""
        self.trial.begin()
        try:
            TARGETS[self.target](self.trial, content)
        except Exception as error:  # noqa: BLE001 - any is a fault of the product
            self._keep(_place(error), content, traceback.format_exc())
        name, seconds = self.trial.slowest
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        if seconds > MOST_SECONDS or peak > MOST_BYTES:
            self._confirm(name, content)
            _PEAK.write_text("5", encoding="ascii")

    def _confirm(self, step: str, content: bytes) -> None:
        """Run an input that was slow or large in a process of its own, without instrumentation."""
        with tempfile.NamedTemporaryFile() as file:
            file.write(content)
            file.flush()
            again = subprocess.run(
                [sys.executable, str(_REPLAY), self.target, file.name],
                check=False, capture_output=True, text=True,
            )  # fmt: skip
        if again.returncode:
            self._keep(f"slow-{step.partition(' ')[0]}", content, again.stdout + again.stderr)

    def _keep(self, place: str, content: bytes, why: str) -> None:
        if len(content) >= self.known.get(place, sys.maxsize):
            return
        self.known[place] = len(content)
        name = f"{self.target}-{hashlib.sha256(place.encode()).hexdigest()[:8]}"
        self.found.mkdir(parents=True, exist_ok=True)
        (self.found / name).write_bytes(content)
        (self.found / f"{name}.txt").write_text(
            f"{place}\n\n{why}", encoding="utf-8", errors="replace"
        )
        print(f"FAULT {place}: {self.found / name}", file=sys.stderr)


def _place(error: Exception) -> str:
    """The class of an error and the line that raised it."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"


def main() -> None:
    """Search until the engine's flags end it."""
    _script, target, found, *flags = sys.argv
    search = Search(target, Path(found).resolve())
    mutator = Mutator(
        words=words(target),
        others=seeds(target),
        is_json=target in {"plan_files", "journals"},
        # Looked up when it is called: Fuzz() replaces it.
        mutate_bytes=lambda content, most: bytes(atheris.Mutate(content, most)),
    )
    flags = [one if one.startswith("-") else str(Path(one).resolve()) for one in flags]
    # The engine starts its first argument in a shell where it needs another process.
    again = shlex.join([sys.executable, str(Path(__file__).resolve()), target, str(search.found)])
    atheris.Setup([again, *flags], search.run, custom_mutator=mutator.mutated)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
