"""The client against an independent server that speaks the provider's API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from builders import HERE
from unit.api.loopback import PlainClock, unheard

from reconcile.api.reads import Reads, connect_reading
from reconcile.api.surroundings import Surroundings
from reconcile.api.writes import Connection, connect_writing
from reconcile.errors import (
    AccessError,
    ApiError,
    CredentialsError,
    NotFoundError,
    NotOfferedError,
    OutcomeUnknownError,
)
from reconcile.model.engine import Engine, Version
from reconcile.model.request import RESOURCE, Call, Effect, action
from reconcile.model.state import Desired, NotOffered, Observed, Unknown
from reconcile.model.target import Target
from reconcile.observe.observer import observe
from scalingo_sandbox import Sandbox, running

FLEET = {
    "version": 1,
    "region": "osc-fr1",
    "apps": [
        {
            "name": "shop-web",
            "addons": [
                {
                    "id": "ad-1",
                    "engine": "mysql",
                    "resource_id": "shop-web-1",
                    "version": "8.0.35-1",
                    "backups": {"enabled": True, "hours": [3]},
                    "logical_databases": [
                        {"name": "shop", "protected": True},
                        {"name": "audit"},
                    ],
                }
            ],
        },
        {
            "name": "billing",
            "addons": [
                {
                    "id": "ad-2",
                    "engine": "postgresql",
                    "extensions": [{"name": "plpgsql", "version": "1.0"}],
                }
            ],
        },
        {"name": "iot", "addons": [{"id": "ad-3", "engine": "influxdb"}]},
    ],
}
MYSQL_KINDS = ("backups", "sql_mode", "logical_databases")
POSTGRESQL_KINDS = ("extensions", "query_stats")


def wanted(handle: str, app: str, engine: Engine, *kinds: str) -> Desired:
    """A spec without an addon: the application has one of this engine."""
    return Desired(
        handle=handle,
        app=app,
        addon=None,
        engine=engine,
        location=HERE,
        kinds=dict.fromkeys(kinds),
    )


SHOP = wanted("shop", "shop-web", Engine.MYSQL, *MYSQL_KINDS)
BILLING = wanted("billing", "billing", Engine.POSTGRESQL, *POSTGRESQL_KINDS)
IOT = wanted("iot", "iot", Engine.INFLUXDB, "retention_policies")


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    """One server for all tests of the module."""
    with running(FLEET) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(server: Sandbox) -> Sandbox:
    """The server as it was at the start."""
    server.clear_faults()
    server.put_fleet(FLEET)
    server.clear()
    return server


@pytest.fixture
def environment(sandbox: Sandbox) -> dict[str, str]:
    """Only the auth host is given: the regions tell the others."""
    return {"SCALINGO_AUTH_URL": sandbox.url, "SCALINGO_API_TOKEN": sandbox.token}


@pytest.fixture
def reads(environment: dict[str, str]) -> Iterator[Reads]:
    """A connection that only reads."""
    with connect_reading(
        Surroundings(environment=environment, region=None, notify=unheard, clock=PlainClock())
    ) as one:
        yield one


@pytest.fixture
def connection(environment: dict[str, str]) -> Iterator[Connection]:
    """A connection that reads and writes."""
    with connect_writing(
        Surroundings(environment=environment, region=None, notify=unheard, clock=PlainClock())
    ) as one:
        yield one


def shop(connection: Connection) -> Target:
    """The MySQL database."""
    return connection.reads.targets.find(app="shop-web", addon="ad-1", engine=Engine.MYSQL)


def changes(sandbox: Sandbox) -> int:
    """How many changes took effect."""
    return sum(one["effect"] for one in sandbox.requests()["requests"])


def test_a_fleet_is_observed_for_just_this(sandbox: Sandbox, reads: Reads) -> None:
    """Both sides count the same requests, and none of them changes anything."""
    observed = observe([SHOP, BILLING, IOT], reads)
    assert observed["shop"] == observe([SHOP], reads)["shop"]
    one = observed["shop"]
    assert isinstance(one, Observed)
    assert one.facts.version == Version(major=8, minor=0, patch=35, build=1)
    assert one.target.resource_id == "shop-web-1"
    assert one.states["backups"] == {"": {"enabled": True, "hours": (3,)}}
    assert one.states["logical_databases"].keys() == {"audit", "shop"}  # type: ignore[union-attr]
    assert isinstance(observed["billing"], Observed)
    assert observed["billing"].states["query_stats"] == {"": {"enabled": False}}
    counted = sandbox.requests()
    assert (
        counted["counts"]
        == dict(reads.spent().requests)
        == {"auth": 2, "api": 6, "database": 3 + 2 + 2 + 3}
    )
    assert not any(request["changes"] for request in counted["requests"])


@pytest.mark.parametrize(("spec", "requests"), [(SHOP, 3), (BILLING, 2), (IOT, 2)])
def test_a_database_costs_just_this(
    sandbox: Sandbox, reads: Reads, spec: Desired, requests: int
) -> None:
    """The resource, and one request per distinct read."""
    assert isinstance(observe([spec], reads)[spec.handle], Observed)
    assert sandbox.requests()["counts"]["database"] == requests


def test_logical_databases_are_not_offered_by_postgresql(sandbox: Sandbox, reads: Reads) -> None:
    """A state with the provider's words, not a failure."""
    spec = wanted("billing", "billing", Engine.POSTGRESQL, "logical_databases")
    observation = observe([spec], reads)["billing"]
    assert isinstance(observation, Observed)
    state = observation.states["logical_databases"]
    assert isinstance(state, NotOffered)
    assert "postgresql" in state.message
    assert changes(sandbox) == 0


