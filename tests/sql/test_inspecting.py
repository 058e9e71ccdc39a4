"""What a connection is found to lead to, on a real PostgreSQL."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from attrs import evolve
from engines_here import needs
from psycopg import sql
from sql.fleet import VARIABLE, Place, Room, connection, create

from reconcile.errors import StatementRefusedError
from reconcile.model.postgresql import NoSqlAccess, Package, Sql, SqlAccess
from reconcile.sql.catalog import reached_by
from reconcile.sql.driver import ReadingSession
from reconcile.sql.dsn import Dsn
from reconcile.sql.session import Patience, SessionError
from reconcile.sql.writes import SqlWrites
from scalingo_sandbox.servers.server import Program

pytestmark = needs(Program.POSTGRESQL)


def reached(found: object) -> SqlAccess:
    """What was found, where anything was."""
    assert isinstance(found, SqlAccess), found
    return found


def unreached(found: object, code: str) -> str:
    """Why nothing was found; no secret is in it."""
    assert isinstance(found, NoSqlAccess), found
    assert found.code == code
    assert found.hint
    assert "c4n4ry" not in repr(found)
    return found.message


def test_a_superuser_may_do_everything(place: Place, room: Room) -> None:
    """It owns what anybody owns."""
    found = reached(room.inspect(place, place.server.user))
    assert (found.superuser, found.may_create) == (True, True)
    assert found.owned == {"plpgsql"}


def test_an_owner_may_create_and_owns_what_it_created(place: Place, room: Room) -> None:
    """What the superuser enabled belongs to the superuser."""
    place.admin("CREATE EXTENSION cube")
    place.admin(f"SET ROLE {place.owner}; CREATE EXTENSION citext")
    found = reached(room.inspect(place, place.owner))
    assert (found.superuser, found.may_create) == (False, True)
    assert found.owned == {"citext"}


def test_a_member_of_the_owner_owns_as_well(place: Place, room: Room) -> None:
    """As for the statements themselves."""
    place.admin(f"SET ROLE {place.owner}; CREATE EXTENSION citext")
    place.admin(f"GRANT {place.owner} TO {place.guest}")
    assert reached(room.inspect(place, place.guest)).owned == {"citext"}


def test_a_guest_may_nothing(place: Place, room: Room) -> None:
    """Whoever can connect can look."""
    found = reached(room.inspect(place, place.guest))
    assert (found.superuser, found.may_create, found.owned) == (False, False, frozenset())


def test_what_the_server_offers_is_found(place: Place, room: Room) -> None:
    """With who may install it, what it requires, and the version of a plain CREATE EXTENSION."""
    found = reached(room.inspect(place, place.owner))
    assert found.offers["citext"]["1.6"] == Package(superuser=True, trusted=True)
    assert found.offers["pg_stat_statements"][found.newest["pg_stat_statements"]] == Package(
        superuser=True, trusted=False
    )
    assert found.offers["earthdistance"]["1.1"].requires == ("cube",)
    assert set(found.offers["citext"]) >= {"1.4", "1.5", "1.6"}
    assert found.newest["citext"] == "1.6"
    assert "nonesuch" not in found.offers


def test_updates_and_needs_of_what_is_enabled_are_found(place: Place, room: Room) -> None:
    """Of all that is enabled, and of nothing else."""
    place.admin("CREATE EXTENSION citext VERSION '1.4'")
    place.admin("CREATE EXTENSION earthdistance CASCADE")
    found = reached(room.inspect(place, place.owner))
    assert found.updates == {"citext": {"1.5", "1.6"}}
    assert found.needed_by == {"cube": ("earthdistance",)}


@pytest.mark.parametrize(
    ("setting", "allowed"),
    [(None, None), ("", set()), ('cube, PostGIS,"uuid-ossp"', {"cube", "postgis", "uuid-ossp"})],
)
def test_what_the_setting_of_pg_extwlist_lists_is_found(
    place: Place, room: Room, setting: str | None, allowed: set[str] | None
) -> None:
    """A setting without its module can be had on any server; without either it is not set."""
    if setting is not None:
        place.admin(
            sql.SQL("ALTER ROLE {} SET extwlist.extensions = {}").format(
                sql.Identifier(place.owner), sql.Literal(setting)
            )
        )
    assert reached(room.inspect(place, place.owner)).allowed == allowed


def test_an_extension_whose_files_are_gone_hides_nothing(place: Place, room: Room) -> None:
    """The server would refuse to say its updates."""
    place.admin(
        "INSERT INTO pg_extension SELECT 99999, 'ghost', extowner, extnamespace, false, '1'"
        " FROM pg_extension WHERE extname = 'plpgsql'"
    )
    assert "ghost" not in reached(room.inspect(place, place.owner)).offers


def test_names_of_a_search_path_are_not_looked_at(place: Place, room: Room) -> None:
    """A role may have tables and operators that pass for the server's own."""
    place.admin(
        f"""
        CREATE SCHEMA trap;
        CREATE TABLE trap.pg_extension (extname text, extversion text, extowner oid);
        CREATE FUNCTION trap.equal(name, name) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT true';
        CREATE OPERATOR trap.= (LEFTARG = name, RIGHTARG = name, FUNCTION = trap.equal);
        GRANT USAGE ON SCHEMA trap TO {place.owner};
        ALTER ROLE {place.owner} SET search_path = trap, pg_catalog;
        """
    )
    assert not reached(room.inspect(place, place.owner)).superuser
    SqlWrites(room.reads).execute("ad-1", connection(place), Sql(template="SELECT"))


