"""What other specs of the project say about the live databases of a plan."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from attrs import evolve
from builders import desired, observed, removal

from reconcile.guard.guard import Context
from reconcile.guard.review import review
from reconcile.kinds.backups import Backups
from reconcile.kinds.logical_databases import LogicalDatabases
from reconcile.model.finding import Finding
from reconcile.model.location import Location
from reconcile.model.plan import Plan
from reconcile.model.project import Claim, UnreadSpec
from reconcile.model.state import ITSELF
from reconcile.model.target import Pins
from reconcile.plan.build import build_plan

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LOSING = build_plan(
    [desired({"logical_databases": LogicalDatabases(absent=(removal("old"),))})],
    {"shop": observed({"logical_databases": {"old": {}}})},
)
SAFE = build_plan(
    [desired({"backups": Backups(enabled=True)})],
    {"shop": observed({"backups": {ITSELF: {"enabled": False, "hours": ()}}})},
)
OTHER = evolve(desired({}, handle="other"), protect=True)
BROKEN = UnreadSpec(location=Location(file="x.yaml", line=3, column=1), message="unknown key 'x'")


def found(plan: Plan, claim: Claim) -> list[Finding]:
    """The findings about a plan, where this is what the project says."""
    return list(review(plan, Context(now=NOW, claims={"shop": claim})).findings)


def test_another_spec_protects() -> None:
    """With its place; what is safe is not refused."""
    (one,) = found(LOSING, Claim(specs=(OTHER,)))
    assert (one.code, one.message) == (
        "G101",
        (
            "the database is protected, and this would lose data: the spec of 'other' at"
            " specs/other.yaml:1:1 protects this live database"
        ),
    )
    assert found(SAFE, Claim(specs=(OTHER,))) == []
    assert found(LOSING, Claim(specs=(evolve(OTHER, protect=False),))) == []


def test_a_spec_in_doubt_holds_a_loss_back() -> None:
    """The first is named, the others are counted."""
    (one,) = found(LOSING, Claim(unsure=(BROKEN,)))
    assert (one.code, one.message) == (
        "G111",
        (
            "this would lose data, and the spec at x.yaml:3:1 cannot be read or resolved: unknown"
            " key 'x'"
        ),
    )
    (action,) = LOSING.actions
    assert (one.location, one.address) == (action.origin.location, action.address)
    assert one.hint == "correct that spec: it may protect this database"
    (two,) = found(LOSING, Claim(unsure=(BROKEN, BROKEN)))
    assert two.message.endswith("unknown key 'x', and 1 more")
    assert found(SAFE, Claim(unsure=(BROKEN,))) == []


@pytest.mark.parametrize(
    ("plan", "claim", "needs_spec", "codes"),
    [
        (LOSING, Claim(), True, ["G110"]),
        (LOSING, Claim(), False, []),
        (SAFE, Claim(), True, []),
        (LOSING, Claim(specs=(desired({}),)), True, []),
        (LOSING, Claim(unsure=(BROKEN,)), True, ["G111"]),
    ],
)
def test_a_loss_of_an_unsigned_file_needs_a_spec_of_the_live_database(
    plan: Plan, claim: Claim, needs_spec: bool, codes: list[str]
) -> None:
    """A spec that leads to another one is none; one that leads nowhere is in doubt."""
    context = Context(now=NOW, claims={"shop": claim}, needs_spec=needs_spec)
    findings = review(plan, context).findings
    assert [one.code for one in findings] == codes
    assert all(one.address == plan.actions[0].address for one in findings)


def test_a_loss_without_a_spec_says_what_to_do() -> None:
    """The spec may be elsewhere, or name no addon."""
    (one,) = review(LOSING, Context(now=NOW, claims={"shop": Claim()}, needs_spec=True)).findings
    assert (one.message, one.hint) == (
        "this would lose data, and no spec here is about this live database",
        "name the addon in its spec, or say with --specs where that is",
    )


def test_a_spec_that_protects_its_own_database_names_no_other_place() -> None:
    """The plan's own database is protected: that says enough."""
    plan = evolve(LOSING, databases=tuple(evolve(one, protect=True) for one in LOSING.databases))
    for claim in (Claim(), Claim(specs=(OTHER,))):
        (one,) = found(plan, claim)
        assert one.message == "the database is protected, and this would lose data"


def test_pins_of_another_spec_hold() -> None:
    """Also where its own spec pins nothing, and nothing is to be done; each pin is named once."""
    pinned = evolve(OTHER, pins=Pins(resource_id="shop-web-9", region="osc-secnum-fr1"))
    says = "the spec of 'other' at specs/other.yaml:1:1 pins"
    messages = [one.message for one in found(SAFE, Claim(specs=(pinned,)))]
    assert messages == [
        f"the resource id of the live database is 'shop-web-3412', {says} 'shop-web-9'",
        f"the region of the live database is 'osc-fr1', {says} 'osc-secnum-fr1'",
    ]
    (database,) = SAFE.databases
    same = Plan(databases=(evolve(database, pins=pinned.pins),))
    assert len(found(same, Claim(specs=(pinned,)))) == len(messages)
