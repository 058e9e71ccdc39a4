"""MySQL's actions on a MariaDB server, looked at with a driver's own session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pymysql
import pytest
from api.real_contents import Live, Subject, database, named
from attrs import evolve
from engines_here import needs

from scalingo_sandbox.contents import LogicalDatabase
from scalingo_sandbox.errors import EngineRefusal
from scalingo_sandbox.fleet import Engine
from scalingo_sandbox.real.mysql import MySQL
from scalingo_sandbox.servers.server import Program, Server, ServerGoneError

pytestmark = needs(Program.MARIADB)

FRESH = database(Engine.MYSQL, logical_databases=named("web", "legacy"))
SUBJECT = Subject(program=Program.MARIADB, contents=MySQL, fresh=FRESH)


@pytest.fixture
def session(server: Server) -> Iterator[Any]:
    """Open a session of a client's own."""
    connection = pymysql.connect(
        host=server.host, port=server.port, user=server.user, password=server.password
    )
    yield connection
    connection.close()


def asked(session: Any, statement: str) -> list[Any]:
    """Give the first column of what the server answers to a client."""
    with session.cursor() as cursor:
        cursor.execute(statement)
        return [row[0] for row in cursor.fetchall()]


def test_what_the_fleet_file_says_is_on_the_server(live: Live, session: Any) -> None:
    """Logical databases, tables and mode; looking again finds the same."""
    live.change(
        logical_databases=(LogicalDatabase(name="web", protected=True, tables=3),),
        sql_mode="STRICT_ALL_TABLES",
    )
    assert asked(session, "SHOW TABLES FROM web") == ["table_1", "table_2", "table_3"]
    assert "legacy" not in asked(session, "SHOW DATABASES")
    assert asked(session, "SELECT @@GLOBAL.sql_mode") == ["STRICT_ALL_TABLES"]
    assert live.contents.observed(live.value) == live.value


def test_a_logical_database_comes_and_goes(live: Live, session: Any) -> None:
    """The server has it as long as the API lists it."""
    params = {"database_name": "audit"}
    assert live.result("create-database", params) == {"name": "audit", "protected": False}
    assert live.names() == ["web", "legacy", "audit"]
    assert "audit" in asked(session, "SHOW DATABASES")
    assert live.result("delete-database", params) is None
    assert "audit" not in asked(session, "SHOW DATABASES")


def test_a_database_from_elsewhere_is_listed(live: Live, session: Any) -> None:
    """What a client makes with SQL is there for the API as well, unprotected."""
    asked(session, "CREATE DATABASE elsewhere")
    assert live.result("list-databases")[-1] == {"name": "elsewhere", "protected": False}


def test_a_reset_empties_and_keeps_the_characters(live: Live, session: Any) -> None:
    """The tables go, the character set and its order stay."""
    asked(session, "ALTER DATABASE legacy CHARACTER SET latin1 COLLATE latin1_german1_ci")
    asked(session, "CREATE TABLE legacy.orders (id INT)")
    live.result("reset-database", {"database_name": "legacy"})
    assert live.tables() == {"web": 0, "legacy": 0}
    asked(session, "USE legacy")
    assert asked(session, "SELECT @@collation_database") == ["latin1_german1_ci"]


def test_a_database_in_use_goes(live: Live, session: Any) -> None:
    """A session that is in it does not keep it."""
    asked(session, "USE legacy")
    live.result("delete-database", {"database_name": "legacy"})
    assert live.names() == ["web"]


def test_a_locked_table_is_waited_for_some_seconds_only(live: Live, session: Any) -> None:
    """Another session's transaction makes it error 1205, not a server that hangs."""
    asked(session, "CREATE TABLE legacy.orders (id INT)")
    session.begin()
    asked(session, "SELECT * FROM legacy.orders")
    refused = "Error 1205: "
    with pytest.raises(EngineRefusal, match=refused):
        live.contents.perform(live.value, "delete-database", {"database_name": "legacy"})


TRADITIONAL_8 = (
    "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
    "ERROR_FOR_DIVISION_BY_ZERO,TRADITIONAL,NO_ENGINE_SUBSTITUTION"
)


def test_a_mode_that_means_the_same_keeps_its_spelling(live: Live) -> None:
    """Looking is no change."""
    live.change(sql_mode="traditional")
    assert live.value.sql_mode == "traditional"
    assert live.result("get-sqlmode") == TRADITIONAL_8


def test_a_lost_session_is_opened_again(live: Live, session: Any) -> None:
    """A server that threw us out is asked anew."""
    (own,) = asked(session, "SELECT CONNECTION_ID()")
    for other in asked(session, "SELECT id FROM information_schema.processlist WHERE user='root'"):
        if other != own:
            asked(session, f"KILL {other}")
    assert live.names() == ["web", "legacy"]


def test_a_server_that_is_gone_is_no_refusal(server: Server) -> None:
    """It did not say no; and how to log in is not told."""
    gone = evolve(server, port=1)
    with pytest.raises(ServerGoneError) as raised:
        MySQL(gone, FRESH).observed(FRESH)
    assert server.password not in str(raised.value)
    assert server.password in MySQL(gone, FRESH).dsn
