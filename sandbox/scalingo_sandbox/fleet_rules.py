"""What must hold across the fields of a complete fleet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from scalingo_sandbox.engines import influxdb, mysql, naming
from scalingo_sandbox.engines.logical import default_name
from scalingo_sandbox.errors import EngineRefusal, Problem
from scalingo_sandbox.fleet import Database, Engine, Fleet

_ENGINES_WITH: Mapping[str, frozenset[Engine]] = MappingProxyType(
    {
        "sql_mode": frozenset({Engine.MYSQL}),
        "logical_databases": frozenset(naming.NAMING),
        "extensions": frozenset({Engine.POSTGRESQL}),
        "recovery_window": frozenset({Engine.POSTGRESQL}),
        "restored_to": frozenset({Engine.POSTGRESQL}),
        "restored_at": frozenset({Engine.POSTGRESQL}),
        "queries": frozenset({Engine.POSTGRESQL}),
        "statements": frozenset({Engine.POSTGRESQL}),
        "retention_policies": frozenset({Engine.INFLUXDB}),
        "dropped_default": frozenset({Engine.INFLUXDB}),
    }
)


def check(fleet: Fleet) -> Iterator[Problem]:
    """Find every fault of a complete fleet, in the order of the file."""
    names = [name for app in fleet.apps for name in dict.fromkeys((app.name, str(app.id)))]
    yield from _repeated("apps", "app", names)
    keys = [
        key for database in fleet.databases() for key in (database.id, str(database.resource_id))
    ]
    yield from _repeated("apps", "addon", keys)
    for index, app in enumerate(fleet.apps):
        variables = [variable.name for variable in app.variables]
        yield from _repeated(f"apps[{index}].variables", "variable", variables)
        path = f"apps[{index}].addons"
        if app.dedicated and len(app.addons) != 1:
            yield Problem(path=path, message="a dedicated database has exactly one addon")
        for place, database in enumerate(app.addons):
            yield from check_database(database, f"{path}[{place}].")


def check_database(database: Database, prefix: str) -> Iterator[Problem]:
    """Find every fault of one complete database; `prefix` is put before the paths."""
    yield from _foreign(database, prefix)
    yield from _mode(database, prefix)
    yield from _logical(database, prefix)
    yield from _policies(database, prefix)
    extensions = [extension.name for extension in database.extensions or ()]
    yield from _repeated(f"{prefix}extensions", "extension", extensions)
    for field in ("operations", "stored_backups", "maintenance", "firewall_rules"):
        ids = [record.id for record in getattr(database, field) or ()]
        yield from _repeated(f"{prefix}{field}", "id", ids)
    yield from _repeated(f"{prefix}users", "user", [user.name for user in database.users or ()])
    pids = [str(query.pid) for query in database.queries or ()]
    yield from _repeated(f"{prefix}queries", "pid", pids)
    yield from _sessions(database, prefix)


def _repeated(path: str, noun: str, names: Iterable[str]) -> Iterator[Problem]:
    for name, count in Counter(names).items():
        if count > 1:
            yield Problem(path=path, message=f"the {noun} {name!r} is there {count} times")


def _foreign(database: Database, prefix: str) -> Iterator[Problem]:
    for field, engines in _ENGINES_WITH.items():
        if getattr(database, field) is not None and database.engine not in engines:
            owners = ", ".join(sorted(engines))
            message = f"is for {owners}, this database is {database.engine}"
            yield Problem(path=f"{prefix}{field}", message=message)


def _mode(database: Database, prefix: str) -> Iterator[Problem]:
    if database.sql_mode is None or database.engine is not Engine.MYSQL:
        return
    try:
        mysql.normalise(database.sql_mode, database.version)
    except EngineRefusal as refusal:
        yield Problem(path=f"{prefix}sql_mode", message=refusal.message)


def _logical(database: Database, prefix: str) -> Iterator[Problem]:
    present = database.logical_databases
    if present is None or database.engine not in naming.NAMING:
        return
    key = naming.NAMING[database.engine].key
    names = [key(one.name) for one in present]
    yield from _repeated(f"{prefix}logical_databases", "name", names)
    for index, one in enumerate(present):
        try:
            naming.refuse_bad_name(one.name, database.engine)
        except EngineRefusal as refusal:
            yield Problem(path=f"{prefix}logical_databases[{index}].name", message=refusal.message)


def _sessions(database: Database, prefix: str) -> Iterator[Problem]:
    if database.logical_databases is None:
        return
    places = {one.name for one in database.logical_databases} | {default_name(database)}
    for index, query in enumerate(database.queries or ()):
        if query.database is not None and query.database not in places:
            message = f"there is no logical database {query.database!r}"
            yield Problem(path=f"{prefix}queries[{index}].database", message=message)


def _policies(database: Database, prefix: str) -> Iterator[Problem]:
    present = database.retention_policies or ()
    place = f"{prefix}retention_policies"
    yield from _repeated(place, "policy", [policy.name for policy in present])
    if sum(policy.default for policy in present) > 1:
        yield Problem(path=place, message="at most one policy is the default")
    for index, policy in enumerate(present):
        try:
            influxdb.refuse_bad_name(policy.name)
            influxdb.parse_duration(policy.duration)
        except EngineRefusal as refusal:
            yield Problem(path=f"{place}[{index}]", message=refusal.message)
