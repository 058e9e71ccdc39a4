"""Statements over a connection, on a real PostgreSQL: done, refused, or open."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import psycopg
import pytest
from attrs import evolve
from engines_here import needs
from psycopg import sql
from sql.fleet import VARIABLE, Place, Room, connection, create, drop

from reconcile.errors import (
    OutcomeUnknownError,
    StatementRefusedError,
    UnusableConnectionError,
)
from reconcile.model.postgresql import Sql, SqlAccess, SqlConnection
from reconcile.sql.reads import SqlReads
from reconcile.sql.session import Patience
from reconcile.sql.writes import SqlWrites
from scalingo_sandbox.servers.server import Program, Server

pytestmark = needs(Program.POSTGRESQL)


def execute(room: Room, place: Place, statement: Sql) -> None:
    """Run a statement over the connection of the place."""
    SqlWrites(room.reads).execute("ad-1", connection(place), statement)


def looked_over(room: Room, place: Place, role: str) -> None:
    """Prove the connection of a role."""
    room.inspect(place, role)
    assert room.reads.proven("ad-1") is not None


def test_an_owner_enables_updates_and_drops_a_trusted_extension(place: Place, room: Room) -> None:
    """Each in a transaction of its own, after one look."""
    looked_over(room, place, place.owner)
    names = {"name": "citext"}
    execute(
        room,
        place,
        Sql(
            template="CREATE EXTENSION {name} VERSION {version}",
            names=names,
            texts={"version": "1.4"},
        ),
    )
    assert place.extensions()["citext"] == "1.4"
    execute(
        room,
        place,
        Sql(
            template="ALTER EXTENSION {name} UPDATE TO {version}",
            names=names,
            texts={"version": "1.6"},
        ),
    )
    assert place.extensions()["citext"] == "1.6"
    execute(room, place, drop("citext"))
    assert "citext" not in place.extensions()


def test_a_name_that_needs_quotes_is_quoted(place: Place, room: Room) -> None:
    """The driver does it: no name is a part of a statement."""
    looked_over(room, place, place.server.user)
    execute(room, place, create("pg_trgm"))
    with pytest.raises(StatementRefusedError, match="22023"):
        execute(room, place, create('x" CASCADE; DROP EXTENSION pg_trgm; --'))
    with pytest.raises(StatementRefusedError, match="22023"):
        execute(
            room,
            place,
            Sql(
                template="CREATE EXTENSION citext VERSION {text}",
                texts={"text": "1'; DROP EXTENSION pg_trgm; --"},
            ),
        )
    assert "pg_trgm" in place.extensions()


@pytest.mark.parametrize(
    ("role", "name", "state"),
    [
        ("owner", "pg_stat_statements", "42501"),
        ("owner", "dblink", "42501"),
        ("guest", "citext", "42501"),
        ("owner", "nonesuch", "0A000"),
        ("owner", "plpgsql", "42710"),
        ("owner", "earthdistance", "42704"),
    ],
)
def test_what_the_server_refuses_was_not_done(
    place: Place, room: Room, role: str, name: str, state: str
) -> None:
    """Its words and its code are shown."""
    looked_over(room, place, getattr(place, role))
    before = place.extensions()
    with pytest.raises(StatementRefusedError) as caught:
        execute(room, place, create(name))
    assert str(caught.value).startswith(
        f"'CREATE EXTENSION {name};' was not done: the server refused it: "
    )
    assert str(caught.value).endswith(f"({state})")
    assert place.extensions() == before


def test_what_others_need_is_not_dropped(place: Place, room: Room) -> None:
    """Nothing is ever dropped along with another."""
    place.admin("CREATE EXTENSION citext; CREATE TABLE t (c citext)")
    looked_over(room, place, place.server.user)
    with pytest.raises(StatementRefusedError, match="2BP01"):
        execute(room, place, drop("citext"))


def locking(place: Place) -> psycopg.Connection:
    """A session that holds a lock which whatever enables an extension waits for."""
    session = place.session()
    session.execute("BEGIN; LOCK TABLE pg_extension IN SHARE MODE")
    return session


def test_a_lock_is_not_waited_for_without_end(place: Place, room: Room) -> None:
    """It is refused after as long as a lock may be waited for."""
    looked_over(room, place, place.owner)
    session = locking(place)
    with pytest.raises(StatementRefusedError, match="55P03"):
        execute(room, place, create("citext"))
    session.close()
    execute(room, place, create("citext"))


def test_a_statement_is_not_waited_for_without_end(place: Place) -> None:
    """The server ends it after as long as a statement may take."""
    room = Room(patience=Patience(statement=0.2))
    looked_over(room, place, place.owner)
    with pytest.raises(StatementRefusedError, match="57014"):
        execute(room, place, Sql(template="SELECT pg_sleep(60)"))


@pytest.fixture
def beside() -> Iterator[ThreadPoolExecutor]:
    """Another thread."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


def terminated(place: Place, pid: int) -> None:
    """End a session as an administrator does: it is told."""
    place.admin(f"SELECT pg_terminate_backend({pid})")


def killed(_place: Place, pid: int) -> None:
    """End a session's process, and so every session of the server: nobody is told."""
    os.kill(pid, signal.SIGKILL)


_WAITING = sql.SQL(
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'reconcile'"
    " AND datname = {} AND {} IN (wait_event, wait_event_type)"
)


def waiting(place: Place, event: str) -> int:
    """The process of our session, once it waits for something."""
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        rows = place.admin(_WAITING.format(place.database, event))
        if rows:
            return int(rows[0][0])
        time.sleep(0.01)
    pytest.fail(f"nothing waits for {event}")


