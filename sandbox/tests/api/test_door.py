"""The sandbox's own door: the log, the fleet, changes from behind, SQL."""

from __future__ import annotations

from typing import Any

import pytest
from api.provider_client import INFLUXDB, MYSQL, POSTGRESQL, ProviderClient

from scalingo_sandbox import FleetError, Sandbox


def test_health_needs_no_token(client: ProviderClient) -> None:
    """Anybody on the machine may ask whether it is up."""
    answer = client.send("GET", "/_sandbox/health")
    assert (answer.status, answer.document) == (200, {"status": "ok", "databases": 9})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "requests"),
        ("DELETE", "requests"),
        ("GET", "fleet"),
        ("PUT", "fleet"),
        ("PATCH", f"databases/{MYSQL}"),
        ("POST", f"databases/{MYSQL}/sql"),
        ("GET", "connections"),
        ("POST", "faults"),
        ("DELETE", "faults"),
        ("GET", "held"),
        ("POST", "release"),
    ],
)
def test_the_door_needs_the_api_token(client: ProviderClient, method: str, path: str) -> None:
    """No token, junk and a JWT are all 401."""
    for bearer in (None, "junk", client.user_token()):
        answer = client.send(method, f"/_sandbox/{path}", {}, bearer=bearer)
        assert (answer.status, answer.document.keys()) == (401, {"error"})


# -- the log --------------------------------------------------------------------------------------


def test_requests_are_counted_by_host(client: ProviderClient, sandbox: Sandbox) -> None:
    """Every request of a client is there, in order, and the door's own are not."""
    client.result(MYSQL, "get-sqlmode")
    client.send("GET", "/_sandbox/health")
    log = sandbox.requests()
    assert log["counts"] == {"auth": 1, "api": 1, "database": 1}
    assert [request["host"] for request in log["requests"]] == ["auth", "api", "database"]
    assert log["requests"][-1] == {
        "host": "database",
        "method": "POST",
        "path": f"/api/databases/{MYSQL}/action",
        "action_name": "get-sqlmode",
        "status": 200,
        "changes": False,
        "effect": False,
        "asked": None,
    }
    sandbox.clear()
    cleared = sandbox.requests()
    assert cleared["counts"] == {"auth": 0, "api": 0, "database": 0}
    assert cleared["requests"] == []


@pytest.mark.parametrize(
    ("action", "seen"),
    [
        (("list-databases", {}), (False, False)),
        (("create-database", {"database_name": "audit"}), (True, True)),
        (("create-database", {"database_name": "legacy"}), (True, False)),
        (("reset-database", {"database_name": "legacy"}), (True, True)),
        (("dance", {}), (True, False)),
    ],
)
def test_a_request_that_changes_is_told_from_its_effect(
    client: ProviderClient,
    sandbox: Sandbox,
    action: tuple[str, dict[str, str]],
    seen: tuple[bool, bool],
) -> None:
    """A refused change is still a request that changes, though without an effect."""
    name, params = action
    client.action(MYSQL, name, params)
    last = sandbox.requests()["requests"][-1]
    assert (last["changes"], last["effect"]) == seen


def test_settings_are_changes(client: ProviderClient, sandbox: Sandbox) -> None:
    """Reading the resource is none, PATCH and PUT are."""
    settings = {"database": {"periodic_backups_scheduled_at": 5}}
    for method in ("GET", "PATCH", "PUT"):
        client.database(method, MYSQL, None if method == "GET" else settings)
    seen = [one for one in sandbox.requests()["requests"] if one["host"] == "database"]
    assert [(one["changes"], one["effect"]) for one in seen] == [
        (False, False),
        (True, True),
        (True, False),
    ]


def test_the_log_says_what_a_change_asks_for(client: ProviderClient, sandbox: Sandbox) -> None:
    """Its body, or its query; nothing of a read, of what is no object, or of what is too long."""
    settings = {"database": {"periodic_backups_scheduled_at": 5}}
    created = {"database_name": "audit"}
    client.database("PATCH", MYSQL, settings)
    client.action(MYSQL, "create-database", created)
    client.action(MYSQL, "list-databases", {})
    client.database("DELETE", MYSQL, suffix="/features?feature=force-ssl")
    client.database("PATCH", MYSQL, [1])
    client.database("PATCH", MYSQL, {"database": {"name": "x" * 1000}})
    asked = [one["asked"] for one in sandbox.requests()["requests"] if one["host"] == "database"]
    assert asked == [
        settings,
        {"action_name": "create-database", "params": created},
        None,
        {"feature": "force-ssl"},
        None,
        None,
    ]


def test_the_log_is_bounded(client: ProviderClient, sandbox: Sandbox) -> None:
    """An endless name is cut in the log."""
    client.refusal(MYSQL, "x" * 100_000)
    assert len(str(sandbox.requests()["requests"][-1]["action_name"])) == 500


# -- the fleet ------------------------------------------------------------------------------------


