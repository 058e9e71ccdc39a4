"""Databases side by side: what they cost, and that one does not hide the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from attrs import evolve, field, frozen
from builders import HERE
from unit.api.loopback import Addon, PlainClock, Provider, Reply, reply, serving, unheard

from reconcile.api.reads import Reads, connect_reading
from reconcile.api.surroundings import Surroundings
from reconcile.errors import UsageError
from reconcile.kinds.engine_version import EngineVersion
from reconcile.model.engine import Engine
from reconcile.model.state import Desired, Observation, Observed, Unknown, Unreadable
from reconcile.observe.observer import observe

EXTENSIONS = [{"name": "plpgsql", "version": "v1.0"}]
MYSQL = Addon(
    id="ad-my",
    results={"get-sqlmode": "ANSI", "list-databases": [{"name": "shop", "protected": True}]},
)
POSTGRESQL = Addon(
    id="ad-pg",
    engine="postgresql",
    version="16.4.0-1",
    results={"list-extensions": EXTENSIONS, "list-databases": []},
)


def wanted(handle: str, addon: str | None, engine: Engine = Engine.MYSQL, *kinds: str) -> Desired:
    """A spec that names kinds."""
    return Desired(
        handle=handle,
        app="shop-web",
        addon=addon,
        engine=engine,
        location=HERE,
        kinds=dict.fromkeys(kinds),
    )


@contextmanager
def reading(provider: Provider, environment: dict[str, str] | None = None) -> Iterator[Reads]:
    """A connection on which nobody waits."""
    with connect_reading(
        Surroundings(
            environment=environment or provider.environment,
            region=None,
            notify=unheard,
            clock=PlainClock(),
        )
    ) as reads:
        yield reads


@frozen
class Cost:
    """A database, and the database-API requests that reading it takes."""

    addon: Addon
    engine: Engine
    kinds: tuple[str, ...]
    requests: int
    states: frozenset[str] = field(factory=frozenset)


ALL_MYSQL = ("backups", "sql_mode", "logical_databases")
COSTS = [
    Cost(MYSQL, Engine.MYSQL, (), 1),
    Cost(MYSQL, Engine.MYSQL, ("backups",), 1, frozenset({"backups"})),
    Cost(MYSQL, Engine.MYSQL, ALL_MYSQL, 3, frozenset(ALL_MYSQL)),
    Cost(
        POSTGRESQL,
        Engine.POSTGRESQL,
        ("extensions", "query_stats"),
        2,
        frozenset({"extensions", "query_stats"}),
    ),
    Cost(evolve(MYSQL, resource={"status": "upgrading"}), Engine.MYSQL, ALL_MYSQL, 1),
    Cost(evolve(MYSQL, resource={"current_operation_id": "op"}), Engine.MYSQL, ALL_MYSQL, 1),
    Cost(evolve(MYSQL, status="suspended"), Engine.MYSQL, ALL_MYSQL, 1),
    Cost(MYSQL, Engine.POSTGRESQL, ("extensions",), 1),
    Cost(evolve(MYSQL, engine="abacus"), Engine.MYSQL, ALL_MYSQL, 1),
]


@pytest.mark.parametrize("cost", COSTS)
def test_reading_a_database_costs_just_this(cost: Cost) -> None:
    """The resource, and one request per distinct read of the named kinds; nothing if it is busy."""
    with serving(("shop-web", cost.addon)) as provider, reading(provider) as reads:
        spec = wanted("shop", cost.addon.id, cost.engine, *cost.kinds)
        observation = observe([spec], reads)["shop"]
        assert isinstance(observation, Observed)
        assert set(observation.states) == cost.states
        assert dict(reads.spent().requests) == {"auth": 1, "api": 1, "database": cost.requests}


@pytest.mark.parametrize(
    ("said", "status"),
    [("suspended", "suspended"), (None, "running"), ("running", "running"), (7, "7")],
)
def test_an_observation_holds_the_status_of_the_addon(said: object, status: str) -> None:
    """Where the provider does not say it, the database's own status decides."""
    with serving(("shop-web", evolve(MYSQL, status=said))) as provider, reading(provider) as reads:
        observation = observe([wanted("shop", MYSQL.id)], reads)["shop"]
    assert isinstance(observation, Observed)
    assert observation.facts.addon_status == status


