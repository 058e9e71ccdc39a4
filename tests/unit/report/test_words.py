"""Values and counts in words."""

from __future__ import annotations

import pytest

from reconcile.model.address import Address
from reconcile.model.change import Change, Create, FieldChange, Risk, Update
from reconcile.model.state import Fields, Value
from reconcile.model.text import about_so_long, count, duration
from reconcile.report.words import listed, no_way_back, show_fields, show_value


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


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-3.5, "0 ms"),
        (0.0, "0 ms"),
        (0.000_000_1, "<0.01 ms"),
        (0.000_009, "<0.01 ms"),
        (0.000_01, "0.01 ms"),
        (0.000_075, "0.07 ms"),
        (0.000_5, "0.5 ms"),
        (0.000_999, "1 ms"),
        (0.001, "1 ms"),
        (0.005_3, "5.3 ms"),
        (0.009_94, "9.9 ms"),
        (0.009_96, "10 ms"),
        (0.212, "212 ms"),
        (0.999_4, "999 ms"),
        (0.999_5, "1 s"),
        (1.0, "1 s"),
        (1.5, "1.5 s"),
        (9.94, "9.9 s"),
        (9.95, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (60, "1 min"),
        (61, "1 min 1 s"),
        (212, "3 min 32 s"),
        (3_599.6, "1 h"),
        (3_600, "1 h"),
        (3_661, "1 h 1 min"),
        (7_205, "2 h"),
        (86_400, "1 d"),
        (86_400 + 59, "1 d"),
        (183_600, "2 d 3 h"),
        (40_000 * 86_400.0, "40000 d"),
    ],
)
def test_a_duration(seconds: float, shown: str) -> None:
    """In its two largest units, never more of one than the next larger holds; in columns short."""
    assert duration(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.0, "under a second"),
        (0.99, "under a second"),
        (1.0, "about 1 s"),
        (183.4, "about 3 min 3 s"),
    ],
)
def test_a_foreseen_duration(seconds: float, shown: str) -> None:
    """No finer than a second: it is a guess."""
    assert about_so_long(seconds) == shown


ADDRESS = Address(database="shop", kind="engine_version")
STEP = Update(
    address=ADDRESS,
    before={"version": "16.4.0-1", "version_id": "v16"},
    after={"version": "16.5.0-1"},
    fields=(FieldChange(field="version", before="16.4.0-1", after="16.5.0-1"),),
)
HOURS = Update(
    address=Address(database="shop", kind="backups"),
    before={"hours": (5,)},
    after={"hours": (3,)},
    fields=(FieldChange(field="hours", before=(5,), after=(3,)),),
)


@pytest.mark.parametrize(
    ("risk", "change", "words"),
    [
        (Risk.LOSSY, HOURS, "the data does not come back"),
        (Risk.LOSSY, None, "the data does not come back"),
        (Risk.DISRUPTIVE, STEP, "there is no way back to 16.4.0-1"),
        (None, STEP, "there is no way back to 16.4.0-1"),
        (Risk.DISRUPTIVE, HOURS, None),
        (Risk.SAFE, Create(address=ADDRESS, after={}), None),
        (None, None, None),
    ],
)
def test_what_cannot_come_back(risk: Risk | None, change: Change | None, words: str | None) -> None:
    """What is lost is lost, and a version only rises; anything else a plan can bring back."""
    assert no_way_back(risk, change) == words
