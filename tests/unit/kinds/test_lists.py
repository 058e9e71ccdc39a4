"""The kinds that list names: logical databases, extensions, query statistics."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from builders import (
    CONNECTION,
    FOREVER,
    desired,
    facts,
    observed,
    only_calls,
    reached,
    removal,
)

from reconcile.kinds import extension_rules, extensions, logical_databases, query_stats
from reconcile.kinds.extensions import Extension, Extensions
from reconcile.kinds.kind import Others, Refused
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.maintenance_window import MaintenanceWindow
from reconcile.kinds.query_stats import QueryStats
from reconcile.model.change import Risk, verb_of
from reconcile.model.engine import Engine
from reconcile.model.item import Action, Blocked, Item, ManualStep
from reconcile.model.plan import DatabasePlan
from reconcile.model.postgresql import NoSqlAccess, Reach, SqlConnection, Uses
from reconcile.model.state import ITSELF, NotOffered
from reconcile.plan.build import build_plan, plan_database


def plan_of(kind: str, spec: object, state: Any, engine: Engine) -> DatabasePlan:
    """The plan of one kind of one database."""
    found = observed({kind: state}, engine=engine)
    return build_plan([desired({kind: spec}, engine=engine)], {"shop": found}).databases[0]


def in_short(entry: Item) -> tuple[str, ...]:
    """What an item comes to: its type, name, and code, risk or statement."""
    name = entry.address.name
    match entry:
        case Action():
            return (verb_of(entry.change).value, name, entry.risk.value)
        case ManualStep():
            return ("by hand", name, *entry.statements)
        case Blocked():
            return ("blocked", name, entry.code)
    raise AssertionError(entry)


LIVE = [
    {"name": "main", "protected": True},
    {"name": "legacy", "protected": False},
    {"name": "scratch"},
]


def named(*names: str) -> tuple[LogicalDatabase, ...]:
    """Logical databases to have."""
    return tuple(LogicalDatabase(name=name) for name in names)


@pytest.mark.parametrize(
    ("spec", "short", "unmanaged"),
    [
        (LogicalDatabases(present=named("main")), [], ["legacy", "scratch"]),
        (
            LogicalDatabases(present=named("audit", "main")),
            [("create", "audit", "safe")],
            ["legacy", "scratch"],
        ),
        (
            LogicalDatabases(absent=(removal("legacy"),)),
            [("delete", "legacy", "lossy")],
            ["main", "scratch"],
        ),
        (
            LogicalDatabases(absent=(removal("gone"),)), [], ["legacy", "main", "scratch"],
        ),
        (
            LogicalDatabases(absent=(removal("main"),)),
            [("blocked", "main", "P221")],
            ["legacy", "scratch"],
        ),
        (
            LogicalDatabases(present=named("main", "new"), others=Others.REPORT),
            [
                ("create", "new", "safe"),
                ("blocked", "legacy", "P103"),
                ("blocked", "scratch", "P103"),
            ],
            [],
        ),
        (
            LogicalDatabases(present=named("zeta", "alpha"), absent=(removal("legacy"),)),
            [
                ("create", "alpha", "safe"),
                ("create", "zeta", "safe"),
                ("delete", "legacy", "lossy"),
            ],
            ["main", "scratch"],
        ),
    ],
)  # fmt: skip
def test_logical_databases(
    spec: LogicalDatabases, short: list[tuple[str, ...]], unmanaged: list[str]
) -> None:
    """Missing names are created, approved ones deleted, protected ones never, others counted."""
    state = logical_databases.KIND.parse(LIVE)
    plan = plan_of("logical_databases", spec, state, Engine.MYSQL)
    assert [in_short(entry) for entry in plan.items] == short
    assert [address.name for address in plan.unmanaged] == unmanaged


def test_a_deletion_carries_its_approval() -> None:
    """The reason and the last day are in the plan, for guards and for the reader."""
    spec = LogicalDatabases(absent=(removal("legacy", date(2027, 1, 31)),))
    state = logical_databases.KIND.parse(LIVE)
    (action,) = plan_of("logical_databases", spec, state, Engine.MYSQL).actions
    assert action.approval is not None
    assert action.approval.until == date(2027, 1, 31)
    assert action.approval.reason == "no longer used"


def test_a_kind_that_is_not_offered_is_blocked() -> None:
    """Not a failure: the engine or plan does not have it."""
    state = NotOffered(message="unknown action")
    spec = LogicalDatabases(present=named("main"))
    (entry,) = plan_of("logical_databases", spec, state, Engine.POSTGRESQL).items
    assert isinstance(entry, Blocked)
    assert entry.code == "P102"
    assert "unknown action" in entry.message


@pytest.mark.parametrize(
    ("engine", "name", "fits"),
    [
        (Engine.MYSQL, "x" * 64, True),
        (Engine.MYSQL, "x" * 65, False),
        (Engine.MYSQL, "é" * 64, True),
        (Engine.MYSQL, "a😀", False),
        (Engine.MYSQL, "#mysql50#a", False),
        (Engine.MYSQL, "-" * 51, True),
        (Engine.MYSQL, "-" * 52, False),
        (Engine.MYSQL, "日" * 51, True),
        (Engine.MYSQL, "日" * 52, False),
        (Engine.MYSQL, "ª" * 52, False),
        (Engine.MYSQL, "ب" * 52, False),
        (Engine.MYSQL, "mysql", False),
        (Engine.MYSQL, "Information_Schema", False),
        (Engine.MYSQL, "admin", True),
        (Engine.MONGODB, "admin", False),
        (Engine.POSTGRESQL, "template1", False),
        (Engine.POSTGRESQL, "a😀", True),
        (Engine.MONGODB, "x" * 63, True),
        (Engine.MONGODB, "x" * 64, False),
        (Engine.MONGODB, "é" * 32, False),
        (Engine.MONGODB, "a.b", False),
        (Engine.MONGODB, "a b", False),
        (Engine.POSTGRESQL, "x" * 64, False),
    ],
)
def test_names_that_the_engine_would_refuse_are_found_offline(
    engine: Engine,
    name: str,
    fits: bool,
) -> None:
    """Length and characters, by engine."""
    spec = LogicalDatabases(present=named(name))
    assert (list(logical_databases.KIND.check(spec, engine)) == []) is fits


def test_a_name_that_no_server_gives_may_go() -> None:
    """It may be live all the same."""
    spec = LogicalDatabases(absent=(removal("x" * 65),))
    assert [*logical_databases.KIND.check(spec, Engine.MYSQL)] == []


EXTENSIONS = [
    {"name": "plpgsql", "version": "v1.0"},
    {"name": "pg_trgm", "version": "v1.5"},
    {"name": "postgis", "version": "v3.4.0"},
    {"name": "pg_stat_statements", "version": "v1.10"},
]


def wanted(*entries: str | tuple[str, str]) -> tuple[Extension, ...]:
    """Extensions to have, with or without a version."""
    return tuple(
        Extension(name=entry)
        if isinstance(entry, str)
        else Extension(name=entry[0], version=entry[1])
        for entry in entries
    )


@pytest.mark.parametrize(
    ("spec", "short", "unmanaged"),
    [
        (Extensions(present=wanted("pg_trgm", "postgis")), [], []),
        (Extensions(present=wanted(("pg_trgm", "1.5"), ("postgis", "3.4"))), [], []),
        (Extensions(present=wanted(("pg_trgm", "v1.5.0"), "plpgsql")), [], ["postgis"]),
        (
            Extensions(present=wanted(("pg_trgm", "1.6"))),
            [("by hand", "pg_trgm", "ALTER EXTENSION pg_trgm UPDATE TO '1.6';")],
            ["postgis"],
        ),
        (
            Extensions(present=wanted(("pg_trgm", "v1.6"))),
            [("by hand", "pg_trgm", "ALTER EXTENSION pg_trgm UPDATE TO '1.6';")],
            ["postgis"],
        ),
        (
            Extensions(present=wanted(("uuid-ossp", "1.0"), "Hstore", "postgis", "pg_trgm")),
            [
                ("by hand", "hstore", "CREATE EXTENSION hstore;"),
                ("by hand", "uuid-ossp", "CREATE EXTENSION \"uuid-ossp\" VERSION '1.0';"),
            ],
            [],
        ),
        (
            Extensions(absent=(removal("postgis"),)),
            [("by hand", "postgis", "DROP EXTENSION postgis;")],
            ["pg_trgm"],
        ),
        (
            Extensions(present=wanted("postgis"), others=Others.REPORT),
            [("blocked", "pg_trgm", "P103")],
            [],
        ),
        (Extensions(present=wanted("PostGIS", "PG_trgm", "PLpgSQL")), [], []),
        (
            Extensions(present=wanted(("Pg_Trgm", "1.10")), absent=(removal("PostGIS"),)),
            [
                ("by hand", "pg_trgm", "ALTER EXTENSION pg_trgm UPDATE TO '1.10';"),
                ("by hand", "postgis", "DROP EXTENSION postgis;"),
            ],
            [],
        ),
        (
            Extensions(present=wanted(("pg_trgm", "1.4"))),
            [("blocked", "pg_trgm", "P257")],
            ["postgis"],
        ),
        (
            Extensions(present=wanted(("postgis", "3.4.dev"), ("pg_trgm", "1.5"))),
            [("blocked", "postgis", "P258")],
            [],
        ),
    ],
)
def test_extensions(spec: Extensions, short: list[tuple[str, ...]], unmanaged: list[str]) -> None:
    """The API cannot change extensions: every change is SQL for a person, in the spec's version."""
    state = extensions.KIND.parse(EXTENSIONS)
    plan = plan_of("extensions", spec, state, Engine.POSTGRESQL)
    assert [in_short(entry) for entry in plan.items] == short
    assert [address.name for address in plan.unmanaged] == unmanaged


