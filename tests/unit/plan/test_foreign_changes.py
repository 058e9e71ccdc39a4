"""What an answer that holds the whole resource tells of somebody else's changes."""

from __future__ import annotations

from typing import Any

import pytest
from builders import desired, facts, observed

from reconcile.kinds.backups import Backups
from reconcile.kinds.maintenance_window import MaintenanceWindow, Weekday
from reconcile.kinds.sql_mode import SqlMode
from reconcile.model.state import ITSELF, NotOffered, Observed
from reconcile.plan.build import plan_database
from reconcile.plan.precondition import foreign_changes

SPEC = desired(
    {
        "backups": Backups(enabled=True, hours=(3,)),
        "maintenance_window": MaintenanceWindow(weekday=Weekday.SUNDAY, hour=4),
        "sql_mode": SqlMode(modes=("ANSI_QUOTES",)),
    }
)
LIVE: dict[str, Any] = {
    "backups": {ITSELF: {"enabled": False, "hours": (14,)}},
    "maintenance_window": {ITSELF: {"weekday": "monday", "hour": 21}},
    "sql_mode": {ITSELF: {"modes": ()}},
}
PLAN = plan_database(SPEC, observed(LIVE))
OURS = {ITSELF: {"enabled": True, "hours": (3,)}}
BACKUPS = next(one for one in PLAN.actions if one.address.kind == "backups")
WINDOW = next(one for one in PLAN.actions if one.address.kind == "maintenance_window")
CHANGED = "meanwhile 'shop/maintenance_window' was changed by another"


def seen(window: object, backups: object = OURS) -> Observed:
    """What the answer tells: nothing of kinds that only actions read."""
    return observed({"backups": backups, "maintenance_window": window}, live=facts())


def a_window(weekday: str = "monday", hour: int = 21) -> object:
    """A live window."""
    return {ITSELF: {"weekday": weekday, "hour": hour}}


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (a_window(), []),
        (a_window(hour=9), [f"{CHANGED}: hour is 9, not 21"]),
        (a_window("Friday", 9), [f"{CHANGED}: weekday is Friday, not monday; hour is 9, not 21"]),
        (a_window("sunday", 4), [CHANGED]),
        (NotOffered(message="it says nothing of it"), []),
    ],
)
def test_what_is_still_to_be_changed_is_as_it_was_planned(window: object, said: list[str]) -> None:
    """Our own change is not another's; what the answer does not tell is not compared."""
    assert [*foreign_changes(PLAN, BACKUPS, [], seen(window))] == said


@pytest.mark.parametrize(
    ("backups", "said"),
    [
        (OURS, []),
        (
            {ITSELF: {"enabled": True, "hours": (5,)}},
            ["meanwhile 'shop/backups' was changed by another"],
        ),
    ],
)
def test_what_was_changed_before_is_as_it_was_made(backups: object, said: list[str]) -> None:
    """By an earlier action of the run."""
    found = seen(a_window("sunday", 4), backups)
    assert [*foreign_changes(PLAN, WINDOW, [BACKUPS.change], found)] == said


def test_all_that_is_left_is_compared() -> None:
    """Also after an action that the run carried out before."""
    mode = next(one for one in PLAN.actions if one.address.kind == "sql_mode")
    said = [*foreign_changes(PLAN, mode, [BACKUPS.change], seen(a_window(hour=9)))]
    assert said == [f"{CHANGED}: hour is 9, not 21"]


@pytest.mark.parametrize(
    ("backups", "difference"),
    [
        ({"enabled": False, "hours": (5, 6)}, ": hours is 5, 6, not 14"),
        ({"enabled": False, "hours": ()}, ": hours is (nothing), not 14"),
        ({"enabled": True, "hours": (14,)}, ": enabled is true, not false"),
    ],
)
def test_values_are_shown_in_words(backups: Any, difference: str) -> None:
    """Lists, flags and nothing."""
    found = seen(a_window("sunday", 4), {ITSELF: backups})
    (said,) = foreign_changes(PLAN, WINDOW, [], found)
    assert said == f"meanwhile 'shop/backups' was changed by another{difference}"
