"""What limits, backups and defaults hold back, and what waivers and overrides allow."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from attrs import evolve, fields_dict
from builders import HERE, removal
from unit.guard.reviewed import (
    NOW,
    PLAN_ID,
    RECENT,
    SET,
    backup,
    deleting,
    idle,
    one,
    planned,
    said,
    weakening,
    window,
)

from reconcile.guard import GUARD_BY_CODE, GUARDS
from reconcile.guard.guard import Context
from reconcile.guard.review import review
from reconcile.kinds.backups import Backups
from reconcile.kinds.extensions import Extensions
from reconcile.kinds.features import Feature, Features
from reconcile.kinds.logical_databases import LogicalDatabases
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies, RetentionPolicy
from reconcile.kinds.sql_mode import SqlMode
from reconcile.model.address import Address
from reconcile.model.engine import Engine
from reconcile.model.finding import Severity
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.policy import Limit, Policy, WaivedSeverity, Waiver
from reconcile.model.recovery import RecoveryPoints
from reconcile.model.state import ITSELF
from reconcile.spec.written import WrittenLimits


def test_the_limits_of_guards_are_those_of_the_configuration() -> None:
    """A guard compares with a limit that a project can set, and each limit has a guard."""
    limits = [limit for guard in GUARDS for limit in guard.limits]
    assert sorted(limits) == sorted(fields_dict(WrittenLimits))
    assert {*limits, "waivers"} == fields_dict(Policy).keys()


def test_a_code_is_one_guards_own() -> None:
    """No two share one."""
    assert len(GUARD_BY_CODE) == len(GUARDS)


def lossy(number: int) -> list[DatabasePlan]:
    """So many databases that lose data, of twelve."""
    return [deleting(f"db{index}") if index < number else idle(f"db{index}") for index in range(12)]


def test_g104_too_many_databases_lose_data() -> None:
    """The run is refused, with the numbers and the rule."""
    found = one(*lossy(3), fleet=12)
    assert (found.code, found.address, found.location) == ("G104", None, None)
    assert found.message == (
        "3 of 12 databases (25 %) would lose data; at most 1, or 10 %, may in one plan"
        " (the default)"
    )
    assert found.hint == "take fewer databases with --only, or set `limits` in reconcile.yaml"
    assert found.override == "--override G104=0123456789ab"


def test_g104_each_risk_counts_on_its_own() -> None:
    """Two that lose data and two that lose protection are two findings; one of each is none."""
    four = [deleting("a"), deleting("b"), weakening("c"), weakening("d")]
    assert [found.message.partition(";")[0] for found in said(*four, fleet=12)] == [
        "2 of 12 databases (16.7 %) would lose protection",
        "2 of 12 databases (16.7 %) would lose data",
    ]
    assert said(deleting("a"), weakening("b"), fleet=12) == ()


def disrupting(handle: str) -> DatabasePlan:
    """A plan that turns encryption on, which restarts the database."""
    spec = {"features": Features(switched={Feature.FORCE_SSL: True})}
    return planned(spec, {"features": {}}, handle=handle)


def test_g104_disruption_counts() -> None:
    """In its own words."""
    found = one(disrupting("a"), disrupting("b"))
    assert found.message.startswith("2 of 2 databases (100 %) would be interrupted; ")


@pytest.mark.parametrize(
    ("number", "fleet", "share", "databases", "refused"),
    [
        (1, 1, 10, 1, False),
        (2, 20, 10, 1, False),
        (2, 19, 10, 1, True),
        (3, 12, 25, 1, False),
        (3, 12, 24, 1, True),
        (3, 12, 1, 3, False),
        (1, 12, 1, 0, True),
        (1, 12, 10, 0, False),
    ],
)
def test_g104_the_limits(
    number: int, fleet: int, share: int, databases: int, *, refused: bool
) -> None:
    """The number and the share: whichever is more may."""
    policy = Policy(share=Limit(value=share), databases=Limit(value=databases))
    assert bool(said(*lossy(number), fleet=fleet, policy=policy)) is refused


def test_g104_counts_databases_and_no_hands() -> None:
    """Two losses of one database are one; what a person does is none."""
    spec = {"logical_databases": LogicalDatabases(absent=(removal("a"), removal("b")))}
    twice = planned(spec, {"logical_databases": {"a": {}, "b": {}}})
    assert said(twice, fleet=100) == ()
    wanted = {"extensions": Extensions(absent=(removal("a"),))}
    live = {"extensions": {"a": {"version": "1.0"}}}
    steps = [planned(wanted, live, engine=Engine.POSTGRESQL, handle=name) for name in "abc"]
    assert said(*steps) == ()


@pytest.mark.parametrize(
    ("policy", "where"),
    [
        (Policy(share=Limit(value=10, location=SET)), "set at reconcile.yaml:3:17"),
        (Policy(databases=Limit(value=1, location=SET)), "set at reconcile.yaml:3:17"),
        (
            Policy(share=Limit(value=10, location=SET), databases=Limit(value=1, location=HERE)),
            "set at reconcile.yaml:3:17 and specs/example.yaml:1:1",
        ),
    ],
)
def test_g104_says_where_a_limit_is_set(policy: Policy, where: str) -> None:
    """The first place is the finding's own."""
    found = one(*lossy(3), policy=policy)
    assert found.message.endswith(f"may in one plan ({where})")
    assert found.location in {SET, HERE}


