"""The lookups of a kind: what is asked for, what its answers add, and when it ends."""

from __future__ import annotations

from typing import Any

import pytest

from reconcile.errors import AnswerError
from reconcile.kinds.engine_version import KIND, EngineVersion
from reconcile.kinds.lookup import UNTOLD, looked_up
from reconcile.model.request import Call, type_version
from reconcile.model.state import ITSELF, Elements

SPEC = EngineVersion(version="latest-minor")
LIVE: Elements = {ITSELF: {"version": "16.4.0-1", "version_id": "v1"}}
NUMBERS = {"major": 16, "minor": 6, "patch": 0, "build": 1}


def found(*answers: Any, spec: EngineVersion = SPEC) -> tuple[Any, list[Call]]:
    """The fields after a lookup that these answers meet, and what was asked for."""
    asked: list[Call] = []
    left = iter(answers)

    def ask(call: Call) -> Any:
        asked.append(call)
        return next(left)

    return looked_up(KIND, spec, LIVE, ask)[ITSELF], asked


def test_what_a_spec_calls_for_is_asked_once() -> None:
    """The next version; its answer calls for nothing more."""
    fields, asked = found({"next_upgrade": {"id": "v2", **NUMBERS}})
    assert fields == {
        "version": "16.4.0-1",
        "version_id": "v1",
        "next_version_id": "v2",
        "next_version": "16.6.0-1",
    }
    assert asked == [type_version("v1")]


def test_an_answer_may_call_for_one_more() -> None:
    """A bare id is looked up in its turn."""
    fields, asked = found({"next_upgrade": "v2"}, NUMBERS)
    assert fields["next_version"] == "16.6.0-1"
    assert asked == [type_version("v1"), type_version("v2")]


def test_an_answer_that_adds_nothing_is_not_asked_for_again() -> None:
    """Nor one that is not there; and where the rule is met, nothing is asked."""
    assert found({}) == (LIVE[ITSELF], [type_version("v1")])
    assert found(UNTOLD) == (LIVE[ITSELF], [type_version("v1")])
    assert found(spec=EngineVersion(version="16.4.0-1")) == (LIVE[ITSELF], [])


def test_an_answer_that_makes_no_sense_names_its_request() -> None:
    """As any other read does."""
    with pytest.raises(
        AnswerError, match=rf"^{type_version('v1')}: a database type version is \[\]"
    ):
        found([])
