"""Fill in what a fleet file leaves out, from the engine and from stable names."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from attrs import evolve, frozen

from scalingo_sandbox.contents import LogicalDatabase, RetentionPolicy
from scalingo_sandbox.engines import extensions, logical, mysql
from scalingo_sandbox.fleet import App, Database, Engine, Fleet, Instance
from scalingo_sandbox.records import User

T = TypeVar("T")


@frozen(kw_only=True)
class EngineFacts:
    """What a new database of an engine looks like; `title` is the addon provider's name."""

    title: str
    version: str
    plan: str


ENGINES: Mapping[Engine, EngineFacts] = MappingProxyType(
    {
        Engine.POSTGRESQL: EngineFacts(
            title="PostgreSQL", version="17.2.0-1", plan="postgresql-starter-512"
        ),
        Engine.MYSQL: EngineFacts(title="MySQL", version="8.4.3-1", plan="mysql-starter-512"),
        Engine.MONGODB: EngineFacts(title="MongoDB", version="7.0.9-1", plan="mongo-starter-512"),
        Engine.INFLUXDB: EngineFacts(
            title="InfluxDB", version="1.8.10-1", plan="influx-starter-512"
        ),
        Engine.REDIS: EngineFacts(title="Redis® OSS", version="7.2.4-1", plan="redis-starter-256"),
        Engine.ELASTICSEARCH: EngineFacts(
            title="Elasticsearch", version="7.10.2-1", plan="elasticsearch-starter-1024"
        ),
        Engine.OPENSEARCH: EngineFacts(
            title="OpenSearch", version="2.17.1-1", plan="opensearch-starter-1024"
        ),
    }
)
# No version but those of the facts above.
USUAL: Mapping[Engine, str] = MappingProxyType({})


def object_id(*parts: str) -> str:
    """Derive an id of 24 hexadecimal digits, always the same for the same parts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


def complete(fleet: Fleet, versions: Mapping[Engine, str] = USUAL) -> Fleet:
    """Fill in every app and database; a complete fleet stays as it is.

    `versions` are those of databases that name none, where they are not the usual ones.
    """
    return evolve(fleet, apps=tuple(_complete_app(app, versions) for app in fleet.apps))


def _complete_app(app: App, versions: Mapping[Engine, str]) -> App:
    return evolve(
        app,
        id=app.id or object_id("app", app.name),
        addons=tuple(complete_database(one, app.name, versions) for one in app.addons),
    )


def complete_database(
    database: Database, app_name: str, versions: Mapping[Engine, str] = USUAL
) -> Database:
    """Fill in one database of the app of that name."""
    facts = ENGINES[database.engine]
    named = evolve(
        database,
        resource_id=database.resource_id or resource_id(database.id, app_name),
        provider=database.provider or database.engine.value,
        version=database.version or versions.get(database.engine, facts.version),
        plan=database.plan or facts.plan,
    )
    placed = evolve(named, hostname=named.hostname or _hostname(named))
    whole = with_nodes(placed) if placed.instances is None else placed
    return _complete_contents(evolve(whole, users=_or(whole.users, _own_user(whole))))


def resource_id(addon_id: str, app_name: str) -> str:
    """Give the usual resource reference of an addon."""
    digits = int(object_id("resource", addon_id), 16) % 10_000
    return f"{app_name}-{digits:04d}"


def _hostname(database: Database) -> str:
    # The top-level domain `invalid` is reserved (RFC 2606): nothing can ever answer there.
    return f"{database.resource_id}.{database.engine}.sandbox.invalid"


def _own_user(database: Database) -> tuple[User, ...]:
    name = re.sub(r"[^0-9a-zA-Z]", "_", str(database.resource_id))
    return (User(name=f"u_{name}"[:63], protected=True),)


def with_nodes(database: Database) -> Database:
    """Give a database its usual nodes: one, or three of a cluster."""
    names = [f"{database.id}/{number}" for number in range(3 if database.cluster else 1)]
    ids = [str(uuid.uuid5(uuid.NAMESPACE_URL, name)) for name in names]
    instances = tuple(
        Instance(id=node, hostname=f"{node}.{database.hostname}", port=30_000 + number)
        for number, node in enumerate(ids)
    )
    return evolve(database, instances=instances)


def _complete_contents(database: Database) -> Database:
    match database.engine:
        case Engine.MYSQL:
            mode = mysql.default_mode(database) if database.sql_mode is None else database.sql_mode
            return evolve(database, sql_mode=mode, logical_databases=_logical(database))
        case Engine.MONGODB:
            return evolve(database, logical_databases=_logical(database))
        case Engine.POSTGRESQL:
            return evolve(
                database,
                extensions=_or(database.extensions, extensions.OF_A_NEW_DATABASE),
                queries=_or(database.queries, ()),
                statements=_or(database.statements, ()),
            )
        case Engine.INFLUXDB:
            autogen = RetentionPolicy(name="autogen", duration="INF", default=True)
            policies = _or(database.retention_policies, (autogen,))
            return evolve(database, retention_policies=policies)
        case _:
            return database


def _or(given: tuple[T, ...] | None, default: tuple[T, ...]) -> tuple[T, ...]:
    return default if given is None else given


def _logical(database: Database) -> tuple[LogicalDatabase, ...]:
    own = LogicalDatabase(name=logical.own_name(database), protected=True)
    return _or(database.logical_databases, (own,))