def test_what_is_live_with_capitals_is_changed_by_its_own_name() -> None:
    """A server keeps the capitals of a quoted name; a spec means it without them."""
    names = ("MyExt", "Twice", "twice")
    state = extensions.KIND.parse([{"name": name, "version": "v1.0"} for name in names])
    spec = Extensions(present=wanted(("TWICE", "1.1")), absent=(removal("myext"),))
    plan = plan_of("extensions", spec, state, Engine.POSTGRESQL)
    assert [in_short(entry) for entry in plan.items] == [
        ("by hand", "twice", "ALTER EXTENSION twice UPDATE TO '1.1';"),
        ("by hand", "MyExt", 'DROP EXTENSION "MyExt";'),
    ]
    assert [address.name for address in plan.unmanaged] == ["Twice"]


def test_dropping_an_extension_is_lossy() -> None:
    """What depends on it goes with it, or forbids it."""
    spec = Extensions(absent=(removal("postgis"),))
    state = extensions.KIND.parse(EXTENSIONS)
    (step,) = plan_of("extensions", spec, state, Engine.POSTGRESQL).items
    assert isinstance(step, ManualStep)
    assert step.risk is Risk.LOSSY
    assert step.approval is not None
    assert [str(one) for one in extensions.KIND.requests(step.change)] == [*step.statements]


