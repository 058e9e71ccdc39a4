"""The settings that `PATCH /api/databases/:id` changes, each with its own check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from attrs import evolve

from scalingo_sandbox.errors import invalid
from scalingo_sandbox.fleet import Database
from scalingo_sandbox.records import MaintenanceStatus

_ANNOUNCED = frozenset(
    {MaintenanceStatus.NOTIFIED, MaintenanceStatus.QUEUED, MaintenanceStatus.RUNNING}
)


class _SettingError(ValueError):
    """A value that its setting cannot take."""


def _backups_enabled(database: Database, value: object) -> Database:
    if not isinstance(value, bool):
        raise _SettingError("must be true or false")
    return evolve(database, backups=evolve(database.backups, enabled=value))


def _backups_scheduled_at(database: Database, value: object) -> Database:
    """Take one hour, or a list of hours as some clients write it; the answer is always a list."""
    given = value if isinstance(value, list) else [value]
    if not given:
        raise _SettingError("must hold at least one hour")
    hours = {_integer(hour, low=0, high=23) for hour in given}
    return evolve(database, backups=evolve(database.backups, hours=tuple(sorted(hours))))


def _maintenance_window(database: Database, value: object) -> Database:
    """Take a weekday, an hour, or both; the length is the provider's."""
    if not isinstance(value, Mapping):
        raise _SettingError("must be an object")
    limits = {"weekday_utc": 6, "starting_hour_utc": 23}
    named = {
        name: _integer(value[name], low=0, high=high, name=f"{name} ")
        for name, high in limits.items()
        if name in value
    }
    window = evolve(database.maintenance_window, **named)
    announced = any(one.status in _ANNOUNCED for one in database.maintenance)
    if announced and window != database.maintenance_window:
        raise _SettingError("cannot be moved while a maintenance is announced")
    return evolve(database, maintenance_window=window)


def _integer(value: object, *, low: int, high: int, name: str = "") -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise _SettingError(f"{name}must be an integer between {low} and {high}")
    return value


_SETTINGS: Mapping[str, Callable[[Database, object], Database]] = MappingProxyType(
    {
        "periodic_backups_enabled": _backups_enabled,
        "periodic_backups_scheduled_at": _backups_scheduled_at,
        "maintenance_window": _maintenance_window,
    }
)


def with_settings(database: Database, wanted: Mapping[str, object]) -> Database:
    """Change the named settings, all or none; other attributes are ignored.

    Raises the 422 with one entry per unfit setting.
    """
    errors: dict[str, list[str]] = {}
    for name, change in _SETTINGS.items():
        if name not in wanted:
            continue
        try:
            database = change(database, wanted[name])
        except _SettingError as error:
            errors[name] = [str(error)]
    if errors:
        raise invalid(errors)
    return database
