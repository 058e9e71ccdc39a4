"""The guards, a table per code, with the exact text."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from builders import desired, observed, removal

from reconcile.guard.guard import Context
from reconcile.guard.review import review
from reconcile.kinds.extensions import Extensions
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies, RetentionPolicy
from reconcile.model.engine import Engine
from reconcile.model.plan import Proposal
from reconcile.plan.build import build_plan

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LIVE = {"logical_databases": {"main": {"protected": True}, "legacy": {}}}


def reviewed(*, protect: bool = False, until: date = TODAY) -> Proposal:
    """A plan that creates one logical database and deletes another."""
    spec = LogicalDatabases(
        present=(LogicalDatabase(name="new"),), absent=(removal("legacy", until),)
    )
    plan = build_plan(
        [desired({"logical_databases": spec}, protect=protect)], {"shop": observed(LIVE)}
    )
    return review(plan, Context(now=NOW))


def refusals(proposal: Proposal) -> list[tuple[str, str, str]]:
    """Which actions are refused, and in which words."""
    return [
        (str(action.address), finding.code, finding.message)
        for action in proposal.plan.actions
        if (finding := proposal.refusal(action))
    ]


def test_g101_protect_refuses_lossy_actions_only() -> None:
    """The rest of the plan goes on."""
    assert refusals(reviewed(protect=True)) == [
        (
            "shop/logical_databases/legacy",
            "G101",
            "the database is protected, and this would lose data",
        )
    ]


def test_g101_a_replacement_is_refused_as_one() -> None:
    """Both halves have one address, and one finding."""
    wanted = RetentionPolicies(
        present=(RetentionPolicy(name="a", duration="2h", on_change=OnChange.REPLACE),)
    )
    live = {"retention_policies": {"a": {"duration": "1h", "default": False}}}
    plan = build_plan(
        [desired({"retention_policies": wanted}, engine=Engine.INFLUXDB, protect=True)],
        {"shop": observed(live, engine=Engine.INFLUXDB)},
    )
    proposal = review(plan, Context(now=NOW))
    assert len(plan.actions) == 2
    assert len(proposal.findings) == 1
    assert len(refusals(proposal)) == 2


@pytest.mark.parametrize(
    ("until", "refused"),
    [
        (date(2026, 11, 22), True),
        (date(2026, 11, 23), False),
        (date(2027, 1, 31), False),
    ],
)
def test_g102_an_approval_holds_until_its_last_day(until: date, refused: bool) -> None:
    """And not a day longer."""
    found = refusals(reviewed(until=until))
    expected = (
        "shop/logical_databases/legacy",
        "G102",
        f"the approval to delete it ended on {until}, today is 2026-11-23",
    )
    assert found == ([expected] if refused else [])


@pytest.mark.parametrize(
    ("protect", "until", "code"),
    [(True, TODAY, "G101"), (False, date(2026, 1, 1), "G102"), (False, TODAY, None)],
)
def test_what_a_person_would_do_is_refused_as_well(
    protect: bool, until: date, code: str | None
) -> None:
    """A step by hand loses as much, and rests on the same approval."""
    wanted = {"extensions": Extensions(absent=(removal("postgis", until),))}
    live = {"extensions": {"postgis": {"version": "v3.4"}}}
    plan = build_plan(
        [desired(wanted, engine=Engine.POSTGRESQL, protect=protect)],
        {"shop": observed(live, engine=Engine.POSTGRESQL)},
    )
    proposal = review(plan, Context(now=NOW))
    (step,) = plan.databases[0].items
    finding = proposal.refusal(step)
    assert (finding and finding.code) == code


@pytest.mark.parametrize(
    ("protect", "until", "hint"),
    [
        (True, TODAY, "no flag lifts this; first take `protect: true` out of the spec"),
        (False, date(2026, 1, 1), "renew `until` in the spec, or take the entry out"),
    ],
)
def test_a_refusal_says_where_and_what_to_do(protect: bool, until: date, hint: str) -> None:
    """At the place of the spec that asks for the loss."""
    (finding,) = reviewed(protect=protect, until=until).findings
    assert finding.hint == hint
    assert str(finding.location) == "specs/shop.yaml:6:1"
    assert str(finding.address) == "shop/logical_databases/legacy"


def test_a_plan_without_risk_has_no_finding() -> None:
    """Guards are quiet."""
    assert reviewed().findings == ()
