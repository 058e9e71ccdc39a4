"""What runs cost: data, each number held by a test and shown in docs/requests.md."""

from __future__ import annotations

from collections.abc import Mapping

from covered.scenario import (
    AS_IT_IS,
    CHANGED,
    DELETING,
    DROPPING,
    OFF,
    REPLACING,
    Scenario,
    hundred,
    spec,
)

GIVEN = {"SCALINGO_API_URL": "given", "SCALINGO_DB_URL": "given"}
"""The sandbox's own address."""
_OFF = {"RECONCILE_TOKEN_CACHE": "off"}
_CI = {"CI": "true"}
_LOOKUP = "what comes after a version is asked only where it decides something"
_TOKEN = "which token is meant shows only once the addons are listed"
_RECOVERY = "recovery points are read only where data is affected"
_REFUSED = "a token that was refused is replaced, and its request sent once more"

TOKENS = (
    Scenario(name="1 database", requests=(2, 1, 3), estimated=(6,)),
    Scenario(name="1 database, again", warm=True, requests=(0, 0, 3), estimated=(3,)),
    Scenario(name="1 database, hosts given", environment=GIVEN, requests=(1, 1, 3), estimated=(5,)),
    Scenario(
        name="1 database, hosts given, again",
        environment=GIVEN,
        warm=True,
        requests=(0, 0, 3),
        estimated=(3,),
    ),
    Scenario(
        name="1 database, by application and engine",
        spec=spec(addon=None),
        requests=(2, 2, 3),
        estimated=(7,),
    ),
    Scenario(
        name="1 database, by application and engine, again",
        spec=spec(addon=None),
        warm=True,
        requests=(0, 1, 3),
        estimated=(5,),
        because=_TOKEN,
    ),
    Scenario(
        name="1 database, by resource id",
        spec=spec(addon="app0-3412"),
        requests=(2, 2, 3),
        estimated=(7,),
    ),
    Scenario(
        name="100 databases", spec=hundred(named=True), requests=(2, 100, 300), estimated=(402,)
    ),
    Scenario(
        name="100 databases, again",
        spec=hundred(named=True),
        warm=True,
        requests=(0, 0, 300),
        estimated=(300,),
    ),
    Scenario(
        name="100 databases, by application and engine",
        spec=hundred(named=False),
        requests=(2, 200, 300),
        estimated=(502,),
    ),
    Scenario(
        name="100 databases, by application and engine, again",
        spec=hundred(named=False),
        warm=True,
        requests=(0, 100, 300),
        estimated=(500,),
        because=_TOKEN,
    ),
    Scenario(
        name="2 databases of one application, by engine",
        spec="---\n".join(
            spec("backups: {enabled: true}\n", app="pair", addon=None, engine=engine, handle=engine)
            for engine in ("mysql", "redis")
        ),
        requests=(2, 3, 2),
        estimated=(7,),
    ),
    Scenario(
        name="1 database, again with CI=true",
        environment=_CI,
        warm=True,
        requests=(2, 1, 3),
        estimated=(6,),
    ),
    Scenario(
        name="1 database, again with CI=true and RECONCILE_TOKEN_CACHE=on",
        environment={**_CI, "RECONCILE_TOKEN_CACHE": "on"},
        warm=True,
        requests=(0, 0, 3),
        estimated=(3,),
    ),
    Scenario(
        name="1 database, again with RECONCILE_TOKEN_CACHE=off",
        environment=_OFF,
        warm=True,
        requests=(2, 1, 3),
        estimated=(6,),
    ),
    Scenario(
        name="1 database, the database host refuses its token",
        revoked=("database",),
        requests=(2, 2, 4),
        estimated=(6,),
        because=_REFUSED,
    ),
    Scenario(
        name="1 database, the API host refuses its token",
        revoked=("api",),
        requests=(3, 2, 3),
        estimated=(6,),
        because=_REFUSED,
    ),
    Scenario(
        name="1 database, again, all kept tokens are refused",
        warm=True,
        revoked=("database", "api"),
        requests=(1, 2, 4),
        estimated=(3,),
        because=_REFUSED,
    ),
)
"""`reconcile plan` of databases with three kinds, unless said otherwise."""


