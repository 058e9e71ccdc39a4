"""The inputs that a plan keeps: both sides, as far as its items are about them."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from builders import CONNECTION, ORIGIN, desired, facts, observed, package, reached, removal

from reconcile.kinds.backups import Backups
from reconcile.kinds.extensions import Extension, Extensions
from reconcile.kinds.features import Feature, Features
from reconcile.kinds.kind import Others
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.retention_policies import RetentionPolicies, RetentionPolicy
from reconcile.kinds.sql_mode import SqlMode
from reconcile.model.engine import Engine
from reconcile.model.plan import DatabasePlan
from reconcile.model.postgresql import NoSqlAccess, SqlAccess
from reconcile.model.state import ITSELF, NotOffered, Unknown
from reconcile.model.target import Pins
from reconcile.plan.build import NOWHERE, asked, plan_database, planned_on

NAMES = LogicalDatabases(
    present=tuple(LogicalDatabase(name=name) for name in ("kept", "new", "other")),
    absent=(removal("gone"), removal("old")),
    others=Others.REPORT,
)


def plan_of(kind: str, wanted: Any, live: Any, engine: Engine = Engine.MYSQL) -> DatabasePlan:
    """The plan of one kind."""
    return plan_database(
        desired({kind: wanted}, engine=engine), observed({kind: live}, engine=engine)
    )


def test_only_what_items_are_about_is_kept() -> None:
    """Not the names that are as they should be, and no other kind."""
    plan = plan_database(
        desired({"logical_databases": NAMES, "backups": Backups(enabled=True)}),
        observed(
            {
                "logical_databases": {"kept": {}, "old": {"protected": True}},
                "backups": {ITSELF: {"enabled": True, "hours": (3,)}},
            }
        ),
    )
    assert plan.desired == {
        "logical_databases": LogicalDatabases(
            present=(LogicalDatabase(name="new"), LogicalDatabase(name="other")),
            absent=(removal("old"),),
        )
    }
    assert plan.observed == {"logical_databases": {"old": {"protected": True}}}
    assert plan.facts == facts()
    assert planned_on(plan).states == plan.observed


def test_what_is_reported_is_kept() -> None:
    """A live name that the spec neither names nor keeps."""
    plan = plan_of("logical_databases", NAMES, {"kept": {}, "new": {}, "other": {}, "more": {}})
    assert plan.desired == {"logical_databases": LogicalDatabases(others=Others.REPORT)}
    assert plan.observed == {"logical_databases": {"more": {}}}


@pytest.mark.parametrize("database", [observed(), Unknown(reason="gone")])
def test_without_items_nothing_is_kept(database: Any) -> None:
    """There is nothing to plan again."""
    plan = plan_database(desired(), database)
    assert (plan.desired, plan.observed, plan.facts) == ({}, {}, None)
    assert asked(plan).kinds == {}
    with pytest.raises(AssertionError, match="shop has items and no inputs"):
        planned_on(plan)


def test_a_set_has_one_spelling() -> None:
    """The order in which a server lists modes is no difference."""
    plans = [
        plan_of("sql_mode", SqlMode(modes=("ANSI_QUOTES",)), {ITSELF: {"modes": modes}})
        for modes in (("B", "A"), ("A", "B"))
    ]
    assert plans[0] == plans[1]
    assert plans[0].observed == {"sql_mode": {ITSELF: {"modes": ("A", "B")}}}


def test_what_a_kind_could_not_be_read_of_is_kept() -> None:
    """Its item says why."""
    plan = plan_of("backups", Backups(enabled=True), NotOffered(message="no"))
    assert plan.observed == {"backups": NotOffered(message="no")}


def test_what_decides_about_a_name_is_kept_with_it() -> None:
    """The feature that another needs, the default policy, the extension with other capitals."""
    both = Features(switched={Feature.FORCE_SSL: True, Feature.PUBLICLY_AVAILABLE: True})
    on = {"enabled": True, "status": "ACTIVATED"}
    plan = plan_of("features", both, {"force-ssl": on})
    assert (plan.desired["features"], plan.observed["features"]) == (both, {"force-ssl": on})

    policies = RetentionPolicies(present=(RetentionPolicy(name="raw", duration="7d"),))
    default = {"duration": "INF", "default": True}
    plan = plan_of("retention_policies", policies, {"autogen": default}, Engine.INFLUXDB)
    assert plan.observed["retention_policies"] == {"autogen": default}

    spec = Extensions(
        present=(Extension(name="postgis", version="3.4"), Extension(name="pgrouting"))
    )
    live = {"PostGIS": {"version": "3.3"}, "hstore": {"version": "1.0"}}
    plan = plan_of("extensions", spec, live, Engine.POSTGRESQL)
    assert plan.observed["extensions"] == {"PostGIS": {"version": "3.3"}}


def test_what_was_found_over_a_connection_is_kept_of_what_is_changed_over_it() -> None:
    """Of the extensions of the plan, and the package whose name one may have meant."""
    spec = Extensions(present=(Extension(name="a"), Extension(name="pg_trgn")))
    offers = {name: package() for name in ("a", "hstore", "pg_trgm")}
    reach = reached(offers, owned=["a", "hstore"], allowed=["a", "hstore"], updates={"hstore": []})

    def planned(found: SqlAccess | NoSqlAccess, wanted: Extensions = spec) -> DatabasePlan:
        return plan_database(
            desired({"extensions": wanted}, engine=Engine.POSTGRESQL, connection=CONNECTION),
            observed(
                {"extensions": {"old": {"version": "1.0"}}},
                engine=Engine.POSTGRESQL,
                live=facts(Engine.POSTGRESQL, reach=found),
            ),
        )

    plan = planned(reach)
    assert plan.facts is not None
    assert isinstance(plan.facts.reach, SqlAccess)
    assert plan.facts.connection is None
    found = reached({"a": package(), "pg_trgm": package()}, owned=["a"], allowed=["a"])
    assert plan.facts.reach == evolve(found, newest={"a": "1.0"})
    assert asked(plan, plan.items).connection == CONNECTION
    refused = NoSqlAccess(code="P121", message="no", hint="try")
    unreached = planned(refused)
    assert unreached.facts is not None
    assert unreached.facts.reach == refused
    reported = planned(reach, Extensions(others=Others.REPORT))
    assert reported.facts is not None
    assert reported.facts.reach is None


def test_what_some_items_ask_for() -> None:
    """Under the plan's handle, with what protects and pins it; of these items alone."""
    plan = plan_of("logical_databases", NAMES, {"kept": {}, "more": {}, "old": {}})
    pinned = evolve(plan, protect=True, pins=Pins(region="osc-fr1"))
    (new,) = (entry for entry in plan.items if entry.address.name == "new")
    wanted = asked(pinned, [evolve(new, origin=ORIGIN)])
    assert (wanted.handle, wanted.app, wanted.addon) == ("shop", "shop-web", "ad-shop")
    assert (wanted.engine, wanted.protect, wanted.pins) == (Engine.MYSQL, True, pinned.pins)
    assert wanted.location == NOWHERE
    assert wanted.origins == {new.address: ORIGIN}
    assert wanted.kinds == {
        "logical_databases": LogicalDatabases(present=(LogicalDatabase(name="new"),))
    }
    assert {one.address.name for one in plan.doable} == {"new", "other", "old"}
    names = asked(plan).kinds["logical_databases"]
    assert names == evolve(
        NAMES, present=NAMES.present[1:], absent=NAMES.absent[1:], others=Others.KEEP
    )
