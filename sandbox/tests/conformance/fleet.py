"""The databases that the rules are tried on: a fleet of each engine, and what it is set back to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MYSQL, OLD_MYSQL = "ad-mysql", "ad-old-mysql"
POSTGRESQL, BARE_POSTGRESQL = "ad-postgresql", "ad-bare-postgresql"
MONGODB = "ad-mongodb"
INFLUXDB, BARE_INFLUXDB = "ad-influxdb", "ad-bare-influxdb"

_KEPT = [{"name": "kept", "protected": True, "tables": 2}, {"name": "other", "tables": 3}]
_PLPGSQL = [{"name": "plpgsql", "version": "1.0"}]
_AUTOGEN = [{"name": "autogen", "duration": "INF", "default": True}]
TO_CANCEL, TO_END, AT_REST, VISITOR = "a report", "a long export", "a pause", "a visitor"
_SESSIONS = [
    {"pid": 2000, "query": f"SELECT '{TO_CANCEL}'", "state": "active", "database": "busy"},
    {"pid": 2001, "query": f"SELECT '{TO_END}'", "state": "active", "database": "busy"},
    {"pid": 2002, "query": f"SELECT '{AT_REST}'", "state": "idle", "database": "busy"},
    {"pid": 2003, "query": f"SELECT '{VISITOR}'", "state": "idle", "database": "visited"},
]
"""Sessions cannot be made anew: each that a rule ends is that rule's own."""


def _addon(key: str, engine: str, version: str, **contents: Any) -> dict[str, Any]:
    resource = key.removeprefix("ad-")
    return {"id": key, "engine": engine, "resource_id": resource, "version": version, **contents}


_MYSQL: dict[str, Any] = {"sql_mode": "NO_ENGINE_SUBSTITUTION", "logical_databases": _KEPT}
_LOGICAL: dict[str, Any] = {"logical_databases": [*_KEPT, {"name": "visited"}, {"name": "busy"}]}
_ADDONS = {
    "mysql": [
        _addon(MYSQL, "mysql", "8.0.35-1", **_MYSQL),
        _addon(OLD_MYSQL, "mysql", "5.7.42-1", **_MYSQL),
    ],
    "postgresql": [
        _addon(
            POSTGRESQL,
            "postgresql",
            "17.10.0-1",
            extensions=_PLPGSQL,
            queries=_SESSIONS,
            **_LOGICAL,
        ),
        _addon(BARE_POSTGRESQL, "postgresql", "17.10.0-1", extensions=_PLPGSQL),
    ],
    "influxdb": [
        _addon(
            INFLUXDB,
            "influxdb",
            "1.8.10-1",
            retention_policies=_AUTOGEN,
            logical_databases=[{"name": "kept", "protected": True}, {"name": "other"}],
        ),
        _addon(BARE_INFLUXDB, "influxdb", "1.8.10-1", retention_policies=_AUTOGEN),
    ],
    "mongodb": [_addon(MONGODB, "mongodb", "7.0.9-1", logical_databases=_KEPT)],
}
_CONTENTS = ("sql_mode", "logical_databases", "extensions", "retention_policies")

FLEETS: Mapping[str, Mapping[str, Any]] = {
    engine: {"version": 1, "apps": [{"name": engine, "addons": addons}]}
    for engine, addons in _ADDONS.items()
}
"""A fleet file by the engine of its databases."""

DATABASES: Mapping[str, str] = {
    addon["id"]: engine for engine, addons in _ADDONS.items() for addon in addons
}
"""The engine of each addon."""

AT_FIRST: Mapping[str, Mapping[str, Any]] = {
    addon["id"]: {key: addon[key] for key in _CONTENTS if key in addon}
    for addons in _ADDONS.values()
    for addon in addons
}
"""The contents that every rule begins with."""
