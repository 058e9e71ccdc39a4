"""The kind `backups`: equality, blocking, risk and requests, row by row."""

from __future__ import annotations

from typing import Any

import pytest
from builders import desired, observed, only_calls

from reconcile.kinds.backups import KIND, Backups
from reconcile.model.change import Risk, Update
from reconcile.model.item import Action, Blocked, Item
from reconcile.model.state import ITSELF, NotOffered
from reconcile.plan.build import build_plan
from reconcile.plan.precondition import is_due


def live(enabled: bool, *hours: int) -> dict[str, Any]:
    """A database resource."""
    return {"periodic_backups_enabled": enabled, "periodic_backups_scheduled_at": list(hours)}


def planned(spec: Backups, resource: dict[str, Any]) -> tuple[Item, ...]:
    """The items that a spec and a resource come to."""
    plan = build_plan(
        [desired({"backups": spec})], {"shop": observed({"backups": KIND.parse(resource)})}
    )
    return plan.databases[0].items


@pytest.mark.parametrize(
    ("spec", "resource"),
    [
        (Backups(enabled=True, hours=(3,)), live(True, 3)),
        (Backups(enabled=True), live(True, 14)),
        (Backups(hours=(3,)), live(True, 3)),
        (Backups(enabled=False), live(False, 5)),
        (Backups(enabled=False, hours=(3,)), live(False, 5)),
        (Backups(enabled=True, hours=(15, 3)), live(True, 3, 15)),
        (Backups(enabled=True, hours=(3, 3)), live(True, 3)),
        (Backups(enabled=True), live(True, 3, 15)),
    ],
)
def test_equal(spec: Backups, resource: dict[str, Any]) -> None:
    """Same flag; same set of hours while backups are on."""
    assert planned(spec, resource) == ()


@pytest.mark.parametrize(
    ("spec", "resource", "risk", "body"),
    [
        (
            Backups(enabled=True, hours=(3,)),
            live(True, 14),
            Risk.SAFE,
            {"periodic_backups_scheduled_at": 3},
        ),
        (Backups(enabled=False), live(True, 14), Risk.WEAKENS, {"periodic_backups_enabled": False}),
        (Backups(enabled=True), live(False, 14), Risk.SAFE, {"periodic_backups_enabled": True}),
        (
            Backups(enabled=True, hours=(0,)),
            live(False),
            Risk.SAFE,
            {"periodic_backups_enabled": True, "periodic_backups_scheduled_at": 0},
        ),
        (
            Backups(enabled=True, hours=(5,)),
            live(False, 5),
            Risk.SAFE,
            {"periodic_backups_enabled": True},
        ),
        # What the support set up is not touched by the flag alone.
        (
            Backups(enabled=False),
            live(True, 3, 15),
            Risk.WEAKENS,
            {"periodic_backups_enabled": False},
        ),
        (Backups(enabled=True), live(False, 3, 15), Risk.SAFE, {"periodic_backups_enabled": True}),
        (
            Backups(enabled=True, hours=(3, 15)),
            live(False, 3, 15),
            Risk.SAFE,
            {"periodic_backups_enabled": True},
        ),
    ],
)
def test_changed_by_a_patch_of_what_differs(
    spec: Backups, resource: dict[str, Any], risk: Risk, body: dict[str, Any]
) -> None:
    """PATCH carries the differing fields only, the hour as one integer."""
    (entry,) = planned(spec, resource)
    assert isinstance(entry, Action)
    assert entry.risk is risk
    (call,) = only_calls(KIND.requests(entry.change))
    assert (call.method, call.path, call.body) == ("PATCH", "", {"database": body})


@pytest.mark.parametrize(
    ("spec", "resource", "code"),
    [
        (Backups(enabled=True, hours=(3,)), live(True, 3, 15), "P201"),
        (Backups(enabled=True, hours=(3, 15)), live(True, 3), "P202"),
        (Backups(hours=(3,)), live(False, 3), "P203"),
    ],
)
def test_blocked(spec: Backups, resource: dict[str, Any], code: str) -> None:
    """What the API cannot set, or what would mean nothing, is blocked with a code."""
    (entry,) = planned(spec, resource)
    assert isinstance(entry, Blocked)
    assert entry.code == code


@pytest.mark.parametrize(
    ("hours", "resource", "code"),
    [((3,), live(False, 1, 13), "P201"), ((3, 15), live(False, 3), "P202")],
)
def test_hours_that_cannot_be_set_keep_nothing_else_from_being_done(
    hours: tuple[int, ...], resource: dict[str, Any], code: str
) -> None:
    """Backups are turned on, and just the hours are blocked; turned on, the hours still are."""
    spec = Backups(enabled=True, hours=hours)
    enabling, blocked = planned(spec, resource)
    assert isinstance(enabling, Action)
    assert enabling.risk is Risk.SAFE
    (call,) = only_calls(KIND.requests(enabling.change))
    assert call.body == {"database": {"periodic_backups_enabled": True}}
    assert isinstance(blocked, Blocked)
    assert isinstance(blocked.change, Update)
    assert blocked.code == code
    assert [part.field for part in blocked.change.fields] == ["hours"]
    assert enabling.address == blocked.address
    (left,) = planned(spec, {**resource, "periodic_backups_enabled": True})
    assert isinstance(left, Blocked)
    assert not is_due(enabling.change, left)


def test_hours_of_backups_that_are_off_are_no_hours() -> None:
    """Whatever the resource names: none is in effect."""
    (entry,) = planned(Backups(hours=(3,)), live(False, 3))
    assert isinstance(entry, Blocked)
    assert isinstance(entry.change, Update)
    assert entry.change.before == {"enabled": False, "hours": ()}


def test_enabling_comes_first_and_disabling_does_not() -> None:
    """Protection is put up before anything else is done."""
    (enabling,) = planned(Backups(enabled=True), live(False))
    (disabling,) = planned(Backups(enabled=False), live(True))
    facts = observed().facts
    phases = []
    for entry in (enabling, disabling):
        assert isinstance(entry, Action)
        assert isinstance(entry.change, Update)
        state = KIND.parse(live(not entry.change.after["enabled"]))
        assert not isinstance(state, NotOffered)
        phases.append(getattr(KIND.judge(entry.change, state, facts), "phase", None))
    assert [phase and phase.name for phase in phases] == ["PROTECT", None]


@pytest.mark.parametrize(
    ("resource", "hours"),
    [(live(True, 5, 3, 5), (3, 5)), ({**live(True), "periodic_backups_scheduled_at": 4}, (4,)),
     ({"periodic_backups_enabled": True}, ())],
)  # fmt: skip
def test_parse_takes_every_spelling_of_hours(
    resource: dict[str, Any], hours: tuple[int, ...]
) -> None:
    """An array, one integer, or nothing."""
    assert KIND.parse(resource) == {ITSELF: {"enabled": True, "hours": hours}}


@pytest.mark.parametrize(
    ("hours", "before"),
    [((3,), {"enabled": False}), ((1, 13), {"enabled": False, "hours": (1, 13)})],
)
def test_several_live_hours_are_told(hours: tuple[int, ...], before: dict[str, object]) -> None:
    """One hour is not: where it moves meanwhile, turning backups on is still what was planned."""
    (action,) = planned(Backups(enabled=True), live(False, *hours))
    assert isinstance(action, Action)
    assert isinstance(action.change, Update)
    assert action.change.before == before