def test_the_fleet_goes_round(client: ProviderClient, sandbox: Sandbox) -> None:
    """What GET gives can be PUT back, and is then the same."""
    client.result(MYSQL, "create-database", {"database_name": "audit"})
    client.result(MYSQL, "set-sqlmode", "")
    client.result(INFLUXDB, "del-retention-policy", {"name": "autogen"})
    document = client.door("GET", "fleet").document
    assert client.door("PUT", "fleet", document).document == document
    assert sandbox.fleet() == document
    assert client.result(MYSQL, "get-sqlmode") == ""
    assert client.result(INFLUXDB, "list-retention-policies") == []


def _addon(**values: Any) -> dict[str, Any]:
    addon = {"id": "ad-1", "engine": "mysql"} | values
    return {"version": 1, "apps": [{"name": "a", "addons": [addon]}]}


PLACE = "apps[0].addons[0]"


@pytest.mark.parametrize(
    ("document", "path", "message"),
    [
        ({"apps": []}, "version", "is missing"),
        ({"version": 2}, "version", "2 is not between 1 and 1"),
        ({"version": True}, "version", "expected an integer, not true or false"),
        ({"version": 1, "apps": {}}, "apps", "expected a list, not a mapping"),
        ({"version": 1, "app": []}, "fleet", "unknown key 'app'"),
        ({"version": 1, "apps": ["a"]}, "apps[0]", "expected a mapping, not a string"),
        (_addon(status="runing"), f"{PLACE}.status", "'runing' is not one of creating, running"),
        (_addon(engine="oracle"), f"{PLACE}.engine", "'oracle' is not one of"),
        (_addon(version=8.0), f"{PLACE}.version", "expected a string, not a number"),
        (_addon(version="eight"), f"{PLACE}.version", "'eight' is not a version"),
        (_addon(id="7f6c"), f"{PLACE}.id", "'7f6c' is not an addon id"),
        (_addon(colour="red"), PLACE, "unknown key 'colour'"),
        (_addon(backups={"hours": [24]}), f"{PLACE}.backups.hours", "24 is not between 0 and 23"),
        (_addon(backups={"enabled": "no"}), f"{PLACE}.backups.enabled", "expected true or false"),
        (_addon(sql_mode="NOPE"), f"{PLACE}.sql_mode", "1231"),
        (_addon(extensions=[]), f"{PLACE}.extensions", "is for postgresql, this database is mysql"),
        (
            _addon(logical_databases=[{"name": "x"}, {"name": "x"}]),
            f"{PLACE}.logical_databases",
            "the name 'x' is there 2 times",
        ),
        (
            _addon(logical_databases=[{"name": ""}]),
            f"{PLACE}.logical_databases[0].name",
            "incorrect database name",
        ),
        (
            _addon(engine="influxdb", retention_policies=[{"name": "p", "duration": "5"}]),
            f"{PLACE}.retention_policies[0]",
            "'5' is no duration",
        ),
        (
            _addon(
                engine="influxdb",
                retention_policies=[{"name": name, "default": True} for name in "pq"],
            ),
            f"{PLACE}.retention_policies",
            "at most one policy is the default",
        ),
        (
            {"version": 1, "apps": [{"name": "a"}, {"name": "a"}]},
            "apps",
            "the app 'a' is there 2 times",
        ),
        (
            {"version": 1, "apps": [{"name": "a", "dedicated": True}]},
            "apps[0].addons",
            "a dedicated database has exactly one addon",
        ),
    ],
)
def test_a_bad_fleet_is_a_422(
    client: ProviderClient, sandbox: Sandbox, document: object, path: str, message: str
) -> None:
    """The body names the path and says what is wrong; the fleet stays as it was."""
    before = sandbox.fleet()
    answer = client.door("PUT", "fleet", document)
    assert answer.status == 422
    assert message in answer.document["errors"][path][0]
    assert sandbox.fleet() == before


def test_every_fault_of_a_fleet_is_named(client: ProviderClient) -> None:
    """Two wrong values in one database are two entries."""
    answer = client.door("PUT", "fleet", _addon(status="x", engine="y"))
    assert answer.document["errors"].keys() == {f"{PLACE}.status", f"{PLACE}.engine"}


def test_a_hold_checks_a_fleet_before_it_sends_it(sandbox: Sandbox) -> None:
    """A test that writes a bad fleet gets the readable error."""
    with pytest.raises(FleetError, match=r"fleet: 1 problem\n  apps\[0\]"):
        sandbox.put_fleet(_addon(status="x"))


# -- changes from behind --------------------------------------------------------------------------


def test_a_change_from_behind_is_seen_by_clients(client: ProviderClient, sandbox: Sandbox) -> None:
    """The named keys change, the others stay, and no request is noted."""
    sandbox.change(
        MYSQL, status="updating", current_operation_id="op-1", backups={"hours": [4, 16]}
    )
    assert sandbox.requests()["requests"] == []
    database = client.database("GET", MYSQL).document["database"]
    assert (database["status"], database["current_operation_id"]) == ("updating", "op-1")
    assert database["periodic_backups_scheduled_at"] == [4, 16]
    assert len(client.result(MYSQL, "list-databases")) == 2


