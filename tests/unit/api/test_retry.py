"""When to send once more: a policy without I/O."""

from __future__ import annotations

import pytest

from reconcile.api.retry import FailureKind, Pause, RetryPolicy, status_failure
from reconcile.model.request import Effect

POLICY = RetryPolicy()


def pause(
    failure: FailureKind,
    effect: Effect = Effect.READ,
    *,
    tries: int = 1,
    now: float = 0.0,
    retry_after: str | None = None,
    chance: float = 0.0,
) -> float | None:
    """The seconds that the usual policy decides on."""
    decided = POLICY.pause(
        failure, effect=effect, tries=tries, now=now, chance=chance, retry_after=retry_after
    )
    return None if decided is None else decided.seconds


@pytest.mark.parametrize("failure", FailureKind)
def test_a_change_is_repeated_only_if_it_was_not_made(failure: FailureKind) -> None:
    """Never received, or certainly refused: nothing else."""
    repeated = pause(failure, Effect.CHANGE) is not None
    assert repeated == (failure in {FailureKind.UNREACHED, FailureKind.LIMITED})


@pytest.mark.parametrize("failure", FailureKind)
def test_a_read_is_repeated_where_another_try_may_be_better(failure: FailureKind) -> None:
    """A certificate does not get better by asking again, nor an answer shorter."""
    assert (pause(failure) is None) == (failure in {FailureKind.UNTRUSTED, FailureKind.ENDLESS})


@pytest.mark.parametrize(("failure", "most"), [(FailureKind.LOST, 4), (FailureKind.LIMITED, 6)])
def test_tries_are_bounded(failure: FailureKind, most: int) -> None:
    """The last try is the last."""
    assert pause(failure, tries=most - 1) is not None
    assert pause(failure, tries=most) is None


def test_pauses_double_up_to_a_bound() -> None:
    """Half to one and a half of the doubled pause, by chance."""
    policy = RetryPolicy(tries=99)
    pauses = [
        policy.pause(FailureKind.LOST, effect=Effect.READ, tries=n, now=0, chance=0.5)
        for n in range(1, 8)
    ]
    assert pauses == [Pause(seconds=n, for_all=False) for n in (0.5, 1, 2, 4, 8, 8, 8)]
    assert pause(FailureKind.LOST, chance=0.0) == 0.25
    assert pause(FailureKind.LOST, chance=1.0) == 0.75


@pytest.mark.parametrize(("now", "expected"), [(0, 60), (1, 59), (59.5, 0.5), (120.0, 60)])
def test_a_limit_ends_with_the_minute_of_the_epoch(now: float, expected: float) -> None:
    """The limiter counts by fixed windows."""
    assert pause(FailureKind.LIMITED, now=now) == expected
    assert pause(FailureKind.LIMITED, now=now, chance=0.5) == expected + 0.5


@pytest.mark.parametrize(
    ("retry_after", "expected"),
    [
        ("7", 7),
        (" 0 ", 0),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 90),
        ("Thu, 01 Jan 1970 00:01:40 -0000", 90),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("301", None),
        ("999999999", None),
        ("soon", 50),
        ("", 50),
        ("-5", 50),
        ("1.5", 50),
        ("٣", 50),
        ("9" * 400, 50),
        ("Thu, 99 Jan 1970 00:00:00 GMT", 50),
    ],
)
def test_retry_after_goes_first_where_it_says_something(
    retry_after: str, expected: float | None
) -> None:
    """Seconds or a date; more than we have patience for ends it; nonsense counts as not given."""
    assert pause(FailureKind.LIMITED, now=10.0, retry_after=retry_after) == expected


@pytest.mark.parametrize(
    ("failure", "retry_after", "for_all"),
    [
        (FailureKind.LIMITED, None, True),
        (FailureKind.UNAVAILABLE, "7", True),
        (FailureKind.UNAVAILABLE, "soon", False),
        (FailureKind.LOST, None, False),
    ],
)
def test_what_the_server_asks_for_is_asked_of_all(
    failure: FailureKind, retry_after: str | None, for_all: bool
) -> None:
    """A limit and a Retry-After speak of the host, a lost answer of one request."""
    decided = POLICY.pause(
        failure, effect=Effect.READ, tries=1, now=0.0, chance=0.5, retry_after=retry_after
    )
    assert decided is not None
    assert decided.for_all is for_all


@pytest.mark.parametrize(
    ("status", "failure"),
    [(200, None), (401, None), (429, FailureKind.LIMITED), (500, None), (501, None)]
    + [(status, FailureKind.UNAVAILABLE) for status in (408, 425, 502, 503, 504)],
)
def test_a_status_stands_for_a_failure(status: int, failure: FailureKind | None) -> None:
    """Most statuses are answers."""
    assert status_failure(status) is failure
