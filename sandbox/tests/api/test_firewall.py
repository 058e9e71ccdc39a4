"""The rules of the firewall, and where a dedicated database is reached."""

from __future__ import annotations

from typing import Any

import pytest
from api.provider_client import DEDICATED, MYSQL, POSTGRESQL, Answer, ProviderClient

from scalingo_sandbox import Sandbox

OFFICE = {"type": "custom_range", "cidr": "203.0.113.0/24", "label": "office"}


def _create(client: ProviderClient, body: Any) -> Answer:
    return client.database("POST", DEDICATED, body, suffix="/firewall_rules")


def _rules(client: ProviderClient) -> list[dict[str, Any]]:
    answer = client.database("GET", DEDICATED, suffix="/firewall_rules")
    rules: list[dict[str, Any]] = answer.document["rules"]
    return rules


@pytest.mark.parametrize("sent", [OFFICE, {"firewall_rule": OFFICE}], ids=["alone", "rooted"])
def test_a_rule_comes_changes_and_goes(client: ProviderClient, sent: Any) -> None:
    """It has the shape that clients read, whichever way it was sent; only its label changes."""
    created = _create(client, sent)
    rule = created.document["rule"]
    assert created.status == 201
    assert rule == OFFICE | {"id": rule["id"], "range_id": "", "database_id": DEDICATED}
    assert _rules(client) == [rule]
    suffix = f"/firewall_rules/{rule['id']}"
    label = {"firewall_rule": {"label": "home", "cidr": "0.0.0.0/0"}}
    changed = client.database("PATCH", DEDICATED, label, suffix=suffix)
    assert (changed.status, changed.document) == (200, {"rule": rule | {"label": "home"}})
    assert _rules(client) == [rule | {"label": "home"}]
    unfit: tuple[dict[str, Any], ...] = ({}, {"label": "x"}, {"firewall_rule": {}})
    for body in unfit:
        assert client.database("PATCH", DEDICATED, body, suffix=suffix).status == 422
    assert client.database("DELETE", DEDICATED, suffix=suffix).status == 204
    assert _rules(client) == []
    gone = client.database("DELETE", DEDICATED, suffix=suffix)
    assert (gone.status, gone.document["resource"]) == (404, "firewall_rule")


def test_a_rule_names_a_range_of_the_provider(client: ProviderClient) -> None:
    """By its id, once."""
    token = client.addon_token(MYSQL)
    (managed,) = client.send("GET", "/api/firewall/managed_ranges", bearer=token).document["ranges"]
    wanted = {"type": "managed_range", "range_id": managed["id"]}
    assert _create(client, wanted).document["rule"]["range_id"] == managed["id"]
    again = _create(client, wanted)
    assert (again.status, list(again.document["errors"])) == (422, ["range_id"])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": "none"}, "type"),
        ({"type": None}, "type"),
        ({"cidr": "203.0.113.1/24"}, "cidr"),
        ({"cidr": "none"}, "cidr"),
        ({"cidr": ""}, "cidr"),
        ({"label": 1}, "label"),
        ({"type": "managed_range", "range_id": "none"}, "range_id"),
    ],
)
def test_an_unfit_rule_is_a_422(client: ProviderClient, change: Any, field: str) -> None:
    """With the field that is wrong."""
    answer = _create(client, OFFICE | change)
    assert (answer.status, list(answer.document["errors"])) == (422, [field])


def test_a_dedicated_database_is_reached_from_everywhere_once_it_is_public(
    client: ProviderClient, sandbox: Sandbox
) -> None:
    """Its endpoints have ids of their own."""
    token = client.user_token()

    def kinds() -> list[str]:
        answer = client.send("GET", "/v1/databases/big/endpoints", bearer=token)
        assert {one["database_id"] for one in answer.document["endpoints"]} == {DEDICATED}
        return [one["type"] for one in answer.document["endpoints"]]

    assert kinds() == ["private-peering-rw"]
    sandbox.change(DEDICATED, features=[{"name": "force-ssl"}, {"name": "publicly-available"}])
    assert kinds() == ["private-peering-rw", "public-rw"]
    assert client.send("GET", "/v1/databases/web/endpoints", bearer=token).status == 404


def test_a_ping_tells_whether_the_server_is_up(client: ProviderClient, sandbox: Sandbox) -> None:
    """200 with an empty object, or 409."""
    answer = client.database("POST", POSTGRESQL, {}, suffix="/ping")
    assert (answer.status, answer.document) == (200, {})
    sandbox.change(POSTGRESQL, status="stopped")
    assert client.database("POST", POSTGRESQL, {}, suffix="/ping").status == 409


def test_a_plan_is_shown_by_its_name_and_type(client: ProviderClient) -> None:
    """As that of a database that has it; of another type it is not found."""
    token = client.user_token()
    path = "/api/plans/mysql-starter-512?type="
    shown = client.send("GET", f"{path}mysql", bearer=token).document
    assert shown == client.database("GET", MYSQL, suffix="/plan").document
    assert client.send("GET", f"{path}redis", bearer=token).status == 404