def test_null_is_the_default_again(client: ProviderClient, sandbox: Sandbox) -> None:
    """A key set to null is as if the fleet file left it out."""
    before = client.result(MYSQL, "get-sqlmode")
    sandbox.change(MYSQL, sql_mode="ANSI", current_operation_id="op-1")
    sandbox.change(MYSQL, sql_mode=None, current_operation_id=None)
    assert client.result(MYSQL, "get-sqlmode") == before
    database = client.database("GET", MYSQL).document["database"]
    assert database["current_operation_id"] is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"status": "x"}, "status"),
        ({"id": "ad-2"}, "id"),
        ({"engine": "redis"}, "engine"),
        ({"sql_mode": "NOPE"}, "sql_mode"),
        ({"colour": 1}, "fleet"),
    ],
)
def test_a_bad_change_is_a_422(
    client: ProviderClient, values: dict[str, object], field: str
) -> None:
    """It is checked like the fleet file, and identity cannot change."""
    answer = client.door("PATCH", f"databases/{MYSQL}", values)
    assert answer.status == 422
    assert list(answer.document["errors"]) == [field]


def test_an_unknown_database_is_a_404(client: ProviderClient) -> None:
    """The door answers as the API does."""
    assert client.door("PATCH", "databases/ad-none", {}).status == 404
    assert client.door("POST", "databases/ad-none/sql", {"statement": ""}).status == 404


# -- SQL ------------------------------------------------------------------------------------------


def _extensions(client: ProviderClient) -> dict[str, str]:
    listed = client.result(POSTGRESQL, "list-extensions")
    return {extension["name"]: extension["version"] for extension in listed}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (["create extension PG_TRGM;"], {"pg_trgm": "v1.6"}),
        (
            ["CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" WITH VERSION '1.0'"] * 2,
            {"uuid-ossp": "v1.0"},
        ),
        (
            ["CREATE EXTENSION hstore WITH SCHEMA public VERSION '1.7' CASCADE ; "],
            {"hstore": "v1.7"},
        ),
        (
            ["CREATE EXTENSION pg_trgm VERSION '1.3'", "ALTER EXTENSION pg_trgm UPDATE TO '1.4';"],
            {"pg_trgm": "v1.4"},
        ),
        *[
            ([f"CREATE EXTENSION {name}"], {name: version})
            for name, version in (("postgis", "v3.4.2"), ("citext", "v1.6"), ("unaccent", "v1.1"))
        ],
    ],
)
def test_a_person_types_sql(
    client: ProviderClient, sandbox: Sandbox, statements: list[str], expected: dict[str, str]
) -> None:
    """The statements take effect as in psql, and the API's list shows it."""
    tags = [sandbox.sql(POSTGRESQL, statement) for statement in statements]
    assert tags == [" ".join(one.upper().split()[:2]) for one in statements]
    assert _extensions(client) == {"plpgsql": "v1.0"} | expected


@pytest.mark.parametrize(
    ("statement", "message", "code"),
    [
        ("CREATE EXTENSION nope", 'extension "nope" is not available', "0A000"),
        ("CREATE EXTENSION plpgsql", 'extension "plpgsql" already exists', "42710"),
        (
            "CREATE EXTENSION hstore VERSION '9'",
            'extension "hstore" has no installation script nor update path for version "9"',
            "22023",
        ),
        (
            "CREATE EXTENSION earthdistance",
            'required extension "cube" is not installed',
            "42704",
        ),
        (
            "ALTER EXTENSION plpgsql UPDATE TO '2'",
            'extension "plpgsql" has no update path from version "1.0" to version "2"',
            "22023",
        ),
        ("ALTER EXTENSION hstore UPDATE", 'extension "hstore" does not exist', "42704"),
        ("DROP EXTENSION hstore", 'extension "hstore" does not exist', "42704"),
        ("DROP EXTENSION plpgsql", "must be owner of extension plpgsql", "42501"),
        ("SELECT 1", None, "42601"),
        ("CREATE EXTENSION hstore; DROP EXTENSION hstore", None, "42601"),
    ],
)
def test_sql_that_postgresql_refuses_is_a_422(
    client: ProviderClient, statement: str, message: str | None, code: str
) -> None:
    """The body has PostgreSQL's words and its code."""
    answer = client.door("POST", f"databases/{POSTGRESQL}/sql", {"statement": statement})
    assert (answer.status, answer.document["sqlstate"]) == (422, code)
    assert message is None or answer.document["error"] == message
    assert _extensions(client) == {"plpgsql": "v1.0"}


def test_sql_is_for_postgresql(client: ProviderClient) -> None:
    """Another engine, and a body without a statement, are refused."""
    path = f"databases/{MYSQL}/sql"
    assert client.door("POST", path, {"statement": "SELECT 1"}).status == 422
    assert client.door("POST", path, {"statement": 1}).status == 400
