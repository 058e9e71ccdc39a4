"""Hypothesis strategies: small named ones, put together into fleets.

Every live state can also be put into a sandbox, and every wanted one written as a spec.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from attrs import frozen
from builders import CONNECTION, desired, facts, observed, removal
from hypothesis import strategies as st

from reconcile.kinds import KIND_BY_NAME, features
from reconcile.kinds.backups import Backups
from reconcile.kinds.durations import show_duration
from reconcile.kinds.engine_version import EngineVersion
from reconcile.kinds.extensions import Extension, Extensions
from reconcile.kinds.features import Feature, Features
from reconcile.kinds.kind import Others
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.maintenance_window import MaintenanceWindow, Weekday
from reconcile.kinds.query_stats import QueryStats
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies, RetentionPolicy
from reconcile.kinds.sql_mode import MYSQL_8, SqlMode
from reconcile.model.engine import Engine, Version
from reconcile.model.postgresql import NoSqlAccess, Package, SqlAccess
from reconcile.model.state import ITSELF, Desired, Elements, NotOffered, Observed, Value

few_names = st.sampled_from(["alpha", "beta", "gamma", "delta", "Ünïcode", "it's", "a-b_c"])
hours = st.integers(0, 23)
others = st.sampled_from(Others)
HOUR = 3600 * 10**9
durations = st.one_of(
    st.just("INF"),
    st.sampled_from(["30d", "720h0m0s", "1d12h", "90m", "52w", "1h"]),
    st.integers(1, 5000).map(lambda hours: show_duration(hours * HOUR)),
)
modes_8 = st.sampled_from(sorted(MYSQL_8.modes))
words_8 = st.sampled_from(sorted(MYSQL_8.modes | MYSQL_8.composites.keys()))
EXTENSIONS = ("postgis", "pg_trgm", "hstore", "citext", "uuid-ossp")
VERSIONS = ("1.0", "1.5", "1.6", "3.4.2", "3.4.0")
extension_names = st.sampled_from(EXTENSIONS)
versions = st.sampled_from(VERSIONS)
some_versions = st.sampled_from(
    [frozenset(VERSIONS), frozenset(VERSIONS[:2]), frozenset(VERSIONS[2:])]
)
engine_versions = st.builds(
    Version,
    major=st.integers(15, 17),
    minor=st.integers(0, 2),
    patch=st.integers(0, 1),
    build=st.just(1),
)
windows = st.fixed_dictionaries({"weekday": st.sampled_from(Weekday), "hour": hours})
statuses = st.sampled_from(
    ["ACTIVATED", "FAILED", "PENDING", "PENDING_TO_ACTIVATE", "PENDING_TO_REMOVE"]
)


def _unique(entries: Any) -> Any:
    return st.lists(entries, max_size=4, unique_by=lambda entry: entry.name).map(tuple)


def _absent(present: tuple[Any, ...], name: st.SearchStrategy[str]) -> Any:
    taken = {entry.name for entry in present}
    return st.lists(name, max_size=3, unique=True).map(
        lambda listed: tuple(removal(each) for each in listed if each not in taken)
    )


# What is there.

live_backups = st.builds(
    lambda enabled, hour: {ITSELF: {"enabled": enabled, "hours": (hour,)}}, st.booleans(), hours
)
live_sql_mode = st.lists(modes_8, unique=True, max_size=6).map(
    lambda modes: {ITSELF: {"modes": tuple(modes)}}
)
live_extensions = st.dictionaries(
    extension_names, versions.map(lambda version: {"version": f"v{version}"}), max_size=4
).map(lambda listed: {"plpgsql": {"version": "v1.0"}, **listed})
live_query_stats = st.booleans().map(lambda enabled: {ITSELF: {"enabled": enabled}})


@st.composite
def live_logical_databases(draw: st.DrawFn) -> Elements:
    """A protected default, and others."""
    found = draw(st.sets(few_names, max_size=4))
    return {**{name: {} for name in sorted(found)}, "main": {"protected": True}}


@st.composite
def live_retention_policies(draw: st.DrawFn) -> Elements:
    """Policies of which one, or none, is the default."""
    lengths = st.integers(0, 400).map(lambda hours: show_duration(hours * HOUR))
    found = draw(st.dictionaries(few_names, lengths, max_size=4))
    default = draw(st.sampled_from([*sorted(found), None]))
    return {
        name: {"duration": length, "default": name == default} for name, length in found.items()
    }


live_maintenance_window = windows.map(
    lambda window: {
        ITSELF: {"weekday": window["weekday"].value, "hour": window["hour"], "duration": 8}
    }
)


@st.composite
def live_engine_version(draw: st.DrawFn) -> Elements:
    """A version; what comes next is told, or that nothing does, or only its id, or not at all."""
    live, other = draw(engine_versions), draw(engine_versions)
    nothing: dict[str, Value] = {}
    ids: list[dict[str, Value]] = [nothing, {"version_id": "id"}]
    following = [nothing, {"next_version": None}, {"next_version_id": "next"}]
    if other > live:
        following.append({"next_version_id": "next", "next_version": str(other)})
    fields: dict[str, Value] = {"version": str(live)}
    return {ITSELF: fields | draw(st.sampled_from(ids)) | draw(st.sampled_from(following))}


@st.composite
def live_features(draw: st.DrawFn) -> Elements:
    """Features in any status; the provider lets none be public without TLS."""
    names = st.sampled_from([one.value for one in Feature])
    found = draw(st.dictionaries(names, statuses, max_size=3))
    if found.get("publicly-available", "FAILED") != "FAILED":
        found["force-ssl"] = "ACTIVATED"
    rows = [{"name": name, "status": status} for name, status in found.items()]
    state = features.KIND.parse({"features": rows})
    assert not isinstance(state, NotOffered)
    return state


# What a connection leads to.

some_extensions = st.frozensets(extension_names, max_size=3)
packages = st.builds(
    Package,
    superuser=st.sampled_from([False, True]),
    trusted=st.booleans(),
    requires=some_extensions.map(lambda names: tuple(sorted(names))),
)
unreached = st.builds(
    NoSqlAccess, code=st.sampled_from(["P121", "P122"]), message=st.just("no"), hint=st.just("try")
)


@st.composite
def reached(draw: st.DrawFn, live: Collection[str]) -> SqlAccess:
    """A server with most of the packages, which may require one another, and a role's rights."""
    offers = {
        name: dict.fromkeys(draw(some_versions), draw(packages))
        for name in EXTENSIONS
        if name not in draw(some_extensions)
    }
    there = sorted(live)
    some = st.sets(st.sampled_from(there), max_size=2).map(lambda names: tuple(sorted(names)))
    return SqlAccess(
        superuser=draw(st.sampled_from([True, False])),
        may_create=draw(st.booleans()),
        owned=frozenset(draw(st.sets(st.sampled_from(there)))),
        offers=offers,
        newest={name: max(of_it) for name, of_it in offers.items()},
        updates={name: draw(some_versions) for name in there},
        needed_by=draw(st.dictionaries(st.sampled_from(there), some)),
    )


