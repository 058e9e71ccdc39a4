"""The key that signs plan files: a weak one is refused, not taken for none."""

from __future__ import annotations

from pathlib import Path

import pytest
from unit.cli.streams import process

from reconcile.errors import UsageError
from reconcile.workflow.plan_files import must_be_signed, read_plan_file

_EMPTY = "RECONCILE_PLAN_KEY is set and empty: set it to a random key, or unset it"
_SHORT = "RECONCILE_PLAN_KEY is shorter than 16 bytes: set it to a random key"


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("", _EMPTY),
        (" " * 16, _EMPTY),
        ("\t\n" * 16, _EMPTY),
        ("fifteen bytes..", _SHORT),
        ("fifteen bytes..\n", _SHORT),
        ("short" + " " * 16, _SHORT),
    ],
)
def test_a_weak_key_is_a_usage_error(key: str, problem: str) -> None:
    """A CI sets a missing secret to an empty text: no unsigned plan may pass for that."""
    one = process(environment={"RECONCILE_PLAN_KEY": key})
    with pytest.raises(UsageError) as caught:
        must_be_signed(one)
    assert str(caught.value) == problem
    with pytest.raises(UsageError):
        read_plan_file(Path("missing.json"), one)


def test_a_key_or_none() -> None:
    """Sixteen bytes, also where a character has several."""
    assert must_be_signed(process(environment={"RECONCILE_PLAN_KEY": "0123456789abcdef"}))
    assert must_be_signed(process(environment={"RECONCILE_PLAN_KEY": "é" * 8}))
    assert not must_be_signed(process(environment={}))
