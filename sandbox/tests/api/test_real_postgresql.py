"""PostgreSQL for real: every action of the API on a server, seen from both sides."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from api.provider_client import ProviderClient
from engines_here import needs
from psycopg.conninfo import make_conninfo

from scalingo_sandbox import FleetError, Sandbox, SandboxRefusal, running
from scalingo_sandbox.real.postgresql_access import Access
from scalingo_sandbox.servers.server import Program, Server, ServerGoneError

pytestmark = [pytest.mark.more, needs(Program.POSTGRESQL)]

SHOP = "ad-00000000-0000-4000-8000-000000000a01"
PLAIN = "ad-00000000-0000-4000-8000-000000000a02"
BUSY = "ad-00000000-0000-4000-8000-000000000a03"
SEARCH = "ad-00000000-0000-4000-8000-000000000a04"
PLPGSQL = {"name": "plpgsql", "version": "1.0"}
TRIGRAMS = {"name": "pg_trgm", "version": "1.5"}
FLEET: dict[str, Any] = {
    "version": 1,
    "apps": [
        {
            "name": "web",
            "addons": [
                {
                    "id": SHOP,
                    "engine": "postgresql",
                    "version": "16.4.0-1",
                    "logical_databases": [
                        {"name": "scratch"},
                        {"name": "shop", "protected": True, "tables": 3},
                    ],
                    "extensions": [PLPGSQL, TRIGRAMS],
                },
                {"id": PLAIN, "engine": "postgresql", "resource_id": "web-plain-1"},
                {
                    "id": BUSY,
                    "engine": "postgresql",
                    "resource_id": "web-busy-1",
                    "queries": [
                        {"pid": 1, "query": "SELECT /* all */ 1 FROM users", "username": "app"},
                        {"pid": 2, "query": "SELECT * FROM nowhere; x", "state": "idle"},
                        {"pid": 3, "query": "LOCK users", "state": "idle in transaction"},
                    ],
                },
                {"id": SEARCH, "engine": "opensearch"},
            ],
        }
    ],
}
APPS = dict.fromkeys((SHOP, PLAIN, BUSY, SEARCH), "web")


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    """Run one sandbox on real servers for the whole module; each test takes up its own room."""
    with running(FLEET, engines="real") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox) -> Sandbox:
    """Give the module's sandbox, without faults and with an empty log."""
    served.clear_faults()
    served.clear()
    return served


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[ProviderClient]:
    """Give a client of the sandbox."""
    client = ProviderClient(url=sandbox.url, token=sandbox.token, apps=APPS)
    yield client
    client.pool.clear()


def value(sandbox: Sandbox, addon: str) -> dict[str, Any]:
    """Give a database as the door shows it."""
    addons = sandbox.fleet()["apps"][0]["addons"]
    return next(one for one in addons if one["id"] == addon)


@contextmanager
def owner(sandbox: Sandbox, addon: str, database: str | None = None) -> Iterator[Any]:
    """Log in as the owner of a database, in its default logical database if none is named."""
    dsn = sandbox.dsn(addon)
    assert dsn is not None
    with psycopg.connect(make_conninfo(dsn, dbname=database)) as session:
        session.autocommit = True
        yield session


# -- what the fleet file says ---------------------------------------------------------------------


def test_the_server_holds_what_the_fleet_file_says(sandbox: Sandbox) -> None:
    """Logical databases with their tables, extensions in their versions."""
    shop = value(sandbox, SHOP)
    assert shop["logical_databases"][1] == {"name": "shop", "protected": True, "tables": 3}
    assert shop["extensions"] == [PLPGSQL, TRIGRAMS]
    with owner(sandbox, SHOP) as session:
        assert session.info.dbname == "shop"
        count = session.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert count.fetchone() == (3,)


def test_the_version_is_the_fleet_files_or_the_servers_own(sandbox: Sandbox) -> None:
    """A server poses as the version that is asked for."""
    own = next(one["server"] for one in sandbox.connections() if one["database"] == PLAIN)
    numbers = own.removeprefix("PostgreSQL ")
    assert value(sandbox, SHOP)["version"] == "16.4.0-1"
    assert value(sandbox, PLAIN)["version"] == f"{numbers}.0-1"


def test_the_door_tells_where_each_database_is(sandbox: Sandbox) -> None:
    """A URL for the owner, whose default database is the protected one or named as the resource."""
    found = {one["database"]: one for one in sandbox.connections()}
    assert list(found) == [SHOP, PLAIN, BUSY, SEARCH]
    assert urlsplit(str(found[SHOP]["dsn"])).path == "/shop"
    assert urlsplit(str(found[PLAIN]["dsn"])).path == "/web_plain_1"
    assert found[PLAIN]["address"] == urlsplit(str(found[PLAIN]["dsn"])).netloc.split("@")[1]
    assert (found[SEARCH]["server"], found[SEARCH]["dsn"]) == ("in memory", None)
    assert sandbox.dsn(SEARCH) is None


