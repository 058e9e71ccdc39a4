"""A live database: what its resource says, the states of its kinds, what is looked up once more."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve
from builders import HERE, target
from hypothesis import given
from hypothesis import strategies as st
from live import live

from reconcile.errors import AccessError, AnswerError, ApiError, NotFoundError, NotOfferedError
from reconcile.kinds import KIND_BY_NAME, KINDS
from reconcile.kinds.engine_version import EngineVersion
from reconcile.kinds.kind import MISSING, Kind
from reconcile.kinds.logical_databases import LogicalDatabases
from reconcile.model.engine import Engine, Version
from reconcile.model.request import RECOVERY_WINDOW, RESOURCE, Call, type_version
from reconcile.model.state import (
    ITSELF,
    Desired,
    Facts,
    NotOffered,
    Observation,
    Observed,
    Unknown,
    Unreadable,
)
from reconcile.model.target import Reference, Target
from reconcile.observe.found import Lookups, created_at_of, facts_of, states_of
from reconcile.observe.observer import inspect, observe
from scalingo_sandbox import Sandbox, running

ANSWER = {"type_name": "mysql", "readable_version": "8.0.35-1", "status": "running"}


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
    assert facts_of({**ANSWER, **extra}) == Facts(**{**usual, **expected})


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
    assert created_at_of({**ANSWER, "created_at": written}) == created


@pytest.mark.parametrize("key", ["type_name", "status"])
@pytest.mark.parametrize("value", [None, "", 3, [], {"x": "\x1b"}])
def test_without_type_or_status_nothing_is_known(key: str, value: object) -> None:
    """An error that shows what was there."""
    with pytest.raises(AnswerError, match=f"as '{key}'") as caught:
        facts_of({**ANSWER, key: value})
    assert str(caught.value).isprintable()


resources = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*ANSWER, "current_operation_id"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(resource=resources)
def test_no_document_is_a_traceback(resource: object) -> None:
    """Facts or an AnswerError, whatever comes."""
    with suppress(AnswerError):
        assert isinstance(facts_of(resource), Facts)


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


VERSION = type_version("v1")
VERSIONS = {"version": "8.0.35-1", "next_version": "8.0.36-1"}
HANDLES = [f"db{number}" for number in range(5)]


class Service:
    """Answers a read as it is told to, in turn, and remembers in whose name it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def read(self, asking: Target, _call: Call) -> Any:
        """The next answer, or the last one once more."""
        self.asked.append(asking.addon)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def asking(lookups: Lookups, *calls: Call) -> Iterator[Any]:
    """What two databases get to hear, answers and errors."""
    for call in calls:
        for handle in ("one", "two"):
            try:
                yield lookups.ask(target(handle=handle), call)
            except ApiError as error:
                yield error


def test_the_service_answers_once_for_all() -> None:
    """Equal calls are one request; another version is another."""
    service = Service({"next_upgrade": None})
    answers = list(asking(Lookups(service.read), VERSION, type_version("v1"), type_version("v2")))
    assert answers == [{"next_upgrade": None}] * 6
    assert service.asked == ["ad-one", "ad-one"]


def test_another_host_is_another_service() -> None:
    """Its versions have other ids."""
    service, one = Service("a", "b"), target()
    lookups = Lookups(service.read)
    other = evolve(one, hosts=evolve(one.hosts, database="https://elsewhere.example.test"))
    assert [lookups.ask(one, VERSION), lookups.ask(other, VERSION)] == ["a", "b"]


def test_what_is_about_a_database_is_its_own() -> None:
    """Nobody else's answer will do."""
    service = Service("a", "b")
    assert list(asking(Lookups(service.read), RECOVERY_WINDOW)) == ["a", "b"]


@pytest.mark.parametrize("error", [NotFoundError("404"), NotOfferedError("no")])
@pytest.mark.parametrize("call", [VERSION, RECOVERY_WINDOW])
def test_an_endpoint_that_is_not_there_tells_nothing(error: ApiError, call: Call) -> None:
    """Only newer documents have it: that is no failure."""
    service = Service(error)
    assert list(asking(Lookups(service.read), call)) == [MISSING, MISSING]
    assert len(service.asked) == (1 if call == VERSION else 2)


def test_a_failure_is_everybodys_without_being_repeated() -> None:
    """A service that is down is not asked by each database in turn."""
    error = ApiError("HTTP 503")
    service = Service(error)
    assert list(asking(Lookups(service.read), VERSION)) == [error, error]
    assert service.asked == ["ad-one"]


def test_a_refused_database_speaks_for_itself_only() -> None:
    """The next one asks in its own name."""
    error = AccessError("HTTP 403")
    service = Service(error, "a")
    assert list(asking(Lookups(service.read), VERSION, VERSION)) == [error, "a", "a", "a"]
    assert service.asked == ["ad-one", "ad-two"]


