"""The auth host and the API host: tokens, apps, addons."""

from __future__ import annotations

import time

import jwt
import pytest
from api.provider_client import (
    DEDICATED,
    INFLUXDB,
    MYSQL,
    POSTGRESQL,
    REDIS,
    ProviderClient,
    SimulatedClock,
)


@pytest.mark.parametrize(
    ("user", "password"), [("", "wrong"), ("someone", None), ("", ""), ("", "a:b")]
)
def test_an_exchange_needs_an_empty_user_and_the_token(
    client: ProviderClient, user: str, password: str | None
) -> None:
    """Anything else is a 401 with an error."""
    answer = client.exchange(user=user, password=password)
    assert answer.status == 401
    assert answer.document.keys() == {"error"}


@pytest.mark.parametrize("header", ["Basic !!", "Basic", "Bearer x", "", "Basic é"])
def test_a_malformed_basic_header_is_a_401(client: ProviderClient, header: str) -> None:
    """No header of any form is a server error."""
    headers = {"Authorization": header}
    assert client.send("POST", "/v1/tokens/exchange", {}, headers=headers).status == 401


NOT_JSON = {"error": "the body is not JSON, or its Content-Type is not"}


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("text/plain", 400),
        ("application/x-www-form-urlencoded", 400),
        ("", 400),
    ],
)
def test_json_that_is_said_to_be_another_thing_is_a_400(
    client: ProviderClient, content_type: str, status: int
) -> None:
    """A client that leaves the Content-Type to its HTTP library is found out; none at all is fine."""
    document = {"database": {"periodic_backups_enabled": False}}
    answer = client.send(
        "PATCH",
        f"/api/databases/{MYSQL}",
        document,
        bearer=client.addon_token(MYSQL),
        headers={"Content-Type": content_type},
    )
    assert answer.status == status
    assert status == 200 or answer.document == NOT_JSON


def test_the_region_is_the_sandbox_itself(client: ProviderClient) -> None:
    """A client that looks its hosts up finds them here, without a path."""
    (region,) = client.send("GET", "/v1/regions").document["regions"]
    hosts = {"api", "dashboard", "database_api", "ssh"}
    assert region.keys() == {"name", "display_name", "default"} | hosts
    assert region["name"] == "osc-fr1"
    assert region["api"] == region["database_api"] == client.url


def test_the_user_is_shown(client: ProviderClient) -> None:
    """The user has the fields of the documents."""
    answer = client.send("GET", "/v1/users/self", bearer=client.user_token())
    assert {"id", "uuid", "username", "email", "fullname", "flags"} < answer.document["user"].keys()


def test_a_token_of_another_key_is_a_401(client: ProviderClient) -> None:
    """A token signed by somebody else, or by nobody, is worth nothing."""
    claims = {"aud": "api", "sub": "x", "exp": int(time.time()) + 60}
    for forged in (jwt.encode(claims, "k" * 32), jwt.encode(claims, None, algorithm="none")):
        assert client.send("GET", "/v1/apps", bearer=forged).status == 401


def test_apps_are_listed_without_the_dedicated(client: ProviderClient) -> None:
    """A dedicated database is no app in the list, though it can be asked for as one."""
    apps = client.send("GET", "/v1/apps", bearer=client.user_token()).document["apps"]
    assert [app["name"] for app in apps] == ["web", "api"]
    assert apps[0]["id"] == "5c599fd6f18b3202f7ab4e66"


def test_dedicated_databases_behave_as_apps(client: ProviderClient) -> None:
    """Each is listed with its technology, and has one addon under its own name."""
    token = client.user_token()
    (listed,) = client.send("GET", "/v1/databases", bearer=token).document["databases"]
    assert listed.keys() == {"id", "name", "project_id", "technology", "plan"}
    assert (listed["name"], listed["technology"]) == ("big", "postgresql-ng")
    addons = client.send("GET", "/v1/apps/big/addons", bearer=token).document["addons"]
    assert [addon["id"] for addon in addons] == [DEDICATED]


