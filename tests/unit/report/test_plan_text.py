"""Plans, where a golden file does not say why they look as they do."""

from __future__ import annotations

from builders import desired, facts, observed, removal

from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies, RetentionPolicy
from reconcile.model.address import Address
from reconcile.model.engine import Engine
from reconcile.model.finding import Finding
from reconcile.model.plan import Proposal
from reconcile.model.state import Unknown
from reconcile.plan.build import build_plan
from reconcile.report.page import Look
from reconcile.report.plan_text import plan_text


def test_a_plan_counts_both_halves_of_a_replacement_and_shows_one() -> None:
    """Apply sends two requests; a reader has one thing to decide."""
    policy = RetentionPolicy(name="a", duration="2h", default=True, on_change=OnChange.REPLACE)
    after = RetentionPolicy(name="b", duration="2h")
    spec = desired(
        {"retention_policies": RetentionPolicies(present=(policy, after), absent=(removal("c"),))},
        engine=Engine.INFLUXDB,
    )
    live = {
        "a": {"duration": "1h", "default": False},
        "c": {"duration": "1h", "default": False},
    }
    plan = build_plan(
        [spec], {"shop": observed({"retention_policies": live}, engine=Engine.INFLUXDB)}
    )
    lines = plan_text(Proposal(plan=plan), Look()).splitlines()
    assert lines[0] == "4 actions (3 lossy) in 1 of 1 database."
    heads = [one.split()[:2] for one in lines if one[:2] == "  " and one[2:3].strip()]
    assert heads == [
        ["+", "retention_policies/b"],
        ["±", "retention_policies/a"],
        ["-", "retention_policies/c"],
    ]


def test_a_database_of_another_engine_is_not_headed_by_the_wrong_one() -> None:
    """`mysql 7.2.5-1` is no version that MySQL ever had: it is the live Redis's."""
    plan = build_plan([desired({})], {"shop": observed({}, live=facts(Engine.REDIS))})
    assert "mysql 7.2.5-1" not in plan_text(Proposal(plan=plan), Look())


def test_what_lives_unnamed_is_counted_and_named() -> None:
    """Also where the database is in sync otherwise."""
    spec = desired(
        {
            "logical_databases": LogicalDatabases(present=(LogicalDatabase(name="a"),)),
        }
    )
    plan = build_plan(
        [spec], {"shop": observed({"logical_databases": {"a": {}, "b": {}, "c": {}}})}
    )
    lines = plan_text(Proposal(plan=plan), Look()).splitlines()
    assert lines[-1].endswith("2 (logical_databases/b, logical_databases/c)")


def test_a_change_that_is_blocked_shows_what_differs() -> None:
    """A person decides by the values."""
    spec = desired(
        {
            "retention_policies": RetentionPolicies(
                present=(RetentionPolicy(name="a", duration="2h"),)
            )
        },
        engine=Engine.INFLUXDB,
    )
    live = {"retention_policies": {"a": {"duration": "1h", "default": True}}}
    plan = build_plan([spec], {"shop": observed(live, engine=Engine.INFLUXDB)})
    text = plan_text(Proposal(plan=plan), Look())
    assert "blocked P231" in text
    assert "duration  1h → 2h" in text


def test_a_guard_is_not_hidden_among_databases_that_are_unknown_for_one_reason() -> None:
    """The reason is said once for the others."""
    specs = [desired({}, handle=name) for name in ("billing", "shop", "stock")]
    plan = build_plan(specs, {one.handle: Unknown(reason="no answer") for one in specs})
    refused = Finding(code="G103", message="another region", address=Address(database="stock"))
    text = plan_text(Proposal(plan=plan, findings=(refused,)), Look())
    assert "2 databases: billing, shop" in text
    assert "another region" in text
