"""The provider's own JavaScript client works against the sandbox unchanged."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from api.provider_client import (
    INFLUXDB,
    MYSQL,
    OLD_MYSQL,
    POSTGRESQL,
    REDIS,
)
from clients.javascript import JavaScriptClient, Refused, javascript_client, needs_client

from scalingo_sandbox import Sandbox

pytestmark = needs_client


def _refused(call: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


def _until(call: Callable[[], Any], wanted: Any) -> None:
    """Wait until a call gives what is wanted: an operation of the sandbox takes 0.2 seconds."""
    end = time.monotonic() + 30
    while (given := call()) != wanted:
        assert time.monotonic() < end, given


# -- the API host ---------------------------------------------------------------------------------


def test_a_user_finds_apps_and_databases(client: JavaScriptClient) -> None:
    """The login is exchanged for a token, which everything else is asked with."""
    assert client.call("Users.self")["email"] == "sandbox@sandbox.invalid"
    assert [app["name"] for app in client.call("Apps.all")] == ["web", "api"]
    assert client.call("Apps.find", "big")["flags"] == {"dedicated-database": True}
    ids = [addon["id"] for addon in client.call("Addons.for", "web")]
    assert ids == [MYSQL, OLD_MYSQL, REDIS]
    (dashboard,) = client.call("Databases.all", {"dashboard": True})["databases"]
    (plain,) = client.call("Databases.all")["databases"]
    assert dashboard["database"] == plain
    assert dashboard["addon"]["app_id"] == dashboard["app"]["id"]


def test_an_addon_comes_grows_and_goes(client: JavaScriptClient) -> None:
    """It is created, changes its plan and is deleted."""
    (engine,) = (one for one in client.call("Addons.listProviders") if one["id"] == "mysql")
    small, large = engine["plans"][:2]
    wanted = {"addon_provider_id": engine["id"], "plan_id": small["id"]}
    addon = client.call("Addons.create", "web", wanted)["id"]
    assert client.call("Addons.getAddon", "web", addon)["plan"]["id"] == small["id"]
    _until(lambda: client.call("Addons.getAddon", "web", addon)["status"], "running")
    changed = client.call("Addons.update", "web", addon, {"plan_id": large["id"]})
    assert changed["plan"]["name"] == large["name"]
    client.call("Addons.destroy", "web", addon)
    assert _refused(lambda: client.call("Addons.getAddon", "web", addon)).status == 404


def test_a_suspended_addon_is_resumed(client: JavaScriptClient, sandbox: Sandbox) -> None:
    """Its database runs again; an addon that runs stays as it is."""
    sandbox.change(MYSQL, status="suspended")
    assert client.call("Addons.getAddon", "web", MYSQL)["status"] == "suspended"
    resumed = client.call("Addons.resume", "web", MYSQL)
    assert (resumed["addon"]["status"], resumed["message"]) == ("running", "The addon is resumed")
    assert client.database("GET", f"/databases/{MYSQL}")["database"]["status"] == "running"
    again = client.call("Addons.resume", "web", MYSQL)
    assert (again["addon"], again["message"]) == (resumed["addon"], "The addon is not suspended")


@pytest.mark.parametrize(
    "wanted",
    [
        {"technology": "postgresql-ng", "plan": "postgresql-dr-starter-4096", "name": "made-here"},
        {
            "addon_provider_id": "postgresql-ng",
            "plan_id": "postgresql-dr-starter-4096",
            "database_name": "made-here",
        },
    ],
    ids=["newer", "older"],
)
def test_a_dedicated_database_comes_and_goes(
    client: JavaScriptClient, wanted: dict[str, str]
) -> None:
    """Two generations of the client name its parameters differently."""
    client.call("Databases.create", wanted)
    made = client.call("Databases.all")["databases"][-1]
    assert (made["name"], made["plan"]) == ("made-here", "postgresql-dr-starter-4096")
    assert client.call("Apps.rename", made["id"], "made-here", "moved-there")["id"] == made["id"]
    assert _refused(lambda: client.call("Apps.destroy", made["id"], "made-here")).status == 422
    client.call("Apps.destroy", made["id"], "moved-there")
    assert [one["name"] for one in client.call("Databases.all")["databases"]] == ["big"]


def test_an_app_of_a_name_that_was_given_up_is_another(client: JavaScriptClient) -> None:
    """A renamed app keeps its id; a new one of its old name has its own."""
    first = client.call("Apps.create", {"name": "my-new-app"})
    client.call("Apps.rename", "my-new-app", "my-new-app", "my-old-app")
    second = client.call("Apps.create", {"name": "my-new-app"})
    assert first["id"] != second["id"]
    assert client.call("Apps.find", "my-old-app")["id"] == first["id"]
    taken = _refused(lambda: client.call("Apps.create", {"name": "my-old-app"}))
    assert (taken.status, taken.document) == (422, {"errors": {"name": ["has already been taken"]}})


def test_variables_come_and_go(client: JavaScriptClient) -> None:
    """Those of an app are set and deleted; those of its addons are listed with them."""
    made = client.call("Environment.create", "web", {"name": "A", "value": "b"})
    client.call("Environment.update", "web", made["id"], "c")
    listed = {one["name"]: one["value"] for one in client.call("Environment.for", "web")}
    assert listed["A"] == "c"
    assert "SCALINGO_MYSQL_URL" in listed
    client.call("Environment.destroy", "web", made["id"])
    (one,) = client.call("Environment.bulkUpdate", "web", [{"name": "D", "value": "e"}])
    client.call("Environment.bulkDestroy", "web", [one["id"]])
    assert {"A", "D"}.isdisjoint(one["name"] for one in client.call("Environment.for", "web"))


def test_errors_are_errors_of_the_client(client: JavaScriptClient, sandbox: Sandbox) -> None:
    """It gives their status and their document."""
    missing = _refused(lambda: client.call("Apps.find", "none"))
    assert (missing.status, missing.document) == (404, {"resource": "app", "error": "not found"})
    wrong = _refused(lambda: client.call("Addons.create", "web", {"addon_provider_id": "none"}))
    assert (wrong.status, wrong.document.keys()) == (422, {"errors"})
    with javascript_client(sandbox.url, bearer="junk") as stranger:
        refused = _refused(lambda: stranger.call("Apps.all"))
    assert (refused.status, refused.document) == (401, {"error": "invalid token"})


# -- the database API, which later versions of the client ask on the API host -----------------------


def test_settings_are_read_and_changed(client: JavaScriptClient) -> None:
    """The hours of the backups are an array in both directions."""
    settings = {
        "periodic_backups_enabled": True,
        "periodic_backups_scheduled_at": [3],
        "maintenance_window": {"weekday_utc": 2, "starting_hour_utc": 3},
    }
    path = f"/databases/{MYSQL}"
    changed = client.database("PATCH", path, {"database": settings})["database"]
    assert client.database("GET", path)["database"] == changed
    assert changed["periodic_backups_scheduled_at"] == [3]
    assert settings["maintenance_window"].items() <= changed["maintenance_window"].items()  # type: ignore[attr-defined]
    bad = {"database": {"periodic_backups_scheduled_at": [24]}}
    assert _refused(lambda: client.database("PATCH", path, bad)).status == 422


@pytest.mark.parametrize(
    ("addon", "name", "params"),
    [
        (MYSQL, "list-databases", {}),
        (MYSQL, "create-database", {"database_name": "audit"}),
        (MYSQL, "get-sqlmode", {}),
        (MYSQL, "set-sqlmode", "STRICT_ALL_TABLES"),
        (POSTGRESQL, "list-extensions", {}),
        (POSTGRESQL, "pg-list-queries", {}),
        (INFLUXDB, "list-retention-policies", {}),
        (INFLUXDB, "add-retention-policy", {"name": "a", "duration": "1d", "default": False}),
    ],
)
def test_actions_are_performed(
    client: JavaScriptClient, addon: str, name: str, params: Any
) -> None:
    """An action without parameters comes with an empty object."""
    body = {"action_name": name, "params": params}
    assert client.database("POST", f"/databases/{addon}/action", body)["ok"] == 1


def test_backups_are_made_and_fetched(client: JavaScriptClient) -> None:
    """A backup is done after a while, and can be downloaded then."""
    path = f"/databases/{POSTGRESQL}/backups"
    backup = client.database("POST", path, {})["database_backup"]["id"]
    _until(lambda: client.database("GET", f"{path}/{backup}")["database_backup"]["status"], "done")
    assert client.database("GET", path)["database_backups"][0]["id"] == backup
    assert "http" in client.database("GET", f"{path}/{backup}/archive")["download_url"]


def test_users_and_features_come_and_go(client: JavaScriptClient) -> None:
    """A feature is pending at first."""
    path = f"/databases/{POSTGRESQL}"
    wanted = {"database_id": POSTGRESQL, "name": "reporting", "read_only": True}
    made = client.database("POST", f"{path}/users", {"database_user": wanted})["database_user"]
    again = client.database("POST", f"{path}/users/reporting/reset_password")["database_user"]
    assert again["password"] != made["password"]
    client.database("DELETE", f"{path}/users/reporting")
    names = [one["name"] for one in client.database("GET", f"{path}/users")["database-users"]]
    assert "reporting" not in names
    enabled = client.database("POST", f"{path}/features", {"feature": {"name": "force-ssl"}})
    assert enabled["status"] == "PENDING_TO_ACTIVATE"
    feature = {"name": "force-ssl", "status": "ACTIVATED"}
    _until(lambda: client.database("GET", path)["database"]["features"], [feature])
    client.database("DELETE", f"{path}/features", None, {"feature": "force-ssl"})


def test_the_firewall_lets_addresses_in(client: JavaScriptClient) -> None:
    """A rule is sent under a root, and comes back under another."""
    path = f"/databases/{POSTGRESQL}/firewall_rules"
    (managed,) = client.database("GET", "/firewall/managed_ranges")["ranges"]
    wanted = {"type": "managed_range", "range_id": managed["id"], "label": "apps"}
    rule = client.database("POST", path, {"firewall_rule": wanted})["rule"]
    assert wanted.items() <= rule.items()
    changed = {"firewall_rule": {"label": "all"}}
    assert client.database("PATCH", f"{path}/{rule['id']}", changed)["rule"]["label"] == "all"
    assert [one["label"] for one in client.database("GET", path)["rules"]] == ["all"]
    client.database("DELETE", f"{path}/{rule['id']}")
    assert client.database("GET", path)["rules"] == []


def test_a_server_that_is_up_answers_a_ping(client: JavaScriptClient) -> None:
    """With an empty object."""
    assert client.database("POST", f"/databases/{POSTGRESQL}/ping", {}) == {}


def test_an_upgrade_is_followed_to_its_end(client: JavaScriptClient) -> None:
    """Its operation is found under the database, and the version that comes by its id."""
    path = f"/databases/{MYSQL}"
    coming = client.database("GET", path)["database"]["next_version_id"]
    version = client.database("GET", f"/database_type_versions/{coming}")["database_type_version"]
    begun = client.database("POST", f"{path}/upgrade", {})
    assert begun["id"] == version["id"]
    operation = f"{path}/operations/{begun['operation_id']}"
    _until(lambda: client.database("GET", operation)["operation"]["status"], "done")
    assert client.database("GET", path)["database"]["version_id"] == coming


def test_maintenance_is_listed_in_pages(client: JavaScriptClient, sandbox: Sandbox) -> None:
    """The query says which page, and how long it is."""
    sandbox.change(MYSQL, maintenance=[{"id": f"5c10e85ca506b701f42f92d{n}"} for n in range(3)])
    listed = client.database(
        "GET", f"/databases/{MYSQL}/maintenance", None, {"page": 2, "per_page": 2}
    )
    assert len(listed["maintenance"]) == 1
    assert listed["meta"]["pagination"]["prev_page"] == 1
    found = listed["maintenance"][0]
    shown = client.database("GET", f"/databases/{MYSQL}/maintenance/{found['id']}")
    assert found.items() <= shown.items()


@pytest.mark.parametrize(
    "suffix",
    ["plan", "metrics", "instances_status", "logs", "logs_archives", "pitr/recovery_window"],
)
def test_the_state_of_a_database_is_shown(client: JavaScriptClient, suffix: str) -> None:
    """What the dashboard shows of it is there."""
    assert client.database("GET", f"/databases/{POSTGRESQL}/{suffix}")
