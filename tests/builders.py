"""Small builders of model values for tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from reconcile.kinds.listing import Removal
from reconcile.model.address import Address
from reconcile.model.engine import Engine, Version
from reconcile.model.location import Location, Origin
from reconcile.model.postgresql import Package, Reach, Sql, SqlAccess, SqlConnection, Uses
from reconcile.model.request import Call
from reconcile.model.state import Desired, Facts, Observed
from reconcile.model.target import Hosts, Target

HERE = Location(file="specs/example.yaml", line=1, column=1)
ORIGIN = Origin(location=HERE)
FOREVER = date(2999, 12, 31)
TODAY = date(2026, 11, 23)
HOSTS = Hosts(
    auth="https://auth.example.test",
    api="https://api.example.test",
    database="https://db.example.test",
)
CONNECTION = SqlConnection(dsn="${env:SHOP_DSN}", database="shop")
VERSIONS = {
    Engine.POSTGRESQL: "16.4.0-1",
    Engine.MYSQL: "8.0.35-1",
    Engine.MONGODB: "7.0.14-1",
    Engine.INFLUXDB: "1.8.10-1",
    Engine.REDIS: "7.2.5-1",
    Engine.ELASTICSEARCH: "8.15.0-1",
    Engine.OPENSEARCH: "2.17.0-1",
}


def target(engine: Engine = Engine.MYSQL, handle: str = "shop") -> Target:
    """A live database of an engine."""
    return Target(
        region="osc-fr1",
        hosts=HOSTS,
        app=f"{handle}-web",
        addon=f"ad-{handle}",
        resource_id=f"{handle}-web-3412",
        engine=engine,
        plan="business-512",
    )


def facts(
    engine: Engine = Engine.MYSQL,
    *,
    version: str | None = None,
    status: str = "running",
    addon_status: str = "running",
    operation: str | None = None,
    reach: Reach | None = None,
) -> Facts:
    """What the database resource says, and what was found over a connection."""
    return Facts(
        engine=engine,
        type_name=engine.value,
        version=Version.parse(version or VERSIONS[engine]),
        status=status,
        addon_status=addon_status,
        operation=operation,
        reach=reach,
    )


def desired(
    kinds: Mapping[str, object] | None = None,
    *,
    handle: str = "shop",
    engine: Engine = Engine.MYSQL,
    protect: bool = False,
    labels: Mapping[str, str] | None = None,
    connection: SqlConnection | None = None,
) -> Desired:
    """A spec of one database; each kind has its own line."""
    named = dict(kinds or {})
    file = f"specs/{handle}.yaml"
    origins = {
        Address(database=handle, kind=kind): Origin(
            location=Location(file=file, line=6 + index, column=1)
        )
        for index, kind in enumerate(sorted(named))
    }
    return Desired(
        handle=handle,
        app=f"{handle}-web",
        addon=f"ad-{handle}",
        engine=engine,
        location=Location(file=file, line=1, column=1),
        labels=labels or {},
        protect=protect,
        connection=connection,
        kinds=named,
        origins=origins,
    )


def observed(
    states: Mapping[str, Any] | None = None,
    *,
    handle: str = "shop",
    engine: Engine = Engine.MYSQL,
    live: Facts | None = None,
) -> Observed:
    """A database that was read."""
    return Observed(
        target=target(engine, handle), facts=live or facts(engine), states=dict(states or {})
    )


def removal(name: str, until: date = FOREVER) -> Removal:
    """An approval to delete."""
    return Removal(name=name, reason="no longer used", until=until)


def package(*requires: str, superuser: bool = False, trusted: bool = False) -> Package:
    """What a server can install, for everybody unless told otherwise."""
    return Package(superuser=superuser, trusted=trusted, requires=requires)


def reached(
    offers: Mapping[str, Package] | None = None,
    *,
    superuser: bool = True,
    may_create: bool = False,
    owned: Iterable[str] = (),
    updates: Mapping[str, Iterable[str]] | None = None,
    needed_by: Mapping[str, tuple[str, ...]] | None = None,
    used_by: Mapping[str, Uses] | None = None,
    allowed: Iterable[str] | None = None,
    has_schema: bool = True,
) -> SqlAccess:
    """A connection that leads where it should; each extension is offered in version 1.0 alone."""
    listed = offers or {}
    return SqlAccess(
        superuser=superuser,
        may_create=may_create,
        owned=frozenset(owned),
        offers={name: {"1.0": one} for name, one in listed.items()},
        newest=dict.fromkeys(listed, "1.0"),
        updates={name: frozenset(one) for name, one in (updates or {}).items()},
        needed_by=needed_by or {},
        used_by=used_by or {},
        allowed=None if allowed is None else frozenset(allowed),
        has_schema=has_schema,
    )


def only_calls(made: tuple[Call | Sql, ...]) -> tuple[Call, ...]:
    """The requests of a change that takes no statement."""
    calls = tuple(one for one in made if isinstance(one, Call))
    assert calls == made
    return calls
