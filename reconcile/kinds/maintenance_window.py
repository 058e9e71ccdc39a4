"""The maintenance window: when the provider may work on a database (UTC).

Source: the provider's documentation of the database resource, `maintenance_window` with
`weekday_utc`, `starting_hour_utc` and `duration_in_hour`; its public clients count weekdays from
Sunday, which is 0. How long it lasts cannot be set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, cast

from attrs import frozen

from reconcile.errors import AnswerError
from reconcile.kinds.backups import Hour
from reconcile.kinds.kind import Asked, Feasible, Judgement, Kind, Sides, Wanted, after_of
from reconcile.model.change import Change, Risk, Update
from reconcile.model.constraint import InvalidValueError, described
from reconcile.model.engine import Engine
from reconcile.model.request import Call, update
from reconcile.model.state import ITSELF, Elements, Facts, Fields, NotOffered, Parsed, Value


class Weekday(Enum):
    """The days of the week, in the order in which the API counts them."""

    SUNDAY = "sunday"
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"


_NAMES = [day.value for day in Weekday]

_HOURS = range(24)


@frozen(kw_only=True)
class MaintenanceWindow:
    """When the provider may work on the database (UTC). What is left out is not managed."""

    weekday: Weekday | None = described(
        "The day of the week on which the window begins.", examples=("tuesday",), default=None
    )
    hour: Hour | None = described(
        "The hour of the day at which it begins.", examples=(21,), default=None
    )


class _MaintenanceWindowKind(Kind[MaintenanceWindow]):
    """Maintenance window."""

    name = "maintenance_window"
    title = "Maintenance window"
    spec_type = MaintenanceWindow
    parts = ("weekday", "hour")

    def check(self, spec: MaintenanceWindow, _engine: Engine) -> Iterator[InvalidValueError]:
        if spec.weekday is None and spec.hour is None:
            yield InvalidValueError(
                "maintenance_window names nothing to manage", hint="write weekday, hour or both"
            )

    def to_spec(self, live: Elements) -> MaintenanceWindow:
        fields = live[ITSELF]
        return MaintenanceWindow(
            weekday=Weekday(fields["weekday"]), hour=cast("int", fields["hour"])
        )

    def parse(self, resource: Mapping[str, Any]) -> Parsed:
        window = resource.get("maintenance_window")
        if window is None:
            return NotOffered(message="the database resource says nothing of a maintenance window")
        if not isinstance(window, dict):
            raise AnswerError(f"maintenance_window is {window!r:.60} where an object is due")
        fields: dict[str, Value] = {
            "weekday": _NAMES[_number(window, "weekday_utc", range(len(_NAMES)))],
            "hour": _number(window, "starting_hour_utc", _HOURS),
        }
        if window.get("duration_in_hour") is not None:
            fields["duration"] = _number(window, "duration_in_hour", range(1, 7 * 24 + 1))
        return {ITSELF: fields}

    def normalize(self, spec: MaintenanceWindow, live: Elements, _facts: Facts) -> Sides:
        """An update keeps the live day and hour: both are sent, also the one that is not named."""
        wanted: dict[str, Value] = {}
        if spec.weekday is not None:
            wanted["weekday"] = spec.weekday.value
        if spec.hour is not None:
            wanted["hour"] = spec.hour
        now: Fields = {name: live[ITSELF][name] for name in ("weekday", "hour")}
        return Sides(
            wanted=Wanted(present={ITSELF: wanted}), live={ITSELF: now}, context={ITSELF: now}
        )

    def judge(self, _change: Change, _live: Elements, _facts: Facts) -> Judgement:
        return Feasible(risk=Risk.SAFE)

    def requests(self, change: Change) -> tuple[Call, ...]:
        """PATCH with both parts: of a part that is left out the API text does not say what it means."""
        asked = cast("Update", change)
        window = {**asked.before, **asked.after}
        body = {
            "weekday_utc": _NAMES.index(str(window["weekday"])),
            "starting_hour_utc": window["hour"],
        }
        return (update({"maintenance_window": body}),)

    def meant(self, asked: Sequence[Asked]) -> MaintenanceWindow:
        after = after_of(asked)
        return MaintenanceWindow(
            weekday=Weekday(after["weekday"]) if "weekday" in after else None,
            hour=cast("int | None", after.get("hour")),
        )


KIND = _MaintenanceWindowKind()


def _number(window: Mapping[str, Any], key: str, allowed: range) -> int:
    value = window.get(key)
    if type(value) is not int or value not in allowed:
        due = f"a number from {allowed[0]} to {allowed[-1]} is due"
        raise AnswerError(f"maintenance_window has {value!r:.60} as {key!r} where {due}")
    return value
