"""The API host: addons that come, change their plan and go; apps and dedicated databases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from api.provider_client import (
    DEDICATED,
    INFLUXDB,
    MYSQL,
    STOPPED,
    Answer,
    ProviderClient,
    SimulatedClock,
)
from attrs import evolve

from scalingo_sandbox import Sandbox

ADDONS = "/v1/apps/web/addons"


def plan(client: ProviderClient, name: str, provider: str = "mysql") -> str:
    """Find the id of a plan as the official client does."""
    answer = client.send("GET", f"/v1/addon_providers/{provider}/plans?show_all=false")
    return next(str(one["id"]) for one in answer.document["plans"] if one["name"] == name)


def wanted(client: ProviderClient, name: str = "mysql-starter-1024") -> dict[str, Any]:
    """Give the body that asks for a MySQL addon."""
    return {"addon": {"addon_provider_id": "mysql", "plan_id": plan(client, name), "options": None}}


def api(client: ProviderClient, method: str, path: str, document: Any = None) -> Answer:
    """Send one request to the API host."""
    return client.send(method, path, document, bearer=client.user_token())


def created(client: ProviderClient, name: str = "mysql-starter-1024") -> dict[str, Any]:
    """Create a MySQL addon of the app `web`; give the answer."""
    answer = api(client, "POST", ADDONS, wanted(client, name))
    assert answer.status == 201
    document: dict[str, Any] = answer.document
    return document


def resource(client: ProviderClient, addon: str) -> Any:
    """Read the database of an addon of the app `web`."""
    token = api(client, "POST", f"{ADDONS}/{addon}/token").document["addon"]["token"]
    return client.send("GET", f"/api/databases/{addon}", bearer=token).document["database"]


def test_a_created_addon_is_provisioned_by_the_clock(
    timed: ProviderClient, clock: SimulatedClock
) -> None:
    """It is there at once, and its database runs when its time has come."""
    document = created(timed)
    assert document.keys() == {"addon", "message", "variables"}
    addon = document["addon"]
    assert (addon["status"], addon["plan"]["name"]) == ("provisioning", "mysql-starter-1024")
    assert addon["provisioned_at"] == "2026-01-05T09:00:00.000+00:00"
    shown = f"{ADDONS}/{addon['id']}"
    assert api(timed, "GET", shown).document["addon"] == addon
    assert resource(timed, addon["id"])["status"] == "creating"
    clock.seconds += 10
    assert api(timed, "GET", shown).document["addon"]["status"] == "running"
    database = resource(timed, addon["id"])
    assert (database["status"], database["current_operation_id"]) == ("running", None)
    assert [one["status"] for one in database["instances"]] == ["running"]
    assert (database["readable_version"], database["next_version_id"]) == ("8.4.11-1", None)


def test_a_database_that_is_being_created_takes_no_action(
    timed: ProviderClient, clock: SimulatedClock
) -> None:
    """Then it has what a new database has."""
    addon = created(timed)["addon"]
    owner = evolve(timed, apps={addon["id"]: "web"})
    assert owner.refusal(addon["id"], "list-databases").endswith("it is creating")
    clock.seconds += 10
    (own,) = owner.result(addon["id"], "list-databases")
    assert own == {"name": addon["resource_id"].replace("-", "_"), "protected": True}


def test_one_that_fails_is_an_error(
    timed: ProviderClient, timed_sandbox: Sandbox, clock: SimulatedClock
) -> None:
    """Its addon is there, its database needs somebody."""
    addon = created(timed)["addon"]["id"]
    timed_sandbox.change(addon, failing_operations="no room")
    clock.seconds += 10
    assert resource(timed, addon)["status"] == "error"


def test_a_plan_changes_by_the_clock(timed: ProviderClient, clock: SimulatedClock) -> None:
    """The addon has the new plan at once, the database once it runs on it, on its nodes."""
    path = f"{ADDONS}/{MYSQL}"
    body = {"addon": {"plan_id": plan(timed, "mysql-business-1024")}}
    document = api(timed, "PATCH", path, body).document
    assert document.keys() == {"addon", "message", "vars", "variables"}
    assert document["addon"]["plan"]["name"] == "mysql-business-1024"
    assert document["addon"]["status"] == "provisioning"
    database = resource(timed, MYSQL)
    assert (database["status"], database["plan"]) == ("updating", "mysql-starter-512")
    assert api(timed, "PATCH", path, body).status == 200
    other = {"addon": {"plan_id": plan(timed, "mysql-starter-2048")}}
    assert api(timed, "PATCH", path, other).status == 409
    clock.seconds += 10
    database = resource(timed, MYSQL)
    assert (database["status"], database["plan"]) == ("running", "mysql-business-1024")
    assert (database["cluster"], len(database["instances"])) == (True, 3)
    answer = timed.database("GET", MYSQL, suffix="/plan").document["plan"]
    assert (answer["name"], answer["manual_backups_count"]) == ("mysql-business-1024", 50)


def test_a_plan_change_that_fails_leaves_the_plan(
    timed: ProviderClient, timed_sandbox: Sandbox, clock: SimulatedClock
) -> None:
    """The provider may refuse it only later."""
    timed_sandbox.change(MYSQL, failing_operations="too much data")
    body = {"addon": {"plan_id": plan(timed, "mysql-business-1024")}}
    assert api(timed, "PATCH", f"{ADDONS}/{MYSQL}", body).status == 200
    clock.seconds += 10
    addon = api(timed, "GET", f"{ADDONS}/{MYSQL}").document["addon"]
    assert (addon["plan"]["name"], addon["status"]) == ("mysql-starter-512", "running")


def test_a_deleted_addon_vanishes(client: ProviderClient) -> None:
    """From the list, from the database API, and from the variables."""
    token = client.addon_token(MYSQL)
    answer = api(client, "DELETE", f"{ADDONS}/{MYSQL}")
    assert (answer.status, answer.body) == (204, b"")
    left = api(client, "GET", ADDONS).document["addons"]
    assert MYSQL not in [addon["id"] for addon in left]
    assert client.send("GET", f"/api/databases/{MYSQL}", bearer=token).status == 404
    missing = {"resource": "addon", "error": "not found"}
    for method in ("GET", "DELETE"):
        answer = api(client, method, f"{ADDONS}/{MYSQL}")
        assert (answer.status, answer.document) == (404, missing)


def test_the_log_of_effects_shows_each(
    timed: ProviderClient, timed_sandbox: Sandbox, clock: SimulatedClock
) -> None:
    """A creation, a change of the plan and a deletion are effects; the end of one is none."""
    addon = f"{ADDONS}/{created(timed)['addon']['id']}"
    clock.seconds += 10
    body = {"addon": {"plan_id": plan(timed, "mysql-starter-2048")}}
    for _ in range(2):
        assert api(timed, "PATCH", addon, body).status == 200
    clock.seconds += 10
    api(timed, "DELETE", addon)
    log = timed_sandbox.requests()["requests"]
    effects = [(one["method"], one["path"], one["status"]) for one in log if one["effect"]]
    assert effects == [("POST", ADDONS, 201), ("PATCH", addon, 200), ("DELETE", addon, 204)]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"addon": ["missing field"]}),
        ({"addon": 1}, {"addon": ["missing field"]}),
        ({"addon": {}}, {"addon_provider_id": ["missing field"]}),
        (
            {"addon": {"addon_provider_id": "x"}},
            {"addon_provider_id": ["is not an addon provider"]},
        ),
        ({"addon": {"addon_provider_id": "mysql"}}, {"plan_id": ["missing field"]}),
        (
            {"addon": {"addon_provider_id": "mysql", "plan_id": "1234"}},
            {"plan_id": ["is not a plan of this addon provider"]},
        ),
    ],
)
def test_an_unfit_addon_is_a_422(
    client: ProviderClient, sandbox: Sandbox, body: Mapping[str, Any], errors: Mapping[str, Any]
) -> None:
    """With the field that is wrong; nothing is created."""
    before = sandbox.fleet()
    answer = api(client, "POST", ADDONS, body)
    assert (answer.status, answer.document) == (422, {"errors": errors})
    assert sandbox.fleet() == before


def test_a_plan_change_is_refused_where_it_cannot_be_made(client: ProviderClient) -> None:
    """A plan of another engine is 422; a database that does not run, 409."""
    body = {"addon": {"plan_id": plan(client, "mysql-starter-1024")}}
    assert api(client, "PATCH", f"/v1/apps/api/addons/{INFLUXDB}", body).status == 422
    answer = api(client, "PATCH", f"/v1/apps/api/addons/{STOPPED}", body)
    assert (answer.status, answer.document.keys()) == (409, {"error"})


# -- apps and dedicated databases -----------------------------------------------------------------


def test_an_app_is_shown_by_its_name_or_id(client: ProviderClient) -> None:
    """As in the list; a dedicated database has the flag that tells."""
    listed = api(client, "GET", "/v1/apps").document["apps"][0]
    for app in ("web", "5c599fd6f18b3202f7ab4e66"):
        assert api(client, "GET", f"/v1/apps/{app}").document == {"app": listed}
    assert {"owner", "project", "git_url", "url", "flags", "created_at"} < listed.keys()
    assert listed["flags"] == {}
    dedicated = api(client, "GET", "/v1/apps/big").document["app"]
    assert dedicated["flags"] == {"dedicated-database": True}
    answer = api(client, "GET", "/v1/apps/none")
    assert (answer.status, answer.document) == (404, {"resource": "app", "error": "not found"})


def test_dedicated_databases_are_shown_in_two_forms(client: ProviderClient) -> None:
    """The dashboard has its app and its addon besides; one alone is found by its name or id."""
    (listed,) = api(client, "GET", "/v1/databases").document["databases"]
    (shown,) = api(client, "GET", "/v1/databases?dashboard=true").document["databases"]
    assert shown.keys() == {"app", "addon", "database"}
    assert (shown["addon"]["id"], shown["database"]) == (DEDICATED, listed)
    for name in (listed["name"], listed["id"]):
        assert api(client, "GET", f"/v1/databases/{name}").document == {"database": listed}
    answer = api(client, "GET", "/v1/databases/none")
    assert (answer.status, answer.document) == (404, {"error": "Database not found"})


def test_an_app_is_created_and_renamed(client: ProviderClient) -> None:
    """It keeps its id and its addons; a new one of its old name is another."""
    made = api(client, "POST", "/v1/apps", {"app": {"name": "my-new-app"}})
    assert (made.status, made.document["app"]["name"]) == (201, "my-new-app")
    body = {"current_name": "web", "new_name": "my-other-app"}
    renamed = api(client, "POST", "/v1/apps/web/rename", body)
    assert (renamed.status, renamed.document["app"]["name"]) == (200, "my-other-app")
    assert api(client, "GET", "/v1/apps/web").status == 404
    addons = api(client, "GET", "/v1/apps/my-other-app/addons").document["addons"]
    assert addons[0]["app_id"] == renamed.document["app"]["id"]
    for path, refused, field in (
        ("my-new-app/rename", body, "current_name"),
        ("my-other-app/rename", {"current_name": "my-other-app", "new_name": "api"}, "new_name"),
    ):
        answer = api(client, "POST", f"/v1/apps/{path}", refused)
        assert (answer.status, list(answer.document["errors"])) == (422, [field])


def test_a_suspended_addon_is_resumed(client: ProviderClient, sandbox: Sandbox) -> None:
    """Its database runs again; another addon stays as it is."""
    path = f"/v1/apps/web/addons/{MYSQL}"
    sandbox.change(MYSQL, status="suspended")
    assert api(client, "GET", path).document["addon"]["status"] == "suspended"
    for message in ("The addon is resumed", "The addon is not suspended"):
        answer = api(client, "POST", f"{path}/resume", {})
        assert (answer.status, answer.document["message"]) == (200, message)
        assert answer.document["addon"]["status"] == "running"


def test_an_addon_has_a_dashboard(client: ProviderClient) -> None:
    """Its address comes with the addon."""
    shown = api(client, "GET", f"/v1/apps/web/addons/{MYSQL}/sso").document["addon"]
    assert shown["sso_url"].endswith(MYSQL)
    assert shown["id"] == MYSQL


def test_a_dedicated_database_is_created_and_deleted_as_an_app(
    timed: ProviderClient, clock: SimulatedClock
) -> None:
    """By the documents' body, by that of the command line and by that of older clients."""
    name = "postgresql-dr-starter-4096"
    documented = {"name": "orders-db", "technology": "postgresql-ng", "plan": name}
    wanted = {
        "addon_provider_id": "postgresql-ng",
        "plan_id": plan(timed, name, "postgresql-ng"),
    }
    older = {"database": wanted | {"database_name": "old-db"}}
    for body in ({"database": documented}, wanted | {"name": "events-db"}, older):
        answer = api(timed, "POST", "/v1/databases", body)
        shown = answer.document["database"]
        assert (answer.status, shown["technology"], shown["plan"]) == (201, "postgresql-ng", name)
        (addon,) = api(timed, "GET", f"/v1/apps/{shown['name']}/addons").document["addons"]
        assert addon["status"] == "provisioning"
        clock.seconds += 10
        app = f"/v1/apps/{shown['name']}"
        (addon,) = api(timed, "GET", f"{app}/addons").document["addons"]
        assert addon["status"] == "running"
        taken = api(timed, "POST", "/v1/databases", body)
        field = "database_name" if body is older else "name"
        assert (taken.status, taken.document["errors"].keys()) == (422, {field})
        assert api(timed, "DELETE", f"{app}/addons/{addon['id']}").status == 422
        assert api(timed, "DELETE", f"{app}?current_name=other").status == 422
        assert api(timed, "DELETE", f"{app}?current_name={shown['name']}").status == 204
        assert api(timed, "GET", app).status == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"database": {}}, "technology"),
        ({"database": {"technology": "mysql", "plan": "x"}}, "technology"),
        ({"database": {"technology": "postgresql-ng", "plan": "x"}}, "plan"),
        ({"addon_provider_id": "postgresql-ng", "plan_id": "x"}, "plan_id"),
        ({}, "technology"),
    ],
)
def test_an_unfit_dedicated_database_is_a_422(
    client: ProviderClient, body: Mapping[str, Any], field: str
) -> None:
    """With the field that is wrong."""
    answer = api(client, "POST", "/v1/databases", body)
    assert (answer.status, list(answer.document["errors"])) == (422, [field])


