"""What of a plan would run, and which guards judge that."""

from __future__ import annotations

from datetime import UTC, datetime

from builders import desired, observed, removal

from reconcile.guard.guard import Context
from reconcile.guard.review import review, would_run
from reconcile.kinds.features import Feature, Features
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies, RetentionPolicy
from reconcile.model.address import Address
from reconcile.model.engine import Engine
from reconcile.model.finding import Finding
from reconcile.model.item import Action
from reconcile.model.plan import Plan, Proposal
from reconcile.model.policy import Limit, Policy
from reconcile.model.recovery import RecoveryPoints
from reconcile.plan.build import build_plan

NEXT = RetentionPolicy(name="next", duration="2h", default=True, on_change=OnChange.REPLACE)
LIVE = {
    "retention_policies": {
        "next": {"duration": "1h", "default": False},
        "old": {"duration": "1h", "default": True},
        "week": {"duration": "7d", "default": False},
    }
}
SPEC = RetentionPolicies(
    present=(NEXT, RetentionPolicy(name="week", duration="14d")),
    absent=(removal("old"),),
)
"""The default goes after its successor, a replacement; a third policy is blocked."""


def plan() -> Plan:
    """The plan of one database."""
    one = desired({"retention_policies": SPEC}, engine=Engine.INFLUXDB)
    return build_plan([one], {"shop": observed(LIVE, engine=Engine.INFLUXDB)})


def named(found: Plan) -> list[str]:
    """The items of a plan by name."""
    return [entry.address.name for entry in found.items()]


def test_a_guard_that_can_be_overridden_hides_no_other() -> None:
    """A person sees at once all that there is to override."""
    one = desired({"features": Features(switched={Feature.REDIS_AOF: False})}, engine=Engine.REDIS)
    live = {"features": {"redis-aof": {"enabled": True}}}
    made = build_plan([one], {"shop": observed(live, engine=Engine.REDIS)})
    limits = Policy(databases=Limit(value=0), share=Limit(value=0))
    recovery_points = {"shop": RecoveryPoints(persistence=frozenset({"redis-aof"}))}
    context = Context(
        now=datetime(2026, 1, 1, tzinfo=UTC),
        plan_id="1",
        policy=limits,
        recovery_points=recovery_points,
        backup_first=True,
    )
    for permits in (None, lambda _action: True):
        assert [one.code for one in review(made, context, permits).findings] == [
            *("G104", "G105", "G107")
        ]


def test_what_requires_something_that_is_left_out_is_left_out() -> None:
    """By a person or by a guard; what is no action stays."""

    def old_only(action: Action) -> bool:
        return action.address.name == "old"

    assert named(would_run(Proposal(plan=plan()), lambda _action: True)) == [
        *("next", "next"),
        *("week", "old"),
    ]
    assert named(would_run(Proposal(plan=plan()), old_only)) == ["week"]
    finding = Finding(
        code="G101", message="no", address=Address.parse("shop/retention_policies/next")
    )
    refused = Proposal(plan=plan(), findings=(finding,))
    assert named(would_run(refused, lambda _action: True)) == ["week"]


def test_some_guards_judge_what_would_run() -> None:
    """One way to keep data on disk may go while the other stays: only both are refused."""
    spec = Features(switched={Feature.REDIS_RDB: False, Feature.REDIS_AOF: False})
    live = {name: {"enabled": True} for name in ("redis-rdb", "redis-aof")}
    one = desired({"features": spec}, engine=Engine.REDIS)
    both = build_plan([one], {"shop": observed({"features": live}, engine=Engine.REDIS)})
    recovery_points = RecoveryPoints(backups=(), persistence=frozenset(live))
    context = Context(
        now=datetime(2026, 1, 1, tzinfo=UTC),
        recovery_points={"shop": recovery_points},
        backup_first=True,
    )

    def aof_only(action: Action) -> bool:
        return action.address.name == "redis-aof"

    assert [one.code for one in review(both, context).findings] == ["G107", "G107"]
    assert review(both, context, aof_only).findings == ()