def test_the_owner_is_no_superuser(sandbox: Sandbox) -> None:
    """Trusted extensions are the owner's to make, others are not, as in life."""
    with owner(sandbox, PLAIN) as session:
        assert session.info.parameter_status("is_superuser") == "off"
        assert session.execute("CREATE EXTENSION citext").statusmessage == "CREATE EXTENSION"
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("CREATE EXTENSION postgres_fdw")
        session.execute("DROP EXTENSION citext")


def test_what_the_server_refuses_is_a_fault_of_the_fleet_file(sandbox: Sandbox) -> None:
    """A fleet that a server cannot hold is not served, and the one before still is."""
    addon = {"id": "ad-1", "engine": "postgresql", "extensions": [{"name": "x", "version": "1"}]}
    wrong = {"version": 1, "apps": [{"name": "web", "addons": [addon]}]}
    with pytest.raises(SandboxRefusal) as refused:
        sandbox.put_fleet(wrong)
    assert refused.value.status == 422
    assert refused.value.document["errors"] == {"database ad-1": ['extension "x" is not available']}
    with pytest.raises(FleetError, match="is not available"), running(wrong, engines="real"):
        pass
    with owner(sandbox, SHOP) as session:
        assert session.info.dbname == "shop"


def test_another_fleet_has_servers_of_its_own() -> None:
    """Those of before are stopped, also where the addon has the same id."""
    addon = {"id": PLAIN, "engine": "postgresql"}
    fleet = {"version": 1, "apps": [{"name": "web", "addons": [addon]}]}
    with running(fleet, engines="real") as sandbox:
        before = sandbox.dsn(PLAIN)
        assert before is not None
        with owner(sandbox, PLAIN) as session:
            session.execute("CREATE TABLE kept ()")
        sandbox.put_fleet(fleet)
        with owner(sandbox, PLAIN) as session:
            assert session.execute("SELECT to_regclass('kept')").fetchone() == (None,)
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(before)


# -- logical databases ----------------------------------------------------------------------------


def test_a_reset_leaves_an_empty_database() -> None:
    """Tables and extensions are gone, the database and its owner's login are not."""
    addon = {
        "id": SHOP,
        "engine": "postgresql",
        "logical_databases": [{"name": "shop", "protected": True, "tables": 2}],
        "extensions": [PLPGSQL, TRIGRAMS],
    }
    fleet = {"version": 1, "apps": [{"name": "web", "addons": [addon]}]}
    with running(fleet, engines="real") as sandbox:
        client = ProviderClient(url=sandbox.url, token=sandbox.token, apps=APPS)
        client.result(SHOP, "reset-database", {"database_name": "shop"})
        after = value(sandbox, SHOP)
        client.pool.clear()
        with owner(sandbox, SHOP) as session:
            session.execute("CREATE TABLE again ()")
    assert after["logical_databases"] == [{"name": "shop", "protected": True, "tables": 0}]
    assert after["extensions"] == [PLPGSQL]


def test_the_last_logical_database_can_go() -> None:
    """Another, which the API does not list, then is the default one, until its name is taken."""
    addon = {
        "id": SHOP,
        "engine": "postgresql",
        "resource_id": "web-1",
        "logical_databases": [{"name": "only"}],
    }
    fleet = {"version": 1, "apps": [{"name": "web", "addons": [addon]}]}
    with running(fleet, engines="real") as sandbox:
        client = ProviderClient(url=sandbox.url, token=sandbox.token, apps=APPS)
        client.result(SHOP, "delete-database", {"database_name": "only"})
        assert client.result(SHOP, "list-databases") == []
        with owner(sandbox, SHOP) as session:
            assert session.info.dbname == "web_1"
        said = client.refusal(SHOP, "delete-database", {"database_name": "web_1"})
        assert said == 'database "web_1" does not exist'
        created = client.result(SHOP, "create-database", {"database_name": "web_1"})
        assert client.result(SHOP, "list-databases") == [created]
        client.pool.clear()


def test_a_default_database_that_its_owner_dropped_is_made_again(sandbox: Sandbox) -> None:
    """The owner may drop it over another connection; the addon still has one to log in to."""
    with owner(sandbox, PLAIN, "postgres") as session:
        session.execute("DROP DATABASE web_plain_1")
    assert value(sandbox, PLAIN)["extensions"] == [PLPGSQL]
    with owner(sandbox, PLAIN) as session:
        assert session.info.dbname == "web_plain_1"


# -- sessions -------------------------------------------------------------------------------------