FAILURES: list[tuple[str, list[Reply], str]] = [
    ("database", [reply(403, {"error": "no"})], "HTTP 403"),
    ("database", [reply(404, {"resource": "Database", "error": "not found"})], "HTTP 404"),
    ("database", [reply(503, "<h1>x</h1>")] * 4, "HTTP 503"),
    ("database", [reply(200, {"database": None})], "is no object"),
    ("database", [reply(200, {"database": {"type_name": "mysql"}})], "as 'status'"),
    ("database", [reply(200, {})], "without 'database'"),
    ("api", [reply(404, {"resource": "App", "error": "not found"})], "App: not found"),
    ("api", [reply(200, {"addon": {}})], "without a usable token"),
]


@pytest.mark.parametrize(("role", "odd", "words"), FAILURES)
def test_one_failure_leaves_the_others_known(role: str, odd: list[Reply], words: str) -> None:
    """It is a value with a reason, and says whether it is about who we are."""
    addons = [("shop-web", evolve(MYSQL, id=f"ad-{n}")) for n in range(3)]
    with serving(*addons) as provider, reading(provider) as reads:
        provider.odd[role].extend(odd)
        specs = [wanted(f"db{n}", f"ad-{n}", Engine.MYSQL, "backups") for n in range(3)]
        observed = observe(specs, reads, workers=1)
    unknown = observed["db0"]
    assert isinstance(unknown, Unknown)
    assert words in unknown.reason
    assert unknown.unauthenticated == ("403" in words)
    assert isinstance(observed["db1"], Observed)
    assert isinstance(observed["db2"], Observed)


@pytest.mark.parametrize(
    "result",
    [None, [{"name": 3}]],
)
def test_an_answer_of_another_shape_makes_its_kind_unreadable(result: object) -> None:
    """Never in sync, never a traceback."""
    addon = evolve(MYSQL, results={"list-databases": result})
    with serving(("shop-web", addon)) as provider, reading(provider) as reads:
        spec = wanted("shop", "ad-my", Engine.MYSQL, "logical_databases")
        observation = observe([spec], reads)["shop"]
    assert isinstance(observation, Observed)
    state = observation.states["logical_databases"]
    assert isinstance(state, Unreadable)
    assert state.message.startswith("list-databases: ")


@pytest.mark.parametrize(
    ("kind", "odd"),
    [
        ("backups", {"periodic_backups_enabled": "yes"}),
        ("maintenance_window", {"maintenance_window": "sunday"}),
        ("features", {"features": "force-ssl"}),
        ("engine_version", {"version_id": 7}),
    ],
)
def test_an_odd_field_costs_the_kind_that_needs_it(kind: str, odd: dict[str, object]) -> None:
    """The other kinds of the database are known."""
    usual = {"maintenance_window": {"weekday_utc": 2, "starting_hour_utc": 21}, "features": []}
    addon = evolve(MYSQL, resource={**MYSQL.resource, **usual, **odd})
    kinds = ("backups", "maintenance_window", "features", "engine_version")
    with serving(("shop-web", addon)) as provider, reading(provider) as reads:
        spec = wanted("shop", "ad-my", Engine.MYSQL, *kinds)
        spec = evolve(spec, kinds={**spec.kinds, "engine_version": EngineVersion(version="8.0")})
        observation = observe([spec], reads)["shop"]
    assert isinstance(observation, Observed)
    unreadable = [
        name for name, state in observation.states.items() if isinstance(state, Unreadable)
    ]
    assert unreadable == [kind]


def test_a_refused_login_makes_all_unknown_with_one_request() -> None:
    """Nobody could be authenticated, and it was asked once."""
    with serving(("shop-web", MYSQL)) as provider, reading(provider) as reads:
        provider.odd["auth"].extend([reply(401, {"error": "no"})] * 50)
        observed = observe([wanted(f"db{n}", "ad-my") for n in range(50)], reads, workers=16)
        assert len(provider.requests) == 1
    assert len(observed) == 50
    assert all(isinstance(one, Unknown) and one.unauthenticated for one in observed.values())


