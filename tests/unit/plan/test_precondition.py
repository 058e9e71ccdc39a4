"""Preconditions: ready, already done, stale or blocked, by what would be planned now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from builders import desired, facts, observed, removal, target

from reconcile.kinds.backups import Backups
from reconcile.kinds.engine_version import EngineVersion
from reconcile.kinds.features import Feature, Features
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies, RetentionPolicy
from reconcile.kinds.sql_mode import SqlMode
from reconcile.model.change import Risk
from reconcile.model.engine import Engine
from reconcile.model.item import Action, Blocked
from reconcile.model.plan import DatabasePlan
from reconcile.model.run import Conflict
from reconcile.model.state import ITSELF, Facts, Fields, NotOffered
from reconcile.plan.build import asked, plan_database
from reconcile.plan.precondition import Precondition, Standing, is_due, mismatch, standing


class Case:
    """A plan of one kind, and looks at other states before its actions."""

    def __init__(self, kind: str, wanted: Any, live: Any, engine: Engine = Engine.MYSQL) -> None:
        self.kind, self.engine = kind, engine
        self.desired = desired({kind: wanted}, engine=engine)
        self.plan = self.planned(live)

    def planned(self, live: Any, live_facts: Facts | None = None) -> DatabasePlan:
        """The plan of a state."""
        state = observed({self.kind: live}, engine=self.engine, live=live_facts)
        return plan_database(self.desired, state)

    def looked(self, live: Any, live_facts: Facts | None = None) -> list[Precondition]:
        """Where each action stands, by what its plan would be on a state."""
        state = observed({self.kind: live}, engine=self.engine, live=live_facts)
        now = plan_database(asked(self.plan, self.plan.actions), state)
        return [standing(action, now) for action in self.plan.actions]

    def standings(self, live: Any, live_facts: Facts | None = None) -> list[Standing]:
        """The same without what is said of them."""
        return [one.standing for one in self.looked(live, live_facts)]


OFF = {ITSELF: {"enabled": False, "hours": (3,)}}
READY, DONE = Standing.READY, Standing.ALREADY_DONE
STALE, BLOCKED = Standing.STALE, Standing.BLOCKED
CREATED = datetime(2025, 2, 5, 14, 38, 14, 343000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (OFF, READY),
        ({ITSELF: {"enabled": True, "hours": (5,)}}, DONE),
        ({ITSELF: {"enabled": False, "hours": (4,)}}, STALE),
        ({ITSELF: {"enabled": True, "hours": (3,)}}, STALE),
        ({ITSELF: {"enabled": False, "hours": (3, 15)}}, STALE),
        (NotOffered(message="no backups"), BLOCKED),
    ],
)
def test_one_thing(live: Any, expected: Standing) -> None:
    """Backups: turn them on, and move the hour."""
    case = Case("backups", Backups(enabled=True, hours=(5,)), OFF)
    assert case.standings(live) == [expected]


def test_what_the_spec_no_longer_asks_for_is_stale() -> None:
    """Unless it is so already, or live is no longer as planned either."""
    case = Case("backups", Backups(enabled=True, hours=(5,)), OFF)
    (action,) = case.plan.actions
    message = "the spec no longer asks for this, nothing was sent: plan again"
    found = standing(action, case.plan, dropped=True)
    off: Fields = {"enabled": False, "hours": (3,)}
    assert found == Precondition(
        standing=STALE, message=message, conflict=Conflict(before=off, expected=off, now=off)
    )
    done = case.planned({ITSELF: {"enabled": True, "hours": (5,)}})
    assert standing(action, done, dropped=True).standing is DONE
    other = case.planned({ITSELF: {"enabled": False, "hours": (4,)}})
    assert standing(action, other, dropped=True).message == message


def test_a_stale_action_tells_what_it_met() -> None:
    """Before, expected, now."""
    case = Case("backups", Backups(enabled=True, hours=(5,)), OFF)
    (found,) = case.looked({ITSELF: {"enabled": False, "hours": (4,)}})
    assert found == Precondition(
        standing=STALE,
        message="live is no longer as the plan saw it, nothing was sent: plan again",
        conflict=Conflict(
            before={"enabled": False, "hours": (3,)},
            expected={"enabled": False, "hours": (3,)},
            now={"enabled": False, "hours": (4,)},
        ),
    )


LISTED = LogicalDatabases(present=(LogicalDatabase(name="new"),), absent=(removal("old"),))


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        ({"old": {}, "other": {}}, [READY, READY]),
        ({"new": {}, "old": {}}, [DONE, READY]),
        ({"new": {}}, [DONE, DONE]),
        ({"old": {"protected": True}}, [READY, STALE]),
        (NotOffered(message="no longer"), [BLOCKED, BLOCKED]),
    ],
)
def test_listed_things(live: Any, expected: list[Standing]) -> None:
    """Logical databases: create one, delete another; what is beside them does not matter."""
    case = Case("logical_databases", LISTED, {"old": {}})
    assert case.standings(live) == expected


REPLACED = RetentionPolicies(
    present=(RetentionPolicy(name="a", duration="60d", on_change=OnChange.REPLACE),)
)
SHORT = {"duration": "30d", "default": False}


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        ({"a": SHORT}, [READY, READY]),
        ({"a": {**SHORT, "duration": "60d"}}, [DONE, DONE]),
        ({}, [DONE, READY]),
        ({"a": {**SHORT, "duration": "7d"}}, [STALE, READY]),
    ],
)
def test_a_replacement(live: Any, expected: list[Standing]) -> None:
    """Its halves are looked at one by one: the first may have been made by a run that was killed."""
    case = Case("retention_policies", REPLACED, {"a": SHORT}, Engine.INFLUXDB)
    assert case.standings(live) == expected


def test_what_was_made_with_other_values_is_stale() -> None:
    """A policy of that name is there, and keeps data for another time: nothing is claimed done."""
    wanted = RetentionPolicies(present=(RetentionPolicy(name="a", duration="60d"),))
    case = Case("retention_policies", wanted, {}, Engine.INFLUXDB)
    (found,) = case.looked({"a": SHORT})
    assert (found.standing, found.conflict) == (
        STALE,
        Conflict(before=None, expected=None, now={"duration": "30d"}),
    )


def version(now: str, following: str | None) -> Any:
    """A state that tells what comes next."""
    return {ITSELF: {"version": now, "version_id": now, "next_version": following}}


ANOTHER = "live is no longer as the plan saw it, nothing was sent: plan again"
ELSEWHERE = "it would lead to something else now, nothing was sent: plan again"


@pytest.mark.parametrize(
    ("live", "following", "rule", "expected", "message"),
    [
        ("16.3.0-1", "16.4.0-1", ">=16.6", READY, ""),
        ("16.4.0-1", "16.5.0-1", ">=16.6", DONE, "nothing was sent"),
        ("16.4.0-1", None, "latest-minor", DONE, "nothing was sent"),
        ("16.3.0-1", "16.5.0-1", ">=16.6", STALE, ELSEWHERE),
        ("16.5.0-1", "16.6.0-1", ">=16.6", STALE, ANOTHER),
        ("17.2.0-1", None, ">=16.4", STALE, ANOTHER),
        ("16.3.0-1", None, "latest-minor", STALE, ELSEWHERE),
        ("16.3.0-1", "17.0.0-1", "latest-minor", STALE, ELSEWHERE),
    ],
)
def test_an_upgrade(
    live: str, following: str | None, rule: str, expected: Standing, message: str
) -> None:
    """It goes one step from the very version to the very next one, and is done only if that is live."""
    before = version("16.3.0-1", "16.4.0-1")
    case = Case("engine_version", EngineVersion(version=rule), before, Engine.POSTGRESQL)
    (found,) = case.looked(version(live, following), facts(Engine.POSTGRESQL, version=live))
    assert (found.standing, found.message) == (expected, message)
    if expected is STALE:
        assert found.conflict is not None
        assert found.conflict.now is not None
        assert found.conflict.now["version"] == live


def test_a_database_that_is_busy_blocks() -> None:
    """It is not another than planned: it is only not ready."""
    case = Case("backups", Backups(enabled=True), OFF)
    busy = evolve(facts(Engine.MYSQL), operation="op-1")
    (found,) = case.looked(OFF, busy)
    assert found.message == "operation op-1 is under way, nothing was sent"
    assert found.standing is BLOCKED
    assert found.code is None


def test_a_database_of_another_engine_blocks() -> None:
    """The code says why."""
    case = Case("backups", Backups(enabled=True), OFF)
    (found,) = case.looked(OFF, evolve(facts(Engine.MYSQL), engine=Engine.REDIS, type_name="redis"))
    assert found.message == (
        "the live database is 'redis', the spec says 'mysql', nothing was sent [P101]"
    )
    assert found.code == "P101"


def test_a_feature_that_the_provider_is_at_blocks() -> None:
    """What it will be is not known yet."""
    wanted = Features(switched={Feature.FORCE_SSL: True})
    case = Case("features", wanted, {})
    (found,) = case.looked({"force-ssl": {"status": "PENDING_TO_REMOVE"}})
    assert found.message == "in progress at the provider: PENDING_TO_REMOVE, nothing was sent"


def test_what_the_api_refuses_by_now_blocks() -> None:
    """An unchanged difference that cannot be settled any more says why."""
    case = Case("sql_mode", SqlMode(modes=("NO_AUTO_CREATE_USER",)), {ITSELF: {"modes": ()}})
    (blocked,) = case.plan.items
    assert isinstance(blocked, Blocked)
    assert blocked.change is not None
    action = Action(
        address=blocked.address,
        change=blocked.change,
        risk=Risk.SAFE,
        reason=blocked.reason,
        origin=blocked.origin,
    )
    found = standing(action, case.plan)
    assert found.standing is BLOCKED
    assert found.message.endswith("would refuse the set, nothing was sent [P211]")


def test_a_greater_risk_than_planned_is_stale() -> None:
    """What was shown as safe is not done where it turns out to take protection away."""
    case = Case("backups", Backups(enabled=True), OFF)
    (action,) = case.plan.actions
    riskier = evolve(action, risk=Risk.WEAKENS)
    now = evolve(case.plan, items=(riskier,))
    assert standing(action, now).standing is STALE
    assert standing(riskier, case.plan).standing is READY


def test_what_waits_is_due() -> None:
    """What the provider is at is not done."""
    wanted = Features(switched={Feature.FORCE_SSL: True})
    case = Case("features", wanted, {})
    (waiting,) = case.planned({"force-ssl": {"status": "PENDING"}}).items
    assert is_due(case.plan.actions[0].change, waiting)


def test_a_deletion_expects_what_the_run_did_before() -> None:
    """A new default takes the flag from the policy that goes next."""
    wanted = RetentionPolicies(
        present=(RetentionPolicy(name="b", duration="60d", default=True),), absent=(removal("a"),)
    )
    was = {"a": {"duration": "30d", "default": True}}
    case = Case("retention_policies", wanted, was, Engine.INFLUXDB)
    create, delete = case.plan.actions
    moved = {
        "a": {"duration": "30d", "default": False},
        "b": {"duration": "60d", "default": True},
    }
    now = case.planned(moved)
    assert standing(delete, now, [create.change]).standing is READY
    found = standing(delete, now)
    assert found.standing is STALE
    assert found.conflict is not None
    assert found.conflict.now == {"duration": "30d", "default": False}


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("region", {"region": "osc-secnum-fr1"}),
        ("auth host", {"hosts": evolve(target().hosts, auth="https://elsewhere")}),
        ("API host", {"hosts": evolve(target().hosts, api="https://elsewhere")}),
        ("database host", {"hosts": evolve(target().hosts, database="https://elsewhere")}),
        ("application", {"app": "other"}),
        ("addon", {"addon": "ad-other"}),
        ("resource id", {"resource_id": "other-1"}),
        ("engine", {"engine": Engine.REDIS}),
        ("creation time", {"created_at": CREATED + timedelta(seconds=1)}),
    ],
)
def test_another_target_is_told_by_what_differs(name: str, changed: dict[str, Any]) -> None:
    """Any part of the identity that both sides tell has to be the same."""
    planned = evolve(target(), created_at=CREATED)
    said = mismatch(planned, evolve(planned, **changed), loses=False)
    assert said is not None
    assert said.startswith(f"it was planned for {name} ")


def test_what_is_not_told_is_not_compared() -> None:
    """A ready token has no engine and no resource id, an older plan file no creation time."""
    planned = evolve(target(), created_at=CREATED)
    for loses in (True, False):
        assert mismatch(target(), planned, loses=loses) is None
        untold = evolve(planned, engine=None, resource_id="")
        assert mismatch(planned, untold, loses=loses) is None
        assert mismatch(planned, planned, loses=loses) is None


def test_before_a_loss_the_creation_time_has_to_be_known_still() -> None:
    """It alone tells a database from another one with the same ids."""
    planned = evolve(target(), created_at=CREATED)
    assert mismatch(planned, target(), loses=False) is None
    assert mismatch(planned, target(), loses=True)
