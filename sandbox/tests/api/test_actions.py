"""Every action, where it succeeds and where it is refused."""

from __future__ import annotations

import pytest
from api.provider_client import (
    INFLUXDB,
    MONGODB,
    MYSQL,
    OLD_MYSQL,
    POSTGRESQL,
    REDIS,
    STOPPED,
    ProviderClient,
)

DEFAULT_MODE = (
    "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
)
OLD_DEFAULT_MODE = DEFAULT_MODE.replace(
    "NO_ENGINE_SUBSTITUTION", "NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION"
)


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


@pytest.mark.parametrize("body", [b"{", b"[]", b"{}", b'{"action_name": 3}', b""])
def test_a_request_without_an_action_is_a_400(client: ProviderClient, body: bytes) -> None:
    """A body that asks for nothing is malformed."""
    path = f"/api/databases/{MYSQL}/action"
    answer = client.send("POST", path, body=body, bearer=client.addon_token(MYSQL))
    assert (answer.status, answer.document.keys()) == (400, {"error"})


def test_a_stopped_database_answers_nothing(client: ProviderClient) -> None:
    """What does not run cannot be asked."""
    assert client.refusal(STOPPED, "get-sqlmode").endswith("it is stopped")


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


@pytest.mark.parametrize(("addon", "mode"), [(MYSQL, DEFAULT_MODE), (OLD_MYSQL, OLD_DEFAULT_MODE)])
def test_the_default_sql_mode_is_the_versions(
    client: ProviderClient, addon: str, mode: str
) -> None:
    """5.7 has one mode more than 8.0."""
    assert client.result(addon, "get-sqlmode", None) == mode