def test_threads_wait_for_the_first_answer() -> None:
    """However many ask at the same time."""
    service, barrier = Service("a"), threading.Barrier(8)

    def slow(one: Target, call: Call) -> Any:
        time.sleep(0.05)
        return service.read(one, call)

    lookups = Lookups(slow)

    def ask(number: int) -> Any:
        barrier.wait(5)
        return lookups.ask(target(handle=f"db{number}"), VERSION)

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(8))) == ["a"] * 8
    assert len(service.asked) == 1


@contextmanager
def fleet(**more: Any) -> Iterator[Sandbox]:
    """Five MySQL databases of one version."""
    addons = [{"id": f"ad-{handle}", "engine": "mysql", **VERSIONS, **more} for handle in HANDLES]
    apps = [{"name": "shop-web", "addons": addons}]
    with running({"version": 1, "apps": apps}) as sandbox:
        yield sandbox


def wanted(rule: str) -> list[Desired]:
    """A spec for each."""
    return [
        Desired(
            handle=handle,
            app="shop-web",
            addon=f"ad-{handle}",
            engine=Engine.MYSQL,
            location=HERE,
            kinds={"engine_version": EngineVersion(version=rule)},
        )
        for handle in HANDLES
    ]


def read(sandbox: Sandbox, tmp_path: Any, rule: str) -> tuple[dict[str, Observation], int]:
    """What is observed, and how many requests the database host got."""
    with live(sandbox, tmp_path) as product:
        observed = observe(wanted(rule), product.connection.reads)
    return observed, sandbox.requests()["counts"]["database"]


def following(observed: dict[str, Observation]) -> list[object]:
    """What is known of the next version, database by database."""
    found = []
    for one in observed.values():
        assert isinstance(one, Observed)
        state = one.states["engine_version"]
        assert isinstance(state, dict)
        found.append(state[ITSELF].get("next_version", "not known"))
    return found


@pytest.mark.parametrize(
    ("rule", "more", "lookups", "known"),
    [
        ("8.0", {}, 0, "not known"),
        (">=8.0.35", {}, 0, "not known"),
        ("5.7", {}, 0, "not known"),
        ("8.0.36", {}, 1, "8.0.36-1"),
        ("latest-minor", {}, 1, "8.0.36-1"),
        ("latest-minor", {"version": "8.4.3-1", "next_version": None}, 0, None),
        (">=9", {"next_version": "9.1.0-1"}, 1, "9.1.0-1"),
    ],
)
def test_a_version_is_looked_up_once_and_only_where_it_decides(
    rule: str, more: dict[str, str | None], lookups: int, known: str | None, tmp_path: Any
) -> None:
    """Five databases of one version: five requests, and one more where the spec is not met."""
    with fleet(**more) as sandbox:
        observed, requests = read(sandbox, tmp_path, rule)
    assert requests == len(HANDLES) + lookups
    assert following(observed) == [known] * len(HANDLES)


def test_of_what_is_not_offered_nothing_is_looked_up(tmp_path: Any) -> None:
    """The state is the provider's refusal."""
    addon = {"id": "ad-db0", "engine": "postgresql"}
    spec = evolve(
        wanted("16")[0],
        engine=Engine.POSTGRESQL,
        kinds={"logical_databases": LogicalDatabases()},
    )
    apps = [{"name": "shop-web", "addons": [addon]}]
    with running({"version": 1, "apps": apps}) as sandbox, live(sandbox, tmp_path) as product:
        observed = observe([spec], product.connection.reads)["db0"]
    assert isinstance(observed, Observed)
    assert isinstance(observed.states["logical_databases"], NotOffered)


def test_showing_a_database_looks_nothing_up(tmp_path: Any) -> None:
    """The resource tells the version, its id and that of the next one."""
    with fleet() as sandbox, live(sandbox, tmp_path) as product:
        reference = Reference(name="x", app="shop-web", addon="ad-db0", engine=Engine.MYSQL)
        state = inspect([reference], product.connection.reads)["x"]
        paths = [one["path"] for one in sandbox.requests()["requests"]]
    assert not [path for path in paths if "versions" in path]
    assert not isinstance(state, Unknown)
    found = state.states["engine_version"]
    assert isinstance(found, dict)
    assert set(found[ITSELF]) == {"version", "version_id", "next_version_id"}


@pytest.mark.parametrize("status", [404, 403, 418, 500])
def test_what_a_failed_lookup_means(status: int, tmp_path: Any) -> None:
    """Not there: nothing is learned. No access: the database is unknown. Else only the kind is."""
    with fleet() as sandbox:
        path = "/api/database_type_versions/*"
        sandbox.fault("status", status=status, times=len(HANDLES) * 2, match={"path": path})
        observed, requests = read(sandbox, tmp_path, ">=8.4")
    if status == 404:
        assert following(observed) == ["not known"] * len(HANDLES)
    for one in observed.values():
        if status == 403:
            assert isinstance(one, Unknown)
            assert "HTTP 403" in one.reason
        elif status != 404:
            assert isinstance(one, Observed)
            state = one.states["engine_version"]
            assert isinstance(state, Unreadable)
            assert f"HTTP {status}" in state.message
            assert requests == len(HANDLES) + 1
