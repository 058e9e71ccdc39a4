"""What could bring data back: read only where some is affected, and what cannot be read is said."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve
from builders import desired, observed, removal
from unit.api.loopback import Addon, PlainClock, Provider, Reply, reply, serving, unheard

from reconcile.api.reads import Reads, connect_reading
from reconcile.api.surroundings import Surroundings
from reconcile.kinds.backups import Backups
from reconcile.kinds.extensions import Extensions
from reconcile.kinds.features import Feature, Features
from reconcile.kinds.logical_databases import LogicalDatabases
from reconcile.kinds.sql_mode import SqlMode
from reconcile.model.engine import Engine
from reconcile.model.plan import Plan
from reconcile.model.recovery import Backup, RecoveryPoints, RecoveryWindow
from reconcile.model.state import ITSELF
from reconcile.observe.recovery import gather
from reconcile.plan.build import build_plan

ROW = {"id": "b-1", "created_at": "2026-11-23T03:00:00.000+01:00", "status": "done", "method": "periodic", "size": 7}  # fmt: skip
EDGES = {
    "earliest_recoverable_at": "2026-11-16T00:00:00Z",
    "latest_recoverable_at": "2026-11-23T11:00:00Z",
}
BACKUP = Backup(
    id="b-1",
    created_at=datetime(2026, 11, 23, 2, tzinfo=UTC),
    done=True,
    manual=False,
    periodic=True,
)
WINDOW = RecoveryWindow(
    earliest=datetime(2026, 11, 16, tzinfo=UTC), latest=datetime(2026, 11, 23, 11, tzinfo=UTC)
)
OFF = {"backups": Backups(enabled=False)}
ON = {"backups": {ITSELF: {"enabled": True, "hours": (3,)}}}
DELETED = {"logical_databases": LogicalDatabases(absent=(removal("old"),))}
OLD: Mapping[str, Any] = {"logical_databases": {"old": {}}}
DROPPED = {"extensions": Extensions(absent=(removal("a"),))}
ENABLED = {"extensions": {"a": {"version": "1"}}}
FORGETFUL = {"features": Features(switched={Feature.REDIS_RDB: False})}
SAVING = {"features": {"redis-rdb": {"enabled": True, "status": "ACTIVATED"}}}


@contextmanager
def reading(provider: Provider) -> Iterator[Reads]:
    """A connection on which nobody waits."""
    surroundings = Surroundings(
        environment=provider.environment, region=None, notify=unheard, clock=PlainClock()
    )
    with connect_reading(surroundings) as reads:
        yield reads


def planned(
    reads: Reads, spec: Mapping[str, object], live: Mapping[str, Any], engine: Engine
) -> Plan:
    """A plan of the provider's one database."""
    plan = build_plan([desired(spec, engine=engine)], {"shop": observed(live, engine=engine)})
    found = reads.targets.find(app="shop-web", addon="ad-1", engine=None)
    return Plan(databases=(evolve(plan.databases[0], target=found),))


def gathered(
    spec: Mapping[str, object],
    live: Mapping[str, Any],
    engine: Engine,
    *answers: Reply,
) -> tuple[dict[str, RecoveryPoints], list[str]]:
    """The recovery points, and the requests to the database host that it took."""
    with serving(("shop-web", Addon(engine=engine.value))) as provider, reading(provider) as reads:
        plan = planned(reads, spec, live, engine)
        provider.odd["database"].extend(answers)
        provider.requests.clear()
        recovery_points = gather(plan, reads)
        asked = [one.path for one in provider.requests if one.role == "database"]
        return recovery_points, [path.removeprefix("/api/databases/ad-1") for path in asked]


def listed(*rows: object) -> Reply:
    """The answer that lists backups."""
    return reply(200, {"database_backups": list(rows)})


WINDOW_ANSWER = reply(200, {"recovery_window": EDGES})


def test_a_loss_takes_the_backups() -> None:
    """One request; what is not known of a row is ignored."""
    recovery_points, asked = gathered(DELETED, OLD, Engine.MYSQL, listed(ROW))
    assert recovery_points == {"shop": RecoveryPoints(backups=(BACKUP,))}
    assert asked == ["/backups"]


def test_of_postgresql_the_recovery_window_as_well() -> None:
    """Two requests, also where a person would do it by hand."""
    recovery_points, asked = gathered(DROPPED, ENABLED, Engine.POSTGRESQL, listed(), WINDOW_ANSWER)
    assert recovery_points == {"shop": RecoveryPoints(backups=(), window=WINDOW)}
    assert asked == ["/backups", "/pitr/recovery_window"]


def test_of_a_redis_what_keeps_it_on_disk() -> None:
    """Features that are on, where the plan touches them."""
    features = [
        {"name": "redis-rdb", "status": "ACTIVATED"},
        {"name": "redis-aof", "status": "PENDING_TO_REMOVE"},
        {"name": "force-ssl", "status": "ACTIVATED"},
    ]
    resource = reply(200, {"database": {"features": features}})
    recovery_points, asked = gathered(FORGETFUL, SAVING, Engine.REDIS, listed(ROW), resource)
    assert recovery_points["shop"].persistence == frozenset({"redis-rdb"})
    assert asked == ["/backups", ""]
    unsaid = reply(200, {"database": {}})
    recovery_points, _asked = gathered(FORGETFUL, SAVING, Engine.REDIS, listed(ROW), unsaid)
    assert recovery_points["shop"].persistence is None


