"""What a second read says of an action whose answer was lost, where something takes its time."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from builders import CONNECTION, desired, facts, observed, removal

from reconcile.apply.execute import calls_of
from reconcile.apply.resolve import settle
from reconcile.errors import DOUBT
from reconcile.kinds.backups import Backups
from reconcile.kinds.engine_version import EngineVersion
from reconcile.kinds.extensions import Extension, Extensions
from reconcile.kinds.features import Feature, Features
from reconcile.model.address import Address
from reconcile.model.engine import Engine, Version
from reconcile.model.item import Pending, Reason
from reconcile.model.plan import Plan
from reconcile.model.run import Outcome, Result
from reconcile.model.state import ITSELF, Elements, Facts
from reconcile.plan.build import build_plan

OFF: Elements = {}
COMING: Elements = {"redis-aof": {"status": "PENDING_TO_ACTIVATE"}}
ON: Elements = {"redis-aof": {"status": "ACTIVATED", "enabled": True}}
FAILED: Elements = {"redis-aof": {"status": "FAILED", "enabled": False}}


def planned(kind: str, spec: Any, state: Elements, *, live: Facts | None = None) -> Plan:
    """The plan of one kind."""
    found = observed({kind: state}, live=live or facts())
    return build_plan([desired({kind: spec})], {"shop": found})


def settled(before: Plan, after: Plan) -> tuple[Result, str]:
    """What becomes of the one action of a plan whose answer was lost."""
    (action,) = before.actions
    (outcome,) = settle([Outcome(action=action, result=Result.UNKNOWN, message="lost")], after)
    return outcome.result, outcome.message


@pytest.mark.parametrize(
    ("state", "result", "message"),
    [
        (COMING, Result.STARTED, "read again: it is under way; lost"),
        (ON, Result.DONE, "read again: it was done; lost"),
        (OFF, Result.UNKNOWN, "not done yet when read again, it may still be; lost"),
        (FAILED, Result.UNKNOWN, "not done yet when read again, it may still be; lost"),
    ],
)
def test_a_feature(state: Elements, result: Result, message: str) -> None:
    """The provider is at it: so it has heard of it."""
    spec = Features(switched={Feature.REDIS_AOF: True})
    before = planned("features", spec, OFF)
    assert settled(before, planned("features", spec, state)) == (result, message)


def test_a_busy_database_says_nothing_of_one_feature() -> None:
    """It may be busy with something else."""
    spec = Features(switched={Feature.REDIS_AOF: True})
    after = planned("features", spec, OFF, live=facts(operation="op"))
    assert settled(planned("features", spec, OFF), after) == (Result.UNKNOWN, "lost")


BY_SQL = Extensions(present=(Extension(name="hstore"),), absent=(removal("cube"),))
TOOK_IT = (
    Result.UNKNOWN,
    "the server took it, and read again the API does not tell of it: look there",
)


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        ({"hstore"}, [(Result.DONE, "ok"), (Result.DONE, "ok")]),
        ({"hstore", "cube"}, [(Result.DONE, "ok"), TOOK_IT]),
        (set(), [TOOK_IT, (Result.DONE, "ok")]),
    ],
)
def test_a_statement_that_the_api_does_not_tell_of(
    live: set[str], expected: list[tuple[Result, str]]
) -> None:
    """It was perhaps done elsewhere: that is no success."""
    wanted = desired({"extensions": BY_SQL}, engine=Engine.POSTGRESQL, connection=CONNECTION)

    def plan_on(names: set[str]) -> Plan:
        states = {"extensions": {name: {"version": "1.0"} for name in sorted(names)}}
        return build_plan([wanted], {"shop": observed(states, engine=Engine.POSTGRESQL)})

    sent = [
        Outcome(action=action, result=Result.DONE, message="ok", calls=calls_of(action))
        for action in plan_on({"cube"}).actions
    ]
    assert [str(one.calls[0]) for one in sent] == [
        "CREATE EXTENSION hstore;",
        "DROP EXTENSION cube;",
    ]
    found = settle(sent, plan_on(live))
    assert [(one.result, one.message) for one in found] == expected


def test_a_request_that_was_done_and_is_due_again_was_done() -> None:
    """The API itself took it; what it tells may be a moment old."""
    before = planned("backups", Backups(enabled=True), {ITSELF: {"enabled": False, "hours": ()}})
    (action,) = before.actions
    sent = Outcome(action=action, result=Result.DONE, calls=calls_of(action))
    assert settle([sent], before) == (sent,)


ITS_OWN = Address(database="shop", kind="features", name="redis-aof")
WHOLE = Address(database="shop")
ANOTHER = Address(database="shop", kind="features", name="redis-rdb")
UNDER_WAY = (Result.STARTED, "read again: it is under way; lost")
OPEN = (Result.UNKNOWN, "lost")


@pytest.mark.parametrize(
    ("waiting", "expected"),
    [
        ([(ITS_OWN, True)], UNDER_WAY),
        ([(ITS_OWN, False)], OPEN),
        ([(WHOLE, False)], OPEN),
        ([(WHOLE, True)], UNDER_WAY),
        ([(ITS_OWN, True), (WHOLE, False)], OPEN),
        ([(ITS_OWN, True), (ANOTHER, False)], UNDER_WAY),
        ([(ANOTHER, False)], (Result.DONE, "read again: it was done; lost")),
    ],
)
def test_what_waits_is_no_proof_unless_it_is_at_it(
    waiting: list[tuple[Address, bool]], expected: tuple[Result, str]
) -> None:
    """Something that has to come first says nothing of the action itself."""
    before = planned("features", Features(switched={Feature.REDIS_AOF: True}), OFF)
    (action,) = before.actions
    assert action.address == ITS_OWN
    items = tuple(
        Pending(
            address=address,
            message="busy",
            reason=Reason.BUSY,
            origin=action.origin,
            at_it=at_it,
        )
        for address, at_it in waiting
    )
    (database,) = before.databases
    assert settled(before, Plan(databases=(evolve(database, items=items),))) == expected


def test_another_database_in_its_place() -> None:
    """That it cannot be planned does not mean that it was done."""
    spec = Features(switched={Feature.REDIS_AOF: True})
    after = planned("features", spec, OFF, live=facts(Engine.REDIS))
    result, message = settled(planned("features", spec, OFF), after)
    assert result is Result.UNKNOWN
    assert message == "not done yet when read again, it may still be; lost"


def version(live: str, *following: str | None) -> Elements:
    """A version, and what comes next if that is known."""
    return {ITSELF: {"version": live, **dict(zip(["next_version"], following, strict=False))}}


MISSED = "the provider went to {}, planned was 16.6.0-1"
STILL = "the version is still 16.4.0-1, planned was 16.6.0-1"
LATER = "not done yet when read again, it may still be; lost"


@pytest.mark.parametrize(
    ("result", "live", "following", "expected"),
    [
        (Result.UNKNOWN, "16.6.0-1", ("16.8.0-1",), (Result.DONE, "read again: it was done; lost")),
        (Result.UNKNOWN, "16.6.0-1", ("17.0.0-1",), (Result.DONE, "read again: it was done; lost")),
        (Result.UNKNOWN, "16.6.0-1", (), (Result.DONE, "read again: it was done; lost")),
        (Result.UNKNOWN, "16.4.0-1", ("16.6.0-1",), (Result.UNKNOWN, LATER)),
        (Result.UNKNOWN, "16.4.0-1", (), (Result.UNKNOWN, LATER)),
        (
            Result.UNKNOWN,
            "16.8.0-1",
            (),
            (Result.UNKNOWN, f"read again: {MISSED.format('16.8.0-1')}; lost"),
        ),
        (Result.DONE, "16.6.0-1", (None,), (Result.DONE, "lost")),
        (Result.DONE, "16.6.0-1", ("16.8.0-1",), (Result.DONE, "lost")),
        (Result.DONE, "16.8.0-1", (), (Result.FAILED, f"read again: {MISSED.format('16.8.0-1')}")),
        (
            Result.DONE,
            "17.2.0-1",
            (None,),
            (Result.FAILED, f"read again: {MISSED.format('17.2.0-1')}"),
        ),
        (Result.DONE, "16.4.0-1", (None,), (Result.UNKNOWN, f"read again: {STILL}")),
        (
            Result.DONE,
            None,
            (),
            (
                Result.UNKNOWN,
                "read again: the provider does not tell which version is live, planned was 16.6.0-1",
            ),
        ),
        (Result.FAILED, "16.4.0-1", (None,), (Result.FAILED, "lost")),
        (Result.FAILED, "17.2.0-1", (None,), (Result.FAILED, "lost")),
        (
            Result.FAILED,
            "16.6.0-1",
            (None,),
            (Result.ALREADY_DONE, "read again: it is so, by another hand; lost"),
        ),
    ],
)
@pytest.mark.parametrize("rule", ["latest-minor", ">=16.5"])
def test_an_upgrade_is_done_where_the_planned_version_is_live(
    rule: str,
    result: Result,
    live: str | None,
    following: tuple[str | None, ...],
    expected: tuple[Result, str],
) -> None:
    """Whatever the rule asks for next; another version is told as what it is."""
    spec = EngineVersion(version=rule)
    before = planned(
        "engine_version",
        spec,
        version("16.4.0-1", "16.6.0-1"),
        live=facts(version="16.4.0-1"),
    )
    now = evolve(facts(), version=Version.parse(live or ""))
    after = planned("engine_version", spec, version(live or "odd", *following), live=now)
    (action,) = before.actions
    sent = Outcome(action=action, result=result, message="lost", under_way=True)
    (outcome,) = settle([sent], after)
    assert (outcome.result, outcome.message) == expected


def test_an_update_that_left_something_else_to_do() -> None:
    """The flag is as it was to be; that the hour was moved meanwhile is another matter."""
    spec = Backups(enabled=True, hours=(3,))
    before = planned("backups", spec, {ITSELF: {"enabled": False, "hours": (3,)}})
    after = planned("backups", spec, {ITSELF: {"enabled": True, "hours": (5,)}})
    assert settled(before, after)[0] is Result.DONE


def test_what_another_hand_did_a_moment_before_is_no_failure() -> None:
    """A creation that was refused, for the thing is there: nothing is left to do."""
    spec = Features(switched={Feature.REDIS_AOF: True})
    before = planned("features", spec, OFF)
    failed = Outcome(action=before.actions[0], result=Result.FAILED, message="it exists")
    (outcome,) = settle([failed], planned("features", spec, ON))
    assert outcome.result is Result.ALREADY_DONE
    assert outcome.message == "read again: it is so, by another hand; it exists"
    assert settle([failed], planned("features", spec, OFF)) == (failed,)


def test_what_is_live_after_a_failed_operation_is_done() -> None:
    """The provider accepted it and says that it failed; read again, nothing is left to do."""
    spec = EngineVersion(version=">=16.5")
    live, now = version("16.4.0-1", "16.6.0-1"), version("16.6.0-1")
    before = planned("engine_version", spec, live, live=facts(version="16.4.0-1"))
    failed = Outcome(
        action=before.actions[0], result=Result.FAILED, message="operation failed", accepted=True
    )
    after = planned("engine_version", spec, now, live=facts(version="16.6.0-1"))
    (outcome,) = settle([failed], after)
    assert outcome.result is Result.DONE
    assert outcome.message == "read again: it was done, although operation failed"
    assert settle([failed], before) == (failed,)


def test_an_update_that_failed_may_have_been_made_by_another_hand() -> None:
    """What that left to do is another matter."""
    spec = Backups(enabled=True, hours=(3,))
    before = planned("backups", spec, {ITSELF: {"enabled": False, "hours": (3,)}})
    after = planned("backups", spec, {ITSELF: {"enabled": True, "hours": (5,)}})
    failed = Outcome(action=before.actions[0], result=Result.FAILED, message="refused")
    (outcome,) = settle([failed], after)
    assert outcome.result is Result.ALREADY_DONE


def test_a_doubt_that_is_settled_is_not_told() -> None:
    """What the request came to stays, that nobody knew goes."""
    spec = Features(switched={Feature.REDIS_AOF: True})
    before = planned("features", spec, OFF)
    unknown = Outcome(action=before.actions[0], result=Result.UNKNOWN, message=f"no answer{DOUBT}")
    (outcome,) = settle([unknown], planned("features", spec, ON))
    assert outcome.message == "read again: it was done; no answer"