def test_names_that_differ_in_capitals_are_one_extension() -> None:
    """Listed twice, or as there and as gone; and of a name that the kind does not manage."""
    spec = Extensions(
        present=wanted("citext", "Citext", "PostGIS", "PG_Stat_Statements"),
        absent=(removal("postgis"), removal("PLpgSQL")),
    )
    found = list(extensions.KIND.check(spec, Engine.POSTGRESQL))
    assert sorted((problem.code, problem.path) for problem in found) == [
        ("S104", ("absent", 1, "name")),
        ("S203", ("present", 1, "name")),
        ("S204", ("absent", 0, "name")),
        ("S206", ("present", 3, "name")),
    ]
    left = extensions.KIND.without(spec, {"Citext", "plpgsql"})
    assert left is not None
    assert [one.name for one in left.present] == ["postgis", "pg_stat_statements"]
    assert [one.name for one in left.absent] == ["postgis"]


@pytest.mark.parametrize(
    ("enabled", "live", "short"),
    [
        (True, EXTENSIONS, []),
        (False, EXTENSIONS[:1], []),
        (True, EXTENSIONS[:1], [("update", "", "safe")]),
        (False, EXTENSIONS, [("by hand", "", "DROP EXTENSION pg_stat_statements;")]),
    ],
)
def test_query_stats(
    enabled: bool,
    live: list[dict[str, str]],
    short: list[tuple[str, ...]],
) -> None:
    """Turned on by an action, off by a person."""
    state = query_stats.KIND.parse(live)
    plan = plan_of("query_stats", QueryStats(enabled=enabled), state, Engine.POSTGRESQL)
    assert [in_short(entry) for entry in plan.items] == short
    for action in plan.actions:
        (call,) = only_calls(query_stats.KIND.requests(action.change))
        assert call.body == {"action_name": "pg-stat-statements-enable"}


