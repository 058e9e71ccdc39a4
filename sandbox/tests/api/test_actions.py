"""Every action, where it succeeds and where it is refused."""

from __future__ import annotations

from typing import Any

import pytest
from api.provider_client import (
    INFLUXDB,
    LISTED_POSTGRESQL,
    MONGODB,
    MYSQL,
    OLD_MYSQL,
    POSTGRESQL,
    QUERY,
    REDIS,
    STATEMENT,
    STOPPED,
    ProviderClient,
)

from scalingo_sandbox import Sandbox

DEFAULT_MODE = (
    "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
)
OLD_DEFAULT_MODE = DEFAULT_MODE.replace(
    "NO_ENGINE_SUBSTITUTION", "NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION"
)


def _names(client: ProviderClient, addon: str) -> list[str]:
    return [logical["name"] for logical in client.result(addon, "list-databases")]


# -- every action ---------------------------------------------------------------------------------

OFFERED = {
    MYSQL: {
        *("list-databases", "create-database", "delete-database", "reset-database"),
        *("get-sqlmode", "set-sqlmode"),
    },
    POSTGRESQL: {
        *("list-extensions", "pg-list-queries", "pg-cancel-query", "pg-terminate-query"),
        *("pg-stat-statements-enable", "pg-stat-statements-reset", "pg-stat-statements-list"),
    },
    INFLUXDB: {"list-retention-policies", "add-retention-policy", "del-retention-policy"},
    REDIS: set(),
}
EVERY = sorted(set().union(*OFFERED.values()))


@pytest.mark.parametrize("addon", OFFERED)
def test_an_action_of_another_engine_is_refused(client: ProviderClient, addon: str) -> None:
    """It is answered with 200, `ok` 0 and a reason that names it as not offered."""
    for name in EVERY:
        if name not in OFFERED[addon]:
            assert "offered" in client.refusal(addon, name, {})


def test_an_unknown_action_is_refused(client: ProviderClient) -> None:
    """An action nobody offers is refused in the same form."""
    assert client.refusal(MYSQL, "dance") == "unknown action 'dance'"


@pytest.mark.parametrize("body", [b"{", b"[]", b"{}", b'{"action_name": 3}', b""])
def test_a_request_without_an_action_is_a_400(client: ProviderClient, body: bytes) -> None:
    """A body that asks for nothing is malformed."""
    path = f"/api/databases/{MYSQL}/action"
    answer = client.send("POST", path, body=body, bearer=client.addon_token(MYSQL))
    assert (answer.status, answer.document.keys()) == (400, {"error"})


def test_a_stopped_database_answers_nothing(client: ProviderClient) -> None:
    """What does not run cannot be asked."""
    assert client.refusal(STOPPED, "get-sqlmode").endswith("it is stopped")


@pytest.mark.parametrize("params", [None, {}, "", {"unused": 1}])
def test_actions_without_parameters_take_any(client: ProviderClient, params: object) -> None:
    """Absent, null, an object and a string are all the same where nothing is wanted."""
    plain = client.result(MYSQL, "list-databases")
    assert client.result(MYSQL, "list-databases", params) == plain


@pytest.mark.parametrize(
    ("addon", "name"),
    [
        *[(MYSQL, f"{verb}-database") for verb in ("create", "delete", "reset")],
        (MYSQL, "set-sqlmode"),
        (POSTGRESQL, "pg-cancel-query"),
        (POSTGRESQL, "pg-terminate-query"),
        (INFLUXDB, "add-retention-policy"),
        (INFLUXDB, "del-retention-policy"),
    ],
)
def test_a_missing_parameter_is_refused(client: ProviderClient, addon: str, name: str) -> None:
    """Absent, null, empty and of a wrong type: all are refused, nothing is guessed."""
    wrong = {"database_name": 3, "name": 3, "duration": 3, "pid": "2000"}
    given: list[object] = [{}, None, wrong, []]
    for params in given:
        assert client.refusal(addon, name, params)


# -- logical databases ----------------------------------------------------------------------------


def test_logical_databases_are_listed_with_their_protection(client: ProviderClient) -> None:
    """Each is a name and a flag."""
    assert client.result(MYSQL, "list-databases") == [
        {"name": "web", "protected": True},
        {"name": "legacy", "protected": False},
    ]


