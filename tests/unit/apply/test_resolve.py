"""What became of what no answer told, by what would be planned of it now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from attrs import evolve
from builders import CONNECTION, desired, facts, observed, removal, target

from reconcile.apply.execute import calls_of
from reconcile.apply.open_ends import OpenEnd
from reconcile.apply.resolve import action_of, resolution, resolve_outcomes
from reconcile.errors import DOUBT
from reconcile.kinds.backups import Backups
from reconcile.kinds.engine_version import EngineVersion
from reconcile.kinds.extensions import Extension, Extensions
from reconcile.kinds.features import Feature, Features
from reconcile.model.address import Address
from reconcile.model.change import Change, Create, Delete, FieldChange, Risk, Update
from reconcile.model.engine import Engine, Version
from reconcile.model.history import Addon, Opening, PastAction, PastRun, Resolution, RunState
from reconcile.model.item import Pending, Reason
from reconcile.model.location import Location, Origin
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.run import Outcome, Result
from reconcile.model.state import ITSELF, Approval, Elements, Facts
from reconcile.plan.build import build_plan, plan_database
from reconcile.plan.intent import intended

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


AUDIT = Address(database="shop", kind="logical_databases", name="audit")


BACKUPS = Address(database="shop", kind="backups")


CREATE = Create(address=AUDIT, after={}, replacement=True)


DELETE = Delete(address=AUDIT, before={}, replacement=True)


UPDATE = Update(
    address=BACKUPS,
    before={"enabled": True, "hours": (5,)},
    after={"hours": (3,)},
    fields=(FieldChange(field="hours", before=(5,), after=(3,)),),
)


def open_end(change: Change | None, risk: Risk | None = Risk.LOSSY) -> OpenEnd:
    """An action of which the journal of a killed run says no more than that it was begun."""
    address = change.address if change else Address(database="shop")
    action = PastAction(address=address, change=change, risk=risk, result=Result.UNKNOWN)
    live = target()
    opening = Opening(
        version="1.4.0",
        command="apply",
        databases={"shop": Addon(app=live.app, addon=live.addon, region=live.region)},
    )
    run = PastRun(
        id="run-1", opening=opening, began=NOON, state=RunState.INTERRUPTED, actions=(action,)
    )
    return OpenEnd(run=run, action=action, handle="shop")


def found_out(
    change: Change, live: Mapping[str, Any], facts: Facts | None = None
) -> Resolution | None:
    """What is found out where this is live."""
    end = open_end(change)
    action = action_of(end, date(2026, 11, 23))
    plan = DatabasePlan(
        handle="shop", engine="mysql", app="shop-web", target=target(), items=(action,)
    )
    now = plan_database(intended(plan), observed({change.address.kind: live}, live=facts))
    return resolution(end, action, now)


@pytest.mark.parametrize(
    ("change", "live", "done"),
    [
        (CREATE, {"shop": {}}, False),
        (CREATE, {"shop": {}, "audit": {}}, True),
        (DELETE, {"audit": {}}, False),
        (DELETE, {"shop": {}}, True),
        (UPDATE, {ITSELF: {"enabled": True, "hours": (5,)}}, False),
        (UPDATE, {ITSELF: {"enabled": True, "hours": (3,)}}, True),
    ],
)
def test_what_is_live_tells_it(change: Change, live: Mapping[str, Any], done: bool) -> None:
    """As it was before: not done. Nothing left to do: done. Of a replacement, each half alone."""
    found = found_out(change, live)
    verb = {Create: "create", Delete: "delete", Update: "update"}[type(change)]
    assert found == Resolution(run="run-1", address=change.address, verb=verb, done=done)


@pytest.mark.parametrize(
    ("live", "done"), [("16.4.0-1", False), ("16.6.0-1", True), ("17.2.0-1", False)]
)
def test_an_upgrade_was_done_where_the_planned_version_is_live(live: str, done: bool) -> None:
    """Another one is not what the run set out to do, and will not change by itself."""
    address = Address(database="shop", kind="engine_version")
    after = {"version": "16.6.0-1", "constraint": "latest-minor"}
    before = {"version": "16.4.0-1"}
    part = FieldChange(field="version", before="16.4.0-1", after="16.6.0-1")
    change = Update(address=address, before=before, after=after, fields=(part,))
    state = {ITSELF: {"version": live, "version_id": live, "next_version": None}}
    found = found_out(change, state, facts(version=live))
    assert found == Resolution(run="run-1", address=address, verb="update", done=done)


def test_a_third_value_is_never_known() -> None:
    """Somebody else changed it since: whether ours came first is said to be unknown, once."""
    found = found_out(UPDATE, {ITSELF: {"enabled": True, "hours": (9,)}})
    assert found == Resolution(run="run-1", address=BACKUPS, verb="update", done=None)


@pytest.mark.parametrize(
    ("gone", "database", "result", "done"),
    [
        (True, "shop", Result.DONE, True),
        (False, "shop", Result.DONE, False),
        (False, "shop", Result.FAILED, None),
        (False, "other", Result.DONE, None),
    ],
)
def test_what_the_run_did_before_is_not_forgotten(
    gone: bool, database: str, result: Result, done: bool | None
) -> None:
    """The new default policy was created, so that the old one is deleted without being the default.

    A backup that the run made changed nothing.
    """
    old = Address(database="shop", kind="retention_policies", name="old")
    new = evolve(old, database=database, name="new")
    created = Create(address=new, after={"duration": "168h", "default": True})
    deleted = Delete(address=old, before={"duration": "24h", "default": True})
    end = open_end(deleted)
    backup = PastAction(
        address=Address(database="shop"), request="POST /backups", result=Result.DONE
    )
    earlier = PastAction(address=new, change=created, risk=Risk.SAFE, result=result)
    run = evolve(end.run, actions=(backup, earlier, end.action))
    end = OpenEnd(run=run, action=end.action, handle="store")
    action = action_of(end, date(2026, 11, 23))
    assert action.address == evolve(old, database="store")
    live = {"new": {"duration": "168h", "default": True}}
    if not gone:
        live["old"] = {"duration": "24h", "default": False}
    plan = DatabasePlan(
        handle="store", engine="influxdb", app="shop-web", target=target(), items=(action,)
    )
    state = observed({"retention_policies": live}, engine=Engine.INFLUXDB)
    found = resolution(end, action, plan_database(intended(plan), state))
    assert found == Resolution(run="run-1", address=old, verb="delete", done=done)


def test_a_busy_database_tells_nothing_yet() -> None:
    """The provider may still be at it; a later run will know."""
    busy = facts(status="updating", operation="609145e6")
    assert found_out(CREATE, {"shop": {}}, busy) is None


@pytest.mark.parametrize("found", [None, evolve(target(), addon="ad-other")])
def test_only_the_same_live_database_tells_it(found: Any) -> None:
    """One that could not be read says nothing, and another one says nothing of this."""
    end = open_end(CREATE)
    action = action_of(end, date(2026, 11, 23))
    now = DatabasePlan(handle="shop", engine="mysql", app="shop-web", target=found)
    assert resolution(end, action, now) is None


def test_an_action_keeps_its_risk() -> None:
    """What a journal did not tell yet may have been the worst."""
    today = date(2026, 11, 23)
    assert action_of(open_end(CREATE, Risk.SAFE), today).risk is Risk.SAFE
    assert action_of(open_end(CREATE, None), today).risk is Risk.LOSSY


def test_an_action_tells_where_it_comes_from() -> None:
    """The run that began it stands for its spec, and for the word that it may go."""
    today = date(2026, 11, 23)
    action = action_of(open_end(DELETE), today)
    assert action.reason is Reason.DIFFERS
    assert action.origin == Origin(location=Location(file="run run-1", line=0, column=0))
    assert action.approval == Approval(reason="begun by run run-1", until=today)


def test_an_order_has_no_such_end() -> None:
    """No plan asks for it: whoever looks for open ends leaves it out."""
    with pytest.raises(AssertionError, match="an order of run-1"):
        action_of(open_end(None), date(2026, 11, 23))


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
    (outcome,) = resolve_outcomes(
        [Outcome(action=action, result=Result.UNKNOWN, message="lost")], after
    )
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


def test_what_cannot_be_read_says_nothing() -> None:
    """Unknown, or not there: never guessed."""
    before = planned("features", Features(switched={Feature.REDIS_AOF: True}), OFF)
    unread = evolve(before.databases[0], items=(), error="gone")
    for after in (Plan(databases=(unread,)), Plan()):
        assert settled(before, after) == (Result.UNKNOWN, "lost")


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
    found = resolve_outcomes(sent, plan_on(live))
    assert [(one.result, one.message) for one in found] == expected


def test_a_request_that_was_done_and_is_due_again_was_done() -> None:
    """The API itself took it; what it tells may be a moment old."""
    before = planned("backups", Backups(enabled=True), {ITSELF: {"enabled": False, "hours": ()}})
    (action,) = before.actions
    sent = Outcome(action=action, result=Result.DONE, calls=calls_of(action))
    assert resolve_outcomes([sent], before) == (sent,)


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
            in_progress=in_progress,
        )
        for address, in_progress in waiting
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
    (outcome,) = resolve_outcomes([sent], after)
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
    (outcome,) = resolve_outcomes([failed], planned("features", spec, ON))
    assert outcome.result is Result.ALREADY_DONE
    assert outcome.message == "read again: it is so, by another hand; it exists"
    assert resolve_outcomes([failed], planned("features", spec, OFF)) == (failed,)


def test_what_is_live_after_a_failed_operation_is_done() -> None:
    """The provider accepted it and says that it failed; read again, nothing is left to do."""
    spec = EngineVersion(version=">=16.5")
    live, now = version("16.4.0-1", "16.6.0-1"), version("16.6.0-1")
    before = planned("engine_version", spec, live, live=facts(version="16.4.0-1"))
    failed = Outcome(
        action=before.actions[0], result=Result.FAILED, message="operation failed", accepted=True
    )
    after = planned("engine_version", spec, now, live=facts(version="16.6.0-1"))
    (outcome,) = resolve_outcomes([failed], after)
    assert outcome.result is Result.DONE
    assert outcome.message == "read again: it was done, although operation failed"
    assert resolve_outcomes([failed], before) == (failed,)


def test_an_update_that_failed_may_have_been_made_by_another_hand() -> None:
    """What that left to do is another matter."""
    spec = Backups(enabled=True, hours=(3,))
    before = planned("backups", spec, {ITSELF: {"enabled": False, "hours": (3,)}})
    after = planned("backups", spec, {ITSELF: {"enabled": True, "hours": (5,)}})
    failed = Outcome(action=before.actions[0], result=Result.FAILED, message="refused")
    (outcome,) = resolve_outcomes([failed], after)
    assert outcome.result is Result.ALREADY_DONE


def test_a_doubt_that_is_settled_is_not_told() -> None:
    """What the request came to stays, that nobody knew goes."""
    spec = Features(switched={Feature.REDIS_AOF: True})
    before = planned("features", spec, OFF)
    unknown = Outcome(action=before.actions[0], result=Result.UNKNOWN, message=f"no answer{DOUBT}")
    (outcome,) = resolve_outcomes([unknown], planned("features", spec, ON))
    assert outcome.message == "read again: it was done; no answer"