@pytest.mark.parametrize(
    ("reach", "short"),
    [
        (None, ("update", "", "safe")),
        (reached(), ("update", "", "safe")),
        (
            reached(superuser=False, allowed=["pg_stat_statements"], needed_by={"cube": ("a",)}),
            ("update", "", "safe"),
        ),
        (reached(superuser=False), ("blocked", "", "P255")),
        (reached(allowed=[]), ("blocked", "", "P259")),
        (
            reached(used_by={"pg_stat_statements": Uses(names=("view v",))}),
            ("blocked", "", "P256"),
        ),
        (
            reached(needed_by={"pg_stat_statements": ("pg_stat_kcache",)}),
            ("blocked", "", "P254"),
        ),
        (NoSqlAccess(code="P122", message="it leads elsewhere", hint=""), ("blocked", "", "P122")),
    ],
)
def test_query_stats_are_turned_off_by_sql_over_a_connection(
    reach: Reach | None, short: tuple[str, ...]
) -> None:
    """By the rules of any other extension; what is in the way of it is known before."""
    spec, state = QueryStats(enabled=False), query_stats.KIND.parse(EXTENSIONS)
    known = facts(Engine.POSTGRESQL, reach=reach)
    one = desired({"query_stats": spec}, engine=Engine.POSTGRESQL, connection=CONNECTION)
    found = observed({"query_stats": state}, engine=Engine.POSTGRESQL, live=known)
    plan = plan_database(one, found)
    assert [in_short(entry) for entry in plan.items] == [short]
    for action in plan.actions:
        (statement,) = query_stats.KIND.requests(action.change)
        assert str(statement) == "DROP EXTENSION pg_stat_statements;"


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("日" * 51, True),
        ("日" * 52, False),
        ("日" * 45 + "é" * 10, True),
        ("日" * 45 + "é" * 10 + "a", False),
        ("日" * 45 + "é" * 10 + "_", False),
        ("日" * 45 + "\u00c0" * 5 + "\u1e00" * 5, True),
        ("日" * 45 + "\u00d7" * 10, False),
        ("日" * 50 + "ab3d_", True),
        ("日" * 50 + "-", True),
        ("日" * 50 + "a-", False),
    ],
)
def test_a_name_whose_folder_is_too_long_is_refused_by_mysql(name: str, fits: bool) -> None:
    """255 characters: one for a word's, three for a letter of most of Europe, five for another."""
    spec = LogicalDatabases(present=(LogicalDatabase(name=name),))
    found = list(logical_databases.KIND.check(spec, Engine.MYSQL))
    assert ["folder" in str(one) for one in found] == ([] if fits else [True])


@pytest.mark.parametrize("connection", [None, CONNECTION])
def test_query_stats_are_turned_off_after_other_changes(connection: SqlConnection | None) -> None:
    """As any other extension is dropped."""
    wanted = {
        "query_stats": QueryStats(enabled=False),
        "maintenance_window": MaintenanceWindow(hour=3),
    }
    one = desired(wanted, engine=Engine.POSTGRESQL, connection=connection)
    live = {
        "query_stats": query_stats.KIND.parse(EXTENSIONS),
        "maintenance_window": {ITSELF: {"weekday": "monday", "hour": 21}},
    }
    items = plan_database(one, observed(live, engine=Engine.POSTGRESQL)).items
    assert [entry.address.kind for entry in items] == ["maintenance_window", "query_stats"]


def test_an_extension_that_nobody_looked_at_stays() -> None:
    """For the reason why nobody did."""
    unreached = NoSqlAccess(
        code="P122", message="it leads elsewhere", hint="correct the connection"
    )
    assert extension_rules.staying("pg_stat_statements", unreached) == Refused(
        code="P122", message="it leads elsewhere", hint="correct the connection"
    )


def test_what_uses_query_stats_and_stays_is_named() -> None:
    """With the way out: nothing is dropped along with another."""
    reach = reached(needed_by={"pg_stat_statements": ("pg_qualstats", "pg_stat_kcache")})
    refused = extension_rules.staying("pg_stat_statements", reach)
    assert refused == Refused(
        code="P254",
        message=(
            "'pg_stat_statements' is needed by 'pg_qualstats', 'pg_stat_kcache': not to be dropped"
        ),
        hint="drop that first, and apply again",
    )


@pytest.mark.parametrize(
    ("enabled", "live", "differs"),
    [
        (False, EXTENSIONS, True),
        (False, EXTENSIONS[:1], False),
        (True, EXTENSIONS, False),
        (True, EXTENSIONS[:1], False),
    ],
)
def test_query_stats_are_worth_a_look_where_they_go(
    enabled: bool, live: list[dict[str, str]], differs: bool
) -> None:
    """The API itself turns them on."""
    state = query_stats.KIND.parse(live)
    assert not isinstance(state, NotOffered)
    by_sql = query_stats.KIND.by_sql(QueryStats(enabled=enabled), state, facts(Engine.POSTGRESQL))
    assert by_sql is differs


def test_both_kinds_share_one_read() -> None:
    """The same call: it is sent once."""
    assert extensions.KIND.read == query_stats.KIND.read


def test_an_approval_may_last() -> None:
    """The last day counts."""
    assert removal("x").until == FOREVER
