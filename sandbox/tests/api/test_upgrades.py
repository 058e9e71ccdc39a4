"""Upgrades, operations and versions, on a simulated clock."""

from __future__ import annotations

from typing import Any

import pytest
from api.provider_client import (
    MYSQL,
    OLD_MYSQL,
    POSTGRESQL,
    STOPPED,
    Answer,
    ProviderClient,
    SimulatedClock,
)

from scalingo_sandbox import Sandbox


def _shown(client: ProviderClient, addon: str) -> dict[str, Any]:
    database: dict[str, Any] = client.database("GET", addon).document["database"]
    return database


def _upgrade(client: ProviderClient, addon: str = MYSQL) -> Answer:
    return client.database("POST", addon, suffix="/upgrade")


def _operation(client: ProviderClient, operation: str, addon: str = MYSQL) -> Answer:
    return client.send("GET", f"/api/operations/{operation}", bearer=client.addon_token(addon))


def test_an_upgrade_is_accepted(timed: ProviderClient, timed_sandbox: Sandbox) -> None:
    """202, the operation in `Location`, and the version being installed in the seed's shape."""
    before = _shown(timed, MYSQL)
    answer = _upgrade(timed)
    assert answer.status == 202
    document = answer.document
    operation = document["operation_id"]
    assert answer.headers["Location"] == f"{timed.url}/api/operations/{operation}"
    assert document == {
        "message": "Database upgrade to 8.0.36-1 is pending",
        "operation_id": operation,
        "maintenance_window": before["maintenance_window"],
        "id": before["next_version_id"],
        "database_type_id": before["type_id"],
        "major": 8,
        "minor": 0,
        "patch": 36,
        "build": 1,
        "release_number": document["release_number"],
        "features": ["tls"],
        "allowed_plugins": [],
        "warning_message": "",
        "created_at": "2025-01-07T10:00:09.498+01:00",
        "updated_at": "2025-01-07T10:00:09.498+01:00",
        "deleted_at": None,
    }
    last = timed_sandbox.requests()["requests"][-1]
    assert (last["method"], last["changes"], last["effect"]) == ("POST", True, True)


def test_a_database_shows_that_it_is_being_upgraded(
    timed: ProviderClient, clock: SimulatedClock
) -> None:
    """Status, operation and nodes say so until the time is over; the version changes at the end."""
    before = _shown(timed, MYSQL)
    operation = _upgrade(timed).document["operation_id"]
    during = _shown(timed, MYSQL)
    nodes = [node | {"status": "upgrading"} for node in before["instances"]]
    assert during == before | {
        "status": "upgrading",
        "current_operation_id": operation,
        "instances": nodes,
    }
    clock.seconds += 9.9
    assert _shown(timed, MYSQL) == during
    clock.seconds += 0.1
    after = _shown(timed, MYSQL)
    assert after == before | {
        "version_id": before["next_version_id"],
        "readable_version": "8.0.36-1",
        "next_version_id": after["next_version_id"],
    }
    assert after["next_version_id"] not in {None, before["next_version_id"]}


def test_an_operation_goes_its_way_by_the_clock(
    timed: ProviderClient, clock: SimulatedClock
) -> None:
    """Pending, running, done; it ends when its time is over, not when somebody looks."""
    operation = _upgrade(timed).document["operation_id"]
    document = {
        "id": operation,
        "status": "pending",
        "type": "upgrade",
        "created_at": "2026-01-05T09:00:00.000+00:00",
        "finished_at": None,
        "error": None,
    }
    for seconds, status in ((0, "pending"), (2.4, "pending"), (0.1, "running"), (7.4, "running")):
        clock.seconds += seconds
        answer = _operation(timed, operation)
        assert (answer.status, answer.document) == (
            200,
            {"operation": document | {"status": status}},
        )
    clock.seconds += 60
    ended = {"status": "done", "finished_at": "2026-01-05T09:00:10.000+00:00"}
    assert _operation(timed, operation).document == {"operation": document | ended}


def test_the_end_of_an_operation_is_no_effect_of_a_read(
    timed: ProviderClient, timed_sandbox: Sandbox, clock: SimulatedClock
) -> None:
    """Whoever reads first after the end has changed nothing."""
    _upgrade(timed)
    timed_sandbox.clear()
    clock.seconds += 10
    assert _shown(timed, MYSQL)["readable_version"] == "8.0.36-1"
    assert [one["effect"] for one in timed_sandbox.requests()["requests"]] == [False] * 3


def test_the_fleet_shows_an_ended_upgrade(
    timed: ProviderClient, timed_sandbox: Sandbox, clock: SimulatedClock
) -> None:
    """The state behind the door is right without a request of a client before."""
    operation = _upgrade(timed).document["operation_id"]
    clock.seconds += 10
    addon = timed_sandbox.fleet()["apps"][0]["addons"][0]
    assert (addon["version"], addon["next_version"]) == ("8.0.36-1", "8.4.3-1")
    assert addon["operations"] == [
        {
            "id": operation,
            "type": "upgrade",
            "status": "done",
            "created_at": "2026-01-05T09:00:00.000+00:00",
            "due_at": "2026-01-05T09:00:10.000+00:00",
            "finished_at": "2026-01-05T09:00:10.000+00:00",
            "target": "8.0.36-1",
        }
    ]


def test_a_repeated_upgrade_goes_one_further(timed: ProviderClient, clock: SimulatedClock) -> None:
    """There is no target: each request installs what comes next, until nothing does."""
    installed = []
    while (answer := _upgrade(timed)).status == 202:
        clock.seconds += 10
        installed.append(_shown(timed, MYSQL)["readable_version"])
    assert installed == ["8.0.36-1", "8.4.3-1", "8.4.11-1"]
    assert (answer.status, answer.document) == (
        422,
        {"errors": {"version": ["there is no version to upgrade to"]}},
    )