OLD = [
    (RecoveryPoints(backups=(backup(76), backup(200))), "the newest backup is 3 d 4 h old"),
    (RecoveryPoints(backups=(backup(26.01),)), "the newest backup is 27 h old"),
    (RecoveryPoints(backups=(backup(72),)), "the newest backup is 3 d old"),
    (RecoveryPoints(backups=()), "there is no backup to go back to"),
    (RecoveryPoints(backups=(backup(1, done=False),)), "there is no backup to go back to"),
    (RecoveryPoints(), "there is no backup to go back to"),
    (RecoveryPoints(backups=(), window=window(30)), "there is no backup to go back to, the recovery window ended 30 h ago"),
    (RecoveryPoints(error="HTTP 500"), "not all could be read: HTTP 500"),
    (RecoveryPoints(backups=(), error="HTTP 500"), "there is no backup to go back to, not all could be read: HTTP 500"),
    (RecoveryPoints(backups=(backup(-0.1), backup(72))), "the newest backup is 3 d old, what is dated later than now does not count"),
    (RecoveryPoints(backups=(backup(-1), backup(-9999))), "there is no backup to go back to, what is dated later than now does not count"),
    (RecoveryPoints(backups=(backup(-1, done=False),)), "there is no backup to go back to"),
    (RecoveryPoints(backups=(), window=window(-1)), "there is no backup to go back to, what is dated later than now does not count"),
    (RecoveryPoints(window=window(50), error="no"), "the recovery window ended 2 d 2 h ago, not all could be read: no"),
]  # fmt: skip


@pytest.mark.parametrize(("recovery_points", "state"), OLD)
def test_g105_nothing_could_bring_it_back(recovery_points: RecoveryPoints, state: str) -> None:
    """The action is refused, with what there is, the rule and where it is set."""
    found = one(deleting(), recovery_points={"shop": recovery_points})
    assert found.code == "G105"
    assert found.message == f"this would lose data, and {state}; 26 h is the most (the default)"
    assert found.override == "--override G105=0123456789ab"
    assert str(found.address) == "shop/logical_databases/old"
    assert str(found.location) == "specs/shop.yaml:6:1"
    offered = recovery_points.backups is not None
    assert found.hint == (
        "make a backup first: `apply --backup-first` does, or wait for the next one"
        if offered
        else "copy the data elsewhere first"
    )


def test_g105_a_database_that_was_left_out_has_nothing() -> None:
    """Not known is not safe."""
    found = one(deleting(), recovery_points={})
    assert "not all could be read: this database was left out; 26 h" in found.message


