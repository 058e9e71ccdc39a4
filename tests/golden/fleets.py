"""Proposals to look at: specs and live states, planned and reviewed as a command would."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from attrs import evolve, frozen
from builders import TODAY, desired, facts, observed, removal

from reconcile.guard.guard import Context
from reconcile.guard.review import review
from reconcile.kinds.backups import Backups
from reconcile.kinds.engine_version import EngineVersion
from reconcile.kinds.extensions import Extension, Extensions
from reconcile.kinds.features import KIND as FEATURES
from reconcile.kinds.features import Feature, Features
from reconcile.kinds.kind import Others
from reconcile.kinds.listing import Removal
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.maintenance_window import MaintenanceWindow, Weekday
from reconcile.kinds.query_stats import QueryStats
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies, RetentionPolicy
from reconcile.kinds.sql_mode import SqlMode
from reconcile.model.address import Address
from reconcile.model.engine import Engine, Version
from reconcile.model.finding import Finding, Severity
from reconcile.model.location import Location, Origin
from reconcile.model.plan import Proposal
from reconcile.model.policy import Ignored
from reconcile.model.state import (
    ITSELF,
    Desired,
    Facts,
    NotOffered,
    Observation,
    Observed,
    Unknown,
)
from reconcile.plan.build import build_plan
from reconcile.plan.document import plan_id

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
STRICT = (
    "ERROR_FOR_DIVISION_BY_ZERO",
    "NO_ENGINE_SUBSTITUTION",
    "NO_ZERO_DATE",
    "NO_ZERO_IN_DATE",
    "ONLY_FULL_GROUP_BY",
    "STRICT_TRANS_TABLES",
)


@frozen(kw_only=True)
class Database:
    """One database: what its spec wants, and what was read of it."""

    desired: Desired
    observation: Observation

    @property
    def live(self) -> Observed:
        """What was read, where it was."""
        assert isinstance(self.observation, Observed)
        return self.observation

    def now(self, states: Mapping[str, Any]) -> Database:
        """The same with other live states; the resource tells one version to all that ask."""
        live = self.live
        text = states.get("engine_version", {}).get(ITSELF, {}).get("version")
        facts = evolve(live.facts, version=Version.parse(text)) if text else live.facts
        return evolve(self, observation=evolve(live, facts=facts, states={**live.states, **states}))


def database(
    kinds: Mapping[str, object],
    states: Mapping[str, Any] | None = None,
    *,
    handle: str = "shop",
    engine: Engine = Engine.MYSQL,
    protect: bool = False,
    live: Facts | None = None,
) -> Database:
    """A database that could be read."""
    return Database(
        desired=desired(kinds, handle=handle, engine=engine, protect=protect),
        observation=observed(states, handle=handle, engine=engine, live=live),
    )


def unreadable(
    handle: str,
    reason: str,
    *,
    engine: Engine = Engine.MYSQL,
    unauthenticated: bool = False,
    about: str | None = None,
) -> Database:
    """A database that could not be read."""
    wanted = desired({"backups": Backups(enabled=True)}, handle=handle, engine=engine)
    return Database(
        desired=wanted,
        observation=Unknown(reason=reason, unauthenticated=unauthenticated, about=about),
    )


def proposed(*databases: Database) -> Proposal:
    """The plan of these databases, chosen from a fleet of forty and reviewed by all guards."""
    plan = build_plan(
        [one.desired for one in databases],
        {one.desired.handle: one.observation for one in databases},
    )
    return review(plan, Context(now=NOW, plan_id=plan_id(plan), fleet=40))


def names(*names: str) -> tuple[LogicalDatabase, ...]:
    """Logical databases by name."""
    return tuple(LogicalDatabase(name=name) for name in names)


def gone(name: str, reason: str, until: date = date(2027, 1, 31)) -> Removal:
    """An approval to delete."""
    return Removal(name=name, reason=reason, until=until)


def backups(enabled: bool, *hours: int) -> Mapping[str, Any]:
    """The live state of backups."""
    return {"backups": {ITSELF: {"enabled": enabled, "hours": hours}}}


def features(**switched: bool) -> Features:
    """Features as a spec has them; an underscore stands for a hyphen."""
    return Features(switched={Feature(name.replace("_", "-")): on for name, on in switched.items()})


def statuses(**live: str) -> Mapping[str, Any]:
    """Live features with their statuses."""
    rows = [{"name": name.replace("_", "-"), "status": status} for name, status in live.items()]
    return {"features": FEATURES.parse({"features": rows})}


def version(live: str, *following: str | None) -> Mapping[str, Any]:
    """A live version, and what comes next if that is known."""
    fields: dict[str, object] = {"version": live, "version_id": "6051fe19406c31aaafd31a05"}
    return {
        "engine_version": {ITSELF: fields | dict(zip(["next_version"], following, strict=False))}
    }


IN_SYNC = database(
    {"backups": Backups(enabled=True, hours=(3,))}, backups(True, 3), handle="accounts"
)

SHOP = database(
    {
        "backups": Backups(enabled=True, hours=(3,)),
        "sql_mode": SqlMode(modes=("STRICT_TRANS_TABLES", "NO_ZERO_DATE", "IGNORE_SPACE")),
        "logical_databases": LogicalDatabases(
            present=names("shop", "audit"), absent=(gone("legacy", "moved to audit"),)
        ),
    },
    {
        **backups(True, 14),
        "sql_mode": {ITSELF: {"modes": STRICT}},
        "logical_databases": {"shop": {"protected": True}, "legacy": {}, "scratch": {}, "tmp": {}},
    },
)

BILLING = database(
    {
        "backups": Backups(enabled=False),
        "extensions": Extensions(
            present=(Extension(name="postgis", version="3.4.2"), Extension(name="pg_trgm")),
            absent=(gone("hstore", "jsonb took its place"),),
        ),
        "query_stats": QueryStats(enabled=True),
    },
    {
        **backups(True, 4),
        "extensions": {"postgis": {"version": "v3.3.0"}, "hstore": {"version": "1.8"}},
        "query_stats": {ITSELF: {"enabled": False}},
    },
    handle="billing",
    engine=Engine.POSTGRESQL,
)

_30_DAYS = RetentionPolicy(name="30-days", duration="30d", on_change=OnChange.REPLACE)

TELEMETRY = database(
    {"retention_policies": RetentionPolicies(present=(_30_DAYS,))},
    {"retention_policies": {"30-days": {"duration": "14d", "default": False}}},
    handle="telemetry",
    engine=Engine.INFLUXDB,
)

LEDGER = database(
    {
        "backups": Backups(enabled=True, hours=(3,)),
        "engine_version": EngineVersion(version=">=16.9"),
        "maintenance_window": MaintenanceWindow(weekday=Weekday.SUNDAY, hour=3),
        "features": features(force_ssl=True, publicly_available=True),
    },
    {
        **backups(True, 4),
        **version("16.4.0-1", "16.6.0-1"),
        "maintenance_window": {ITSELF: {"weekday": "tuesday", "hour": 3, "duration": 8}},
        **statuses(force_ssl="FAILED"),
    },
    handle="ledger",
    engine=Engine.POSTGRESQL,
)

SESSIONS = database(
    {
        "engine_version": EngineVersion(version="latest-minor"),
        "features": features(
            force_ssl=False, publicly_available=False, redis_aof=True, redis_cache=True
        ),
    },
    {
        **version("7.2.4-1", "8.0.0-1"),
        **statuses(
            force_ssl="ACTIVATED",
            publicly_available="ACTIVATED",
            redis_aof="PENDING_TO_ACTIVATE",
            redis_rdb="ACTIVATED",
        ),
    },
    handle="sessions",
    engine=Engine.REDIS,
)

SETTINGS = proposed(LEDGER, SESSIONS)
"""The kinds that are read from the resource; what waits stands beside what can be done."""

CACHE = database(
    {"backups": Backups(enabled=True)},
    handle="cache",
    engine=Engine.REDIS,
    live=facts(Engine.REDIS, operation="6aa1f0c2-upgrade"),
)

ARCHIVE = unreadable("archive", "GET database: HTTP 503, the provider is in maintenance")

MIXED = proposed(SHOP, BILLING, TELEMETRY, CACHE, ARCHIVE, IN_SYNC)

EVERYTHING_IN_SYNC = proposed(
    IN_SYNC,
    database(
        {"logical_databases": LogicalDatabases(present=names("shop"))},
        {"logical_databases": {"shop": {"protected": True}, "scratch": {}}},
    ),
    database({}, handle="untouched", engine=Engine.OPENSEARCH),
)

UNKNOWN = proposed(
    IN_SYNC,
    unreadable(
        "archive",
        "the provider refused application 'archive-web': HTTP 403, it is another account's",
        unauthenticated=True,
    ),
    unreadable(
        "lost", "GET database: no answer from https://db.example.test: connection timed out"
    ),
)

_TOKEN = "POST /v1/tokens/exchange: HTTP 401, 'no such token': check SCALINGO_API_TOKEN"
UNKNOWN_NAMES = proposed(
    unreadable(
        "renamed",
        "no application 'renamed-web': GET /v1/apps/renamed-web/addons: HTTP 404; did you mean 'named'?",
        about="app",
    ),
    unreadable("shop", _TOKEN, unauthenticated=True),
    unreadable("billing", _TOKEN, unauthenticated=True),
)

PENDING = proposed(
    CACHE,
    database({"backups": Backups(enabled=True)}, live=facts(status="updating")),
)

BLOCKED = proposed(
    database({}, handle="p101-engine", live=facts(Engine.REDIS)),
    database({}, handle="p104-status", live=facts(status="suspended")),
    database(
        {"logical_databases": LogicalDatabases(present=names("billing"))},
        {"logical_databases": NotOffered(message="action list-databases is not supported")},
        handle="p102-offer",
        engine=Engine.POSTGRESQL,
    ),
    database(
        {"logical_databases": LogicalDatabases(present=names("shop"), others=Others.REPORT)},
        {"logical_databases": {"shop": {"protected": True}, "scratch": {}}},
        handle="p103-unnamed",
    ),
    database(
        {"backups": Backups(enabled=True, hours=(3,))}, backups(True, 3, 15), handle="p201-several"
    ),
    database(
        {"backups": Backups(enabled=True, hours=(3, 15))}, backups(True, 3), handle="p202-several"
    ),
    database({"backups": Backups(hours=(3,))}, backups(False), handle="p203-off"),
    database(
        {"sql_mode": SqlMode(modes=("STRICT_TRANS_TABLES", "NO_AUTO_CREATE_USER"))},
        {"sql_mode": {ITSELF: {"modes": ("STRICT_TRANS_TABLES",)}}},
        handle="p211-mode",
    ),
    database(
        {"logical_databases": LogicalDatabases(absent=(gone("shop", "not used any more"),))},
        {"logical_databases": {"shop": {"protected": True}}},
        handle="p221-protected",
    ),
    database(
        {
            "retention_policies": RetentionPolicies(
                present=(RetentionPolicy(name="30-days", duration="30d", default=True),)
            )
        },
        {"retention_policies": {"30-days": {"duration": "14d", "default": False}}},
        handle="p231-policy",
        engine=Engine.INFLUXDB,
    ),
    database(
        {"retention_policies": RetentionPolicies(present=(_30_DAYS,))},
        {"retention_policies": {"30-days": {"duration": "14d", "default": True}}},
        handle="p231-unflagged",
        engine=Engine.INFLUXDB,
    ),
    *(
        database(
            {"engine_version": EngineVersion(version=rule)},
            version(live, *following),
            handle=handle,
            engine=Engine.POSTGRESQL,
        )
        for handle, rule, live, *following in (
            ("p241-newer", "16.4", "17.2.0-1"),
            ("p242-last", ">=18", "17.2.0-1", None),
            ("p243-unknown", "latest-minor", "16.4.0-1"),
            ("p244-major", ">=17", "16.9.0-1", "17.0.0-1"),
            ("p245-past", "16.5", "16.4.0-1", "16.6.0-1"),
            ("p246-none", "16.4", "edge"),
        )
    ),
    database(
        {"features": features(force_ssl=False)},
        statuses(force_ssl="ACTIVATED", publicly_available="ACTIVATED"),
        handle="p261-needed",
    ),
    database(
        {"features": features(force_ssl=True)}, statuses(force_ssl="MOVED"), handle="p262-status"
    ),
)

MANUAL = proposed(
    database(
        {
            "extensions": Extensions(
                present=(
                    Extension(name="uuid-ossp"),
                    Extension(name="pg_trgm", version="1.6"),
                    Extension(name="postgis", version="3.4.2"),
                ),
                absent=(gone("hstore", "jsonb took its place"),),
            ),
            "query_stats": QueryStats(enabled=False),
        },
        {
            "extensions": {"postgis": {"version": "v3.3.0"}, "hstore": {"version": "1.8"}},
            "query_stats": {ITSELF: {"enabled": True}},
        },
        handle="billing",
        engine=Engine.POSTGRESQL,
    )
)

REPLACED = proposed(TELEMETRY)

_TWO_REMOVALS = {
    "logical_databases": LogicalDatabases(
        absent=(
            gone("legacy", "moved to audit", date(2026, 11, 22)),
            gone("old", "nobody knows what it was for", TODAY),
        )
    )
}
_TWO_LIVE: Mapping[str, Any] = {"logical_databases": {"legacy": {}, "old": {}}}

APPROVED = proposed(
    database(
        {
            "logical_databases": LogicalDatabases(
                present=names("shop"),
                absent=(
                    gone("legacy", "moved to audit"),
                    removal("old"),
                    gone("tmp", "a reason of more than one line's length, " * 4 + "and no end"),
                ),
            )
        },
        {"logical_databases": {"legacy": {}, "old": {}, "shop": {"protected": True}, "tmp": {}}},
    )
)

GUARDED = proposed(
    database(_TWO_REMOVALS, _TWO_LIVE, handle="expired"),
    database(_TWO_REMOVALS, _TWO_LIVE, handle="protected", protect=True),
    evolve(TELEMETRY, desired=evolve(TELEMETRY.desired, protect=True)),
)

GUARDED_BY_HAND = proposed(
    database(
        {
            "extensions": Extensions(
                present=(Extension(name="pg_trgm"),),
                absent=(
                    gone("hstore", "jsonb took its place", date(2026, 11, 22)),
                    gone("postgis", "nobody draws maps"),
                ),
            )
        },
        {"extensions": {"hstore": {"version": "1.8"}, "postgis": {"version": "v3.3.0"}}},
        handle="billing",
        engine=Engine.POSTGRESQL,
    )
)
"""What a person would do is guarded as well: of what is refused no statement is shown."""

FLEET_REFUSED = evolve(
    proposed(SHOP, TELEMETRY, IN_SYNC),
    findings=(
        Finding(
            code="G900",
            severity=Severity.WARNING,
            message="the spec of this database was not touched for a year",
            address=Address(database="shop"),
        ),
        Finding(
            code="G901",
            message="3 of 6 actions would lose data, and a run may lose data with 2 at most",
            hint="apply some of the databases at a time, with --only",
            override="a greater limit in reconcile.yaml",
        ),
    ),
)
"""What no guard says yet, and each may: one finding that refuses the whole run."""


def _by_default(one: Database, origins: Mapping[str, Origin]) -> Database:
    handle = one.desired.handle
    given = {Address(database=handle, kind=kind): origin for kind, origin in origins.items()}
    return evolve(one, desired=evolve(one.desired, origins={**one.desired.origins, **given}))


BY_DEFAULT = _by_default(
    SHOP,
    {
        "backups": Origin(
            location=Location(file="reconcile.yaml", line=12, column=7), default="engine mysql"
        ),
        "sql_mode": Origin(
            location=Location(file="reconcile.yaml", line=31, column=7),
            default="label env=production",
        ),
    },
)


def ignoring(one: Database, *paths: str, reason: str = "the support moved it") -> Database:
    """The same with paths below its handle that do not count; what is wanted says so already."""
    handle = one.desired.handle
    ignored = tuple(
        Ignored(
            address=Address.parse(f"{handle}/{path}"),
            reason=reason,
            until=date(2027, 1, 31),
            location=Location(file=f"specs/{handle}.yaml", line=20 + index, column=12),
        )
        for index, path in enumerate(paths)
    )
    return evolve(one, desired=evolve(one.desired, ignored=ignored))


_SHOP_WITH_BACKUPS = {**SHOP.desired.kinds, "backups": Backups(enabled=True)}

IGNORED = proposed(
    ignoring(
        evolve(SHOP, desired=evolve(SHOP.desired, kinds=_SHOP_WITH_BACKUPS)),
        "backups/hours",
        "logical_databases/scratch",
        "logical_databases/tmp",
    ),
    ignoring(IN_SYNC, "sql_mode", reason="a migration goes on, see the page on it " * 3),
)

HOSTILE_NAMES = (
    "\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "two\nlines\r\n\tand a tab",
    "right-to-left \u202egnp.exe\u2066",
    "zero\u200bwidth \ufeffand\u2028separators\x85",
    "[red]markup[/red] [link=https://evil.test]here[/link] [/] [",
    ":smile: :warning:",
    "データベース",
    "quote ' and \" and ` and $(id) and \\n",
    "a" * 128,
    "漢字" * 40,
    "  blanks around  ",
)
_WORSE = "\x1b[2J" + HOSTILE_NAMES[1] + HOSTILE_NAMES[2]

HOSTILE_DATABASE = database(
    {
        "logical_databases": LogicalDatabases(
            present=names(*HOSTILE_NAMES[:6]),
            absent=tuple(gone(name, f"{_WORSE} {name}") for name in HOSTILE_NAMES[6:]),
        ),
    },
    {
        "logical_databases": {
            **{name: {} for name in HOSTILE_NAMES[6:]},
            **{f"unnamed {name}": {} for name in HOSTILE_NAMES},
        },
    },
)

HOSTILE = proposed(
    HOSTILE_DATABASE,
    database(
        {
            "extensions": Extensions(
                absent=(gone('x"; DROP TABLE \x1b[8m y; --', "why\n[bold]not"),)
            ),
            "logical_databases": LogicalDatabases(),
        },
        {
            "extensions": {'x"; DROP TABLE \x1b[8m y; --': {"version": "1\x1b[0m[red]2[/red]"}},
            "logical_databases": NotOffered(message=f"sorry {_WORSE}"),
        },
        handle="billing",
        engine=Engine.POSTGRESQL,
    ),
    database(
        {},
        handle="busy",
        live=facts(status=f"upd{_WORSE}"),
    ),
    database({}, handle="other", live=evolve(facts(), engine=None, type_name=f"my{_WORSE}sql")),
    unreadable("lost", f"the provider answered {_WORSE} [red]x[/red] :smile:"),
    ignoring(
        database(
            {"logical_databases": LogicalDatabases()}, {"logical_databases": {}}, handle="ignoring"
        ),
        f"logical_databases/{_WORSE}",
        reason=f"why {_WORSE}",
    ),
    _by_default(
        database({"backups": Backups(enabled=True, hours=(3,))}, backups(False), handle="placed"),
        {
            "backups": Origin(
                location=Location(file="specs/\x1b[31m\n漢字.yaml", line=1, column=1),
                default="label a=[red]\u202eb",
            )
        },
    ),
)

PLANS: Mapping[str, Proposal] = {
    "ignored": IGNORED,
    "mixed": MIXED,
    "in_sync": EVERYTHING_IN_SYNC,
    "unknown": UNKNOWN,
    "unknown_names": UNKNOWN_NAMES,
    "pending": PENDING,
    "blocked": BLOCKED,
    "manual": MANUAL,
    "settings": SETTINGS,
    "approved": APPROVED,
    "guarded": GUARDED,
    "guarded_by_hand": GUARDED_BY_HAND,
    "fleet_refused": FLEET_REFUSED,
    "hostile": HOSTILE,
}