def test_a_failing_upgrade_leaves_the_version(
    timed: ProviderClient, timed_sandbox: Sandbox, clock: SimulatedClock
) -> None:
    """The operation ends in the error that the fleet file names, and the database runs again."""
    timed_sandbox.change(MYSQL, failing_operations="disk full")
    before = _shown(timed, MYSQL)
    operation = _upgrade(timed).document["operation_id"]
    clock.seconds += 10
    ended = _operation(timed, operation).document["operation"]
    assert (ended["status"], ended["error"]) == ("error", "disk full")
    assert ended["finished_at"] == "2026-01-05T09:00:10.000+00:00"
    assert _shown(timed, MYSQL) == before


def test_an_upgrade_under_way_refuses_another(
    timed: ProviderClient, timed_sandbox: Sandbox
) -> None:
    """A 409 that names the operation, without an effect."""
    operation = _upgrade(timed).document["operation_id"]
    answer = _upgrade(timed)
    error = f"the operation {operation!r} is already under way"
    assert (answer.status, answer.document) == (409, {"error": error})
    assert timed_sandbox.requests()["requests"][-1]["effect"] is False


@pytest.mark.parametrize("status", ["creating", "migrating", "updating", "upgrading", "stopped"])
def test_a_database_that_does_not_run_is_not_upgraded(
    timed: ProviderClient, timed_sandbox: Sandbox, status: str
) -> None:
    """A 409 that says what it is doing."""
    timed_sandbox.change(MYSQL, status=status)
    answer = _upgrade(timed)
    assert (answer.status, answer.document) == (409, {"error": f"the database is {status}"})


def test_a_mode_that_the_new_version_does_not_know_goes(
    timed: ProviderClient, timed_sandbox: Sandbox, clock: SimulatedClock
) -> None:
    """MySQL 8.0 would not start with NO_AUTO_CREATE_USER; the other modes stay."""
    timed_sandbox.change(
        OLD_MYSQL, next_version="8.0.35-1", sql_mode="ANSI_QUOTES,NO_AUTO_CREATE_USER"
    )
    assert _upgrade(timed, OLD_MYSQL).status == 202
    clock.seconds += 10
    assert timed.result(OLD_MYSQL, "get-sqlmode") == "ANSI_QUOTES"


def test_a_change_from_behind_survives_the_end_of_an_operation(
    timed: ProviderClient, timed_sandbox: Sandbox, clock: SimulatedClock
) -> None:
    """Who stopped the database meanwhile finds it stopped, though with the new version."""
    _upgrade(timed)
    timed_sandbox.change(MYSQL, status="stopped", current_operation_id=None)
    clock.seconds += 10
    database = _shown(timed, MYSQL)
    assert (database["status"], database["readable_version"]) == ("stopped", "8.0.36-1")


def test_an_operation_of_the_fleet_file_goes_on(
    timed: ProviderClient, timed_sandbox: Sandbox, clock: SimulatedClock
) -> None:
    """A fleet can begin in the middle of an upgrade; one without an end never ends."""
    under_way = {
        "id": "op-1",
        "type": "upgrade",
        "status": "running",
        "due_at": "2026-01-05T09:00:05Z",
        "target": "8.0.36-1",
    }
    stuck = {"id": "op-2", "type": "backup", "status": "running"}
    timed_sandbox.change(
        MYSQL, status="upgrading", current_operation_id="op-1", operations=[under_way, stuck]
    )
    clock.seconds += 5
    assert _shown(timed, MYSQL)["readable_version"] == "8.0.36-1"
    clock.seconds += 1_000_000
    assert _operation(timed, "op-2").document["operation"]["status"] == "running"


# -- who may ask ----------------------------------------------------------------------------------


def test_an_operation_is_shown_to_its_own_database(timed: ProviderClient) -> None:
    """With another database's token, or an unknown id, it is not found."""
    operation = _upgrade(timed).document["operation_id"]
    missing = {"resource": "operation", "error": "not found"}
    for answer in (
        _operation(timed, operation, POSTGRESQL),
        _operation(timed, "609145e66ffbd934f6745bb4", STOPPED),
    ):
        assert (answer.status, answer.document) == (404, missing)


def test_a_user_is_shown_what_belongs_to_any_database(timed: ProviderClient) -> None:
    """With the token of the user, operations, backups and versions are found by their id alone."""
    operation = _upgrade(timed).document["operation_id"]
    backup = timed.database("GET", POSTGRESQL, suffix="/backups").document["database_backups"][0]
    version = _shown(timed, OLD_MYSQL)["version_id"]
    token = timed.user_token()
    shown = {
        path: timed.send("GET", f"/api/{path}", bearer=token).document
        for path in (
            f"operations/{operation}",
            f"backups/{backup['id']}",
            f"database_type_versions/{version}",
        )
    }
    assert [next(iter(document.values()))["id"] for document in shown.values()] == [
        operation,
        backup["id"],
        version,
    ]


def test_a_database_that_went_away_has_no_operations(
    timed: ProviderClient, timed_sandbox: Sandbox
) -> None:
    """The token outlives it; its operations and versions do not."""
    operation = _upgrade(timed).document["operation_id"]
    version = _shown(timed, MYSQL)["version_id"]
    token = timed.addon_token(MYSQL)
    timed_sandbox.put_fleet({"version": 1})
    paths = (f"operations/{operation}", f"database_type_versions/{version}")
    answers = [timed.send("GET", f"/api/{path}", bearer=token) for path in paths]
    assert [answer.status for answer in answers] == [404, 404]