@pytest.mark.parametrize("addon", [OLD_MYSQL, MONGODB])
def test_a_fleet_without_names_has_a_protected_default(client: ProviderClient, addon: str) -> None:
    """A new database has one logical database, which is protected."""
    (only,) = client.result(addon, "list-databases")
    assert only["protected"] is True


@pytest.mark.parametrize("addon", [MYSQL, MONGODB, LISTED_POSTGRESQL])
def test_a_logical_database_comes_and_goes(client: ProviderClient, addon: str) -> None:
    """Created, listed, emptied, deleted."""
    before = _names(client, addon)
    created = client.result(addon, "create-database", {"database_name": "audit"})
    assert created == {"name": "audit", "protected": False}
    assert _names(client, addon) == [*before, "audit"]
    assert client.result(addon, "reset-database", {"database_name": "audit"}) is None
    assert _names(client, addon) == [*before, "audit"]
    assert client.result(addon, "delete-database", {"database_name": "audit"}) is None
    assert _names(client, addon) == before


def test_a_reset_empties_and_keeps(client: ProviderClient, sandbox: Sandbox) -> None:
    """A protected logical database can be emptied, and stays."""
    client.result(MYSQL, "reset-database", {"database_name": "web"})
    (app, *_) = sandbox.fleet()["apps"]
    assert app["addons"][0]["logical_databases"][0] == {
        "name": "web",
        "protected": True,
        "tables": 0,
    }


def test_a_protected_logical_database_stays(client: ProviderClient) -> None:
    """It cannot be deleted."""
    assert "protected" in client.refusal(MYSQL, "delete-database", {"database_name": "web"})
    assert "web" in _names(client, MYSQL)


@pytest.mark.parametrize("verb", ["delete", "reset"])
def test_a_missing_logical_database_is_refused(client: ProviderClient, verb: str) -> None:
    """What is not there cannot go, and the error has MySQL's number."""
    refusal = client.refusal(MYSQL, f"{verb}-database", {"database_name": "Legacy"})
    assert refusal.startswith("Error 1008")


@pytest.mark.parametrize(
    ("addon", "name"),
    [
        *[(MYSQL, name) for name in ("", "x" * 65, "trailing ", "a\0b", "😀", "mysql", "legacy")],
        *[(MONGODB, name) for name in ("", "x" * 64, "é" * 32, "admin")],
        *[(MONGODB, f"a{sign}b") for sign in '/\\. "$\0'],
        *[(LISTED_POSTGRESQL, name) for name in ("", "x" * 64, "template1", "api")],
    ],
)
def test_a_bad_name_is_refused(client: ProviderClient, addon: str, name: str) -> None:
    """Empty, too long, forbidden, reserved and taken names create nothing."""
    before = _names(client, addon)
    client.refusal(addon, "create-database", {"database_name": name})
    assert _names(client, addon) == before


@pytest.mark.parametrize(
    ("addon", "name"),
    [
        *[(MYSQL, name) for name in ("x" * 64, "é" * 64, "Legacy", "MYSQL")],
        (MONGODB, "x" * 63),
        (LISTED_POSTGRESQL, "Postgres"),
    ],
)
def test_a_name_at_the_limit_is_taken(client: ProviderClient, addon: str, name: str) -> None:
    """The longest names are fine, and names differ by case, the server's own as well."""
    created = client.result(addon, "create-database", {"database_name": name})
    assert created["name"] == name


def test_mongodb_refuses_a_name_of_another_case(client: ProviderClient) -> None:
    """Two names that differ by case alone cannot both be there."""
    client.result(MONGODB, "create-database", {"database_name": "audit"})
    assert "exists" in client.refusal(MONGODB, "create-database", {"database_name": "AUDIT"})


@pytest.mark.parametrize(
    ("addon", "name", "params"),
    [
        (MYSQL, "create-database", {"database_name": "a\ud800"}),
        (MYSQL, "set-sqlmode", "ANSI\ud800"),
        (INFLUXDB, "add-retention-policy", {"name": "a\ud800", "duration": "1h"}),
    ],
)
def test_a_lone_surrogate_is_refused(
    client: ProviderClient, addon: str, name: str, params: object
) -> None:
    """What JSON can say but UTF-8 cannot reaches no server."""
    client.refusal(addon, name, params)


