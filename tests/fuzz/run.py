"""`make fuzz`: search for faults in how files are read, two targets at once.

What it finds stands in .fuzz/found, with the reason in a .txt file next to each input. The corpus in
.fuzz/corpus grows from run to run; `--keep` takes into tests/fuzz/corpus what covers more of the code.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fuzz.seeds import seeds, words
from fuzz.targets import TARGETS

HERE = Path(__file__).resolve().parent
CORPUS = HERE / "corpus"
FAULTS = HERE / "faults"
WORK = HERE.parents[1] / ".fuzz"
FOUND = WORK / "found"
AT_ONCE = 2
LARGEST = 1 << 20
"""Bytes of an input: a file of specs may have so many."""
LARGEST_KEPT = 8192
_ENDLESS = 60
"""Seconds of one input after which the engine ends the search: a slow one is measured apart."""
_MOST_MEGABYTES = 2048
"""As above: an input that takes 300 MB is run again by itself."""


def main() -> int:
    """Search, and say what came of it; 1 if a fault was found."""
    options = _options()
    targets = options.target or [*TARGETS]
    FOUND.mkdir(parents=True, exist_ok=True)
    each = max(1, options.seconds * min(AT_ONCE, len(targets)) // len(targets))
    print(f"{', '.join(targets)}: {each} s each, {AT_ONCE} at once", flush=True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        is_quick = [*pool.map(read_long_inputs, targets)]
        ended = [*pool.map(lambda target: search(target, each, options.seed), targets)]
    if options.keep:
        for target in targets:
            keep(target)
    found = sorted(path for path in FOUND.iterdir() if path.suffix != ".txt")
    for path in found:
        print(f"fault: {path}")
    return int(bool(found) or not all((*ended, *is_quick)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="for all targets together")
    parser.add_argument("--target", action="append", choices=[*TARGETS], help="only this one")
    parser.add_argument(
        "--seed", type=int, default=0, help="of the search; 0 for another each time"
    )
    parser.add_argument("--keep", action="store_true", help="take what covers more into the corpus")
    return parser.parse_args()


def read_long_inputs(target: str) -> bool:
    """Measure the inputs of a megabyte; whether none took too much. They take no time of the search."""
    command = [sys.executable, str(HERE / "replay.py"), target]
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    print(*(line for line in ended.stdout.splitlines() if "TOO MUCH" in line), sep="\n", flush=True)
    return ended.returncode == 0


def search(target: str, seconds: int, seed: int) -> bool:
    """Search for so many seconds; whether the search came to its end."""
    log = WORK / f"{target}.log"
    flags = (
        f"-max_total_time={seconds}", f"-max_len={LARGEST}", f"-timeout={_ENDLESS}", f"-seed={seed}",
        f"-rss_limit_mb={_MOST_MEGABYTES}", f"-artifact_prefix={FOUND}/{target}-ended-",
        "-print_final_stats=1",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder, log.open("wb") as stream:
        start = Path(folder)
        for number, content in enumerate(seeds(target)):
            (start / f"{number:04}").write_bytes(content)
        dictionary = start.with_suffix(".dict")
        dictionary.write_text("".join(map(_entry, words(target))), encoding="ascii")
        try:
            ended = _engine(
                target, [*flags, f"-dict={dictionary}"], _folders(target, start), stream
            )
        finally:
            dictionary.unlink()
    text = log.read_text(encoding="utf-8", errors="replace")
    progress = re.findall(r"^#(\d+)\s.* cov: (\d+)", text, re.MULTILINE)
    runs, edges = progress[-1] if progress else ("0", "0")
    print(f"{target}: {runs} inputs, {edges} edges, exit {ended}; {log}", flush=True)
    return ended == 0


def keep(target: str) -> None:
    """Put the smallest set of small inputs that covers as much into the corpus."""
    with tempfile.TemporaryDirectory() as folder, (WORK / f"{target}.merge.log").open("wb") as log:
        chosen = Path(folder)
        flags = ["-set_cover_merge=1", f"-max_len={LARGEST_KEPT}"]
        _engine(target, flags, [chosen, *_folders(target)], log)
        shutil.rmtree(CORPUS / target, ignore_errors=True)
        (CORPUS / target).mkdir(parents=True)
        for path in sorted(chosen.iterdir()):
            shutil.copy(path, CORPUS / target / path.name[:12])
    kept = [path.stat().st_size for path in (CORPUS / target).iterdir()]
    print(f"{target}: kept {len(kept)} inputs of {sum(kept)} bytes")


def _folders(target: str, *more: Path) -> list[Path]:
    """Where inputs of a target are; new ones go into the first."""
    folders = [WORK / "corpus" / target, *more, CORPUS / target, FAULTS / target]
    folders[0].mkdir(parents=True, exist_ok=True)
    return [one for one in folders if one.is_dir()]


def _engine(target: str, flags: Sequence[str], folders: Sequence[Path], log: IO[bytes]) -> int:
    command = [sys.executable, str(HERE / "search.py"), target, str(FOUND), *flags]
    command += map(str, folders)
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    ended = subprocess.run(command, stdout=log, stderr=log, check=False, env=environment)
    return ended.returncode


def _entry(word: str) -> str:
    """A line of a dictionary of libFuzzer."""
    escaped = "".join(
        chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\' else f"\\x{byte:02x}"
        for byte in word.encode("utf-8", "surrogatepass")
    )
    return f'"{escaped}"\n'


if __name__ == "__main__":
    sys.exit(main())