def test_sessions_of_the_fleet_file_are_real(client: ProviderClient) -> None:
    """Their text cannot do anything, their duration grows, and ours are not among them."""
    before, after = (client.result(BUSY, "pg-list-queries") for _ in range(2))
    running_, idle, waiting = before
    assert running_["query"] == "/* SELECT / * all * / 1 FROM users */ SELECT pg_sleep(86400)"
    assert (running_["state"], running_["username"]) == ("active", "app")
    assert (idle["state"], idle["query"]) == ("idle", "SELECT * FROM nowhere; x")
    assert (waiting["state"], waiting["query"]) == ("idle in transaction", "BEGIN /* LOCK users */")
    assert "database" not in running_
    assert after[0]["query_duration"] > running_["query_duration"] > 0
    assert after[1:] == before[1:]


def test_an_observation_stands_still(sandbox: Sandbox) -> None:
    """The passing of time is no change: the door shows the same twice."""
    assert sandbox.fleet() == sandbox.fleet()


def test_a_cancelled_query_leaves_its_session(client: ProviderClient, sandbox: Sandbox) -> None:
    """The victim learns of it and goes on; once terminated, it does not."""
    with owner(sandbox, PLAIN) as victim:
        pid = victim.info.backend_pid
        victim.pgconn.send_query(b"SELECT pg_sleep(60)")
        client.result(PLAIN, "pg-cancel-query", {"pid": pid})
        result = victim.pgconn.get_result()
        assert result is not None
        assert b"canceling statement due to user request" in result.error_message
        assert victim.pgconn.get_result() is None
        assert victim.execute("SELECT 1").fetchone() == (1,)
        assert [one["state"] for one in client.result(PLAIN, "pg-list-queries")] == ["idle"]
        client.result(PLAIN, "pg-terminate-query", {"pid": pid})
        assert client.result(PLAIN, "pg-list-queries") == []
        with pytest.raises(psycopg.errors.AdminShutdown):
            victim.execute("SELECT 1")


