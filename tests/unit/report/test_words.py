"""Values and counts in words."""

from __future__ import annotations

import pytest

from reconcile.model.state import Fields, Value
from reconcile.report.words import count, listed, show_fields, show_value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "(none)"),
        ((), "(none)"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (3, "3"),
        ("", ""),
        ("30d", "30d"),
        ((3,), "3"),
        ((3, 15), "3, 15"),
        (("A", "B"), "A, B"),
    ],
)
def test_a_value(value: Value, shown: str) -> None:
    """As a person would write it in a spec; nothing is named."""
    assert show_value(value) == shown


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, ""),
        ({"version": "1.6"}, "version 1.6"),
        ({"duration": "30d", "default": True}, "default, duration 30d"),
        ({"duration": "30d", "default": False}, "default false, duration 30d"),
        ({"enabled": True, "hours": ()}, "enabled, hours (none)"),
        ({"number": 1}, "number 1"),
    ],
)
def test_fields(fields: Fields, shown: str) -> None:
    """By name, whatever their order; a flag that is set is its name, and a 1 is no flag."""
    assert show_fields(fields) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "0 actions"), (1, "1 action"), (2, "2 actions"), (21, "21 actions")]
)
def test_counts(number: int, shown: str) -> None:
    """One is one, all others are many."""
    assert count(number, "action") == shown


def test_an_irregular_plural() -> None:
    """It is given."""
    assert [count(number, "policy", "policies") for number in (1, 2)] == ["1 policy", "2 policies"]


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (["a", "b", "c", "d"], "a, b, c and d"),
    ],
)
def test_lists(parts: list[str], shown: str) -> None:
    """Commas, and one `and`."""
    assert listed(parts) == shown
