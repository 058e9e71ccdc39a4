"""What is read once more: only where a spec calls for it, once for all, and never a traceback."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from attrs import evolve
from builders import HERE, target
from live import live

from reconcile.errors import AccessError, ApiError, NotFoundError, NotOfferedError
from reconcile.kinds.engine_version import EngineVersion
from reconcile.kinds.kind import UNTOLD
from reconcile.kinds.logical_databases import LogicalDatabases
from reconcile.model.engine import Engine
from reconcile.model.request import RECOVERY_WINDOW, Call, type_version
from reconcile.model.state import (
    ITSELF,
    Desired,
    NotOffered,
    Observation,
    Observed,
    Unknown,
    Unreadable,
)
from reconcile.model.target import Reference, Target
from reconcile.observe.found import Lookups
from reconcile.observe.observer import inspect, observe
from scalingo_sandbox import Sandbox, running

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
    assert list(asking(Lookups(service.read), call)) == [UNTOLD, UNTOLD]
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