CALLS = [
    Call(
        method="PATCH",
        path="",
        body={"database": {"periodic_backups_scheduled_at": 5}},
        effect=Effect.CHANGE,
    ),
    action("set-sqlmode", "ANSI", effect=Effect.CHANGE),
    action("create-database", {"database_name": "new"}, effect=Effect.CHANGE),
    action("delete-database", {"database_name": "audit"}, effect=Effect.CHANGE),
]


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_a_change_takes_effect_once(sandbox: Sandbox, connection: Connection, call: Call) -> None:
    """And is seen by the next read."""
    before = observe([SHOP], connection.reads)["shop"]
    connection.writes.prepare(shop(connection))
    connection.writes.call(shop(connection), call)
    assert changes(sandbox) == 1
    assert observe([SHOP], connection.reads)["shop"] != before


@pytest.mark.parametrize(
    ("fault", "effects", "error"),
    [
        ({"kind": "status", "status": 429}, 1, None),
        ({"kind": "status", "status": 401}, 1, None),
        ({"kind": "status", "status": 500}, 0, OutcomeUnknownError),
        ({"kind": "html", "status": 503}, 0, OutcomeUnknownError),
        ({"kind": "drop-before"}, 0, OutcomeUnknownError),
        ({"kind": "drop-after"}, 1, OutcomeUnknownError),
        ({"kind": "truncate"}, 1, OutcomeUnknownError),
        ({"kind": "status", "status": 403}, 0, AccessError),
        ({"kind": "status", "status": 404}, 0, NotFoundError),
    ],
    ids=str,
)
def test_a_change_is_never_made_twice(
    sandbox: Sandbox,
    connection: Connection,
    fault: dict[str, object],
    effects: int,
    error: type[ApiError] | None,
) -> None:
    """Whatever happens to its answer; where that leaves it open, it is said so."""
    target = shop(connection)
    sandbox.fault(**fault, match={"action_name": "create-database"})  # type: ignore[arg-type]
    call = action("create-database", {"database_name": "new"}, effect=Effect.CHANGE)
    if error is None:
        connection.writes.call(target, call)
    else:
        with pytest.raises(error):
            connection.writes.call(target, call)
    assert changes(sandbox) == effects


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 429},
        {"kind": "status", "status": 401},
        {"kind": "html", "status": 502},
        {"kind": "drop-before"},
        {"kind": "drop-after"},
        {"kind": "truncate"},
    ],
    ids=str,
)
@pytest.mark.parametrize("host", ["auth", "api", "database"])
def test_a_read_survives_a_passing_fault(
    sandbox: Sandbox, reads: Reads, host: str, fault: dict[str, object]
) -> None:
    """On every host; only a refused login is final."""
    sandbox.fault(**fault, match={"host": host})  # type: ignore[arg-type]
    observation = observe([SHOP], reads)["shop"]
    if host == "auth" and fault.get("status") == 401:
        assert isinstance(observation, Unknown)
        assert observation.unauthenticated
    else:
        assert isinstance(observation, Observed)


def test_one_broken_database_leaves_the_others_known(sandbox: Sandbox, reads: Reads) -> None:
    """For as long as it is broken."""
    broken = {"path": "/api/databases/ad-1*"}
    sandbox.fault("html", status=503, times=None, match=broken)
    observed = observe([SHOP, BILLING, IOT], reads)
    assert isinstance(observed["shop"], Unknown)
    assert "HTTP 503" in observed["shop"].reason
    assert isinstance(observed["billing"], Observed)
    assert isinstance(observed["iot"], Observed)


def test_a_busy_database_is_read_no_further(sandbox: Sandbox, reads: Reads) -> None:
    """Its kinds would only show noise."""
    sandbox.change("ad-1", status="upgrading")
    observation = observe([SHOP], reads)["shop"]
    assert isinstance(observation, Observed)
    assert not observation.facts.settled
    assert observation.states == {}
    assert sandbox.requests()["counts"]["database"] == 1


def test_a_wrong_token_is_a_refused_login(sandbox: Sandbox, environment: dict[str, str]) -> None:
    """It names the variable."""
    environment = {**environment, "SCALINGO_API_TOKEN": "tk-us-wrong"}
    with (
        connect_reading(
            Surroundings(environment=environment, region=None, notify=unheard)
        ) as reads,
        pytest.raises(CredentialsError, match="check SCALINGO_API_TOKEN"),
    ):
        reads.targets.find(app="shop-web", addon="ad-1", engine=Engine.MYSQL)
    assert sandbox.requests()["counts"]["auth"] == 1


def test_what_the_engine_refuses_is_its_word(sandbox: Sandbox, connection: Connection) -> None:
    """A second creation of the same name, the deletion of a protected one."""
    for name, database in (("create-database", "audit"), ("delete-database", "shop")):
        call = action(name, {"database_name": database}, effect=Effect.CHANGE)
        with pytest.raises(NotOfferedError, match="the provider refused it"):
            connection.writes.call(shop(connection), call)
    assert changes(sandbox) == 0


def test_names_travel_unharmed(sandbox: Sandbox, connection: Connection) -> None:
    """Any character of a logical database's name, there and back."""
    name = "Ünï `code` \"q\" 'q' %2F"
    connection.writes.call(
        shop(connection), action("create-database", {"database_name": name}, effect=Effect.CHANGE)
    )
    observation = observe([SHOP], connection.reads)["shop"]
    assert isinstance(observation, Observed)
    assert name in observation.states["logical_databases"]  # type: ignore[operator]
    assert connection.reads.client.call(shop(connection), RESOURCE)["status"] == "running"
    assert changes(sandbox) == 1
