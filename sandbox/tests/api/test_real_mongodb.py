"""MongoDB's actions on an emulation of its server, looked at with a driver's own client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from api.real_contents import Live, Subject, database, named
from attrs import evolve
from engines_here import needs
from pymongo import MongoClient

from scalingo_sandbox.contents import LogicalDatabase
from scalingo_sandbox.fleet import Engine
from scalingo_sandbox.real.mongodb import MongoDB
from scalingo_sandbox.servers.server import Program, Server, ServerGoneError

pytestmark = needs(Program.MONGODB)

FRESH = database(Engine.MONGODB, logical_databases=named("web", "legacy"))
SUBJECT = Subject(program=Program.MONGODB, contents=MongoDB, fresh=FRESH)
Client = MongoClient[dict[str, Any]]


@pytest.fixture
def client(live: Live) -> Iterator[Client]:
    """Connect as a client would, by the URL."""
    with MongoClient[dict[str, Any]](live.contents.dsn) as client:
        yield client


def test_what_the_fleet_file_says_is_on_the_server(live: Live, client: Client) -> None:
    """Logical databases with their collections; one without any is there as well."""
    live.change(
        logical_databases=(LogicalDatabase(name="web", protected=True, tables=2), *named("audit"))
    )
    assert {"web", "audit"} <= set(client.list_database_names())
    assert "legacy" not in client.list_database_names()
    assert {"table_1", "table_2"} < set(client["web"].list_collection_names())
    assert live.tables() == {"web": 2, "audit": 0}
    assert live.contents.observed(live.value) == live.value


def test_a_logical_database_comes_and_goes(live: Live, client: Client) -> None:
    """The server has it as long as the API lists it."""
    params = {"database_name": "audit"}
    assert live.result("create-database", params) == {"name": "audit", "protected": False}
    assert live.names() == ["web", "legacy", "audit"]
    assert "audit" in client.list_database_names()
    assert live.result("delete-database", params) is None
    assert "audit" not in client.list_database_names()


def test_a_database_from_elsewhere_is_listed_and_emptied(live: Live, client: Client) -> None:
    """What a client writes is there for the API as well; a reset takes the rows, not the name."""
    client["elsewhere"]["orders"].insert_one({"total": 3})
    assert live.result("list-databases")[-1] == {"name": "elsewhere", "protected": False}
    assert live.tables()["elsewhere"] == 1
    live.result("reset-database", {"database_name": "elsewhere"})
    assert live.tables()["elsewhere"] == 0
    assert client["elsewhere"]["orders"].count_documents({}) == 0


def test_a_server_that_is_gone_is_no_refusal(server: Server) -> None:
    """It did not say no."""
    gone = MongoDB(evolve(server, port=1), FRESH, patience=0.05)
    with pytest.raises(ServerGoneError):
        gone.observed(FRESH)
    gone.close()
