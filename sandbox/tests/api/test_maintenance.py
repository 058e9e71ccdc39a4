"""The provider's own work on a database, in pages."""

from __future__ import annotations

import pytest
from api.provider_client import MYSQL, Answer, ProviderClient

from scalingo_sandbox import Sandbox

GIVEN = {
    "id": "m-1",
    "type": "os-update",
    "status": "done",
    "started_at": "2026-01-05T21:00:00.000+00:00",
    "ended_at": "2026-01-05T21:10:00.000+00:00",
}


def _ask(client: ProviderClient, suffix: str = "") -> Answer:
    return client.database("GET", MYSQL, suffix=f"/maintenance{suffix}")


def test_one_is_answered_in_both_known_shapes(client: ProviderClient, sandbox: Sandbox) -> None:
    """Flat and under `maintenance`; the list has the same fields."""
    sandbox.change(MYSQL, maintenance=[GIVEN])
    shown = GIVEN | {"database_id": MYSQL}
    answer = _ask(client, "/m-1")
    assert (answer.status, answer.document) == (200, {**shown, "maintenance": shown})
    assert _ask(client).document["maintenance"] == [shown]


def test_what_is_still_to_come_has_no_times(client: ProviderClient, sandbox: Sandbox) -> None:
    """They are null."""
    sandbox.change(MYSQL, maintenance=[{"id": "m-1"}])
    shown = _ask(client, "/m-1").document["maintenance"]
    assert (shown["status"], shown["started_at"], shown["ended_at"]) == ("scheduled", None, None)


@pytest.mark.parametrize(
    ("asked", "shown", "pages"),
    [
        ((0, ""), (0, 0), (1, None, None, 0)),
        ((5, ""), (0, 5), (1, None, None, 1)),
        ((21, ""), (0, 20), (1, None, 2, 2)),
        ((21, "?page=2"), (20, 21), (2, 1, None, 2)),
        ((5, "?page=2&per_page=2"), (2, 4), (2, 1, 3, 3)),
        ((60, "?per_page=1000"), (0, 50), (1, None, 2, 2)),
        ((5, "?page=9"), (0, 0), (9, 8, None, 1)),
    ],
)
def test_the_list_is_paged(
    client: ProviderClient,
    sandbox: Sandbox,
    asked: tuple[int, str],
    shown: tuple[int, int],
    pages: tuple[int | None, ...],
) -> None:
    """Twenty to a page, fifty at most, and nothing beyond the last."""
    count, query = asked
    sandbox.change(MYSQL, maintenance=[{"id": f"m-{number}"} for number in range(count)])
    answer = _ask(client, query)
    assert answer.status == 200
    assert [one["id"] for one in answer.document["maintenance"]] == [
        f"m-{number}" for number in range(*shown)
    ]
    names = ("current_page", "prev_page", "next_page", "total_pages")
    pagination = dict(zip(names, pages, strict=True)) | {"total_count": count}
    assert answer.document["meta"] == {"pagination": pagination}


@pytest.mark.parametrize("name", ["page", "per_page"])
@pytest.mark.parametrize("value", ["0", "-1", "x", "", "1.5", "9" * 5000])
def test_a_page_that_is_no_number_is_a_422(client: ProviderClient, name: str, value: str) -> None:
    """The body names the parameter."""
    answer = _ask(client, f"?{name}={value}")
    errors = {name: ["must be a positive integer"]}
    assert (answer.status, answer.document) == (422, {"errors": errors})


@pytest.mark.parametrize(
    ("status", "moved"), [("scheduled", 200), ("notified", 422), ("done", 200)]
)
def test_the_window_stays_while_a_maintenance_is_announced(
    client: ProviderClient, sandbox: Sandbox, status: str, moved: int
) -> None:
    """The same window once more changes nothing, and is not refused."""
    sandbox.change(MYSQL, maintenance=[GIVEN | {"status": status}])
    present = client.database("GET", MYSQL).document["database"]["maintenance_window"]
    for window, answered in (({"weekday_utc": 6}, moved), (present, 200)):
        body = {"database": {"maintenance_window": window}}
        assert client.database("PATCH", MYSQL, body).status == answered