@pytest.mark.parametrize(
    "recovery_points",
    [
        RecoveryPoints(backups=(backup(200), backup(26))),
        RecoveryPoints(backups=(), window=window(26)),
        RecoveryPoints(window=window(0), error="the backups could not be read"),
        RecoveryPoints(backups=(backup(-5 / 60),)),
        RecoveryPoints(backups=(), window=window(-5 / 60)),
        RecoveryPoints(backups=(backup(-1), backup(3))),
    ],
    ids=["backup", "window", "window and an error", "clocks differ", "also there", "and another"],
)
def test_g105_lets_pass_what_can_be_brought_back(recovery_points: RecoveryPoints) -> None:
    """A backup or the end of the window is as young as it has to be."""
    assert said(deleting(), recovery_points={"shop": recovery_points}) == ()


def test_g105_looks_at_every_database() -> None:
    """Also after one that can be brought back."""
    found = one(deleting("a"), deleting("b"), recovery_points={"a": RECENT["shop"]}, fleet=100)
    assert (found.code, found.address and found.address.database) == ("G105", "b")


def test_g105_lets_pass_what_loses_nothing() -> None:
    """Nor does it speak where no recovery points were read."""
    spec = {"sql_mode": SqlMode(modes=("ANSI",))}
    changing = planned(spec, {"sql_mode": {ITSELF: {"modes": ()}}})
    assert changing.actions
    assert said(changing, recovery_points={}) == ()
    assert said(deleting(), recovery_points=None) == ()


def test_g105_the_limit_is_the_projects() -> None:
    """With its place."""
    policy = Policy(backup_hours=Limit(value=2, location=SET))
    found = one(deleting(), recovery_points=RECENT, policy=policy)
    assert found.message == (
        "this would lose data, and the newest backup is 3 h old;"
        " 2 h is the most (set at reconcile.yaml:3:17)"
    )


def test_g105_a_backup_that_is_made_before_will_do() -> None:
    """Wherever backups are offered, and only there."""
    none = {"shop": RecoveryPoints(backups=())}
    assert said(deleting(), recovery_points=none, backup_first=True) == ()
    assert (
        one(deleting(), recovery_points={"shop": RecoveryPoints()}, backup_first=True).code
        == "G105"
    )


@pytest.mark.parametrize("backup_first", [False, True])
def test_g105_refuses_a_manual_step_whatever_is_made_before_actions(backup_first: bool) -> None:
    """The tool makes no backup before a step that a person runs, and the hint says so."""
    wanted = {"extensions": Extensions(absent=(removal("a"),))}
    step = planned(wanted, {"extensions": {"a": {"version": "1"}}}, engine=Engine.POSTGRESQL)
    assert one(step, recovery_points={}, backup_first=backup_first).code == "G105"
    found = one(
        step, recovery_points={"shop": RecoveryPoints(backups=())}, backup_first=backup_first
    )
    assert (found.code, found.hint) == (
        "G105",
        "make a backup in the dashboard first, or wait for the next one",
    )


def test_g105_no_order_makes_a_backup_first() -> None:
    """A one-off command has no such flag, and the hint does not name it."""
    plan = deleting()
    (action,) = plan.actions
    order = evolve(plan, items=(evolve(action, address=Address(database="shop")),))
    assert one(order, recovery_points={"shop": RecoveryPoints(backups=())}).hint == (
        "make a backup in the dashboard first, or wait for the next one"
    )


def policies(spec: RetentionPolicies, **live: bool) -> DatabasePlan:
    """A plan of retention policies; live ones by name, with their default flag."""
    found = {name: {"duration": "1h", "default": default} for name, default in live.items()}
    return planned(
        {"retention_policies": spec}, {"retention_policies": found}, engine=Engine.INFLUXDB
    )


GOING = removal("a")
NEW = RetentionPolicy(name="b", duration="1h", default=True)


def test_g106_the_default_goes_and_none_takes_its_place() -> None:
    """Writes that name no policy would fail."""
    found = one(policies(RetentionPolicies(absent=(GOING,)), a=True))
    assert found.code == "G106"
    assert found.message == (
        "'a' is the default retention policy, and none takes its place:"
        " writes that name no policy would fail"
    )
    assert (
        found.hint
        == "first add another policy with `default: true`: in the spec, or with `retention add`"
    )
    assert found.override == "--override G106=0123456789ab"
    assert str(found.address) == "shop/retention_policies/a"
    assert str(found.location) == "specs/shop.yaml:6:1"