@pytest.mark.parametrize("app", ["web", "5c599fd6f18b3202f7ab4e66"])
def test_addons_are_found_by_the_name_or_id_of_the_app(client: ProviderClient, app: str) -> None:
    """Both lead to the same addons, in the shape of the reference."""
    answer = client.send("GET", f"/v1/apps/{app}/addons", bearer=client.user_token())
    addons = answer.document["addons"]
    providers = [addon["addon_provider"] for addon in addons]
    assert [(one["id"], one["name"]) for one in providers] == [
        ("mysql", "MySQL"),
        ("mysql", "MySQL"),
        ("scalingo-redis", "Redis® OSS"),
    ]
    assert addons[0] == {
        "id": MYSQL,
        "app_id": "5c599fd6f18b3202f7ab4e66",
        "resource_id": "my-db-123",
        "status": "running",
        "plan": addons[0]["plan"],
        "addon_provider": {
            "id": "mysql",
            "name": "MySQL",
            "logo_url": "//cdn.sandbox.invalid/addons/mysql.svg",
        },
        "provisioned_at": "2025-02-05T15:38:14.343+01:00",
        "deprovisioned_at": None,
        "hds_resource": False,
        "updated_at": "2025-02-05T15:38:14.343+01:00",
    }
    assert addons[0]["plan"] == {
        "id": addons[0]["plan"]["id"],
        "name": "mysql-starter-512",
        "display_name": "Starter 512M",
        "price": 7.2,
        "description": "512 MB of memory",
        "position": 1,
        "on_demand": False,
        "disabled": False,
        "disabled_alternative_plan_id": None,
        "sku": "osc-fr1-mysql-starter-512",
        "pricings": {"default": {"price": "0.0001666667", "currency": "EUR", "period": "minute"}},
        "hds_available": False,
    }


def test_one_addon_is_shown(client: ProviderClient) -> None:
    """An addon alone is the same as in the list."""
    token = client.user_token()
    addons = client.send("GET", "/v1/apps/web/addons", bearer=token).document["addons"]
    shown = client.send("GET", f"/v1/apps/web/addons/{REDIS}", bearer=token).document["addon"]
    assert shown == addons[2]


def test_an_addon_token_comes_with_the_addon(client: ProviderClient) -> None:
    """One call gives token, existence, status, plan and engine."""
    path = f"/v1/apps/web/addons/{MYSQL}/token"
    addon = client.send("POST", path, {}, bearer=client.user_token()).document["addon"]
    shown = client.send("GET", path.removesuffix("/token"), bearer=client.user_token())
    assert addon == shown.document["addon"] | {"token": addon["token"]}


@pytest.mark.parametrize(
    ("path", "resource"),
    [
        ("/v1/apps/none/addons", "app"),
        (f"/v1/apps/none/addons/{MYSQL}", "app"),
        (f"/v1/apps/api/addons/{MYSQL}", "addon"),
        ("/v1/apps/web/addons/my-db-123", "addon"),
        ("/v1/nothing", "route"),
        ("/v1/apps/", "route"),
    ],
)
def test_what_is_not_there_is_a_404(client: ProviderClient, path: str, resource: str) -> None:
    """The body names the kind of the missing thing; an addon is only in its own app."""
    answer = client.send("GET", path, bearer=client.user_token())
    assert answer.status == 404
    assert answer.document == {"resource": resource, "error": "not found"}


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/apps", "GET, HEAD, OPTIONS, POST"),
        ("/v1/tokens/exchange", "OPTIONS, POST"),
        (f"/api/databases/{MYSQL}", "GET, HEAD, OPTIONS, PATCH, PUT"),
    ],
)
def test_a_wrong_method_is_a_405(client: ProviderClient, path: str, allowed: str) -> None:
    """`Allow` names every method of the path, and OPTIONS asks for the same; neither has CORS."""
    for method, status in (("DELETE", 405), ("OPTIONS", 204)):
        answer = client.send(method, path)
        assert (answer.status, answer.headers["Allow"]) == (status, allowed)
    assert client.send("DELETE", path).document == {"error": "method not allowed"}
    assert client.send("OPTIONS", f"{path}/nothing/more").status == 404


def test_head_is_get_without_a_body(client: ProviderClient) -> None:
    """The status and the length are those of GET; so are the credentials."""
    token = client.user_token()
    shown = client.send("GET", "/v1/apps", bearer=token)
    answer = client.send("HEAD", "/v1/apps", bearer=token)
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(shown.body))
    assert client.send("HEAD", "/v1/apps").status == 401


def test_a_user_token_is_good_for_every_database(client: ProviderClient) -> None:
    """The API host serves the database API too, and takes the token of the user there."""
    token = client.user_token()
    for addon in (MYSQL, POSTGRESQL, DEDICATED):
        answer = client.send("GET", f"/api/databases/{addon}", bearer=token)
        assert (answer.status, answer.document["database"]["id"]) == (200, addon)
    assert client.send("GET", "/api/databases/ad-none", bearer=token).status == 404
    assert client.send("GET", "/api/database_types", bearer=token).status == 200


def test_a_token_lives_by_the_clock_of_the_sandbox(
    timed: ProviderClient, clock: SimulatedClock
) -> None:
    """Both hosts take a token until its last second, and refuse it afterwards."""
    user, addon = timed.user_token(), timed.addon_token(INFLUXDB)
    requests = ((user, "/v1/apps"), (addon, f"/api/databases/{INFLUXDB}"))
    clock.seconds += 3599
    assert [timed.send("GET", path, bearer=one).status for one, path in requests] == [200, 200]
    clock.seconds += 1
    for bearer, path in requests:
        answer = timed.send("GET", path, bearer=bearer)
        assert (answer.status, answer.document) == (401, {"error": "the token has expired"})
