"""The trials that found something once, or show what one is: each runs in every `make test`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from campaign.trial import Ground, Trial, ground, run_trial

KEPT = sorted(Path(__file__).with_name("kept").glob("*.json"))


@pytest.fixture(scope="module")
def on() -> Iterator[Ground]:
    """One sandbox for all of them."""
    with ground() as served:
        yield served


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_a_kept_trial_holds(on: Ground, path: Path) -> None:
    """What was found once is not found again."""
    run_trial(Trial.load(path), on)