PATHS = [
    ("public", True),
    ("nowhere, public", True),
    ('"$user", public', True),
    ("here", True),
    ('"Here"', False),
    ("pg_catalog", True),
    ("", False),
    ('"$user"', False),
    ("nowhere", False),
    ("closed", False),
]


@pytest.mark.parametrize(("path", "found"), PATHS)
def test_whether_an_extension_has_a_schema_to_go_into(
    place: Place, room: Room, path: str, found: bool
) -> None:
    """The look knows what the server would say, whatever the role has as its search path."""
    place.admin(f"CREATE SCHEMA here AUTHORIZATION {place.owner}; CREATE SCHEMA closed")
    place.admin(
        sql.SQL("ALTER ROLE {} SET search_path = {}").format(
            sql.Identifier(place.owner), sql.SQL(path or "''")
        )
    )
    reach = reached(room.inspect(place, place.owner))
    assert reach.has_schema is found
    if path == "pg_catalog":
        return
    refused = pytest.raises(StatementRefusedError, match="no schema has been selected")
    with nullcontext() if found else refused:
        SqlWrites(room.reads).execute("ad-1", connection(place), create("citext"))


def test_a_server_before_trust_is_asked_for_less(place: Place) -> None:
    """Its view has no such column; only a superuser may install there."""
    dsn = Dsn(reference="${env:X}", secret=place.dsn(place.owner))
    with ReadingSession.open(dsn, Patience()) as session:
        found = reached_by(session, 120_022)
    assert found.offers["citext"]["1.6"] == Package(superuser=True, trusted=False)


def test_a_look_cannot_change_anything(place: Place) -> None:
    """The server refuses it, whatever the text."""
    dsn = Dsn(reference="${env:X}", secret=place.dsn(place.server.user))
    with (
        ReadingSession.open(dsn, Patience()) as session,
        pytest.raises(SessionError, match="25006") as caught,
    ):
        session.tables("CREATE EXTENSION citext")
    assert not caught.value.lost
    assert "citext" not in place.extensions()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"version": "16.4.0-1"}, "the API says '16.4.0-1'"),
        ({"extensions": {"citext": "v1.6"}}, "it has no 'citext'"),
        ({"databases": frozenset({"audit"})}, "its server lacks 'audit', which the API lists"),
        ({"users": frozenset({"shop_owner"})}, "which is none of the addon's users"),
    ],
)
def test_what_does_not_agree_with_the_api_is_another_database(
    place: Place, room: Room, other: dict[str, object], said: str
) -> None:
    """The reference is named, and both sides."""
    message = unreached(room.inspect(place, place.owner, **other), "P122")
    assert message.startswith(f"the connection of '${{env:{VARIABLE}}}' leads elsewhere: ")
    assert said in message
    assert room.reads.proven("ad-1") is None


