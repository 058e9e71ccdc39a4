"""What carrying out a plan will cost, told before the first change."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pytest
from builders import CONNECTION, HERE, desired, observed, removal

from reconcile.apply.allowance import Allow, Allowance
from reconcile.apply.estimate import estimate, waits_of
from reconcile.kinds.backups import Backups
from reconcile.kinds.engine_version import EngineVersion
from reconcile.kinds.extensions import Extension, Extensions
from reconcile.kinds.features import Feature, Features
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies, RetentionPolicy
from reconcile.model.address import Address
from reconcile.model.change import Risk
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


def foreseen(
    given: Proposal,
    allowance: Allowance,
    recent: Mapping[str, Sequence[float]] | None = None,
    *,
    backup_first: bool = False,
) -> tuple[int, float]:
    """The requests, all of them to the database host, and the seconds."""
    found = estimate(
        given,
        allowance,
        reads_of=lambda _handle: READS,
        look_at=lambda _plan: LOOK,
        access_to=lambda _handles: {},
        budget=Budget(database=10, concurrency=1),
        recent=recent or {},
        backup_first=backup_first,
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


@pytest.mark.parametrize(
    ("fleet", "allowance", "more"),
    [
        ([SAFE], ALL, 0),
        ([DELETING], Allowance(), 0),
        ([DELETING], ALL, 2 + LOOK),
        ([SAFE | DELETING, DELETING], ALL, 2 * (2 + LOOK)),
    ],
)
def test_a_backup_first_costs_more_once_a_database(
    fleet: list[Mapping[str, object]], allowance: Allowance, more: int
) -> None:
    """The list, the request and another look, where something is affected and may run."""
    plain = foreseen(proposal(*fleet), allowance)[0]
    assert foreseen(proposal(*fleet), allowance, backup_first=True)[0] == plain + more


def test_a_statement_is_no_request() -> None:
    """Only the looks before it and the read after it are; the connection is another server's."""
    spec = Extensions(present=(Extension(name="a"),), absent=(removal("b"), removal("c")))
    one = desired({"extensions": spec}, engine=Engine.POSTGRESQL, connection=CONNECTION)
    live = {"b": {"version": "1"}, "c": {"version": "1"}}
    found = observed({"extensions": live}, engine=Engine.POSTGRESQL)
    plan = build_plan([one], {"shop": found})
    assert len(plan.actions) == 3
    given = Proposal(plan=plan)
    assert foreseen(given, Allowance())[0] == LOOK + READS
    assert foreseen(given, ALL)[0] == 3 * LOOK + READS


def test_what_a_guard_refuses_costs_nothing() -> None:
    """It does not run, whatever is allowed."""
    given = proposal(DELETING)
    address = Address(database="shop", kind="logical_databases", name="old")
    finding = Finding(
        code="G101", severity=Severity.ERROR, message="no", location=HERE, address=address
    )
    refused = Proposal(plan=given.plan, findings=(finding,))
    assert foreseen(refused, ALL)[0] == 1 + LOOK + READS


def test_what_requires_something_that_does_not_run_costs_nothing() -> None:
    """The loop skips it, and sends nothing for it."""
    autogen = {"duration": 0, "default": True}
    policies = RetentionPolicies(
        present=(RetentionPolicy(name="new", duration="1d", default=True),),
        absent=(removal("autogen"),),
    )
    one = desired({"retention_policies": policies}, engine=Engine.INFLUXDB)
    live = observed({"retention_policies": {"autogen": autogen}}, engine=Engine.INFLUXDB)
    plan = build_plan([one], {"shop": live})
    create, delete = plan.actions
    assert delete.requires == (create.key,)
    refused = Finding(
        code="G101", severity=Severity.ERROR, message="no", location=HERE, address=create.address
    )
    assert foreseen(Proposal(plan=plan), ALL)[0] == 2 + 2 * LOOK + READS
    assert foreseen(Proposal(plan=plan, findings=(refused,)), ALL)[0] == 0


