"""What the specs of a project hold back: protection, approvals that ended, pins, specs in doubt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from attrs import evolve
from builders import desired, removal
from unit.guard.reviewed import NOW, PLAN_ID, deleting, idle, one, planned, said

from reconcile.guard.guard import Context
from reconcile.guard.review import review
from reconcile.kinds.backups import Backups
from reconcile.kinds.extensions import Extensions
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies, RetentionPolicy
from reconcile.model.engine import Engine
from reconcile.model.finding import Severity
from reconcile.model.location import Location
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.project import Claim, UnreadSpec
from reconcile.model.state import ITSELF
from reconcile.model.target import Pins

TODAY = NOW.date()
YESTERDAY = TODAY - timedelta(days=1)
SAFE = planned(
    {"backups": Backups(enabled=True)}, {"backups": {ITSELF: {"enabled": False, "hours": ()}}}
)
OTHER = evolve(desired({}, handle="other"), protect=True)
BROKEN = UnreadSpec(location=Location(file="x.yaml", line=3, column=1), message="unknown key 'x'")
LOST = "shop/logical_databases/old"


def mixed(until: date = TODAY) -> DatabasePlan:
    """A plan that creates one logical database and deletes another."""
    spec = LogicalDatabases(present=(LogicalDatabase(name="new"),), absent=(removal("old", until),))
    return planned({"logical_databases": spec}, {"logical_databases": {"old": {}}})


def by_hand(until: date = TODAY) -> DatabasePlan:
    """A plan in which a person deletes something."""
    spec = {"extensions": Extensions(absent=(removal("old", until),))}
    return planned(spec, {"extensions": {"old": {"version": "3.4"}}}, engine=Engine.POSTGRESQL)


def replacing() -> DatabasePlan:
    """A plan that deletes something and creates it anew."""
    new = RetentionPolicy(name="old", duration="2h", on_change=OnChange.REPLACE)
    spec = {"retention_policies": RetentionPolicies(present=(new,))}
    live = {"retention_policies": {"old": {"duration": "1h", "default": False}}}
    return planned(spec, live, engine=Engine.INFLUXDB)


@pytest.mark.parametrize("plan", [mixed(), by_hand(), replacing()], ids=["api", "hand", "replaced"])
def test_g101_a_protected_database_loses_nothing(plan: DatabasePlan) -> None:
    """Whoever would do it; the rest of the plan goes on. Both halves of a replacement have one finding."""
    found = one(evolve(plan, protect=True))
    assert (found.code, found.message, found.hint) == (
        "G101",
        "the database is protected, and this would lose data",
        "no flag overrides this; first take `protect: true` out of the spec",
    )
    assert found.address is not None
    assert found.address.name == "old"
    assert str(found.location) == "specs/shop.yaml:6:1"
    proposal = review(Plan(databases=(evolve(plan, protect=True),)), Context(now=NOW))
    refused = {entry.address.name for entry in plan.doable if proposal.refusal(entry)}
    assert refused == {"old"}


def test_g101_another_spec_protects() -> None:
    """With its place, unless the plan's own spec protects as well; what is safe is not refused."""
    says = "the database is protected, and this would lose data"
    elsewhere = f"{says}: the spec of 'other' at specs/other.yaml:1:1 protects this live database"
    claims = {"shop": Claim(specs=(OTHER,))}
    assert one(deleting(), claims=claims).message == elsewhere
    assert one(evolve(deleting(), protect=True), claims=claims).message == says
    assert said(SAFE, claims=claims) == ()
    assert said(deleting(), claims={"shop": Claim(specs=(evolve(OTHER, protect=False),))}) == ()


@pytest.mark.parametrize("plan", [mixed, by_hand])
@pytest.mark.parametrize("until", [YESTERDAY, TODAY, TODAY + timedelta(days=60)])
def test_g102_an_approval_holds_until_its_last_day(
    plan: Callable[[date], DatabasePlan], until: date
) -> None:
    """And not a day longer, whoever would do it."""
    found = said(plan(until))
    if until >= TODAY:
        assert found == ()
        return
    (ended,) = found
    assert (ended.code, ended.message, ended.hint) == (
        "G102",
        f"the approval to delete it ended on {until}, today is {TODAY}",
        "renew `until` in the spec, or take the entry out",
    )
    assert str(ended.location) == "specs/shop.yaml:6:1"
    assert ended.address in {one.address for one in plan(until).doable if one.approval}