def test_what_the_api_says_in_full_is_found_there(place: Place, room: Room) -> None:
    """Logical databases, the default one, users: as a server that is its own has them."""
    told = {
        "databases": frozenset({place.database, "postgres"}),
        "home": frozenset({place.database}),
        "users": frozenset({place.owner, place.guest}),
    }
    reached(room.inspect(place, place.owner, **told))
    place.admin(f"GRANT {place.owner} TO {place.guest}")
    place.admin(f"ALTER ROLE {place.guest} SET role = {place.owner}")
    reached(room.inspect(place, place.guest, **told))


def test_the_database_beside_it_is_another_one(place: Place, room: Room) -> None:
    """Although it is one of the same server."""
    room.environment[VARIABLE] = place.dsn(place.owner, database="postgres")
    message = unreached(room.reads.inspect(connection(place), place.said()), "P122")
    assert f"it is 'postgres', the spec says {place.database!r}" in message


def test_what_was_proven_before_counts_no_more(place: Place, room: Room) -> None:
    """Once a look has failed nothing is done over the connection."""
    reached(room.inspect(place, place.owner))
    assert room.reads.proven("ad-1") is not None
    unreached(room.inspect(place, place.owner, version="16.4.0-1"), "P122")
    assert room.reads.proven("ad-1") is None


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_a_server_that_says_nothing_is_given_up(place: Place, room: Room, silent: int) -> None:
    """After as long as a connection may take."""
    silence = evolve(place, server=evolve(place.server, port=silent))
    room.environment[VARIABLE] = silence.dsn(place.owner)
    message = unreached(room.reads.inspect(connection(place), place.said()), "P121")
    assert message.endswith("was given up: the server did not answer in time")


@pytest.mark.parametrize(
    ("dsn", "said"),
    [
        ("{role}:c4n4ry@{at}/{db}", "its user or password is wrong"),
        ("c4n4ry:c4n4ry@{at}/{db}", "its user or password is wrong"),
        ("{role}@{at}/{db}", "its user or password is wrong"),
        ("{login}@{at}/c4n4ry", "a logical database that its server does not have"),
        ("{login}@{at}/{db}?sslmode=require", "failed over TLS"),
        ("{login}@{at}/{db}?sslmode=verify-full&sslrootcert=/c4n4ry", "failed over TLS"),
        ("{login}@127.0.0.1:1/{db}", "no server listens there"),
        ("{login}@/{db}?host=/c4n4ry", "no server listens there"),
        ("{login}@127.0.0.1:1,127.0.0.1:2/{db}", "no server listens there"),
        ("{login}@127.0.0.1:1,{at}/c4n4ry", "a logical database that its server does not have"),
    ],
)
def test_why_there_is_no_session_is_said(place: Place, room: Room, dsn: str, said: str) -> None:
    """In words of our own, by the kind of the failure."""
    at = f"127.0.0.1:{place.server.port}"
    login = f"{place.owner}:c4n4ry-{place.owner}"
    text = dsn.format(role=place.owner, at=at, db=place.database, login=login)
    room.environment[VARIABLE] = f"postgresql://{text}"
    message = unreached(room.reads.inspect(connection(place), place.said()), "P121")
    assert said in message


def test_a_server_without_these_catalogs_cannot_be_looked_over(place: Place, room: Room) -> None:
    """What it says is shown, and that it said it."""
    place.admin("REVOKE SELECT ON pg_catalog.pg_available_extensions FROM PUBLIC")
    message = unreached(room.inspect(place, place.owner), "P121")
    assert "cannot be looked over: the server refused it: 'permission denied" in message
    assert message.endswith("(42501)")


def test_bytes_that_are_no_text_are_refused(place: Place, room: Room) -> None:
    """The server itself sees to it, where a database has no encoding."""
    place.admin(
        "CREATE DATABASE raw TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"
    )
    raw = evolve(place, database="raw")
    raw.admin("UPDATE pg_extension SET extversion = convert_from('\\xff', 'SQL_ASCII')")
    room.environment[VARIABLE] = raw.dsn(place.owner)
    message = unreached(room.reads.inspect(connection(raw), place.said()), "P121")
    assert message.endswith("(22021)")