@pytest.mark.parametrize("verb", ["create", "delete", "reset"])
@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("mysql", 1044),
        ("Information_Schema", 1044),
        ("e" * 65, 1059),
        ("trailing\n", 1102),
        ("#mysql50#web", 1102),
    ],
)
def test_an_unfit_name_has_mysqls_number(
    client: ProviderClient, verb: str, name: str, number: int
) -> None:
    """Whatever is asked for it."""
    refusal = client.refusal(MYSQL, f"{verb}-database", {"database_name": name})
    assert refusal.startswith(f"Error {number}: ")


# -- sql_mode -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("addon", "mode"), [(MYSQL, DEFAULT_MODE), (OLD_MYSQL, OLD_DEFAULT_MODE)])
def test_the_default_sql_mode_is_the_versions(
    client: ProviderClient, addon: str, mode: str
) -> None:
    """5.7 has one mode more than 8.0."""
    assert client.result(addon, "get-sqlmode", None) == mode


@pytest.mark.parametrize(
    ("addon", "written", "shown"),
    [
        (MYSQL, "", ""),
        (MYSQL, ",NO_ZERO_DATE,", "NO_ZERO_DATE"),
        (MYSQL, "NO_ZERO_DATE  ", "NO_ZERO_DATE"),
        (MYSQL, "no_zero_date,ANSI_QUOTES,No_Zero_Date", "ANSI_QUOTES,NO_ZERO_DATE"),
        (OLD_MYSQL, "NO_AUTO_CREATE_USER", "NO_AUTO_CREATE_USER"),
        (OLD_MYSQL, "MYSQL323", "MYSQL323,HIGH_NOT_PRECEDENCE"),
        (OLD_MYSQL, "MYSQL40", "MYSQL40,HIGH_NOT_PRECEDENCE"),
        (
            MYSQL,
            "ANSI",
            "REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ONLY_FULL_GROUP_BY,ANSI",
        ),
        (
            MYSQL,
            "TRADITIONAL",
            (
                "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
                "ERROR_FOR_DIVISION_BY_ZERO,TRADITIONAL,NO_ENGINE_SUBSTITUTION"
            ),
        ),
        (
            OLD_MYSQL,
            "TRADITIONAL",
            (
                "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
                "ERROR_FOR_DIVISION_BY_ZERO,TRADITIONAL,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION"
            ),
        ),
        (
            OLD_MYSQL,
            "DB2",
            (
                "PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,DB2,NO_KEY_OPTIONS,NO_TABLE_OPTIONS,"
                "NO_FIELD_OPTIONS"
            ),
        ),
    ],
)
def test_a_sql_mode_is_shown_as_the_server_keeps_it(
    client: ProviderClient, addon: str, written: str, shown: str
) -> None:
    """Order, case and repetition do not matter; composites bring their parts."""
    assert client.result(addon, "set-sqlmode", written) is None
    assert client.result(addon, "get-sqlmode") == shown


@pytest.mark.parametrize(
    ("addon", "written", "bad"),
    [
        (MYSQL, "NOPE", "NOPE"),
        (MYSQL, "ANSI_QUOTES,NOPE", "NOPE"),
        (MYSQL, "ANSI_QUOTES, NO_ZERO_DATE", " NO_ZERO_DATE"),
        (MYSQL, "NO_AUTO_CREATE_USER", "NO_AUTO_CREATE_USER"),
        (MYSQL, "\u017ftrict_trans_tables", "\u017ftrict_trans_tables"),
        (MYSQL, "ANSI ,", "ANSI "),
        (MYSQL, "ORACLE", "ORACLE"),
        (OLD_MYSQL, "TIME_TRUNCATE_FRACTIONAL", "TIME_TRUNCATE_FRACTIONAL"),
    ],
)
def test_a_bad_sql_mode_is_refused_whole(
    client: ProviderClient, addon: str, written: str, bad: str
) -> None:
    """The error is 1231 and names the bad part alone; nothing is set."""
    before = client.result(addon, "get-sqlmode")
    refusal = client.refusal(addon, "set-sqlmode", written)
    assert "1231" in refusal
    assert refusal.endswith(f"'{bad}'")
    assert client.result(addon, "get-sqlmode") == before


