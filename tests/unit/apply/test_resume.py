"""What became of an action that was begun: told by what would be planned of it now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from attrs import evolve
from builders import facts, observed, target

from reconcile.apply.open_ends import OpenEnd
from reconcile.apply.resolve import action_of, settlement
from reconcile.model.address import Address
from reconcile.model.change import Change, Create, Delete, FieldChange, Risk, Update
from reconcile.model.engine import Engine
from reconcile.model.history import Addon, Opening, PastDeed, PastRun, RunState, Settlement
from reconcile.model.item import Reason
from reconcile.model.location import Location, Origin
from reconcile.model.plan import DatabasePlan
from reconcile.model.run import Result
from reconcile.model.state import ITSELF, Approval, Facts
from reconcile.plan.build import plan_database
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
    deed = PastDeed(address=address, change=change, risk=risk, result=Result.UNKNOWN)
    live = target()
    opening = Opening(
        version="1.4.0",
        command="apply",
        databases={"shop": Addon(app=live.app, addon=live.addon, region=live.region)},
    )
    run = PastRun(
        id="run-1", opening=opening, began=NOON, state=RunState.INTERRUPTED, deeds=(deed,)
    )
    return OpenEnd(run=run, deed=deed, handle="shop")


def settled(
    change: Change, live: Mapping[str, Any], facts: Facts | None = None
) -> Settlement | None:
    """What is found out where this is live."""
    end = open_end(change)
    action = action_of(end, date(2026, 11, 23))
    plan = DatabasePlan(
        handle="shop", engine="mysql", app="shop-web", target=target(), items=(action,)
    )
    now = plan_database(intended(plan), observed({change.address.kind: live}, live=facts))
    return settlement(end, action, now)


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
    found = settled(change, live)
    verb = {Create: "create", Delete: "delete", Update: "update"}[type(change)]
    assert found == Settlement(run="run-1", address=change.address, verb=verb, done=done)


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
    found = settled(change, state, facts(version=live))
    assert found == Settlement(run="run-1", address=address, verb="update", done=done)


def test_a_third_value_is_never_known() -> None:
    """Somebody else changed it since: whether ours came first is said to be unknown, once."""
    found = settled(UPDATE, {ITSELF: {"enabled": True, "hours": (9,)}})
    assert found == Settlement(run="run-1", address=BACKUPS, verb="update", done=None)


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
    backup = PastDeed(address=Address(database="shop"), request="POST /backups", result=Result.DONE)
    earlier = PastDeed(address=new, change=created, risk=Risk.SAFE, result=result)
    run = evolve(end.run, deeds=(backup, earlier, end.deed))
    end = OpenEnd(run=run, deed=end.deed, handle="store")
    action = action_of(end, date(2026, 11, 23))
    assert action.address == evolve(old, database="store")
    live = {"new": {"duration": "168h", "default": True}}
    if not gone:
        live["old"] = {"duration": "24h", "default": False}
    plan = DatabasePlan(
        handle="store", engine="influxdb", app="shop-web", target=target(), items=(action,)
    )
    state = observed({"retention_policies": live}, engine=Engine.INFLUXDB)
    found = settlement(end, action, plan_database(intended(plan), state))
    assert found == Settlement(run="run-1", address=old, verb="delete", done=done)


def test_a_busy_database_tells_nothing_yet() -> None:
    """The provider may still be at it; a later run will know."""
    busy = facts(status="updating", operation="609145e6")
    assert settled(CREATE, {"shop": {}}, busy) is None


@pytest.mark.parametrize("found", [None, evolve(target(), addon="ad-other")])
def test_only_the_same_live_database_tells_it(found: Any) -> None:
    """One that could not be read says nothing, and another one says nothing of this."""
    end = open_end(CREATE)
    action = action_of(end, date(2026, 11, 23))
    now = DatabasePlan(handle="shop", engine="mysql", app="shop-web", target=found)
    assert settlement(end, action, now) is None


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