def _kind(name: str, kinds: str, database: int, *, engine: str = "mysql", **more: int) -> Scenario:
    app, addon = {
        "mysql": ("app0", "ad-0"),
        "postgresql": ("billing", "ad-p"),
        "influxdb": ("iot", "ad-i"),
    }[engine]
    estimated = 3 + more.get("estimated", database)
    return Scenario(
        name=name,
        spec=spec(kinds, app=app, addon=addon, engine=engine),
        requests=(2, 1, database),
        estimated=(estimated,),
        because="" if estimated == 3 + database else _LOOKUP,
    )


KINDS: Mapping[str, Scenario] = {
    "backups": _kind("backups", "backups: {hours: [14]}\n", 1),
    "sql_mode": _kind("sql_mode", "sql_mode: [ANSI]\n", 2),
    "logical_databases": _kind("logical_databases", "logical_databases: [shop]\n", 2),
    "extensions": _kind("extensions", "extensions: [postgis]\n", 2, engine="postgresql"),
    "query_stats": _kind("query_stats", "query_stats: true\n", 2, engine="postgresql"),
    "retention_policies": _kind(
        "retention_policies",
        "retention_policies: [{name: 7-days, duration: 7d}]\n",
        2,
        engine="influxdb",
    ),
    "engine_version": _kind("engine_version", 'engine_version: ">=8.0.35"\n', 1),
    "maintenance_window": _kind(
        "maintenance_window", "maintenance_window: {weekday: sunday, hour: 3}\n", 1
    ),
    "features": _kind("features", "features: {force-ssl: true}\n", 1),
}
"""Each kind alone."""
MORE_KINDS = (
    _kind(
        "extensions and query_stats",
        "extensions: [postgis]\nquery_stats: true\n",
        2,
        engine="postgresql",
    ),
    _kind("engine_version, an upgrade is due", 'engine_version: ">=8.0.36"\n', 2, estimated=1),
    Scenario(
        name="engine_version, the same upgrade is due for 100 databases",
        spec=hundred(named=True, kinds='engine_version: ">=8.0.36"\n'),
        requests=(2, 100, 101),
        estimated=(202,),
        because=_LOOKUP,
    ),
)
"""Kinds that share a request, or that look something up."""


def _command(
    command: str, requests: tuple[int, int, int], kinds: str = CHANGED, **more: object
) -> Scenario:
    return Scenario(name=command, command=command, spec=spec(kinds), requests=requests, **more)  # type: ignore[arg-type]