# -- what can be had ------------------------------------------------------------------------------


def test_addon_providers_are_listed_without_credentials(client: ProviderClient) -> None:
    """With their names, their category and their plans, as Terraform reads them."""
    providers = client.send("GET", "/v1/addon_providers").document["addon_providers"]
    assert {one["id"]: one["name"] for one in providers} == {
        "postgresql": "PostgreSQL",
        "mysql": "MySQL",
        "mongodb": "MongoDB",
        "influxdb": "InfluxDB",
        "redis": "Redis® OSS",
        "elasticsearch": "Elasticsearch",
        "opensearch": "OpenSearch",
    }
    (category,) = client.send("GET", "/v1/addon_categories").document["addon_categories"]
    assert {one["category"]["name"] for one in providers} == {category["name"]} == {"Databases"}
    path = "/v1/addon_providers/mysql/plans"
    assert providers[1]["plans"] == client.send("GET", path).document["plans"]
    for query, found in ((f"category_id={category['id']}", 7), ("category_id=0", 0)):
        answer = client.send("GET", f"/v1/addon_providers?{query}")
        assert len(answer.document["addon_providers"]) == found
    (dedicated,) = client.send("GET", "/v1/addon_providers?dedicated=true").document[
        "addon_providers"
    ]
    assert dedicated["id"] == "postgresql-ng"


def test_the_plan_of_every_database_is_among_its_providers(client: ProviderClient) -> None:
    """Also one that the fleet file names and a dedicated one; an older id means the same."""
    assert plan(client, "postgresql-starter-512", "postgresql-ng")
    assert plan(client, "redis-starter-256", "scalingo-redis")
    addon = api(client, "GET", f"{ADDONS}/{MYSQL}").document["addon"]
    assert addon["plan"]["id"] == plan(client, addon["plan"]["name"])
    answer = client.send("GET", "/v1/addon_providers/none/plans")
    assert (answer.status, answer.document["resource"]) == (404, "addon_provider")


def test_types_of_databases_are_listed_and_shown(client: ProviderClient) -> None:
    """A database names its own by its id."""
    token = client.addon_token(MYSQL)
    types = client.send("GET", "/api/database_types", bearer=token).document["database_types"]
    own = client.database("GET", MYSQL).document["database"]["type_id"]
    shown = client.send("GET", f"/api/database_types/{own}", bearer=token).document
    assert shown["database_type"] in types
    assert shown["database_type"]["name"] == "mysql"
    assert client.send("GET", "/api/database_types/none", bearer=token).status == 404
