"""Rows of an answer, read as what they have to be."""

from __future__ import annotations

import pytest

from reconcile.sql.session import Read, Rows, SessionError, number, row, table, truth


def test_rows_are_read_column_by_column() -> None:
    """Truth is `t` or `f`; a number may have a sign."""
    rows: Rows = [("a", "t", "-7"), ("b", "f", "9" * 20)]
    assert table(rows, str, truth, number) == [("a", True, -7), ("b", False, 10**20 - 1)]
    assert row(rows[:1], str, truth, number) == ("a", True, -7)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        *((truth, text) for text in ("", "?", "T", "true", "1", "tf", None)),
        *((number, text) for text in ("", "x", "1.5", "NaN", "9" * 21, None)),
        (str, None),
    ],
)
def test_what_is_no_value_of_a_column_is_refused(column: Read, text: str | None) -> None:
    """It is never taken for another value."""
    good = "1" if column is number else "t"
    several: list[Rows] = [[(text,)], [(good,), (text,)]]
    for rows in several:
        with pytest.raises(SessionError, match="cannot be understood"):
            table(rows, column)


@pytest.mark.parametrize("rows", [[], [("a",), ("b",)], [("a", "b")], [()]])
def test_another_shape_is_refused(rows: Rows) -> None:
    """One row with one column is due."""
    with pytest.raises(SessionError, match="cannot be understood"):
        row(rows, str)
