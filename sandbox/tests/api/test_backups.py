"""Backups, on a simulated clock that begins at 2026-01-05T09:00:00Z."""

from __future__ import annotations

import io
import tarfile
from typing import Any

import pytest
from api.provider_client import MYSQL, POSTGRESQL, Answer, ProviderClient, SimulatedClock

from scalingo_sandbox import Sandbox

PERIODIC = {"id": "b-0", "created_at": "2026-01-05T00:00:00.000+00:00"}


def _backup(client: ProviderClient) -> Answer:
    return client.database("POST", MYSQL, {}, suffix="/backups")


def _listed(client: ProviderClient) -> list[dict[str, Any]]:
    answer = client.database("GET", MYSQL, suffix="/backups")
    assert (answer.status, answer.document.keys()) == (200, {"database_backups"})
    backups: list[dict[str, Any]] = answer.document["database_backups"]
    return backups


def _places(client: ProviderClient, backup: str) -> list[Answer]:
    """Ask for one backup at both of its places."""
    token = client.addon_token(MYSQL)
    paths = (f"/api/databases/{MYSQL}/backups/{backup}", f"/api/backups/{backup}")
    return [client.send("GET", path, bearer=token) for path in paths]


def test_a_backup_is_created(timed: ProviderClient, timed_sandbox: Sandbox) -> None:
    """201 with every field; it counts as an effect, and an empty body is as good."""
    timed_sandbox.change(MYSQL, stored_backups=[])
    answer = _backup(timed)
    assert answer.status == 201
    backup = answer.document["database_backup"]
    assert answer.document == {
        "database_backup": {
            "id": backup["id"],
            "database_id": MYSQL,
            "name": "20260105T090000_my-db-123",
            "created_at": "2026-01-05T09:00:00.000+00:00",
            "started_at": None,
            "method": "manual",
            "status": "scheduled",
            "size": None,
            "type": "mysql",
        }
    }
    assert _listed(timed) == [backup]
    assert timed_sandbox.requests()["requests"][2]["effect"] is True
    assert timed.database("POST", MYSQL, suffix="/backups").status == 201


def test_a_backup_takes_its_time(timed: ProviderClient, clock: SimulatedClock) -> None:
    """Scheduled, running, done; the database runs on, and both places show the same."""
    backup = _backup(timed).document["database_backup"]
    seen = []
    for seconds in (0, 5, 4.9, 0.1):
        clock.seconds += seconds
        answers = _places(timed, backup["id"])
        assert [answer.status for answer in answers] == [200, 200]
        assert answers[0].document == answers[1].document
        shown = answers[0].document["database_backup"]
        assert backup.keys() == shown.keys()
        seen.append((shown["status"], shown["size"], shown["started_at"]))
        assert timed.database("GET", MYSQL).document["database"]["status"] == "running"
    began = backup["created_at"]
    assert seen == [
        ("scheduled", None, None),
        ("running", 0, began),
        ("running", 0, began),
        ("done", 1_048_576, began),
    ]


def test_an_archive_is_there_once_the_backup_is_done(
    timed: ProviderClient, clock: SimulatedClock
) -> None:
    """Until then it is a 409; its link needs no other credentials, and leads nowhere else."""
    backup = _backup(timed).document["database_backup"]["id"]
    suffix = f"/backups/{backup}/archive"
    answer = timed.database("GET", MYSQL, suffix=suffix)
    assert (answer.status, answer.document) == (409, {"error": "the backup is scheduled"})
    clock.seconds += 10
    answer = timed.database("GET", MYSQL, suffix=suffix)
    assert (answer.status, answer.document.keys()) == (200, {"download_url"})
    link = answer.document["download_url"].removeprefix(timed.url)
    fetched = timed.send("GET", link)
    assert fetched.headers["Content-Type"] == "application/gzip"
    with tarfile.open(fileobj=io.BytesIO(fetched.body)) as archive:
        assert archive.getnames() == ["README"]
    path, _, query = link.partition("?")
    for other in (path, f"{path}?token=junk", f"{path}/more?{query}", f"{path[:-1]}?{query}"):
        assert timed.send("GET", other).status in {401, 404}