def test_a_backend_of_the_server_is_nobodys_query(client: ProviderClient, sandbox: Sandbox) -> None:
    """Neither the server's own processes nor the sandbox's session can be ended."""
    with owner(sandbox, PLAIN) as session:
        rows = session.execute(
            "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        ).fetchall()
        assert rows
        for (pid,) in rows:
            client.result(PLAIN, "pg-terminate-query", {"pid": pid})
        again = session.execute(
            "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        ).fetchall()
    assert set(rows) <= set(again)


# -- extensions and statistics --------------------------------------------------------------------


def test_statistics_are_of_what_clients_ran(client: ProviderClient, sandbox: Sandbox) -> None:
    """Off they are the server's error; on they count the owner's statements and none of ours."""
    for action, said in (
        ("pg-stat-statements-list", 'relation "pg_stat_statements" does not exist'),
        ("pg-stat-statements-reset", "function pg_stat_statements_reset() does not exist"),
    ):
        assert client.refusal(PLAIN, action) == said
    client.result(PLAIN, "pg-stat-statements-enable")
    client.result(PLAIN, "pg-stat-statements-enable")
    assert "pg_stat_statements" in {one["name"] for one in client.result(PLAIN, "list-extensions")}
    with owner(sandbox, PLAIN) as session:
        session.execute("SELECT generate_series(1, 5)")
        shown = client.result(PLAIN, "pg-stat-statements-list")
        counted = next(one for one in shown if "generate_series" in one["query"])
        assert counted.keys() == {
            "query", "user_id", "calls", "rows",
            "total_time", "min_time", "max_time", "mean_time", "std_dev",
        }  # fmt: skip
        assert (counted["query"], counted["calls"]) == ("SELECT generate_series($1, $2)", 1)
        assert counted["rows"] == 5
        users = session.execute("SELECT oid FROM pg_roles WHERE rolname = current_user").fetchone()
        assert {one["user_id"] for one in shown} == {users[0]}
    client.result(PLAIN, "pg-stat-statements-reset")
    assert client.result(PLAIN, "pg-stat-statements-list") == []
    sandbox.change(PLAIN, extensions=[PLPGSQL])


def test_the_log_counts_what_a_request_changed(client: ProviderClient, sandbox: Sandbox) -> None:
    """A change that changes nothing, and one that somebody made by SQL, are no effect."""
    sandbox.sql(SHOP, "CREATE EXTENSION hstore")
    client.result(SHOP, "create-database", {"database_name": "counted"})
    client.refusal(SHOP, "create-database", {"database_name": "counted"})
    client.result(SHOP, "list-extensions")
    client.result(SHOP, "pg-cancel-query", {"pid": 1})
    client.result(SHOP, "delete-database", {"database_name": "counted"})
    log = [one for one in sandbox.requests()["requests"] if one["host"] == "database"]
    assert [one["effect"] for one in log] == [True, False, False, False, True]
    sandbox.sql(SHOP, "DROP EXTENSION hstore")


# -- behind the clients' backs --------------------------------------------------------------------


def test_sql_is_one_statement_of_the_owner(sandbox: Sandbox) -> None:
    """Its tag comes back, or the server's words and code."""
    assert sandbox.sql(SHOP, "CREATE TABLE typed ()") == "CREATE TABLE"
    assert sandbox.sql(SHOP, "DROP TABLE typed") == "DROP TABLE"
    assert sandbox.sql(SHOP, "-- nothing") == ""
    for statement, code in (
        ("SELECT 1; SELECT 2", "42601"),
        ("CREATE EXTENSION nope", "0A000"),
        ("CREATE EXTENSION dblink", "42501"),
        ("DROP EXTENSION plpgsql", "42501"),
        ("SELECT 'a\0b'", "22021"),
        ("SELECT '\ud800'", "22021"),
    ):
        with pytest.raises(SandboxRefusal) as refused:
            sandbox.sql(SHOP, statement)
        assert refused.value.document["sqlstate"] == code


def test_what_others_did_stays_when_the_door_writes(sandbox: Sandbox) -> None:
    """A change names its keys; what came over a connection meanwhile is not undone by it."""
    with owner(sandbox, SHOP) as session:
        session.execute("CREATE EXTENSION hstore")
        session.execute("CREATE TABLE mine ()")
    changed = sandbox.change(SHOP, next_version="16.6.0-1")
    assert "hstore" in {one["name"] for one in changed["extensions"]}
    assert changed["logical_databases"][1]["tables"] == 4
    with owner(sandbox, SHOP) as session:
        session.execute("DROP EXTENSION hstore")
        session.execute("DROP TABLE mine")


def test_the_door_writes_to_the_server(client: ProviderClient, sandbox: Sandbox) -> None:
    """Extensions, logical databases and tables are led to what is wanted."""
    wanted = [PLPGSQL, {"name": "pg_trgm", "version": "1.6"}]
    present = value(sandbox, SHOP)["logical_databases"]
    more = [*present, {"name": "more", "protected": False, "tables": 2000}]
    changed = sandbox.change(SHOP, extensions=wanted, logical_databases=more)
    assert (changed["extensions"], changed["logical_databases"]) == (wanted, more)
    assert client.result(SHOP, "list-extensions")[1] == {"name": "pg_trgm", "version": "v1.6"}
    assert len(client.result(SHOP, "list-databases")) == 3
    back = sandbox.change(SHOP, extensions=[PLPGSQL, TRIGRAMS], logical_databases=present)
    assert back["extensions"] == [PLPGSQL, TRIGRAMS]
    assert back["logical_databases"] == present


def test_what_the_server_refuses_of_the_door_changes_nothing(sandbox: Sandbox) -> None:
    """Of several extensions all are written or none; sessions and statistics never are."""
    before = value(sandbox, SHOP)
    for values in (
        {"extensions": [PLPGSQL, {"name": "nope", "version": "1.0"}]},
        {"queries": [{"pid": 1, "query": "SELECT 1"}]},
        {"statements": [{"query": "SELECT 1"}]},
    ):
        with pytest.raises(SandboxRefusal) as refused:
            sandbox.change(SHOP, **values)
        assert (refused.value.status, [*refused.value.document]) == (422, ["errors"])
    assert value(sandbox, SHOP) == before


def test_an_outside_write_comes_at_a_bad_moment(client: ProviderClient, sandbox: Sandbox) -> None:
    """Right after the request that it waits for, somebody else's extension is there."""
    change = {"extensions": [PLPGSQL, TRIGRAMS, {"name": "citext", "version": "1.6"}]}
    match = {"host": "database"}
    sandbox.fault("outside-write", database=SHOP, change=change, when="after", match=match)
    assert len(client.result(SHOP, "list-extensions")) == 2
    assert len(client.result(SHOP, "list-extensions")) == 3
    sandbox.change(SHOP, extensions=[PLPGSQL, TRIGRAMS])


def test_a_stopped_database_answers_no_action(client: ProviderClient, sandbox: Sandbox) -> None:
    """What the API says of it counts, though its server runs."""
    sandbox.change(PLAIN, status="stopped")
    assert "cannot be reached" in client.refusal(PLAIN, "list-extensions")
    sandbox.change(PLAIN, status="running")
    assert client.result(PLAIN, "list-extensions")


def test_a_server_that_is_gone_is_no_refusal() -> None:
    """It did not say no; and how to log in is not told."""
    server = Server(
        program=Program.POSTGRESQL, version="17.0", port=1, user="postgres", password="canary"
    )
    with pytest.raises(ServerGoneError, match="does not answer") as gone:
        Access(server=server).login(database="postgres")
    assert "canary" not in str(gone.value)
