"""What real servers have to do with operations, missing programs and their own versions."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from api.provider_client import ProviderClient, SimulatedClock
from attrs import evolve
from engines_here import HERE, needs

from scalingo_sandbox import running
from scalingo_sandbox.errors import EngineRefusal
from scalingo_sandbox.fleet import Engine
from scalingo_sandbox.fleet_file import load
from scalingo_sandbox.real.backend import Real
from scalingo_sandbox.servers.programs import Missing
from scalingo_sandbox.servers.server import Program

DATABASE = "ad-00000000-0000-4000-8000-000000000b01"


def fleet(**fields: Any) -> dict[str, Any]:
    """Make a fleet of one database."""
    return {"version": 1, "apps": [{"name": "web", "addons": [{"id": DATABASE, **fields}]}]}


def test_without_a_program_the_rules_in_memory_serve() -> None:
    """The database is served all the same, and the door says why it has no server."""
    wanted = load(fleet(engine="postgresql"))
    real = Real({Program.POSTGRESQL: Missing(program=Program.POSTGRESQL, reason="it is not here")})
    try:
        database = real.install(wanted).databases()[0]
        (connection,) = real.connections(wanted)
        assert (str(connection), connection.reason) == ("in memory", "it is not here")
        after = real.run_sql(database, "CREATE EXTENSION hstore").database
        assert real.observed(after) == after
        assert real.impose(database, after) == after
        listed = real.perform(after, "list-extensions", None).result
        assert isinstance(listed, list)
        assert [one["name"] for one in listed] == ["plpgsql", "hstore"]
        with pytest.raises(EngineRefusal, match="unknown action"):
            real.perform(after, "nonsense", None)
        assert real.versions == {}
    finally:
        real.close()


@needs(Program.MARIADB)
def test_the_end_of_an_upgrade_reaches_the_server() -> None:
    """A mode that the new version does not know is gone from the server as well."""
    mode = "STRICT_TRANS_TABLES,NO_AUTO_CREATE_USER"
    wanted = fleet(engine="mysql", version="5.7.44-1", next_version="8.0.35-1", sql_mode=mode)
    clock = SimulatedClock()
    with running(wanted, engines="real", now=clock, operation_seconds=10) as sandbox:
        client = ProviderClient(url=sandbox.url, token=sandbox.token, apps={DATABASE: "web"})
        assert client.result(DATABASE, "get-sqlmode") == mode
        assert client.database("POST", DATABASE, suffix="/upgrade").status == 202
        clock.seconds += 20
        assert client.result(DATABASE, "get-sqlmode") == "STRICT_TRANS_TABLES"
        assert sandbox.change(DATABASE, sql_mode="ANSI_QUOTES")["sql_mode"] == "ANSI_QUOTES"
        assert client.result(DATABASE, "get-sqlmode") == "ANSI_QUOTES"
        (connection,) = sandbox.connections()
        assert connection["server"].endswith(", posing as MySQL 8.0.35")
        client.pool.clear()


@needs(Program.POSTGRESQL, Program.REDIS)
def test_versions_are_written_as_in_the_fleet_file() -> None:
    """Three numbers and a build; what poses or emulates keeps its own version to itself."""
    real = Real(HERE)
    try:
        assert {Engine.POSTGRESQL, Engine.REDIS} <= real.versions.keys()
        assert not {Engine.MYSQL, Engine.MONGODB} & real.versions.keys()
        unnamed = load(fleet(engine="redis"), real.versions).databases()[0]
        assert unnamed.version == real.versions[Engine.REDIS]
    finally:
        real.close()


@needs(Program.POSTGRESQL)
def test_a_created_addon_has_a_server_until_it_is_deleted() -> None:
    """Its variable leads there; then nothing listens any more."""
    empty = {"version": 1, "apps": [{"name": "web"}]}
    with running(empty, engines="real", operation_seconds=0) as sandbox:
        client = ProviderClient(url=sandbox.url, token=sandbox.token)
        token = client.user_token()
        plans = client.send("GET", "/v1/addon_providers/postgresql/plans").document["plans"]
        wanted = {"addon_provider_id": "postgresql", "plan_id": plans[0]["id"]}
        answer = client.send("POST", "/v1/apps/web/addons", {"addon": wanted}, bearer=token)
        addon = answer.document["addon"]["id"]
        (connection,) = sandbox.connections()
        listed = client.send("GET", "/v1/apps/web/variables", bearer=token).document["variables"]
        assert listed[0]["value"] == connection["dsn"] == sandbox.dsn(addon)
        owner = evolve(client, apps={addon: "web"})
        assert [one["name"] for one in owner.result(addon, "list-extensions")] == ["plpgsql"]
        answer = client.send("DELETE", f"/v1/apps/web/addons/{addon}", bearer=token)
        assert (answer.status, sandbox.connections()) == (204, [])
        host, _, port = str(connection["address"]).rpartition(":")
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((host, int(port)), timeout=1)
        client.pool.clear()