def back(place: Place) -> None:
    """Wait until the server takes sessions again."""
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        try:
            place.admin("SELECT 1")
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the server does not come back")


ENDS = pytest.mark.parametrize("end", [terminated, killed])


@ENDS
def test_a_session_lost_before_its_end_did_nothing(
    place: Place, beside: ThreadPoolExecutor, end: Callable[[Place, int], None]
) -> None:
    """A transaction whose end was never sent cannot last."""
    room = Room(patience=Patience(lock=30))
    looked_over(room, place, place.owner)
    session = locking(place)
    running = beside.submit(execute, room, place, create("citext"))
    end(place, waiting(place, "Lock"))
    with pytest.raises(StatementRefusedError) as caught:
        running.result(timeout=20)
    assert str(caught.value) == ("'CREATE EXTENSION citext;' was not done: the connection was lost")
    session.close()
    back(place)
    assert "citext" not in place.extensions()


def test_what_is_refused_at_its_end_was_not_done(place: Place, room: Room) -> None:
    """The server answered: nothing is open."""
    place.admin(
        "CREATE TABLE t (n int UNIQUE DEFERRABLE INITIALLY DEFERRED); INSERT INTO t VALUES (1)"
    )
    looked_over(room, place, place.server.user)
    with pytest.raises(StatementRefusedError, match="23505"):
        execute(room, place, Sql(template="INSERT INTO t VALUES (1)"))
    assert place.admin("SELECT n FROM t") == [(1,)]


def test_a_server_that_stands_still_is_left(place: Place, beside: ThreadPoolExecutor) -> None:
    """It answers no more, and its machine still does."""
    room = Room(patience=Patience(lock=30, session=2))
    looked_over(room, place, place.owner)
    session = locking(place)
    running = beside.submit(execute, room, place, create("citext"))
    stopped = waiting(place, "Lock")
    os.kill(stopped, signal.SIGSTOP)
    with pytest.raises(StatementRefusedError, match="the connection was lost"):
        running.result(timeout=20)
    session.close()
    os.kill(stopped, signal.SIGCONT)
    assert "citext" not in place.extensions()


@pytest.fixture
def standby(place: Place) -> Iterator[None]:
    """Whatever the owner commits waits for a standby that never comes."""
    place.admin(f"ALTER ROLE {place.owner} SET synchronous_commit = on")
    place.admin("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    place.admin("SELECT pg_reload_conf()")
    yield
    back(place)
    place.admin("ALTER SYSTEM RESET synchronous_standby_names")
    place.admin("SELECT pg_reload_conf()")


@ENDS
@pytest.mark.usefixtures("standby")
def test_a_session_lost_at_its_end_leaves_it_open(
    place: Place, room: Room, beside: ThreadPoolExecutor, end: Callable[[Place, int], None]
) -> None:
    """The end was sent and no answer came: here it did last."""
    looked_over(room, place, place.owner)
    running: Future[None] = beside.submit(execute, room, place, create("citext"))
    end(place, waiting(place, "SyncRep"))
    with pytest.raises(OutcomeUnknownError) as caught:
        running.result(timeout=20)
    assert str(caught.value) == (
        "'CREATE EXTENSION citext;': the connection was lost; it may or may not have taken effect"
    )
    back(place)
    assert "citext" in place.extensions()


def refused_elsewhere(room: Room, place: Place) -> None:
    """Nothing is done over a connection that leads elsewhere than it did."""
    with pytest.raises(UnusableConnectionError, match="leads to another server or database"):
        execute(room, place, create("citext"))
    assert "citext" not in place.extensions()


def test_nothing_is_done_before_a_look(place: Place, room: Room) -> None:
    """Nor over the connection of another addon."""
    looked_over(room, place, place.owner)
    with pytest.raises(UnusableConnectionError):
        SqlWrites(room.reads).execute("ad-2", connection(place), create("citext"))
    assert "citext" not in place.extensions()


def test_another_server_is_refused_whatever_it_is_called(
    place: Place, room: Room, servers: tuple[Server, Server]
) -> None:
    """One of the same version, with a database of the same name and extensions."""
    looked_over(room, place, place.owner)
    twin = evolve(place, server=servers[1])
    twin.admin(f"CREATE DATABASE {twin.database}", database="postgres")
    assert twin.said() == place.said()
    room.environment[VARIABLE] = twin.dsn(twin.server.user)
    refused_elsewhere(room, twin)


def test_a_database_that_was_made_anew_is_refused(place: Place, room: Room) -> None:
    """It has the name of the one that was looked over, and is another."""
    looked_over(room, place, place.server.user)
    place.admin(f"DROP DATABASE {place.database}", database="postgres")
    place.admin(f"CREATE DATABASE {place.database}", database="postgres")
    refused_elsewhere(room, place)


def test_databases_are_changed_beside_each_other(servers: tuple[Server, Server]) -> None:
    """One client serves all the databases of a run."""
    places = {f"SHOP_{number}": Place.made(servers[0]) for number in range(4)}
    environment = {name: place.dsn(place.owner) for name, place in places.items()}
    environment["RECONCILE_ENV_ALLOW"] = ",".join(places)
    reads = SqlReads(environment)
    writes = SqlWrites(reads)

    def enable(name: str) -> None:
        place, addon = places[name], f"ad-{name}"
        there = SqlConnection(dsn=f"${{env:{name}}}", database=place.database)
        assert isinstance(reads.inspect(there, place.said(addon=addon)), SqlAccess)
        writes.execute(addon, there, create("citext"))

    with ThreadPoolExecutor(len(places)) as pool:
        list(pool.map(enable, places))
    assert all("citext" in place.extensions() for place in places.values())