PINS = [
    (Pins(resource_id="shop-web-9"), "the resource id of the live database is 'shop-web-3412', the spec pins 'shop-web-9'"),
    (Pins(region="osc-secnum-fr1"), "the region of the live database is 'osc-fr1', the spec pins 'osc-secnum-fr1'"),
]  # fmt: skip


@pytest.mark.parametrize(("pins", "message"), PINS)
@pytest.mark.parametrize("database", [idle(), deleting()], ids=["in sync", "with an action"])
def test_g103_another_database_than_the_pinned_one(
    database: DatabasePlan, pins: Pins, message: str
) -> None:
    """The whole database is refused, also where nothing is to be done; nothing overrides it."""
    found = one(evolve(database, pins=pins), overrides=frozenset({"G103"}))
    assert (found.code, found.message) == ("G103", message)
    assert found.hint == "check app and addon in the spec; change the pin only if another is meant"
    assert (found.severity, found.override, found.location) == (Severity.ERROR, None, None)
    proposal = review(
        Plan(databases=(evolve(database, pins=pins),)), Context(now=NOW, plan_id=PLAN_ID)
    )
    assert proposal.refuses(proposal.plan.databases[0])
    assert proposal.remains
    assert all(proposal.refusal(action) == found for action in proposal.plan.actions)


def test_g103_both_pins_are_compared() -> None:
    """Each that does not hold is said."""
    pins = Pins(resource_id="x", region="y")
    assert [found.code for found in said(evolve(idle(), pins=pins))] == ["G103", "G103"]


@pytest.mark.parametrize(
    "database",
    [
        evolve(idle(), pins=Pins(resource_id="shop-web-3412", region="osc-fr1")),
        evolve(idle(), pins=Pins(resource_id="other"), target=None, error="not read"),
        idle(),
    ],
    ids=["holds", "unknown", "no pin"],
)
def test_g103_lets_pass(database: DatabasePlan) -> None:
    """A pin that holds, a database that could not be read, no pin."""
    assert said(database) == ()


def test_g103_pins_of_another_spec_hold() -> None:
    """Also where its own spec pins nothing, and nothing is to be done; each pin is named once."""
    pinned = evolve(OTHER, pins=Pins(resource_id="shop-web-9", region="osc-secnum-fr1"))
    says = "the spec of 'other' at specs/other.yaml:1:1 pins"
    claims = {"shop": Claim(specs=(pinned,))}
    messages = [found.message for found in said(SAFE, claims=claims)]
    assert messages == [
        f"the resource id of the live database is 'shop-web-3412', {says} 'shop-web-9'",
        f"the region of the live database is 'osc-fr1', {says} 'osc-secnum-fr1'",
    ]
    assert len(said(evolve(SAFE, pins=pinned.pins), claims=claims)) == len(messages)


def test_g111_a_spec_in_doubt_holds_a_loss_back() -> None:
    """The first is named, the others are counted."""
    found = one(deleting(), claims={"shop": Claim(unsure=(BROKEN,))})
    assert (found.code, found.message, found.hint) == (
        "G111",
        (
            "this would lose data, and the spec at x.yaml:3:1 cannot be read or resolved: unknown"
            " key 'x'"
        ),
        "correct that spec: it may protect this database",
    )
    (action,) = deleting().actions
    assert (found.location, found.address) == (action.origin.location, action.address)
    two = one(deleting(), claims={"shop": Claim(unsure=(BROKEN, BROKEN))})
    assert two.message.endswith("unknown key 'x', and 1 more")
    assert said(SAFE, claims={"shop": Claim(unsure=(BROKEN,))}) == ()


@pytest.mark.parametrize(
    ("plan", "claim", "needs_spec", "codes"),
    [
        (deleting(), Claim(), True, ["G110"]),
        (deleting(), Claim(), False, []),
        (SAFE, Claim(), True, []),
        (deleting(), Claim(specs=(desired({}),)), True, []),
        (deleting(), Claim(unsure=(BROKEN,)), True, ["G111"]),
    ],
)
def test_g110_a_loss_of_an_unsigned_file_needs_a_spec_of_the_live_database(
    plan: DatabasePlan, claim: Claim, needs_spec: bool, codes: list[str]
) -> None:
    """A spec that leads to another one is none; one that leads nowhere is in doubt."""
    findings = said(plan, claims={"shop": claim}, needs_spec=needs_spec)
    assert [(found.code, str(found.address)) for found in findings] == [
        (code, LOST) for code in codes
    ]
    if codes == ["G110"]:
        assert (findings[0].message, findings[0].hint) == (
            "this would lose data, and no spec here is about this live database",
            "name the addon in its spec, or say with --specs where that is",
        )
