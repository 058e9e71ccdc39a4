"""The database resource → Facts."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.errors import AnswerError
from reconcile.model.engine import Engine, Version
from reconcile.model.state import Facts
from reconcile.observe.found import created_at_of, facts_of

RESOURCE = {"type_name": "mysql", "readable_version": "8.0.35-1", "status": "running"}


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({}, {}),
        (
            {"type_name": "postgresql-ng"},
            {"engine": Engine.POSTGRESQL, "type_name": "postgresql-ng"},
        ),
        ({"type_name": "abacus"}, {"engine": None, "type_name": "abacus"}),
        ({"type_name": "a\nb"}, {"engine": None, "type_name": r"a\nb"}),
        ({"readable_version": None}, {"version": None}),
        ({"readable_version": "soon"}, {"version": None}),
        ({"readable_version": 8}, {"version": None}),
        ({"status": "upgrading"}, {"status": "upgrading"}),
        ({"current_operation_id": None}, {}),
        *(({"current_operation_id": none}, {}) for none in ("", 0, False)),
        ({"current_operation_id": "60\x1b"}, {"operation": r"60\x1b"}),
        ({"unknown": {}, "plan": None}, {}),
    ],
)
def test_facts_are_read_tolerantly(extra: dict[str, Any], expected: dict[str, Any]) -> None:
    """What is missing is not known; what comes from outside is made safe."""
    usual: dict[str, Any] = {
        "engine": Engine.MYSQL,
        "type_name": "mysql",
        "version": Version(major=8, minor=0, patch=35, build=1),
        "status": "running",
    }
    assert facts_of({**RESOURCE, **extra}) == Facts(**{**usual, **expected})


@pytest.mark.parametrize(
    ("written", "created"),
    [
        ("2025-02-05T15:38:14.343+01:00", datetime(2025, 2, 5, 14, 38, 14, 343000, tzinfo=UTC)),
        ("2025-02-05T14:38:14Z", datetime(2025, 2, 5, 14, 38, 14, tzinfo=UTC)),
        ("2025-02-05T14:38:14", None),
        ("0001-01-01T00:00:00+01:00", None),
        ("yesterday", None),
        (1738766294, None),
        (None, None),
    ],
)
def test_the_creation_time_is_a_moment_or_not_known(
    written: object, created: datetime | None
) -> None:
    """One moment in two time zones is one creation time."""
    assert created_at_of({**RESOURCE, "created_at": written}) == created


@pytest.mark.parametrize("key", ["type_name", "status"])
@pytest.mark.parametrize("value", [None, "", 3, [], {"x": "\x1b"}])
def test_without_type_or_status_nothing_is_known(key: str, value: object) -> None:
    """An error that shows what was there."""
    with pytest.raises(AnswerError, match=f"as '{key}'") as caught:
        facts_of({**RESOURCE, key: value})
    assert str(caught.value).isprintable()


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*RESOURCE, "current_operation_id"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(resource=documents)
def test_no_document_is_a_traceback(resource: object) -> None:
    """Facts or an AnswerError, whatever comes."""
    with suppress(AnswerError):
        assert isinstance(facts_of(resource), Facts)
