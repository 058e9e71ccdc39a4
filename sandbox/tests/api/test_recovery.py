"""Point-in-time recovery, on a simulated clock that begins at 2026-01-05T09:00:00Z."""

from __future__ import annotations

from typing import Any

import pytest
from api.provider_client import MYSQL, POSTGRESQL, REDIS, Answer, ProviderClient, SimulatedClock

from scalingo_sandbox import Sandbox

YESTERDAY = "2026-01-04T10:00:00+01:00"
SEEN = "2026-01-04T09:00:00.000+00:00"
ONLY_POSTGRESQL = {
    "errors": {
        "database": ["point-in-time recovery is only available for PostgreSQL databases"],
    },
}


def _restore(client: ProviderClient, time: object = YESTERDAY, addon: str = POSTGRESQL) -> Answer:
    return client.database("POST", addon, {"restore_time": time}, suffix="/pitr/restore")


def _window(client: ProviderClient, addon: str = POSTGRESQL) -> Answer:
    return client.database("GET", addon, suffix="/pitr/recovery_window")


def _ends(client: ProviderClient) -> tuple[str | None, str | None]:
    shown = _window(client).document["recovery_window"]
    return shown["earliest_recoverable_at"], shown["latest_recoverable_at"]


def _addon(sandbox: Sandbox) -> dict[str, Any]:
    addons = [addon for app in sandbox.fleet()["apps"] for addon in app["addons"]]
    return next(addon for addon in addons if addon["id"] == POSTGRESQL)


def test_a_restore_is_answered_in_both_known_shapes(
    timed: ProviderClient, timed_sandbox: Sandbox
) -> None:
    """201 with the id alone and with the operation as an object; it counts as an effect."""
    answer = _restore(timed)
    assert answer.status == 201
    operation = answer.document["operation_id"]
    assert answer.document == {
        "operation_id": operation,
        "operation": {
            "id": operation,
            "status": "pending",
            "type": "pitr_restore",
            "created_at": "2026-01-05T09:00:00.000+00:00",
            "finished_at": None,
            "error": None,
        },
    }
    assert timed_sandbox.requests()["requests"][-1]["effect"] is True


def test_the_fleet_remembers_restores(
    timed: ProviderClient, timed_sandbox: Sandbox, clock: SimulatedClock
) -> None:
    """The last point is there, and every restore is an operation with its point."""
    _restore(timed)
    assert "restored_to" not in _addon(timed_sandbox)
    clock.seconds += 10
    addon = _addon(timed_sandbox)
    assert (addon["restored_to"], addon["restored_at"]) == (SEEN, "2026-01-05T09:00:10.000+00:00")
    found = [(one["type"], one["status"], one["target"]) for one in addon["operations"]]
    assert found == [("pitr_restore", "done", SEEN)]


def test_the_window_is_the_week_before_now(timed: ProviderClient, clock: SimulatedClock) -> None:
    """It moves with the clock."""
    assert _ends(timed) == ("2025-12-29T09:00:00.000+00:00", "2026-01-05T09:00:00.000+00:00")
    clock.seconds += 3600
    assert _ends(timed) == ("2025-12-29T10:00:00.000+00:00", "2026-01-05T10:00:00.000+00:00")


def test_after_a_restore_earlier_points_are_gone(
    timed: ProviderClient, timed_sandbox: Sandbox, clock: SimulatedClock
) -> None:
    """The window begins anew where the restore ended, also a fixed one."""
    timed_sandbox.change(
        POSTGRESQL,
        recovery_window={
            "earliest_recoverable_at": "2026-01-01T00:00:00Z",
            "latest_recoverable_at": "2026-01-05T00:00:00Z",
        },
    )
    assert _restore(timed).status == 201
    clock.seconds += 60
    assert _ends(timed) == ("2026-01-05T09:00:10.000+00:00", "2026-01-05T09:01:00.000+00:00")
    assert _restore(timed).status == 422
    assert _restore(timed, "2026-01-05T09:00:30Z").status == 201


def test_a_failed_restore_leaves_the_window(
    timed: ProviderClient, timed_sandbox: Sandbox, clock: SimulatedClock
) -> None:
    """Nothing was restored, so nothing is gone."""
    timed_sandbox.change(POSTGRESQL, failing_operations="no such segment")
    _restore(timed)
    clock.seconds += 10
    assert _ends(timed)[0] == "2025-12-29T09:00:10.000+00:00"
    assert "restored_to" not in _addon(timed_sandbox)
    assert _addon(timed_sandbox)["operations"][0]["error"] == "no such segment"


@pytest.mark.parametrize(
    ("window", "shown"),
    [
        ({}, (None, None)),
        ({"earliest_recoverable_at": "2026-01-01T00:00:00Z"}, ("2026-01-01T00:00:00Z", None)),
        ({"latest_recoverable_at": "2026-01-05T00:00:00Z"}, (None, "2026-01-05T00:00:00Z")),
    ],
)
def test_a_window_without_an_end_restores_nothing(
    timed: ProviderClient,
    timed_sandbox: Sandbox,
    window: dict[str, str],
    shown: tuple[str | None, str | None],
) -> None:
    """The fleet file can leave out either end, which is then null."""
    timed_sandbox.change(POSTGRESQL, recovery_window=window)
    assert _ends(timed) == shown
    answer = _restore(timed)
    sentence = {"errors": {"restore_time": ["nothing can be restored yet"]}}
    assert (answer.status, answer.document) == (422, sentence)


OUTSIDE = "must be between 2025-12-29T09:00:00.000+00:00 and 2026-01-05T09:00:00.000+00:00"
NO_TIME = "must be an ISO 8601 time with an offset"


@pytest.mark.parametrize(
    ("time", "sentence"),
    [
        ("2026-01-05T09:00:00.001Z", OUTSIDE),
        ("2025-12-29T08:59:59Z", OUTSIDE),
        ("2019-07-18T23:00:00Z", OUTSIDE),
        ("2026-01-04T09:00:00", NO_TIME),
        ("2026-01-04", NO_TIME),
        ("yesterday", NO_TIME),
        ("", NO_TIME),
        ("0001-01-01T00:00:00+14:00", NO_TIME),
        (1_767_517_200, "must be a string"),
        (None, "must be a string"),
    ],
)
def test_a_time_that_cannot_be_restored_is_a_422(
    timed: ProviderClient, timed_sandbox: Sandbox, time: object, sentence: str
) -> None:
    """Outside the window, or no time; nothing begins."""
    answer = _restore(timed, time)
    assert (answer.status, answer.document) == (422, {"errors": {"restore_time": [sentence]}})
    assert "current_operation_id" not in _addon(timed_sandbox)


@pytest.mark.parametrize("addon", [MYSQL, REDIS])
def test_other_engines_cannot_be_restored(timed: ProviderClient, addon: str) -> None:
    """Both calls are refused with the sentence of the reference."""
    for answer in (_restore(timed, addon=addon), _window(timed, addon)):
        assert (answer.status, answer.document) == (422, ONLY_POSTGRESQL)


def test_other_work_refuses_a_restore(timed: ProviderClient, timed_sandbox: Sandbox) -> None:
    """An operation under way and a database that does not run are 409."""
    operation = _restore(timed).document["operation_id"]
    answer = _restore(timed)
    error = f"the operation {operation!r} is already under way"
    assert (answer.status, answer.document) == (409, {"error": error})
    timed_sandbox.change(POSTGRESQL, current_operation_id=None, status="stopped")
    answer = _restore(timed)
    assert (answer.status, answer.document) == (409, {"error": "the database is stopped"})