# -- PostgreSQL -----------------------------------------------------------------------------------


def test_extensions_are_listed_with_a_v(client: ProviderClient) -> None:
    """A PostgreSQL of its own has plpgsql; versions are prefixed."""
    assert client.result(POSTGRESQL, "list-extensions", None) == [
        {"name": "plpgsql", "version": "v1.0"}
    ]


def test_statistics_are_an_error_until_they_are_on(client: ProviderClient) -> None:
    """Listing and resetting need the extension; enabling twice is no error."""
    for name in ("pg-stat-statements-list", "pg-stat-statements-reset"):
        assert "does not exist" in client.refusal(POSTGRESQL, name)
    for _ in range(2):
        assert client.result(POSTGRESQL, "pg-stat-statements-enable") is None
    assert client.result(POSTGRESQL, "list-extensions")[1:] == [
        {"name": "pg_stat_statements", "version": "v1.11"}
    ]
    (listed,) = client.result(POSTGRESQL, "pg-stat-statements-list")
    assert listed.items() >= STATEMENT.items()
    assert listed.keys() == {
        *("user_id", "query", "calls", "rows", "total_time"),
        *("min_time", "max_time", "mean_time", "std_dev"),
    }
    assert client.result(POSTGRESQL, "pg-stat-statements-reset") is None
    assert client.result(POSTGRESQL, "pg-stat-statements-list") == []


def test_queries_are_listed(client: ProviderClient) -> None:
    """Running and idle ones, with the fields of the seed."""
    listed: list[dict[str, Any]] = client.result(POSTGRESQL, "pg-list-queries")
    assert [query["pid"] for query in listed] == [2000, 2001]
    assert listed[0].items() >= QUERY.items()
    assert listed[0].keys() == {
        *("query", "state", "username", "query_start", "pid", "query_duration"),
    }


@pytest.mark.parametrize(
    ("verb", "states"),
    [("cancel", [(2000, "idle"), (2001, "idle")]), ("terminate", [(2001, "idle")])],
)
def test_a_query_is_stopped(
    client: ProviderClient, verb: str, states: list[tuple[int, str]]
) -> None:
    """Cancelling leaves the session idle, terminating ends it; an unknown pid is no error."""
    for pid in (2000, 4711):
        assert client.result(POSTGRESQL, f"pg-{verb}-query", {"pid": pid}) is None
    listed = client.result(POSTGRESQL, "pg-list-queries")
    assert [(query["pid"], query["state"]) for query in listed] == states


# -- InfluxDB -------------------------------------------------------------------------------------


def _policies(client: ProviderClient) -> list[tuple[str, str, bool]]:
    listed = client.result(INFLUXDB, "list-retention-policies")
    return [(policy["name"], policy["duration"], policy["default"]) for policy in listed]


def _policy(name: str, duration: str, *, default: bool = False) -> dict[str, object]:
    return {"name": name, "duration": duration, "default": default}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("30d", "720h0m0s"),
        ("1w", "168h0m0s"),
        ("1d12h", "36h0m0s"),
        ("1h30m", "1h30m0s"),
        ("720h0m0s", "720h0m0s"),
        ("60m", "1h0m0s"),
        ("3600s", "1h0m0s"),
        ("3600000ms", "1h0m0s"),
        ("3600000000u", "1h0m0s"),
        ("3600000000µ", "1h0m0s"),
        ("3600000000000ns", "1h0m0s"),
        ("1h500ms", "1h0m0.5s"),
        ("INF", "0s"),
        ("inf", "0s"),
        ("0s", "0s"),
        ("0m", "0s"),
        ("000000000000000000001h", "1h0m0s"),
        ("9223372036854775807ns", "2562047h47m16.854775807s"),
        ("99999w", "1427545h16m18.871345152s"),
    ],
)
def test_a_duration_is_shown_as_go_prints_it(
    client: ProviderClient, written: str, shown: str
) -> None:
    """Every spelling of InfluxQL is taken; the answer has one."""
    assert client.result(INFLUXDB, "add-retention-policy", _policy("p", written)) is None
    assert _policies(client) == [("autogen", "0s", True), ("p", shown, False)]


