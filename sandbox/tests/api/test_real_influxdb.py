"""InfluxDB's actions on its server, looked at with plain queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import urllib3
from api.real_contents import Live, Subject, database, named
from attrs import evolve
from engines_here import needs

from scalingo_sandbox.contents import LogicalDatabase, RetentionPolicy
from scalingo_sandbox.errors import EngineRefusal
from scalingo_sandbox.fleet import Engine
from scalingo_sandbox.real.influxdb import InfluxDB
from scalingo_sandbox.servers.server import Program, Server, ServerGoneError

pytestmark = needs(Program.INFLUXDB)

FRESH = database(Engine.INFLUXDB)
SUBJECT = Subject(program=Program.INFLUXDB, contents=InfluxDB, fresh=FRESH)
HOME = "web_1"
OTHER = "o'ther \"x"
Query = Callable[[str], list[Any]]


@pytest.fixture
def query(server: Server) -> Iterator[Query]:
    """Ask the server as a client of its own; give the rows of the answer."""
    headers = urllib3.make_headers(basic_auth=f"{server.user}:{server.password}")
    pool = urllib3.PoolManager(retries=False, headers=headers)

    def rows(statement: str) -> list[Any]:
        url = f"http://{server.host}:{server.port}/query"
        answer = pool.request_encode_body(
            "POST", url, fields={"q": statement}, encode_multipart=False
        )
        (result,) = answer.json()["results"]
        return [row for series in result.get("series", ()) for row in series.get("values", ())]

    yield rows
    pool.clear()


def policy(name: str, duration: str, *, default: bool = False) -> dict[str, object]:
    """Make the parameters of an addition."""
    return {"name": name, "duration": duration, "default": default}


def listed(live: Live) -> list[tuple[str, str, bool]]:
    """List the policies by the API."""
    shown = live.result("list-retention-policies")
    return [(one["name"], one["duration"], one["default"]) for one in shown]


def test_what_the_fleet_file_says_is_on_the_server(live: Live, query: Query) -> None:
    """The policies are those of the logical database named after the resource."""
    kept = RetentionPolicy(name="month", duration="30d", default=True)
    live.change(retention_policies=(kept,))
    assert live.value.retention_policies == (kept,)
    (row,) = query(f"SHOW RETENTION POLICIES ON {HOME}")
    assert (row[0], row[1], row[-1]) == ("month", "720h0m0s", True)
    assert live.contents.observed(live.value) == live.value


def test_a_fraction_of_a_second_is_kept(live: Live) -> None:
    """What Go shows with decimals is written without them, as InfluxQL wants it."""
    live.result("add-retention-policy", policy("p", "1h500ms"))
    assert listed(live)[1] == ("p", "1h0m0.5s", False)
    assert live.value.retention_policies
    assert live.value.retention_policies[1].duration == "1h0m0s500000000ns"
    live.change(retention_policies=live.value.retention_policies[1:])
    assert listed(live) == [("p", "1h0m0.5s", False)]


@pytest.mark.parametrize("default", [None, "a", "b"])
def test_an_outside_write_moves_the_default(live: Live, default: str | None) -> None:
    """To any policy, new or kept, or to none."""
    wanted = tuple(
        RetentionPolicy(name=name, duration="1d", default=name == default) for name in "ab"
    )
    for before in ("a", "b"):
        live.fill(evolve(FRESH, retention_policies=wanted[:1]))
        live.result("add-retention-policy", policy(before, "1d"))
        live.change(retention_policies=wanted, dropped_default=None)
        assert live.value.retention_policies == wanted


def test_a_dropped_default_can_be_written(live: Live) -> None:
    """What the fleet file remembers, the server does as well."""
    kept = RetentionPolicy(name="kept", duration="1d")
    live.change(retention_policies=(kept,), dropped_default="lost")
    assert live.value.dropped_default == "lost"
    live.result("add-retention-policy", policy("lost", "1d"))
    assert listed(live) == [("kept", "24h0m0s", False), ("lost", "24h0m0s", True)]


@pytest.fixture
def offering(server: Server, live: Live) -> Iterator[Live]:
    """Give the contents of a fleet file that names logical databases."""
    (home,) = named(HOME)
    value = evolve(
        live.value,
        logical_databases=(evolve(home, tables=2), LogicalDatabase(name=OTHER)),
        retention_policies=(RetentionPolicy(name="month", duration="30d", default=True),),
    )
    contents = InfluxDB(server, value)
    offering = Live(contents=contents, value=value)
    offering.fill(value)
    yield offering
    offering.change(logical_databases=(home,))
    contents.close()


def test_logical_databases_and_their_measurements(offering: Live, query: Query) -> None:
    """Listed, made, emptied and dropped where the fleet file offers them."""
    assert query(f"SHOW MEASUREMENTS ON {HOME}") == [["table_1"], ["table_2"]]
    offering.result("create-database", {"database_name": "audit"})
    assert offering.names() == [HOME, OTHER, "audit"]
    offering.result("reset-database", {"database_name": HOME})
    assert query(f"SHOW MEASUREMENTS ON {HOME}") == []
    assert listed(offering) == [("month", "720h0m0s", True)]
    offering.result("delete-database", {"database_name": OTHER})
    assert sorted(row[0] for row in query("SHOW DATABASES")) == ["audit", HOME]


def test_a_server_that_is_gone_is_no_refusal(server: Server) -> None:
    """It did not say no; and how to log in is not told."""
    gone = InfluxDB(evolve(server, port=1), FRESH)
    with pytest.raises(ServerGoneError) as raised:
        gone.observed(FRESH)
    assert server.password not in str(raised.value)
    assert server.password in gone.dsn
    gone.close()


def test_a_wrong_password_is_a_refusal(server: Server) -> None:
    """In the server's words, without the password."""
    with pytest.raises(EngineRefusal) as refused:
        InfluxDB(evolve(server, password="wrong-password"), FRESH).observed(FRESH)
    assert "wrong-password" not in refused.value.message
