"""Values that many threads want and one makes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from unit.api.loopback import PlainClock

from reconcile.api.once import Once

THREADS = 16


class Made:
    """A value that is told from others by what it is, not by what it says."""


def test_a_value_that_runs_out_in_the_middle_is_made_once_more_by_one() -> None:
    """Whoever finds it out first makes the next one; the others wait for it."""
    made: list[Made] = []
    stale: set[Made] = set()
    together = Barrier(THREADS)

    def make(_key: str) -> Made:
        made.append(Made())
        return made[-1]

    once: Once[str, Made] = Once(make, clock=PlainClock(), fresh=lambda one: one not in stale)

    def get(_: int) -> Made:
        together.wait()
        return once.get("x")

    with ThreadPoolExecutor(THREADS) as threads:
        assert len(set(threads.map(get, range(THREADS)))) == 1
        stale.update(made)
        assert set(threads.map(get, range(THREADS))) == {made[1]}
    assert len(made) == 2


def test_an_unfit_value_is_replaced_once_for_all() -> None:
    """Sixteen threads that were refused with the same token need one other."""
    once: Once[str, Made] = Once(lambda _key: Made(), clock=PlainClock())
    unfit = once.get("x")
    together = Barrier(THREADS)

    def replace(_: int) -> Made | None:
        together.wait()
        return once.replace("x", unfit)

    with ThreadPoolExecutor(THREADS) as threads:
        replaced = set(threads.map(replace, range(THREADS)))
    assert replaced == {once.get("x")} != {unfit}


def test_what_replaced_a_value_is_not_replaced_at_once() -> None:
    """Where every token is refused, a run of a thousand databases does not make a thousand."""
    clock = PlainClock()
    once: Once[str, Made] = Once(lambda _key: Made(), clock=clock)
    second = once.replace("x", once.get("x"))
    assert second is not None
    assert once.replace("x", second) is None
    assert once.get("x") is second
    clock.go_on(61)
    assert once.replace("x", second) not in {None, second}
