"""The versions of the engines that the sandbox knows, their ids and their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from scalingo_sandbox.defaults import object_id
from scalingo_sandbox.fleet import Database, Engine

# fmt: off
_KNOWN: Mapping[Engine, tuple[str, ...]] = MappingProxyType({
    Engine.POSTGRESQL: (
        "12.6.0-1", "13.16.0-1", "14.13.0-1", "15.8.0-1", "16.4.0-1", "16.6.0-1",
        "17.2.0-1", "17.11.0-1",
    ),
    Engine.MYSQL: ("5.7.42-1", "5.7.44-1", "8.0.35-1", "8.0.36-1", "8.4.3-1", "8.4.11-1"),
    Engine.MONGODB: ("5.0.28-1", "6.0.17-1", "7.0.9-1", "7.0.14-1", "8.0.4-1"),
    Engine.INFLUXDB: ("1.7.11-1", "1.8.10-1"),
    Engine.REDIS: ("6.2.14-1", "7.0.15-1", "7.2.4-1", "7.2.6-1"),
    Engine.ELASTICSEARCH: ("7.10.2-1",),
    Engine.OPENSEARCH: ("1.3.18-1", "2.14.0-1", "2.17.1-1", "2.19.3-1"),
})
# fmt: on
NEWEST: Mapping[Engine, str] = MappingProxyType(
    {engine: known[-1] for engine, known in _KNOWN.items()}
)
RELEASED_AT = "2025-01-07T10:00:09.498+01:00"


def _numbers(version: str) -> tuple[int, int, int, int]:
    """Split a version of the fleet file; the build is 1 if it is not said."""
    numbers, _, build = version.partition("-")
    major, minor, patch = (int(number) for number in numbers.split("."))
    return major, minor, patch, int(build or 1)


def following(engine: Engine, version: str) -> str | None:
    """Tell the next known version after any version of an engine, known or not."""
    present = _numbers(version)
    return next((known for known in _KNOWN[engine] if _numbers(known) > present), None)


def version_id(engine: Engine, version: str) -> str:
    """Give the id of a version of an engine."""
    return object_id("version", engine.value, version)


def find_version(databases: Iterable[Database], wanted: str) -> tuple[Engine, str] | None:
    """Find a known version by its id, or one that the fleet file names for these databases."""
    candidates = [(engine, version) for engine, known in _KNOWN.items() for version in known]
    for database in databases:
        own = (database.version, database.next_version)
        candidates += [(database.engine, version) for version in own if version is not None]
    return next((one for one in candidates if version_id(*one) == wanted), None)


def upgrade_of(databases: Iterable[Database], engine: Engine, version: str) -> str | None:
    """Tell what comes after a version, as the first of these that has it would be upgraded."""
    for database in databases:
        if (engine, version) == (database.engine, database.version):
            return database.next_version
    return following(engine, version)


def version_document(engine: Engine, version: str) -> dict[str, object]:
    """Show a version in the shape of the reference, without what comes next."""
    major, minor, patch, build = _numbers(version)
    return {
        "id": version_id(engine, version),
        "database_type_id": object_id("type", engine.value),
        "major": major,
        "minor": minor,
        "patch": patch,
        "build": build,
        "release_number": int(version_id(engine, version)[:3], 16),
        "features": ["tls"],
        "allowed_plugins": [],
        "warning_message": "",
        "created_at": RELEASED_AT,
        "updated_at": RELEASED_AT,
        "deleted_at": None,
    }
