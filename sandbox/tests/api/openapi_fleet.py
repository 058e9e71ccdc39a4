"""A fleet for the OpenAPI document: in every database, each kind of path names something."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from scalingo_sandbox.defaults import object_id
from scalingo_sandbox.fleet import Engine
from scalingo_sandbox.versions import version_id

APP = "web"
_APP_ID = "5c599fd6f18b3202f7ab4e67"
_OPERATION = "609145e66ffbd934f6745bb4"
_BACKUP = "5c599fd6f18b3202f7ab4e66"
_MAINTENANCE = "5c10e85ca506b701f42f92dc"
_RULE = "5c10e85ca506b701f42f92dd"
_USER = "reporting"

_HISTORY: Mapping[str, Any] = {
    "operations": [{"id": _OPERATION, "type": "upgrade", "status": "done"}],
    "stored_backups": [{"id": _BACKUP}],
    "maintenance": [{"id": _MAINTENANCE}],
    "firewall_rules": [{"id": _RULE, "cidr": "198.51.100.0/24"}],
    "users": [{"name": _USER}],
    "features": [{"name": "force-ssl"}],
}
_LOGICAL = [{"name": "own", "protected": True}, {"name": "legacy", "tables": 2}]
_CONTENTS: tuple[Mapping[str, Any], ...] = (
    {
        "engine": "mysql",
        "version": "8.0.35-1",
        "next_version": "8.0.36-1",
        "logical_databases": _LOGICAL,
    },
    {
        "engine": "postgresql",
        "next_version": "16.6.0-1",
        "logical_databases": _LOGICAL,
        "extensions": [
            {"name": "plpgsql", "version": "1.0"},
            {"name": "pg_stat_statements", "version": "1.10"},
        ],
        "queries": [{"pid": 2000, "query": "SELECT 1"}],
        "statements": [{"query": "SELECT $1"}],
    },
    {"engine": "influxdb", "logical_databases": _LOGICAL},
    {"engine": "opensearch"},
)
ADDONS = [f"ad-{contents['engine']}" for contents in _CONTENTS]

FLEET: Mapping[str, Any] = {
    "version": 1,
    "apps": [
        {
            "name": APP,
            "id": _APP_ID,
            "variables": [{"name": "RAILS_ENV", "value": "production"}],
            "addons": [
                {"id": addon, **_HISTORY, **contents}
                for addon, contents in zip(ADDONS, _CONTENTS, strict=True)
            ],
        },
        {"name": "big", "dedicated": True, "addons": [{"id": "ad-big", "engine": "postgresql"}]},
    ],
}
_KNOWN: Mapping[str, list[str]] = {
    "app": [APP],
    "addon": ADDONS,
    "database": ADDONS,
    "operation": [_OPERATION],
    "version": [version_id(Engine.MYSQL, "8.0.36-1")],
    "backup": [_BACKUP],
    "user": [_USER],
    "maintenance": [_MAINTENANCE],
    "rule": [_RULE],
    "plan": ["mysql-starter-512"],
    "variable": [object_id("variable", _APP_ID, "RAILS_ENV")],
    "provider": [engine.value for engine in Engine],
    "type": [object_id("type", engine) for engine in Engine],
    "dedicated": ["big"],
}


def narrowed(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give the document for this fleet alone.

    A path names what is there, and an answer has no key that the document does not know: published,
    it leaves room for both.
    """
    copy: dict[str, Any] = json.loads(json.dumps(document))
    components = copy["components"]
    for name, parameter in components["parameters"].items():
        parameter["schema"] = {"type": "string", "enum": _KNOWN[name]}
    for name, shape in components["schemas"].items():
        if not name.endswith("Request"):
            _close(shape)
    for operations in copy["paths"].values():
        for operation in operations.values():
            _close(operation["responses"])
            for query in operation.get("parameters", ()):
                if query.get("name") == "current_name":
                    query["schema"]["enum"] = [APP]
    return copy


def _close(shape: Any) -> None:
    """Forbid, at every depth, keys that an object does not name."""
    if isinstance(shape, list):
        for member in shape:
            _close(member)
    if not isinstance(shape, dict):
        return
    if "properties" in shape:
        shape["additionalProperties"] = False
    for member in shape.values():
        _close(member)


def result_of(components: Mapping[str, Any], action: str) -> dict[str, Any]:
    """Give the JSON Schema of a successful answer to one action."""
    requests: dict[str, str] = components["schemas"]["Action"]["discriminator"]["mapping"]
    result = requests[action].removesuffix("Request") + "Result"
    return {"$ref": result, "components": components}
