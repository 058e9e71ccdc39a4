"""The API host: the environment variables of an app."""

from __future__ import annotations

from typing import Any

import pytest
from api.provider_client import MYSQL, Answer, ProviderClient

from scalingo_sandbox import Sandbox

VARIABLES = "/v1/apps/web/variables"


def api(client: ProviderClient, method: str, path: str, document: Any = None) -> Answer:
    """Send one request to the API host."""
    return client.send(method, path, document, bearer=client.user_token())


def values(client: ProviderClient, query: str = "") -> dict[str, str]:
    """Read the variables of the app `web`."""
    listed = api(client, "GET", VARIABLES + query).document["variables"]
    return {one["name"]: one["value"] for one in listed}


def ident(client: ProviderClient, name: str) -> str:
    """Find the id of a variable."""
    listed = api(client, "GET", VARIABLES).document["variables"]
    return next(str(one["id"]) for one in listed if one["name"] == name)


def test_an_addon_has_its_connection_string_there(client: ProviderClient) -> None:
    """With an alias, which `aliases=false` puts the value in the place of."""
    present = values(client)
    assert list(present) == [
        "SCALINGO_MYSQL_URL",
        "DATABASE_URL",
        "SCALINGO_MYSQL_URL_2",
        "SCALINGO_REDIS_URL",
        "REDIS_URL",
    ]
    url = present["SCALINGO_MYSQL_URL"]
    assert url.startswith("mysql://u_my_db_123:")
    assert url.endswith(
        "@my-db-123.mysql.sandbox.invalid:30000/web?useSSL=true&verifyServerCertificate=false"
    )
    assert present["DATABASE_URL"] == "$SCALINGO_MYSQL_URL"
    assert values(client, "?aliases=false")["DATABASE_URL"] == url
    api(client, "DELETE", f"/v1/apps/web/addons/{MYSQL}")
    assert values(client)["SCALINGO_MYSQL_URL"] != url


def test_a_variable_is_set_changed_and_deleted(client: ProviderClient, sandbox: Sandbox) -> None:
    """201 for a new one, 200 for one that is there; the fleet file has it, the log does not."""
    body = {"variable": {"name": "RAILS_ENV", "value": "production"}}
    answer = api(client, "POST", VARIABLES, body)
    variable = answer.document["variable"]
    assert (answer.status, variable) == (201, body["variable"] | {"id": ident(client, "RAILS_ENV")})
    assert api(client, "POST", VARIABLES, body).status == 200
    own = f"{VARIABLES}/{variable['id']}"
    answer = api(client, "PATCH", own, {"variable": {"value": "staging"}})
    assert (answer.status, answer.document["variable"]) == (200, variable | {"value": "staging"})
    assert sandbox.fleet()["apps"][0]["variables"] == [{"name": "RAILS_ENV", "value": "staging"}]
    assert all(one["asked"] is None for one in sandbox.requests()["requests"])
    assert api(client, "DELETE", own).status == 204
    assert "RAILS_ENV" not in values(client)
    answer = api(client, "DELETE", own)
    assert (answer.status, answer.document["resource"]) == (404, "variable")


def test_several_are_set_and_deleted_at_once(client: ProviderClient) -> None:
    """All or none."""
    body = [{"name": name, "value": "x"} for name in ("ONE", "TWO")]
    answer = api(client, "PUT", VARIABLES, {"variables": body})
    assert [one["name"] for one in answer.document["variables"]] == ["ONE", "TWO"]
    ids = [one["id"] for one in answer.document["variables"]]
    assert api(client, "DELETE", VARIABLES, {"variable_ids": [*ids, "none"]}).status == 404
    assert {"ONE", "TWO"} < values(client).keys()
    assert api(client, "DELETE", VARIABLES, {"variable_ids": ids}).status == 204
    assert not {"ONE", "TWO"} & values(client).keys()


def test_an_addons_variable_can_be_replaced_and_not_deleted(client: ProviderClient) -> None:
    """Once the app's own is deleted, the addon's is there again."""
    alias = f"{VARIABLES}/{ident(client, 'DATABASE_URL')}"
    assert api(client, "DELETE", alias).status == 422
    assert api(client, "PATCH", alias, {"variable": {"value": "mine"}}).status == 200
    assert values(client)["DATABASE_URL"] == "mine"
    assert api(client, "DELETE", alias).status == 204
    assert values(client)["DATABASE_URL"] == "$SCALINGO_MYSQL_URL"


@pytest.mark.parametrize(
    ("method", "body", "field"),
    [
        ("POST", {}, "variable"),
        ("POST", {"variable": {"name": "A" * 65, "value": ""}}, "name"),
        ("POST", {"variable": {"name": "A", "value": "x" * 8193}}, "value"),
        ("PUT", {}, "variables"),
        ("PUT", {"variables": [1]}, "name"),
        ("DELETE", {}, "variable_ids"),
    ],
)
def test_an_unfit_variable_is_a_422(
    client: ProviderClient, method: str, body: Any, field: str
) -> None:
    """With the field that is wrong."""
    answer = api(client, method, VARIABLES, body)
    assert (answer.status, list(answer.document["errors"])) == (422, [field])