@pytest.mark.parametrize(("backup_first", "waits"), [(False, (3,)), (True, (4,))])
def test_what_is_waited_for_is_counted_for_each_database(
    backup_first: bool, waits: tuple[int, ...]
) -> None:
    """Operations, features and the backup before; a database that waits for nothing is left out."""
    kinds = {
        "engine_version": EngineVersion(version=">=8.0.36"),
        "features": Features(switched={Feature.FORCE_SSL: True, Feature.PUBLICLY_AVAILABLE: True}),
        "backups": Backups(enabled=True),
    }
    slow, quick = desired(kinds), desired({"backups": Backups(enabled=True)}, handle="quick")
    off = {"backups": {ITSELF: {"enabled": False, "hours": ()}}}
    version = {"version": "8.0.35-1", "next_version": "8.0.36-1"}
    live = {
        "shop": observed({**off, "features": {}, "engine_version": {ITSELF: version}}),
        "quick": observed(off, handle="quick"),
    }
    given = Proposal(plan=build_plan([slow, quick], live))
    assert len(given.plan.actions) == 5
    everything = Allowance(allows=tuple(Allow(risk=risk) for risk in Risk), attended=True)
    assert waits_of(given, everything, backup_first=backup_first) == waits
    assert waits_of(given, Allowance(), backup_first=backup_first) == ()


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


def test_a_replacement_among_others_has_a_look_of_its_own() -> None:
    """What comes before it is safe, and served by the first."""
    policies = (
        RetentionPolicy(name="30-days", duration="30d", on_change=OnChange.REPLACE),
        RetentionPolicy(name="new", duration="1d"),
    )
    one = desired({"retention_policies": RetentionPolicies(present=policies)})
    week = {"duration": "7d", "default": False}
    plan = build_plan([one], {"shop": observed({"retention_policies": {"30-days": week}})})
    assert len(plan.actions) == 3
    assert foreseen(Proposal(plan=plan), ALL)[0] == 3 + 2 * LOOK + READS


def test_each_database_costs_what_it_takes_to_read_it() -> None:
    """By its handle, and by what its plan acts on; where nothing runs, no access is needed."""
    given = proposal(SAFE, {**SAFE, **CREATING})

    def estimated(asked: Proposal, allowance: Allowance = ONE) -> Mapping[str, int]:
        return estimate(
            asked,
            allowance,
            reads_of={"shop": 5, "db1": 50}.__getitem__,
            look_at=lambda plan: 100 * len(plan.actions),
            access_to=lambda handles: {"auth": 1000 * (len(handles) or 7)},
            budget=Budget(),
            recent={},
        ).requests

    assert estimated(given) == {"database": 1 + 100 + 5 + 2 + 200 + 50, "auth": 2000}
    assert estimated(proposal(DELETING)) == {"database": 1 + 200 + 5, "auth": 1000}
    assert sum(estimated(proposal(DELETING), Allowance()).values()) == 0


def test_what_was_read_before_is_out_of_the_same_budget() -> None:
    """Ten a minute: six of them fit beside four that were sent, and not beside five."""
    given = proposal(SAFE)
    for host, number, seconds in (("database", 4, 0), ("database", 5, 51), ("api", 60, 0)):
        requests, found = foreseen(given, ALL, {host: [10.0] * number})
        assert requests == 6
        assert found == pytest.approx(seconds + 6 * 0.2)


def test_access_is_estimated_for_what_is_touched_only() -> None:
    """A plan that was made before has not been read: its tokens are still to come."""
    asked: list[list[str]] = []

    def access(handles: Collection[str]) -> Mapping[str, int]:
        asked.append(list(handles))
        return {"auth": 2, "api": len(handles)}

    found = estimate(
        proposal(SAFE, DELETING, SAFE),
        Allowance(),
        reads_of=lambda _handle: READS,
        look_at=lambda _plan: LOOK,
        access_to=access,
        budget=Budget(),
        recent={},
    )
    assert asked == [["db2", "shop"]]
    assert found.requests == {"auth": 2, "api": 2, "database": 2 * (LOOK + 1 + READS)}
