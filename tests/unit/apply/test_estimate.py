"""What carrying out a plan will cost, told before the first change."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from builders import HERE, desired, observed, removal

from reconcile.apply.allowance import Allow, Allowance
from reconcile.apply.estimate import estimate
from reconcile.kinds.backups import Backups
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies, RetentionPolicy
from reconcile.model.address import Address
from reconcile.model.cost import Budget
from reconcile.model.engine import Engine
from reconcile.model.finding import Finding, Severity
from reconcile.model.plan import Proposal
from reconcile.model.state import ITSELF, Desired, Observed
from reconcile.plan.build import build_plan

LIVE = {
    "backups": {ITSELF: {"enabled": False, "hours": ()}},
    "logical_databases": {"old": {}, "older": {}},
}
SAFE = {"backups": Backups(enabled=True)}
CREATING = {"logical_databases": LogicalDatabases(present=(LogicalDatabase(name="new"),))}
DELETING = {
    "logical_databases": LogicalDatabases(absent=(removal("old"), removal("older"))),
}
NOTHING = {"logical_databases": LogicalDatabases(present=(LogicalDatabase(name="old"),))}
ALL = Allowance(allows=(Allow.parse("lossy"),), attended=True)
ONE = Allowance(allows=(Allow.parse("lossy=shop/logical_databases/old"),))
READS = 3
LOOK = 2


def proposal(*fleet: Mapping[str, object]) -> Proposal:
    """The plan of databases that want just these kinds."""
    specs = [
        desired(kinds, handle="shop" if not index else f"db{index}")
        for index, kinds in enumerate(fleet)
    ]
    return Proposal(plan=build_plan(specs, {one.handle: _observed(one) for one in specs}))


def _observed(one: Desired) -> Observed:
    return observed({name: LIVE[name] for name in one.kinds}, handle=one.handle)


def foreseen(given: Proposal, allowance: Allowance, **spent: int) -> tuple[int, float]:
    """The requests, all of them to the database host, and the seconds."""
    found = estimate(
        given,
        allowance,
        reads_of=lambda _handle: READS,
        look_at=lambda _plan: LOOK,
        budget=Budget(database=10, concurrency=1),
        spent=spent,
    )
    assert set(found.requests) == {"database"}
    return found.total, found.seconds


@pytest.mark.parametrize(
    ("fleet", "allowance", "requests"),
    [
        ([NOTHING], ALL, 0),
        ([SAFE], Allowance(), 1 + LOOK + READS),
        ([SAFE | CREATING], Allowance(), 2 + LOOK + READS),
        ([SAFE, CREATING, NOTHING], Allowance(), 2 + 2 * (LOOK + READS)),
        ([DELETING], Allowance(), 0),
        ([DELETING], ONE, 1 + LOOK + READS),
        ([DELETING], ALL, 2 + 2 * LOOK + READS),
        ([SAFE | DELETING], Allowance(), 1 + LOOK + READS),
        ([SAFE | DELETING], ALL, 3 + 3 * LOOK + READS),
    ],
)
def test_what_may_run_is_counted_and_what_it_touches_is_read_again(
    fleet: list[Mapping[str, object]], allowance: Allowance, requests: int
) -> None:
    """A look before the first action and each loss, and one at the end; what is not allowed is free."""
    assert foreseen(proposal(*fleet), allowance)[0] == requests


def test_what_a_guard_refuses_costs_nothing() -> None:
    """It does not run, whatever is allowed."""
    given = proposal(DELETING)
    address = Address(database="shop", kind="logical_databases", name="old")
    finding = Finding(
        code="G101", severity=Severity.ERROR, message="no", location=HERE, address=address
    )
    refused = Proposal(plan=given.plan, findings=(finding,))
    assert foreseen(refused, ALL)[0] == 1 + LOOK + READS


def test_a_replacement_is_looked_at_once() -> None:
    """Before its deletion: what is half replaced is finished without a look."""
    policy = RetentionPolicy(name="30-days", duration="30d", on_change=OnChange.REPLACE)
    one = desired(
        {"retention_policies": RetentionPolicies(present=(policy,))}, engine=Engine.INFLUXDB
    )
    week = {"duration": 7 * 24 * 3600 * 10**9, "default": False}
    live = observed({"retention_policies": {"30-days": week}}, engine=Engine.INFLUXDB)
    plan = build_plan([one], {"shop": live})
    assert len(plan.actions) == 2
    assert foreseen(Proposal(plan=plan), ALL)[0] == 2 + LOOK + READS


def test_what_was_read_before_is_out_of_the_same_budget() -> None:
    """Ten a minute: six of them fit beside four that were sent, and not beside five."""
    given = proposal(SAFE)
    for spent, seconds in (({"database": 4}, 0), ({"database": 5}, 61), ({"api": 60}, 0)):
        requests, found = foreseen(given, ALL, **spent)
        assert requests == 6
        assert found == pytest.approx(seconds + 6 * 0.2)
