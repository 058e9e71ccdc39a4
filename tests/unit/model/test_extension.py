"""Names and versions of extensions."""

from __future__ import annotations

import pytest

from reconcile.model.extension import folded, is_newer, plain_version


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("1.4", "1.5"),
        ("1.9", "1.10"),
        ("v1.9.0", "1.10"),
        ("1", "1.0.1"),
        ("1.5", "1.5.1"),
        ("2.14.0-dev", "2.15"),
        ("3.4-1", "3.4-2"),
        ("3.4+8", "3.4+12"),
        ("0.6", "1"),
        ("9" * 5000, "1" + "0" * 5000),
    ],
)
def test_versions_are_compared_part_by_part_as_numbers(older: str, newer: str) -> None:
    """What one of the two lacks is 0."""
    assert is_newer(newer, than=older) is True
    assert is_newer(older, than=newer) is False


@pytest.mark.parametrize(
    ("one", "other"), [("1.5", "v1.5.0"), ("1.05", "1.5"), ("1.5-0", "1.5"), ("next", "next")]
)
def test_equal_versions_are_not_newer(one: str, other: str) -> None:
    """In any spelling."""
    assert is_newer(one, than=other) is False
    assert is_newer(other, than=one) is False


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.5", "1.5dev"),
        ("1.5", "1.5-dev"),
        ("next", "1.0"),
        ("1.٣", "1.4"),
        ("1.a", "1.b"),
        ("²", "1"),
    ],
)
def test_versions_that_differ_in_words_cannot_be_compared(one: str, other: str) -> None:
    """Nobody but the author of an extension knows their order."""
    assert is_newer(one, than=other) is None
    assert is_newer(other, than=one) is None


def test_spellings_that_do_not_count() -> None:
    """The API's prefix and trailing zeros of a version, the capitals of a name."""
    assert [plain_version(text) for text in ("v1.5.0", "1.0.0", "10", " 2.0 ")] == [
        "1.5",
        "1",
        "10",
        "2",
    ]
    assert folded("PostGIS_Ä") == "postgis_Ä"