@pytest.mark.parametrize(
    "new", [evolve(NEW, default=None), evolve(NEW, default=False)], ids=["unsaid", "false"]
)
def test_g106_a_new_policy_that_is_no_default_will_not_do(new: RetentionPolicy) -> None:
    """Only the flag takes over."""
    assert one(policies(RetentionPolicies(present=(new,), absent=(GOING,)), a=True)).code == "G106"


def test_g106_looks_at_every_database() -> None:
    """Also after one where another policy takes over."""
    moved = policies(RetentionPolicies(present=(NEW,), absent=(GOING,)), a=True)
    lost = policies(RetentionPolicies(absent=(GOING,)), a=True)
    found = said(moved, lost, fleet=100)
    assert [(finding.code, str(finding.address)) for finding in found] == [
        ("G106", "shop/retention_policies/a")
    ]


REPLACED = RetentionPolicy(name="a", duration="2h", default=True, on_change=OnChange.REPLACE)


@pytest.mark.parametrize(
    "database",
    [
        policies(RetentionPolicies(absent=(GOING,)), a=False, b=True),
        policies(RetentionPolicies(present=(NEW,), absent=(GOING,)), a=True),
        policies(RetentionPolicies(present=(NEW, evolve(REPLACED, default=None))), a=True),
        deleting(),
    ],
    ids=["not the default", "another takes over", "replaced", "another kind"],
)
def test_g106_lets_pass(database: DatabasePlan) -> None:
    """A policy that is no default, a new default in the same plan, a replacement."""
    assert database.actions
    assert said(database) == ()


def test_g107_backups_go_off_and_no_window_is_left() -> None:
    """The last protection of most engines."""
    found = one(weakening(), recovery_points={"shop": RecoveryPoints()})
    assert found.code == "G107"
    assert found.message == (
        "this takes away the last protection of the data: backups go off, and no recovery window"
        " is left"
    )
    assert found.hint == (
        "leave it as it is, or turn another protection on first, in a plan of its own"
    )
    assert found.override == "--override G107=0123456789ab"
    assert (str(found.address), str(found.location)) == ("shop/backups", "specs/shop.yaml:6:1")


def test_g107_a_window_that_could_not_be_read_is_none() -> None:
    """Not known is not safe."""
    unread = {"shop": RecoveryPoints(error="HTTP 500")}
    found = one(weakening(engine=Engine.POSTGRESQL), recovery_points=unread)
    assert found.message.endswith("is left (not all could be read: HTTP 500)")
    assert one(weakening(), recovery_points={}).code == "G107"


def test_g107_lets_backups_go_where_a_window_is() -> None:
    """Nor does it speak where no recovery points were read, or where they go on."""
    kept = {"shop": RecoveryPoints(window=window(0))}
    assert said(weakening(engine=Engine.POSTGRESQL), recovery_points=kept) == ()
    assert said(weakening(), recovery_points=None) == ()
    live = {"backups": {ITSELF: {"enabled": False, "hours": ()}}}
    enabling = planned({"backups": Backups(enabled=True, hours=(3,))}, live)
    assert enabling.actions
    assert said(enabling, recovery_points={}) == ()


RDB, AOF, CACHE = "redis-rdb", "redis-aof", "redis-cache"


def switching(**wanted: bool) -> DatabasePlan:
    """A plan of a Redis in which each wanted feature is the opposite now."""
    named = {Feature(f"redis-{name}"): on for name, on in wanted.items()}
    live = {one.value: {"enabled": not on, "status": "x"} for one, on in named.items()}
    spec = {"features": Features(switched=named)}
    return planned(spec, {"features": live}, engine=Engine.REDIS)


PERSISTENT = [
    (switching(rdb=False), {RDB}, [RDB]),
    (switching(rdb=False), {RDB, AOF}, []),
    (switching(aof=False, rdb=False), {RDB, AOF}, [AOF, RDB]),
    (switching(aof=True, rdb=False), {RDB}, [RDB]),
    (switching(cache=True), {RDB}, []),
    (switching(cache=True), set(), [CACHE]),
    (switching(cache=True, rdb=False), {RDB}, [CACHE, RDB]),
    (switching(rdb=False), None, [RDB]),
    (switching(cache=False), set(), []),
    (switching(rdb=True), set(), []),
]


