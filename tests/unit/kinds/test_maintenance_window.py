"""The kind `maintenance_window`: day and hour in UTC, both sent, each managed where it is named."""

from __future__ import annotations

from typing import Any

import pytest
from builders import desired, observed, only_calls

from reconcile.kinds.maintenance_window import KIND, MaintenanceWindow, Weekday
from reconcile.model.change import Risk
from reconcile.model.item import Action, Item
from reconcile.model.state import ITSELF
from reconcile.plan.build import build_plan


def live(day: int, hour: int, **more: Any) -> dict[str, Any]:
    """A database resource."""
    return {"maintenance_window": {"weekday_utc": day, "starting_hour_utc": hour, **more}}


def planned(spec: MaintenanceWindow, resource: dict[str, Any]) -> tuple[Item, ...]:
    """The items that a spec and a resource come to."""
    state = KIND.parse(resource)
    one = desired({"maintenance_window": spec})
    return build_plan([one], {"shop": observed({"maintenance_window": state})}).databases[0].items


@pytest.mark.parametrize(
    "spec",
    [
        MaintenanceWindow(weekday=Weekday.TUESDAY, hour=21),
        MaintenanceWindow(weekday=Weekday.TUESDAY),
        MaintenanceWindow(hour=21),
    ],
)
def test_equal(spec: MaintenanceWindow) -> None:
    """What is not named does not count; 2 is Tuesday."""
    assert planned(spec, live(2, 21, duration_in_hour=8)) == ()


@pytest.mark.parametrize(
    ("spec", "fields", "sent"),
    [
        (
            MaintenanceWindow(weekday=Weekday.SUNDAY, hour=0),
            [("hour", 21, 0), ("weekday", "tuesday", "sunday")],
            (0, 0),
        ),
        (
            MaintenanceWindow(weekday=Weekday.SATURDAY, hour=21),
            [("weekday", "tuesday", "saturday")],
            (6, 21),
        ),
        (MaintenanceWindow(weekday=Weekday.MONDAY), [("weekday", "tuesday", "monday")], (1, 21)),
        (MaintenanceWindow(hour=23), [("hour", 21, 23)], (2, 23)),
    ],
)
def test_changed_by_a_patch_of_both(
    spec: MaintenanceWindow, fields: list[tuple[str, object, object]], sent: tuple[int, int]
) -> None:
    """The part that is not named goes out as it is live, and a person sees what changes only."""
    (entry,) = planned(spec, live(2, 21, duration_in_hour=8))
    assert isinstance(entry, Action)
    assert entry.risk is Risk.SAFE
    assert [(one.field, one.before, one.after) for one in entry.change.fields] == fields  # type: ignore[union-attr]
    assert entry.change.before == {"weekday": "tuesday", "hour": 21}  # type: ignore[union-attr]
    (call,) = only_calls(KIND.requests(entry.change))
    assert (call.method, call.path) == ("PATCH", "")
    assert call.body == {
        "database": {"maintenance_window": {"weekday_utc": sent[0], "starting_hour_utc": sent[1]}}
    }


@pytest.mark.parametrize(
    ("resource", "fields"),
    [
        (live(0, 0), {"weekday": "sunday", "hour": 0}),
        (live(6, 23, duration_in_hour=None), {"weekday": "saturday", "hour": 23}),
        (live(2, 21, duration_in_hour=8), {"weekday": "tuesday", "hour": 21, "duration": 8}),
        (live(2, 21, duration_in_hour=1), {"weekday": "tuesday", "hour": 21, "duration": 1}),
        (live(2, 21, duration_in_hour=168), {"weekday": "tuesday", "hour": 21, "duration": 168}),
    ],
)
def test_parse(resource: dict[str, Any], fields: dict[str, Any]) -> None:
    """The week begins on Sunday; how long it lasts is shown where it is told."""
    assert KIND.parse(resource) == {ITSELF: fields}
