"""The database resource and its settings."""

from __future__ import annotations

from typing import Any

import pytest
from api.provider_client import INFLUXDB, MYSQL, ProviderClient

from scalingo_sandbox import Sandbox


def _shown(client: ProviderClient, addon: str) -> dict[str, Any]:
    database: dict[str, Any] = client.database("GET", addon).document["database"]
    return database


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize(("written", "shown"), [(3, [3]), ([3], [3]), ([14, 3], [3, 14])])
def test_backup_hours_are_written_as_one_or_many(
    client: ProviderClient, method: str, written: object, shown: list[int]
) -> None:
    """An integer and a list are both taken, a list is answered, now and later."""
    settings = {"periodic_backups_enabled": True, "periodic_backups_scheduled_at": written}
    answer = client.database(method, MYSQL, {"database": settings})
    assert answer.status == 200
    assert answer.document["database"]["periodic_backups_scheduled_at"] == shown
    assert _shown(client, MYSQL)["periodic_backups_scheduled_at"] == shown


def test_only_the_named_settings_change(client: ProviderClient) -> None:
    """The flag alone leaves the hours, and what is not known is ignored."""
    settings = {"periodic_backups_enabled": False, "plan": "huge", "colour": "red"}
    before = _shown(client, INFLUXDB)
    after = client.database("PATCH", INFLUXDB, {"database": settings}).document["database"]
    assert after == before | {"periodic_backups_enabled": False}


def test_the_maintenance_window_changes(client: ProviderClient) -> None:
    """Day and hour are written, the length stays the provider's."""
    window = {"weekday_utc": 6, "starting_hour_utc": 3, "duration_in_hour": 1}
    answer = client.database("PATCH", MYSQL, {"database": {"maintenance_window": window}})
    shown = answer.document["database"]["maintenance_window"]
    assert shown == {"weekday_utc": 6, "starting_hour_utc": 3, "duration_in_hour": 8}


UNFIT: dict[str, list[object]] = {
    "periodic_backups_scheduled_at": [24, -1, "3", True, None, [], 1.5, [1, 24], [[1]], {}],
    "periodic_backups_enabled": ["true", 1, None],
    "maintenance_window": [3, [], {"weekday_utc": 7}, {"starting_hour_utc": 24}],
}


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in UNFIT.items() for value in values]
)
def test_an_unfit_value_is_a_422(client: ProviderClient, field: str, value: object) -> None:
    """The body names the field, and no other setting of the request is applied."""
    good = {"periodic_backups_scheduled_at": 7, "periodic_backups_enabled": False}
    before = _shown(client, MYSQL)
    answer = client.database("PATCH", MYSQL, {"database": good | {field: value}})
    assert answer.status == 422
    assert list(answer.document["errors"]) == [field]
    assert isinstance(answer.document["errors"][field][0], str)
    assert _shown(client, MYSQL) == before


def test_every_unfit_field_is_named(client: ProviderClient) -> None:
    """Two faults are two entries."""
    settings = {"periodic_backups_enabled": 1, "periodic_backups_scheduled_at": 99}
    answer = client.database("PATCH", MYSQL, {"database": settings})
    assert answer.document["errors"].keys() == settings.keys()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"{}", b'{"database": 3}', b'{"database": NaN}', b"\xff", b"[" * 9999],
)
def test_a_bad_body_is_a_400(client: ProviderClient, body: bytes) -> None:
    """What is no JSON object with its root is refused with an error."""
    path, token = f"/api/databases/{MYSQL}", client.addon_token(MYSQL)
    answer = client.send("PATCH", path, body=body, bearer=token)
    assert (answer.status, answer.document.keys()) == (400, {"error"})


def test_a_database_that_went_away_is_a_404(client: ProviderClient, sandbox: Sandbox) -> None:
    """A token outlives its database, which is then not found."""
    token = client.addon_token(MYSQL)
    sandbox.put_fleet({"version": 1})
    answer = client.send("GET", f"/api/databases/{MYSQL}", bearer=token)
    assert answer.status == 404
    assert answer.document == {"resource": "database", "error": "not found"}