@pytest.mark.parametrize(("database", "on", "refused"), PERSISTENT)
def test_g107_what_keeps_a_redis_on_disk(
    database: DatabasePlan, on: set[str] | None, refused: list[str]
) -> None:
    """The last one stays; what the plan turns on itself does not count yet."""
    assert database.actions
    persistence = None if on is None else frozenset(on)
    recovery_points = {"shop": RecoveryPoints(backups=(backup(1),), persistence=persistence)}
    found = said(database, recovery_points=recovery_points)
    assert [each.code for each in found] == ["G107"] * len(refused)
    assert [each.address and each.address.name for each in found] == refused
    for each, name in zip(found, refused, strict=True):
        assert each.message == (
            f"this takes away the last protection of the data: {name} changes,"
            " and no redis-aof or redis-rdb stays on"
        )


def test_g107_other_features_are_no_protection() -> None:
    """Of the data at least."""
    spec = {"features": Features(switched={Feature.FORCE_SSL: False})}
    live = {"features": {"force-ssl": {"enabled": True, "status": "x"}}}
    assert said(planned(spec, live), recovery_points={}) == ()


def waived(code: str, verdict: WaivedSeverity, until: date) -> Policy:
    """A policy with one waiver."""
    waiver = Waiver(severity=verdict, reason="known", until=until, location=SET)
    return Policy(waivers={code: waiver})


TODAY = NOW.date()


@pytest.mark.parametrize("until", [TODAY, TODAY - timedelta(days=14), TODAY + timedelta(days=9)])
def test_a_waiver_makes_a_warning(until: date) -> None:
    """Up to its day and a fortnight longer; it refuses nothing, and asks nothing."""
    found = one(
        deleting(), recovery_points={}, policy=waived("G105", WaivedSeverity.WARNING, until)
    )
    assert found.severity is Severity.WARNING
    assert found.message.endswith(f"(the default), waived until {until}: known")
    assert (found.hint, found.override) == (None, None)


def test_a_waiver_that_ended_long_ago_lifts_nothing() -> None:
    """The reader of the configuration says so, too."""
    policy = waived("G105", WaivedSeverity.OFF, TODAY - timedelta(days=15))
    assert one(deleting(), recovery_points={}, policy=policy).severity is Severity.ERROR


def test_a_guard_that_is_off_says_nothing() -> None:
    """Others do."""
    off = waived("G105", WaivedSeverity.OFF, TODAY)
    assert said(deleting(), recovery_points={}, policy=off) == ()
    assert one(weakening(), recovery_points={}, policy=off).code == "G107"


def test_an_override_makes_a_warning_for_this_plan() -> None:
    """Of every finding with its code."""
    found = said(*lossy(3), recovery_points={}, overrides=frozenset({"G105"}))
    assert [each.code for each in found] == ["G104", "G105", "G105", "G105"]
    assert [each.severity for each in found] == [Severity.ERROR, *[Severity.WARNING] * 3]
    assert found[1].message.endswith("(the default), overridden for this plan")
    assert [each.overridden for each in found] == [False, True, True, True]
    assert found[1].override is None


@pytest.mark.parametrize("code", ["G101", "G102"])
def test_what_the_specs_have_to_settle_is_never_lifted(code: str) -> None:
    """Neither a policy nor an override that got there some way overrides it."""
    spec = {
        "logical_databases": LogicalDatabases(absent=(removal("old", TODAY - timedelta(days=1)),))
    }
    database = evolve(planned(spec, {"logical_databases": {"old": {}}}), protect=code == "G101")
    found = said(
        database, policy=waived(code, WaivedSeverity.OFF, TODAY), overrides=frozenset({code})
    )
    (same,) = [each for each in found if each.code == code]
    assert (same.severity, same.override) == (Severity.ERROR, None)


def test_the_proposal_has_the_plans_id() -> None:
    """The one that overrides name."""
    assert review(Plan(), Context(now=NOW, plan_id=PLAN_ID)).id == PLAN_ID
