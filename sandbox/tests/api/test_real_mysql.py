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


@pytest.mark.parametrize(
    "name",
    [
        "a`b",
        'a"b',
        "a'b",
        "a\\b",
        "a/b",
        "x y",
        " x",
        "é" * 64,
        "%s {} {0}",
        "`; DROP DATABASE web",
    ],
)
def test_any_name_is_quoted(live: Live, session: Any, name: str) -> None:
    """A name is a name, whatever it holds: made, emptied and dropped under it alone."""
    for verb in ("create", "reset"):
        live.result(f"{verb}-database", {"database_name": name})
        assert set(asked(session, "SHOW DATABASES")) >= {"web", "legacy", name}
    live.result("delete-database", {"database_name": name})
    assert live.names() == ["web", "legacy"]


@pytest.mark.parametrize(
    ("verb", "name", "number"),
    [
        ("create", "legacy", 1007),
        ("delete", "nope", 1008),
        ("reset", "Legacy", 1008),
        ("create", "", 1102),
        ("create", "trailing\n", 1102),
        ("create", "😀", 1300),
        ("create", "a\0b", 1064),
        ("delete", "#mysql50#web", 1102),
        ("create", "e" * 65, 1059),
        ("delete", "mysql", 1044),
        ("create", "Information_Schema", 1044),
    ],
)
def test_a_refusal_has_mysqls_number(live: Live, verb: str, name: str, number: int) -> None:
    """Taken, missing, unfit, too long, the server's own: nothing changes."""
    message = live.refusal(f"{verb}-database", {"database_name": name})
    assert message.startswith(f"Error {number}: ")


def test_a_protected_database_stays(live: Live) -> None:
    """It can be emptied, not deleted."""
    assert "protected" in live.refusal("delete-database", {"database_name": "web"})
    assert live.result("reset-database", {"database_name": "web"}) is None


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


ANSI_8 = "REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ONLY_FULL_GROUP_BY,ANSI"
TRADITIONAL_8 = (
    "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
    "ERROR_FOR_DIVISION_BY_ZERO,TRADITIONAL,NO_ENGINE_SUBSTITUTION"
)
TRADITIONAL_57 = TRADITIONAL_8.replace(
    "NO_ENGINE_SUBSTITUTION", "NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION"
)


@pytest.mark.parametrize(
    ("version", "written", "shown"),
    [
        ("8.0.35-1", "", ""),
        ("8.0.35-1", "no_zero_date,,ANSI_QUOTES,", "ANSI_QUOTES,NO_ZERO_DATE"),
        ("8.0.35-1", "NO_ZERO_DATE  ", "NO_ZERO_DATE"),
        ("8.0.35-1", "ANSI", ANSI_8),
        ("8.0.35-1", "TRADITIONAL", TRADITIONAL_8),
        ("5.7.42-1", "TRADITIONAL", TRADITIONAL_57),
        ("5.7.42-1", "MYSQL40", "MYSQL40,HIGH_NOT_PRECEDENCE"),
    ],
)
def test_a_mode_is_shown_as_mysql_would(live: Live, version: str, written: str, shown: str) -> None:
    """MariaDB expands some composites otherwise, and is led to MySQL's answer."""
    live.change(version=version)
    assert live.result("set-sqlmode", written) is None
    assert live.result("get-sqlmode") == shown


@pytest.mark.parametrize(
    ("version", "written", "bad"),
    [
        ("8.0.35-1", "ANSI_QUOTES,NOPE", "NOPE"),
        ("8.0.35-1", "ANSI_QUOTES, NO_ZERO_DATE", " NO_ZERO_DATE"),
        ("8.0.35-1", "\u017fTRICT_TRANS_TABLES", "\u017fTRICT_TRANS_TABLES"),
        ("8.0.35-1", "NO_AUTO_CREATE_USER", "NO_AUTO_CREATE_USER"),
        ("8.0.35-1", "SIMULTANEOUS_ASSIGNMENT", "SIMULTANEOUS_ASSIGNMENT"),
        ("5.7.42-1", "empty_string_is_null", "empty_string_is_null"),
    ],
)
def test_a_mode_that_mysql_does_not_know_is_refused(
    live: Live, version: str, written: str, bad: str
) -> None:
    """What only MariaDB knows is refused in the same words."""
    live.change(version=version)
    expected = f"Error 1231: Variable 'sql_mode' can't be set to the value of '{bad}'"
    assert live.refusal("set-sqlmode", written) == expected


def test_a_mode_that_mariadb_lacks_is_refused_as_such(live: Live) -> None:
    """MySQL 8 would take it; the refusal says who does not."""
    message = live.refusal("set-sqlmode", "TIME_TRUNCATE_FRACTIONAL")
    assert message.startswith("Error 1231: ")
    assert "MariaDB" in message


def test_a_mode_that_means_the_same_keeps_its_spelling(live: Live) -> None:
    """Looking is no change."""
    live.change(sql_mode="traditional")
    assert live.value.sql_mode == "traditional"
    assert live.result("get-sqlmode") == TRADITIONAL_8


@pytest.mark.parametrize(
    "params", [None, {}, [], {"database_name": 3}, {"database_name": "\ud800"}]
)
def test_unfit_parameters_are_refused(live: Live, params: object) -> None:
    """They reach no server."""
    for name in ("create-database", "delete-database", "reset-database", "set-sqlmode"):
        assert live.refusal(name, params)


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
