"""Times in one spelling, and the words that are meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from reconcile.model.text import in_utc, moment, nearest

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_moment() -> None:
    """To the second, with its zone."""
    assert moment(datetime(2026, 11, 23, 4, 5, 6, 999, UTC)) == "2026-11-23 04:05:06 UTC"


@pytest.mark.parametrize(
    "time",
    [NOON, NOON.replace(tzinfo=None), NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))],
)
def test_one_time_in_utc(time: datetime) -> None:
    """Whatever zone it names; without one it is in UTC."""
    assert in_utc(time) == NOON
    assert in_utc(time).tzinfo is UTC


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("backup", "backups"),
        ("abe", "abd"),  # abc is as near: the later one
        ("xyz", None),
        ("", None),
        ("b" * 65, None),
    ],
)
def test_the_nearest_word(word: str, found: str | None) -> None:
    """Of words that are equally near it is always the same; long ones are not compared."""
    assert nearest(word, ["abd", "abc", "backups", "b" * 64]) == found