def test_what_concerns_all_is_raised() -> None:
    """A region that does not exist is no fault of a database."""
    with serving(("shop-web", MYSQL)) as provider:
        environment = {k: v for k, v in provider.environment.items() if k != "SCALINGO_API_URL"}
        provider.regions = [{"name": "elsewhere"}]
        with reading(provider, environment) as reads, pytest.raises(UsageError, match="elsewhere"):
            observe([wanted("shop", "ad-my"), wanted("two", "ad-my")], reads)


def test_results_do_not_depend_on_timing() -> None:
    """In the order of the specs, the same every time; progress comes in this thread."""
    addons = [("shop-web", evolve(MYSQL, id=f"ad-{n}")) for n in range(12)]
    specs = [wanted(f"db{n:02}", f"ad-{n}", Engine.MYSQL, *ALL_MYSQL) for n in range(12)]
    told: list[tuple[str, str, int]] = []

    def tell(handle: str, word: str) -> None:
        told.append((handle, word, threading.get_ident()))

    with serving(*addons) as provider, reading(provider) as reads:
        results = [observe(specs, reads, workers=n, progress=tell) for n in (1, 3, 12)]
    assert all(result == results[0] for result in results)
    assert all(list(result) == [spec.handle for spec in specs] for result in results)
    assert sorted(told) == sorted(
        (spec.handle, "read", threading.get_ident()) for spec in specs for _ in range(3)
    )


def test_progress_tells_what_is_unknown() -> None:
    """The word is the state that the database ends in."""
    told: list[tuple[str, str]] = []
    with serving(("shop-web", MYSQL)) as provider, reading(provider) as reads:
        provider.odd["database"].append(reply(500, {"error": "x"}))
        observe([wanted("shop", "ad-my")], reads, progress=lambda *word: told.append(word))
    assert told == [("shop", "unknown")]


def ended_early(end: Callable[[threading.Event], None]) -> dict[str, Observation]:
    """Observe two databases of which one never answers; `end` is called when it was asked."""
    never, stop = threading.Event(), threading.Event()
    addons = [("shop-web", evolve(MYSQL, id=f"ad-{n}")) for n in range(2)]
    with serving(*addons) as provider, reading(provider) as reads:
        provider.odd["database"].append(Reply(wait=never))

        def watch() -> None:
            while not provider.sent("database"):
                time.sleep(0.005)
            end(stop)

        watcher = threading.Thread(target=watch)
        watcher.start()
        specs = [wanted(f"db{n}", f"ad-{n}") for n in range(2)]
        try:
            return observe(specs, reads, workers=1, stop=stop)
        finally:
            watcher.join(5)
            never.set()


def test_a_stopped_run_ends_at_once_with_what_it_has() -> None:
    """What was not read is unknown, however long its server takes."""
    observed = ended_early(threading.Event.set)
    assert list(observed) == ["db0", "db1"]
    assert all(
        isinstance(one, Unknown) and "interrupted" in one.reason for one in observed.values()
    )


def test_a_run_that_was_stopped_before_it_began_sends_nothing() -> None:
    """Not even the exchange."""
    stop = threading.Event()
    stop.set()
    with serving(("shop-web", MYSQL)) as provider, reading(provider) as reads:
        observed = observe([wanted("shop", "ad-my")], reads, stop=stop)
        assert isinstance(observed["shop"], Unknown)
    assert provider.requests == []


def test_an_interrupt_leaves_no_thread_behind() -> None:
    """Closing the connection ends the request that a thread still waits for."""
    before = set(threading.enumerate())

    def interrupt(_handle: str, _word: str) -> None:
        raise KeyboardInterrupt

    never = threading.Event()
    addons = [("shop-web", evolve(MYSQL, id=f"ad-{n}")) for n in range(3)]
    with serving(*addons) as provider:
        provider.odd["database"].extend([Reply(wait=never)] * 2)
        with reading(provider) as reads, pytest.raises(KeyboardInterrupt):
            observe(
                [wanted(f"db{n}", f"ad-{n}") for n in range(3)],
                reads,
                workers=3,
                progress=interrupt,
            )
        left = [t for t in set(threading.enumerate()) - before if t.name.startswith("observe")]
        for thread in left:
            thread.join(5)
        assert not any(thread.is_alive() for thread in left)
        never.set()