@pytest.mark.parametrize(
    "written",
    [
        "59m",
        "1s",
        "",
        "0",
        "1",
        "1y",
        "1mo",
        "30D",
        "-1h",
        "1.5h",
        "'1h'",
        "1h ",
        "h",
        "15251w",
        "9223372036854775808ns",
        "9" * 5000 + "h",
        "\u0131nf",
        "٣d",
    ],
)
def test_a_bad_duration_is_refused(client: ProviderClient, written: str) -> None:
    """Below one hour, what overflows to a negative one, and what is no duration."""
    client.refusal(INFLUXDB, "add-retention-policy", _policy("p", written))
    assert _policies(client) == [("autogen", "0s", True)]


def test_the_shortest_duration_is_one_hour(client: ProviderClient) -> None:
    """The refusal says so as the server does."""
    refusal = client.refusal(INFLUXDB, "add-retention-policy", _policy("p", "59m"))
    assert refusal == "retention policy duration must be at least 1h0m0s"


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\\b", "a\nb", "a\0b", "x" * 256])
def test_a_bad_policy_name_is_refused(client: ProviderClient, name: str) -> None:
    """A policy is a folder on the server's disk, and named like one."""
    client.refusal(INFLUXDB, "add-retention-policy", _policy(name, "1h"))


def test_a_policy_added_twice_is_no_error(client: ProviderClient) -> None:
    """The same again, however spelled, is silently fine."""
    for duration in ("30d", "720h"):
        client.result(INFLUXDB, "add-retention-policy", _policy("p", duration, default=True))
    # Without the flag the default stays where it is.
    client.result(INFLUXDB, "add-retention-policy", _policy("p", "30d"))
    assert _policies(client) == [("autogen", "0s", False), ("p", "720h0m0s", True)]


@pytest.mark.parametrize(
    ("duration", "default", "reason"),
    [("31d", False, "already exists"), ("30d", True, "conflicts with an existing policy")],
)
def test_a_policy_with_other_attributes_is_a_conflict(
    client: ProviderClient, duration: str, default: bool, reason: str
) -> None:
    """A policy is not changed by adding it again."""
    client.result(INFLUXDB, "add-retention-policy", {"name": "p", "duration": "30d"})
    again = _policy("p", duration, default=default)
    assert reason in client.refusal(INFLUXDB, "add-retention-policy", again)


def test_dropping_the_default_leaves_none(client: ProviderClient) -> None:
    """A default moves with a new policy, and is gone with it; a missing one is no error."""
    client.result(INFLUXDB, "add-retention-policy", _policy("p", "1h", default=True))
    for _ in range(2):
        assert client.result(INFLUXDB, "del-retention-policy", {"name": "p"}) is None
    assert _policies(client) == [("autogen", "0s", False)]


def test_a_dropped_default_comes_back_as_the_default(client: ProviderClient) -> None:
    """The server keeps the default by name, until another policy takes it."""
    for name, duration, comes_back in (("autogen", "1h", True), ("p", "1h", False)):
        client.result(INFLUXDB, "add-retention-policy", _policy("p", "1h"))
        client.result(INFLUXDB, "del-retention-policy", {"name": name})
        client.result(INFLUXDB, "add-retention-policy", _policy(name, duration))
        assert (name, "1h0m0s", comes_back) in _policies(client)
    client.result(INFLUXDB, "del-retention-policy", {"name": "autogen"})
    client.result(INFLUXDB, "add-retention-policy", _policy("q", "1h", default=True))
    client.result(INFLUXDB, "add-retention-policy", _policy("autogen", "1h"))
    assert ("autogen", "1h0m0s", False) in _policies(client)


@pytest.mark.parametrize("name", ["a\0b", "a\rb"])
def test_a_name_that_influxql_cannot_quote_is_refused(client: ProviderClient, name: str) -> None:
    """Not even a drop, which is otherwise never refused, can say it."""
    assert "parsing" in client.refusal(INFLUXDB, "del-retention-policy", {"name": name})


def test_a_flag_that_is_none_is_refused(client: ProviderClient) -> None:
    """The default flag is true or false."""
    params = {"name": "p", "duration": "1h", "default": "yes"}
    assert "default" in client.refusal(INFLUXDB, "add-retention-policy", params)