@pytest.mark.parametrize(
    ("engine", "answers", "asked", "window"),
    [
        (Engine.MYSQL, [], [], None),
        (Engine.POSTGRESQL, [WINDOW_ANSWER], ["/pitr/recovery_window"], WINDOW),
    ],
)
def test_turning_backups_off_takes_the_window_only(
    engine: Engine, answers: list[Reply], asked: list[str], window: RecoveryWindow | None
) -> None:
    """Where the engine has none, nothing is asked, and it is known that there is none."""
    recovery_points, paths = gathered(OFF, ON, engine, *answers)
    assert recovery_points == {"shop": RecoveryPoints(window=window)}
    assert paths == asked


def test_where_nothing_is_at_stake_nothing_is_asked() -> None:
    """Neither for what is safe nor for what weakens something else, nor for what is unknown."""
    live = {"sql_mode": {ITSELF: {"modes": ("STRICT_TRANS_TABLES",)}}}
    spec = {"sql_mode": SqlMode(modes=("ANSI",))}
    assert gathered(spec, live, Engine.MYSQL) == ({}, [])
    with serving() as provider, reading(provider) as reads:
        plan = planned(reads, DELETED, OLD, Engine.MYSQL)
        unread = evolve(plan.databases[0], target=None, error="not read")
        assert gather(Plan(databases=(unread,)), reads) == {}


NONE_THERE = reply(404, {"resource": "Backups", "error": "not found"})
NOT_OFFERED = reply(200, {"ok": 0, "error": "no"})


def test_what_is_not_offered_is_none() -> None:
    """The provider has no such thing: that is no error."""
    recovery_points, _asked = gathered(DROPPED, ENABLED, Engine.POSTGRESQL, NONE_THERE, NONE_THERE)
    assert recovery_points == {"shop": RecoveryPoints()}


def test_a_window_without_an_edge_is_none() -> None:
    """There is no point in time to go back to yet."""
    open_ended = reply(200, {"recovery_window": {**EDGES, "latest_recoverable_at": None}})
    recovery_points, _asked = gathered(DROPPED, ENABLED, Engine.POSTGRESQL, listed(ROW), open_ended)
    assert recovery_points == {"shop": RecoveryPoints(backups=(BACKUP,))}


def test_a_window_that_was_read_before_is_not_asked_for_again() -> None:
    """Only the backups are."""
    with serving(("shop-web", Addon(engine="postgresql"))) as provider, reading(provider) as reads:
        plan = planned(reads, DROPPED, ENABLED, Engine.POSTGRESQL)
        provider.odd["database"].append(listed(ROW))
        provider.requests.clear()
        recovery_points = gather(plan, reads, windows={"shop": WINDOW})
        asked = [one.path for one in provider.requests]
    assert recovery_points == {"shop": RecoveryPoints(backups=(BACKUP,), window=WINDOW)}
    assert asked == ["/api/databases/ad-1/backups"]


FAULTS = [
    (reply(403, {"error": "no"}), "HTTP 403"),
    (reply(500, "<h1>x</h1>"), "HTTP 500"),
    (reply(200, {}), "without 'database_backups'"),
    (reply(200, {"database_backups": {}}), "the backups are no list"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "message"), FAULTS)
def test_what_cannot_be_read_is_said(answer: Reply, message: str) -> None:
    """And counts as not there; the rest is read all the same."""
    recovery_points, asked = gathered(DROPPED, ENABLED, Engine.POSTGRESQL, answer, WINDOW_ANSWER)
    found = recovery_points["shop"]
    assert message in (found.error or "")
    assert (found.backups, found.window) == (None, WINDOW)
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("window", "message"),
    [([], "the recovery window is no object"), ({**EDGES, "latest_recoverable_at": 7}, "no time")],
)
def test_every_fault_is_said(window: object, message: str) -> None:
    """One after the other."""
    answers = (reply(500, "x"), reply(200, {"recovery_window": window}))
    recovery_points, _asked = gathered(DROPPED, ENABLED, Engine.POSTGRESQL, *answers)
    first, _semicolon, second = (recovery_points["shop"].error or "").partition("; ")
    assert "HTTP 500" in first
    assert message in second


def test_what_is_not_read_after_an_interrupt_is_not_known() -> None:
    """It is said, and counts as not there."""
    stop = threading.Event()
    stop.set()
    with serving() as provider, reading(provider) as reads:
        plan = planned(reads, DELETED, OLD, Engine.MYSQL)
        provider.requests.clear()
        recovery_points = gather(plan, reads, stop=stop)
        assert recovery_points == {"shop": RecoveryPoints(error="the run was interrupted")}
        assert provider.requests == []
