"""What the search of `make fuzz` kept, read again: inputs that reach far, and those that found a fault."""

from __future__ import annotations

import cProfile
import tracemalloc
from pathlib import Path

import pytest
from fuzz.run import CORPUS, FAULTS
from fuzz.targets import TARGETS
from fuzz.trial import Trial

pytestmark = pytest.mark.more

MOST_CALLS = 5_000_000
"""Calls of functions: a second or two. Seconds depend on what else the machine does."""
MOST_BYTES = 128 * 1024 * 1024
"""Half of them are the room that is reserved for the largest journal or plan file there may be."""

KEPT = [
    pytest.param(target, path, id=f"{target}-{path.name}")
    for folder in (CORPUS, FAULTS)
    for target in TARGETS
    for path in sorted((folder / target).glob("*"))
]


@pytest.mark.parametrize(("target", "path"), KEPT)
def test_an_input_is_read_or_refused(
    target: str, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No traceback, no law of the target broken, and a bounded number of calls and bytes."""
    monkeypatch.chdir(tmp_path)
    profile = cProfile.Profile()
    tracemalloc.start()
    try:
        profile.runcall(TARGETS[target], Trial(), path.read_bytes())
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(one.callcount for one in profile.getstats()) < MOST_CALLS
    assert peak < MOST_BYTES


def test_every_target_has_inputs() -> None:
    """An empty folder would pass for a search that found nothing."""
    assert {target for target in TARGETS if any((CORPUS / target).glob("*"))} == {*TARGETS}
