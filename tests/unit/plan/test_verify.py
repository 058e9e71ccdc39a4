"""A plan that would not converge is refused, with what a report needs."""

from __future__ import annotations

import pytest
from attrs import evolve
from builders import desired, observed, removal

from reconcile.kinds.backups import Backups
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.retention_policies import RetentionPolicies, RetentionPolicy
from reconcile.model.engine import Engine
from reconcile.model.item import Blocked
from reconcile.model.plan import Plan
from reconcile.model.state import ITSELF, NotOffered, Unknown
from reconcile.plan.build import build_plan
from reconcile.plan.verify import PlanDefectError, after_all, verify

WANTED = desired(
    {
        "backups": Backups(enabled=True),
        "logical_databases": LogicalDatabases(present=(LogicalDatabase(name="new"),)),
    }
)
LIVE = observed({"backups": {ITSELF: {"enabled": False, "hours": ()}}, "logical_databases": {}})
PLAN = build_plan([WANTED], {"shop": LIVE})


def test_a_plan_that_converges_passes() -> None:
    """All of its actions done, nothing is left."""
    verify([WANTED], {"shop": LIVE}, PLAN)
    assert after_all(WANTED, LIVE, PLAN.databases[0]).items == ()


def test_a_plan_that_leaves_something_is_a_defect() -> None:
    """The report names the database, what was planned and what would be left."""
    (database,) = PLAN.databases
    half = Plan(databases=(evolve(database, items=database.items[:1]),))
    with pytest.raises(PlanDefectError) as caught:
        verify([WANTED], {"shop": LIVE}, half)
    assert caught.value.lines == (
        (
            "reconcile: a defect of the tool, please report it with the lines below: once applied,"
            " the plan of 'shop' would not be empty; it is not shown, and nothing was changed"
        ),
        "shop, mysql 8.0.35-1",
        "  planned: update shop/backups: {'enabled': False} → {'enabled': True}",
        "  left: create shop/logical_databases/new: nothing → {}",
    )


def test_every_database_that_leaves_something_is_named() -> None:
    """With its version, where that is known."""
    names = ("one", "two")
    wanted = [evolve(WANTED, handle=name) for name in names]
    live = {name: evolve(LIVE, facts=evolve(LIVE.facts, version=None)) for name in names}
    halves = (evolve(one, items=one.items[:1]) for one in build_plan(wanted, live).databases)
    with pytest.raises(PlanDefectError, match="the plan of 'one', 'two' would not be") as caught:
        verify(wanted, live, Plan(databases=tuple(halves)))
    heads = [line for line in caught.value.lines if "mysql" in line]
    assert heads == ["one, mysql of unknown version", "two, mysql of unknown version"]


def test_what_plans_nothing_is_not_looked_at() -> None:
    """A database that could not be read has no actions that could be missed."""
    plan = build_plan([WANTED], {"shop": Unknown(reason="gone")})
    verify([WANTED], {"shop": Unknown(reason="gone")}, plan)
    assert plan.actions == ()


def test_what_is_not_there_stays_as_it_is() -> None:
    """A kind that is not offered has no state, and an unknown database no plan but its own."""
    (database,) = PLAN.databases
    assert after_all(WANTED, Unknown(reason="gone"), database) is database
    missing = NotOffered(message="no")
    state = evolve(LIVE, states={**LIVE.states, "logical_databases": missing})
    left = after_all(WANTED, state, database)
    assert [str(entry.address) for entry in left.items] == ["shop/logical_databases"]


def test_what_is_blocked_is_planned_again_without_the_default() -> None:
    """The name of a default that was deleted is no policy."""
    policies = RetentionPolicies(
        present=(RetentionPolicy(name="new", duration="8d", default=True),),
        absent=(removal("old"),),
    )
    wanted = desired({"retention_policies": policies}, engine=Engine.INFLUXDB)
    policies_live = {
        "old": {"duration": "7d", "default": True},
        "new": {"duration": "8d", "default": False},
    }
    live = observed({"retention_policies": policies_live}, engine=Engine.INFLUXDB)
    plan = build_plan([wanted], {"shop": live})
    verify([wanted], {"shop": live}, plan)
    (left,) = after_all(wanted, live, plan.databases[0]).items
    assert isinstance(left, Blocked)
    assert left.code == "P231"