# What is wanted.

wanted_backups = st.one_of(
    st.builds(Backups, enabled=st.booleans()),
    st.builds(Backups, enabled=st.none() | st.booleans(), hours=hours.map(lambda hour: (hour,))),
    st.builds(Backups, hours=st.lists(hours, min_size=1, max_size=3).map(tuple)),
)
wanted_sql_mode = st.lists(words_8, max_size=5).map(lambda modes: SqlMode(modes=tuple(modes)))
wanted_query_stats = st.builds(QueryStats, enabled=st.booleans())
wanted_engine_version = st.builds(
    EngineVersion,
    version=st.one_of(
        st.just("latest-minor"),
        engine_versions.map(str),
        engine_versions.map(lambda one: f">={one.major}.{one.minor}"),
        engine_versions.map(lambda one: f"{one.major}.{one.minor}"),
    ),
    allow_major=st.none() | st.integers(15, 17),
)
wanted_maintenance_window = st.builds(
    MaintenanceWindow, weekday=st.none() | st.sampled_from(Weekday), hour=st.none() | hours
)


def _features(switched: dict[Feature, bool]) -> Features:
    """Features of a valid spec: none is public without TLS."""
    if switched.get(Feature.PUBLICLY_AVAILABLE):
        switched[Feature.FORCE_SSL] = True
    return Features(switched=switched)


wanted_features = st.dictionaries(
    st.sampled_from(Feature), st.booleans(), min_size=1, max_size=4
).map(_features)


@st.composite
def wanted_logical_databases(draw: st.DrawFn) -> LogicalDatabases:
    """Names to have, names to lose."""
    present = draw(_unique(st.builds(LogicalDatabase, name=few_names)))
    absent = draw(_absent(present, few_names | st.just("main")))
    return LogicalDatabases(present=present, absent=absent, others=draw(others))


