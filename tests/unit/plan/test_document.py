"""The id of a plan: another one as soon as the plan would do something else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from attrs import evolve
from builders import CONNECTION, FOREVER, facts
from unit.plan.plan_files import plan

from reconcile.codec import canonical
from reconcile.model.item import Action, Item, ManualStep
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.postgresql import SqlConnection
from reconcile.model.state import Approval
from reconcile.model.target import Pins
from reconcile.plan.document import plan_id

APPROVAL = Approval(reason="moved to audit", until=FOREVER)
Changed = Callable[[DatabasePlan], DatabasePlan]


def approved(entry: Item) -> Item:
    """The same, with another approval."""
    return evolve(entry, approval=APPROVAL) if isinstance(entry, Action | ManualStep) else entry


def pinned(database: DatabasePlan, **pins: str) -> DatabasePlan:
    """The same with other pins."""
    return evolve(database, pins=Pins(**pins))


def connected(database: DatabasePlan, connection: SqlConnection | None) -> DatabasePlan:
    """The same over another connection."""
    assert database.target is not None
    return evolve(database, target=evolve(database.target, connection=connection))


@pytest.mark.parametrize(
    ("handle", "changed"),
    [
        ("shop", pinned),
        ("shop", lambda one: pinned(one, resource_id="other-1")),
        ("shop", lambda one: pinned(one, resource_id="shop-web-3412")),
        ("shop", lambda one: evolve(one, protect=True)),
        ("shop", lambda one: evolve(one, desired={})),
        ("shop", lambda one: evolve(one, observed={})),
        ("shop", lambda one: evolve(one, facts=facts(version="8.4.0-1"))),
        ("shop", lambda one: evolve(one, items=tuple(map(approved, one.items)))),
        ("billing", lambda one: evolve(one, items=tuple(map(approved, one.items)))),
        ("iot", lambda one: evolve(one, items=one.items[:1])),
        ("shop", lambda one: connected(one, CONNECTION)),
        ("vault", lambda one: connected(one, None)),
        ("vault", lambda one: connected(one, evolve(CONNECTION, dsn="${env:OTHER}"))),
        ("vault", lambda one: connected(one, evolve(CONNECTION, database="other"))),
    ],
)
def test_a_plan_that_does_something_else(handle: str, changed: Changed) -> None:
    """What is pinned, protected, approved, left out or reached another way counts."""
    before = plan()
    after = Plan(
        databases=tuple(changed(one) if one.handle == handle else one for one in before.databases)
    )
    assert after != before
    assert plan_id(after) != plan_id(before)


def test_items_without_what_was_planned_are_a_defect() -> None:
    """Such a plan has no id."""
    (database, *_others) = plan().databases
    with pytest.raises(AssertionError, match="billing has items and no inputs"):
        plan_id(Plan(databases=(evolve(database, facts=None),)))


def test_what_is_no_json_has_no_spelling() -> None:
    """A number that other readers would not take is a defect, and not hashed."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"a": float("nan")})