FLEETWIDE = (
    _command("validate", (0, 0, 0)),
    _command("plan", (2, 1, 3), estimated=(6,)),
    _command("drift", (2, 1, 3), estimated=(6,), status=2),
    _command("apply --dry-run", (2, 1, 3), estimated=(6,), status=2),
    _command("apply --yes", (2, 1, 3 + 3 + 3 + 3), estimated=(6, 9)),
    Scenario(
        name="apply --yes, nothing to do",
        command="apply --yes",
        spec=spec(AS_IT_IS),
        requests=(2, 1, 3),
        estimated=(6,),
    ),
    _command(
        "apply --yes --allow lossy=app0/logical_databases/legacy",
        (2, 1, 2 + 1 + 2 + 1 + 2 + 1 + 2),
        DELETING,
        estimated=(5, 8),
        because=_RECOVERY,
    ),
    _command(
        "apply --dry-run --backup-first --allow lossy=app0/logical_databases/legacy",
        (2, 1, 2 + 1 + 1),
        DELETING,
        estimated=(5,),
        status=2,
        because=_RECOVERY,
    ),
    Scenario(
        name="apply --yes --allow lossy=iot/retention_policies/30-days, a replacement",
        command="apply --yes --allow lossy=iot/retention_policies/30-days",
        spec=spec(REPLACING, app="iot", addon="ad-i", engine="influxdb"),
        requests=(2, 1, 2 + 1 + 2 + 2 + 2),
        estimated=(5, 6),
        because=_RECOVERY,
    ),
    Scenario(
        name="plan, a deletion",
        spec=spec(DELETING),
        requests=(2, 1, 2 + 1),
        estimated=(5,),
        because=_RECOVERY,
    ),
    Scenario(
        name="plan, a PostgreSQL that loses data",
        spec=spec(DROPPING, app="billing", addon="ad-p", engine="postgresql"),
        requests=(2, 1, 2 + 2),
        estimated=(5,),
        because=_RECOVERY,
    ),
    Scenario(
        name="plan, backups go off",
        spec=spec(OFF),
        requests=(2, 1, 1),
        estimated=(4,),
    ),
    Scenario(
        name="plan, backups of a PostgreSQL go off",
        spec=spec(OFF, app="billing", addon="ad-p", engine="postgresql"),
        requests=(2, 1, 1 + 1),
        estimated=(4,),
        because=_RECOVERY,
    ),
)
"""Commands about a whole fleet, here of one MySQL with three changes to make."""


def _one(command: str, requests: tuple[int, int, int], status: int = 0) -> Scenario:
    return Scenario(name=command, command=command, status=status, requests=requests)


ONE = (
    _one("show app0", (2, 1, 3)),
    _one("show billing/ad-p", (2, 1, 3)),
    _one("show pair/ad-r", (2, 1, 1)),
    _one("databases list app0", (2, 1, 2)),
    _one("sql-mode get app0", (2, 1, 2)),
    _one("extensions list billing/ad-p", (2, 1, 2)),
    _one("queries list billing/ad-p", (2, 1, 2)),
    _one("stats list billing/ad-p", (2, 1, 2)),
    _one("retention list iot/ad-i", (2, 1, 2)),
    _one("operation 609145e66ffbd934f6745bb4 --database billing/ad-p", (2, 1, 1)),
    _one("databases create app0 audit", (2, 1, 2 + 2 + 1 + 2)),
    _one("databases create app0 audit --dry-run", (2, 1, 2), 2),
    _one("databases delete app0 legacy --confirm legacy", (2, 1, 2 + 1 + 2 + 1 + 2)),
    _one("databases reset app0 legacy --confirm legacy", (2, 1, 2 + 1 + 1)),
    _one("sql-mode set app0 ANSI --yes", (2, 1, 2 + 2 + 1 + 2)),
    _one("backups set app0 --hour 3", (2, 1, 1 + 1 + 1 + 1)),
    _one("queries cancel billing/ad-p 2000 --yes", (2, 1, 2 + 1)),
    _one("stats reset billing/ad-p --yes", (2, 1, 2 + 1)),
    _one("retention add iot/ad-i 14-days 14d", (2, 1, 2 + 2 + 1 + 2)),
    _one("upgrade app0 --yes --no-wait", (2, 1, 2 + 1 + 1), 2),
    _one(
        "restore billing/ad-p --to 2026-01-05T12:00:00Z --confirm billing/ad-p --no-wait",
        (2, 1, 2 + 1 + 1 + 1),
        2,
    ),
    _one(
        "restore billing/ad-p --to 2026-01-05T12:00:00Z --dry-run",
        (2, 1, 2 + 1),
        2,
    ),
)
"""Commands about one database, in the order of their help."""

ALL: Mapping[str, tuple[Scenario, ...]] = {
    "tokens": TOKENS,
    "kinds": (*KINDS.values(), *MORE_KINDS),
    "fleetwide": FLEETWIDE,
    "one": ONE,
}
