"""The states of the kinds, with as few requests as there are distinct reads."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.errors import AnswerError, NotOfferedError
from reconcile.kinds import KIND_BY_NAME, KINDS
from reconcile.kinds.engine_version import EngineVersion
from reconcile.kinds.kind import Kind
from reconcile.model.engine import Engine
from reconcile.model.request import RESOURCE, Call
from reconcile.model.state import ITSELF, NotOffered
from reconcile.observe.found import states_of


class Answering:
    """Answers reads from a table, and remembers them."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {name.replace("_", "-"): answer for name, answer in answers.items()}
        self.asked: list[str] = []

    def ask(self, call: Call) -> Any:
        """The answer, or the provider's refusal."""
        name = call.action_name or "resource"
        self.asked.append(name)
        if name not in self.answers:
            raise NotOfferedError(f"{name}: the provider refused it: 'no'", said="no")
        return self.answers[name]


def named(*names: str) -> list[Kind[Any]]:
    """Kinds by their names."""
    return [KIND_BY_NAME[name] for name in names]


def test_kinds_that_share_a_read_share_its_answer() -> None:
    """Extensions and query statistics cost one request."""
    provider = Answering(list_extensions=[{"name": "pg_stat_statements", "version": "v1.10"}])
    kinds = named("extensions", "query_stats")
    states = states_of(kinds, Engine.POSTGRESQL, provider.ask)
    assert provider.asked == ["list-extensions"]
    assert states == {
        "extensions": {"pg_stat_statements": {"version": "v1.10"}},
        "query_stats": {ITSELF: {"enabled": True}},
    }
    assert list(states) == ["extensions", "query_stats"]


def test_only_the_given_kinds_are_asked_for() -> None:
    """Absent means unmanaged, and costs nothing."""
    provider = Answering(resource={"periodic_backups_enabled": False})
    assert states_of([], Engine.MYSQL, provider.ask) == {}
    assert provider.asked == []
    assert states_of(named("backups"), Engine.MYSQL, provider.ask) == {
        "backups": {ITSELF: {"enabled": False, "hours": ()}}
    }
    assert provider.asked == ["resource"]


def test_a_refusal_of_what_may_be_missing_is_a_state() -> None:
    """The provider's words stand in the plan."""
    states = states_of(named("logical_databases"), Engine.POSTGRESQL, Answering().ask)
    assert states == {"logical_databases": NotOffered(message="no")}


def test_a_refusal_of_what_is_surely_offered_is_a_failure() -> None:
    """Something else is wrong, so that the database is not known."""
    with pytest.raises(NotOfferedError):
        states_of(named("logical_databases"), Engine.MYSQL, Answering().ask)


def test_a_kind_of_another_engine_is_not_asked_for() -> None:
    """No request is spent on what cannot be."""
    provider = Answering()
    states = states_of(named("sql_mode"), Engine.REDIS, provider.ask)
    assert states == {"sql_mode": NotOffered(message="redis has no sql_mode")}
    assert provider.asked == []


keys = st.sampled_from([
    "name", "protected", "version", "duration", "default",
    "periodic_backups_enabled", "periodic_backups_scheduled_at",
    "readable_version", "version_id", "next_version_id", "next_upgrade", "id", "major", "minor",
    "maintenance_window", "weekday_utc", "starting_hour_utc", "features", "status",
])  # fmt: skip
documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["30d", "v1.0", "INF", "ACTIVATED", "16.4.0-1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=10,
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@given(data=st.data())
def test_no_answer_of_any_shape_is_a_traceback(kind: Any, data: st.DataObject) -> None:
    """A state or an AnswerError, whatever the provider says."""
    answer = data.draw(
        st.dictionaries(keys, documents, max_size=4) if kind.read == RESOURCE else documents
    )
    engine = next(iter(kind.offers))
    try:
        states = states_of([kind], engine, lambda _call: answer)
    except AnswerError:
        return
    assert set(states) == {kind.name}


@given(answer=documents)
def test_no_answer_to_a_lookup_is_a_traceback(answer: object) -> None:
    """A state or an AnswerError, whatever the provider says."""
    state, spec = {ITSELF: {"version": "16.4.0-1", "version_id": "id"}}, EngineVersion(version="17")
    try:
        state_after = KIND_BY_NAME["engine_version"].look_up(spec, state, lambda _call: answer)
    except AnswerError:
        return
    assert set(state_after) == {ITSELF}