@st.composite
def wanted_extensions(draw: st.DrawFn) -> Extensions:
    """Extensions with and without a version."""
    entry = st.builds(Extension, name=extension_names, version=st.none() | versions)
    present = draw(_unique(entry))
    absent = draw(_absent(present, extension_names))
    return Extensions(present=present, absent=absent, others=draw(others))


@st.composite
def wanted_retention_policies(draw: st.DrawFn) -> RetentionPolicies:
    """Policies of which at most one is called the default."""
    listed = draw(st.lists(few_names, max_size=4, unique=True))
    default = draw(st.sampled_from([*listed, None]))
    present = tuple(
        RetentionPolicy(
            name=name,
            duration=draw(durations),
            default=True if name == default else draw(st.sampled_from([None, False])),
            on_change=draw(st.sampled_from(OnChange)),
        )
        for name in listed
    )
    absent = draw(_absent(present, few_names))
    return RetentionPolicies(present=present, absent=absent, others=draw(others))


LIVE: Mapping[str, st.SearchStrategy[Elements]] = {
    "backups": live_backups,
    "sql_mode": live_sql_mode,
    "logical_databases": live_logical_databases(),
    "extensions": live_extensions,
    "query_stats": live_query_stats,
    "retention_policies": live_retention_policies(),
    "engine_version": live_engine_version(),
    "maintenance_window": live_maintenance_window,
    "features": live_features(),
}
WANTED: Mapping[str, st.SearchStrategy[Any]] = {
    "backups": wanted_backups,
    "sql_mode": wanted_sql_mode,
    "logical_databases": wanted_logical_databases(),
    "extensions": wanted_extensions(),
    "query_stats": wanted_query_stats,
    "retention_policies": wanted_retention_policies(),
    "engine_version": wanted_engine_version,
    "maintenance_window": wanted_maintenance_window,
    "features": wanted_features,
}


@frozen(kw_only=True)
class Case:
    """One database: what its spec wants, what is there, and what a connection leads to."""

    desired: Desired
    observed: Observed


def kinds_of(engine: Engine) -> list[str]:
    """The kinds that an engine surely has."""
    return sorted(name for name, kind in KIND_BY_NAME.items() if kind.offers.get(engine))


def _fits(kind: str, engine: Engine) -> Any:
    """Whether a spec value is one that `validate` lets pass for an engine."""
    return lambda spec: not list(KIND_BY_NAME[kind].check(spec, engine))


@st.composite
def cases(
    draw: st.DrawFn,
    handle: str = "shop",
    *,
    unnamed: Collection[str] = frozenset(),
    of: Engine | None = None,
    least: int = 0,
    by_sql: bool = False,
) -> Case:
    """A database of any engine, or of one, with some of its kinds named, as a valid spec would.

    Kinds that are `unnamed` are live, and in no spec; `least` is how many kinds are named. One of
    PostgreSQL may have a connection where something may be changed `by_sql`.
    """
    engine = of or draw(st.sampled_from(Engine))
    offered = kinds_of(engine)
    states = {name: draw(LIVE[name]) for name in offered}
    nameable = [name for name in offered if name not in unnamed]
    named = draw(st.sets(st.sampled_from(nameable), min_size=least))
    wanted = {name: draw(WANTED[name].filter(_fits(name, engine))) for name in sorted(named)}
    connected = by_sql and engine is Engine.POSTGRESQL and draw(st.sampled_from([True, False]))
    reach = draw(reached(states["extensions"]) | unreached) if connected else None
    version = str(states["engine_version"][ITSELF]["version"])
    live = facts(engine, version=version, reach=reach)
    return Case(
        desired=desired(
            wanted, handle=handle, engine=engine, connection=CONNECTION if connected else None
        ),
        observed=observed(states, handle=handle, engine=engine, live=live),
    )


@st.composite
def fleets(
    draw: st.DrawFn, *, unnamed: Collection[str] = frozenset(), by_sql: bool = False
) -> tuple[Case, ...]:
    """A few databases."""
    handles = draw(st.lists(st.sampled_from(["a1", "b2", "c3", "d4"]), min_size=1, unique=True))
    return tuple(draw(cases(handle, unnamed=unnamed, by_sql=by_sql)) for handle in handles)