def test_a_failed_backup_shows_it(
    timed: ProviderClient, timed_sandbox: Sandbox, clock: SimulatedClock
) -> None:
    """It stays in the list, with an error and without a size."""
    timed_sandbox.change(MYSQL, failing_operations="disk full", stored_backups=[])
    _backup(timed)
    clock.seconds += 10
    assert [(one["status"], one["size"]) for one in _listed(timed)] == [("error", 0)]


@pytest.mark.parametrize(
    ("plan", "limit"), [("mysql-starter-512", 10), ("free", 10), ("mysql-business-1024", 50)]
)
def test_manual_backups_roll(
    timed: ProviderClient, timed_sandbox: Sandbox, plan: str, limit: int
) -> None:
    """At the plan's limit the oldest manual one goes; periodic ones do not count and stay."""
    manual = [{"id": f"m-{number}", "method": "manual"} for number in range(limit)]
    timed_sandbox.change(MYSQL, plan=plan, stored_backups=[PERIODIC, *manual])
    new = _backup(timed).document["database_backup"]["id"]
    kept = ["b-0", *(f"m-{number}" for number in range(1, limit)), new]
    assert [one["id"] for one in _listed(timed)] == kept[::-1]


def test_backups_of_the_fleet_file_are_shown(timed: ProviderClient, timed_sandbox: Sandbox) -> None:
    """They are periodic and done unless it says otherwise."""
    timed_sandbox.change(MYSQL, stored_backups=[PERIODIC])
    (shown,) = _listed(timed)
    assert (shown["method"], shown["status"], shown["size"]) == ("periodic", "done", 1_048_576)


@pytest.mark.parametrize(
    ("hours", "latest"),
    [([9], "2026-01-05T09"), ([3], "2026-01-05T03"), ([10], "2026-01-04T10"), ([2, 8, 14], "2026-01-05T08")],
)  # fmt: skip
def test_where_the_fleet_file_says_nothing_the_latest_periodic_one_is_there(
    timed: ProviderClient, timed_sandbox: Sandbox, hours: list[int], latest: str
) -> None:
    """At the hour that is set, done; a new one stands beside it."""
    timed_sandbox.change(MYSQL, backups={"enabled": True, "hours": hours})
    (shown,) = _listed(timed)
    assert (shown["method"], shown["status"]) == ("periodic", "done")
    assert shown["created_at"] == f"{latest}:00:00.000+00:00"
    assert [place.status for place in _places(timed, shown["id"])] == [200, 200]
    new = _backup(timed).document["database_backup"]
    assert _listed(timed) == [new, shown]


def test_where_periodic_backups_are_off_there_is_none(
    timed: ProviderClient, timed_sandbox: Sandbox
) -> None:
    """Only the fleet file can then say that there are some."""
    timed_sandbox.change(MYSQL, backups={"enabled": False, "hours": [3]})
    assert _listed(timed) == []


def test_a_backup_belongs_to_its_database(timed: ProviderClient) -> None:
    """Another's token does not find it."""
    backup = _backup(timed).document["database_backup"]["id"]
    other = timed.addon_token(POSTGRESQL)
    assert timed.send("GET", f"/api/backups/{backup}", bearer=other).status == 404


def test_other_work_refuses_a_backup(timed: ProviderClient, timed_sandbox: Sandbox) -> None:
    """An upgrade under way and a database that does not run are 409."""
    operation = timed.database("POST", MYSQL, suffix="/upgrade").document["operation_id"]
    answer = _backup(timed)
    error = f"the operation {operation!r} is already under way"
    assert (answer.status, answer.document) == (409, {"error": error})
    timed_sandbox.change(MYSQL, current_operation_id=None, status="stopped")
    answer = _backup(timed)
    assert (answer.status, answer.document) == (409, {"error": "the database is stopped"})
