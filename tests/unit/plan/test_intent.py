"""A plan is rebuilt from its targets, befores and afters alone."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from builders import CONNECTION, desired, facts, observed, package, reached, removal

from reconcile.kinds.extensions import Extension, Extensions
from reconcile.kinds.features import Feature, Features
from reconcile.kinds.logical_databases import LogicalDatabases
from reconcile.model.address import Address
from reconcile.model.change import Create, Delete
from reconcile.model.engine import Engine, Version
from reconcile.model.item import Action, ManualStep
from reconcile.model.plan import DatabasePlan
from reconcile.model.postgresql import Reach
from reconcile.model.target import Pins
from reconcile.plan.build import plan_database
from reconcile.plan.intent import NOWHERE, NotOursError, intended, rebuilt, recalled


def plan_of(kind: str, wanted: Any, live: Any, engine: Engine = Engine.MYSQL) -> DatabasePlan:
    """The plan of one kind."""
    return plan_database(
        desired({kind: wanted}, engine=engine), observed({kind: live}, engine=engine)
    )


DROPPED = plan_of("logical_databases", LogicalDatabases(absent=(removal("old"),)), {"old": {}})


def with_item(plan: DatabasePlan, **changed: Any) -> DatabasePlan:
    """The plan with its only item changed."""
    return evolve(plan, items=(evolve(plan.items[0], **changed),))


def test_manual_steps_are_asked_for_as_well() -> None:
    """They are rebuilt with the SQL that a person shall run."""
    wanted = Extensions(
        present=(Extension(name="a"), Extension(name="b", version="2.0")), absent=(removal("c"),)
    )
    live = {"b": {"version": "v1.0"}, "c": {"version": "1.0"}}
    plan = plan_of("extensions", wanted, live, Engine.POSTGRESQL)
    assert len(plan.doable) == 3
    assert rebuilt(plan).doable == plan.doable
    assert intended(plan, ()).kinds == {}


def by_sql(reach: Reach | None) -> DatabasePlan:
    """The plan of extensions over a connection."""
    spec = Extensions(
        present=(Extension(name="a"), Extension(name="b", version="2.0")), absent=(removal("c"),)
    )
    live = {"b": {"version": "v1.0"}, "c": {"version": "1.0"}}
    return plan_database(
        desired({"extensions": spec}, engine=Engine.POSTGRESQL, connection=CONNECTION),
        observed(
            {"extensions": live},
            engine=Engine.POSTGRESQL,
            live=facts(Engine.POSTGRESQL, reach=reach),
        ),
    )


def test_what_is_done_by_sql_is_asked_for_over_the_same_connection() -> None:
    """It is rebuilt as actions, though nobody looks over it then."""
    plan = by_sql(reached({"a": package()}, updates={"b": ["2.0"]}))
    assert plan.target is not None
    assert plan.target.connection == CONNECTION
    assert len(plan.actions) == 3
    assert intended(plan).connection == CONNECTION
    assert recalled(plan).facts.reach is None
    assert rebuilt(plan).doable == plan.doable
    assert by_sql(None).doable == plan.doable


def test_without_its_connection_a_plan_is_another_one() -> None:
    """Its actions come out as steps for a person, and steps with one as actions."""
    plan = by_sql(reached({"a": package()}, updates={"b": ["2.0"]}))
    assert plan.target is not None
    alone = evolve(plan, target=evolve(plan.target, connection=None))
    assert [type(one) for one in rebuilt(alone).doable] == [ManualStep] * 3
    assert intended(alone).connection is None
    assert intended(evolve(alone, target=None)).connection is None


def test_a_feature_that_needs_another_asks_for_both() -> None:
    """Public needs TLS, which was on, for the plan does not turn it on."""
    wanted = Features(switched={Feature.FORCE_SSL: True, Feature.PUBLICLY_AVAILABLE: True})
    plan = plan_of("features", wanted, {"force-ssl": {"enabled": True, "status": "ACTIVATED"}})
    assert [str(one.address) for one in plan.actions] == ["shop/features/publicly-available"]
    assert rebuilt(plan).items == plan.items
    assert intended(plan).kinds["features"] == wanted


def test_a_feature_that_goes_with_another_asks_for_both() -> None:
    """TLS goes off where public is off already, and the spec says so."""
    wanted = Features(switched={Feature.FORCE_SSL: False, Feature.PUBLICLY_AVAILABLE: False})
    plan = plan_of("features", wanted, {"force-ssl": {"enabled": True, "status": "ACTIVATED"}})
    assert rebuilt(plan).items == plan.items
    assert intended(plan).kinds["features"] == wanted


def test_a_spec_of_a_plan_is_about_its_database() -> None:
    """Under its handle, with what protects and pins it."""
    plan = evolve(DROPPED, protect=True, pins=Pins(region="osc-fr1"))
    asked = intended(plan)
    assert (asked.handle, asked.app, asked.addon) == ("shop", "shop-web", "ad-shop")
    assert (asked.engine, asked.protect, asked.pins) == (Engine.MYSQL, True, plan.pins)
    assert asked.location == NOWHERE
    assert asked.origins == {plan.items[0].address: plan.items[0].origin}


@pytest.mark.parametrize("version", ["8.0.35-1", None])
def test_a_state_of_a_plan_is_that_of_its_target(version: str | None) -> None:
    """Of the version that it was planned for, running."""
    state = recalled(evolve(DROPPED, version=version))
    assert state.target == DROPPED.target
    assert state.facts == evolve(facts(), version=Version.parse(version or ""))
    assert state.states == {"logical_databases": {"old": {}}}


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (
            evolve(DROPPED, engine="oracle"),
            "'shop' has changes that make no sense: 'oracle' is not",
        ),
        (evolve(DROPPED, target=None), "'shop' has items and no target"),
        (with_item(DROPPED, approval=None), "nobody approved that 'old' goes"),
        (
            with_item(DROPPED, address=Address(database="shop", kind="tables", name="a")),
            "KeyError('tables')",
        ),
        (
            with_item(
                DROPPED,
                address=Address(database="shop", kind="backups"),
                change=Create(address=Address(database="shop", kind="backups"), after={}),
            ),
            "KeyError('')",
        ),
        (
            with_item(
                DROPPED,
                address=Address(database="shop", kind="features", name="force-ssl"),
                change=Delete(
                    address=Address(database="shop", kind="features", name="force-ssl"), before={}
                ),
            ),
            "shop/features/force-ssl is neither made nor deleted, it is on or off",
        ),
    ],
)
def test_what_makes_no_sense_is_not_ours(plan: DatabasePlan, said: str) -> None:
    """A hostile plan is refused with a sentence, whatever stumbles over it."""
    with pytest.raises(NotOursError) as caught:
        rebuilt(plan)
    assert said in str(caught.value)


def test_a_changed_risk_is_not_rebuilt() -> None:
    """What a file says of a risk is not believed: it is judged anew."""
    (item,) = rebuilt(DROPPED).items
    assert isinstance(item, Action)
    assert item.risk.value == "lossy"
