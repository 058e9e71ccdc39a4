"""Further looks after a lost answer: a few, until one is final or the run is interrupted."""

from __future__ import annotations

import pytest

from reconcile.model.operation import PAUSES, look_again


@pytest.mark.parametrize(
    ("seen", "pauses"),
    [
        ([True], []),
        ([False, False, True], list(PAUSES[:2])),
        ([False] * (len(PAUSES) + 1), list(PAUSES)),
    ],
)
def test_it_looks_until_it_is_final(seen: list[bool], pauses: list[float]) -> None:
    """The pauses grow, and there are only a few."""
    looks, paused = iter(seen), []

    def pause(seconds: float) -> bool:
        paused.append(seconds)
        return True

    assert look_again(lambda: next(looks), lambda found: found, pause) is seen[-1]
    assert paused == pauses
    assert next(looks, None) is None


def test_an_interruption_ends_the_looks() -> None:
    """What was seen last counts."""
    looks = iter([1])
    assert look_again(lambda: next(looks), lambda _found: False, lambda _seconds: False) == 1
