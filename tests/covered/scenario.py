"""What a run costs, as a value: where it begins, what it is, what it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

FLEET: Mapping[str, Any] = {
    "version": 1,
    "apps": [
        *(
            {
                "name": f"app{number}",
                "addons": [
                    {
                        "id": f"ad-{number}",
                        "resource_id": f"app{number}-3412",
                        "engine": "mysql",
                        "version": "8.0.35-1",
                        "next_version": "8.0.36-1",
                        "backups": {"enabled": True, "hours": [14]},
                        "sql_mode": "NO_ENGINE_SUBSTITUTION",
                        "logical_databases": [
                            {"name": "shop", "protected": True},
                            {"name": "legacy", "tables": 3},
                        ],
                    }
                ],
            }
            for number in range(100)
        ),
        {
            "name": "pair",
            "addons": [{"id": "ad-m", "engine": "mysql"}, {"id": "ad-r", "engine": "redis"}],
        },
        {
            "name": "billing",
            "addons": [
                {
                    "id": "ad-p",
                    "engine": "postgresql",
                    "version": "16.4.0-1",
                    "next_version": "16.6.0-1",
                    "extensions": [
                        {"name": "hstore", "version": "1.8"},
                        {"name": "pg_stat_statements", "version": "1.10"},
                    ],
                    "queries": [{"pid": 2000, "query": "SELECT 1", "state": "active"}],
                    "statements": [{"query": "SELECT $1", "calls": 3}],
                    "operations": [
                        {"id": "609145e66ffbd934f6745bb4", "type": "upgrade", "status": "done"}
                    ],
                    "recovery_window": {
                        "earliest_recoverable_at": "2026-01-05T00:00:00Z",
                        "latest_recoverable_at": "2026-01-06T00:00:00Z",
                    },
                }
            ],
        },
        {
            "name": "iot",
            "addons": [
                {
                    "id": "ad-i",
                    "engine": "influxdb",
                    "retention_policies": [
                        {"name": "autogen", "duration": "0s", "default": True},
                        {"name": "30-days", "duration": "168h0m0s"},
                    ],
                }
            ],
        },
    ],
}

AS_IT_IS = (
    "backups: {enabled: true, hours: [14]}\nsql_mode: [NO_ENGINE_SUBSTITUTION]\n"
    "logical_databases: [shop, legacy]\n"
)
"""What is there: three kinds by three requests."""
CHANGED = (
    "backups: {enabled: true, hours: [3]}\nsql_mode: [STRICT_TRANS_TABLES, NO_ENGINE_SUBSTITUTION]\n"
    "logical_databases: [shop, audit]\n"
)
"""Three safe actions."""
DELETING = (
    "logical_databases:\n  present: [shop, audit]\n  absent:\n"
    "    - {name: legacy, reason: moved, until: 2099-12-31}\n"
)
"""A safe action and one that is lossy."""
DROPPING = "extensions:\n  absent:\n    - {name: hstore, reason: unused, until: 2099-12-31}\n"
"""A manual step that is lossy."""
OFF = "backups: {enabled: false}\n"
"""An action that weakens."""
REPLACING = "retention_policies: [{name: 30-days, duration: 30d, on_change: replace}]\n"
"""A deletion and a creation that belong together."""


def spec(
    kinds: str = AS_IT_IS,
    *,
    app: str = "app0",
    addon: str | None = "ad-0",
    engine: str = "mysql",
    handle: str | None = None,
) -> str:
    """A spec; without an addon, by application and engine."""
    named = "" if addon is None else f"addon: {addon}\n"
    head = f"version: 1\ndatabase: {handle or app}\napp: {app}\n{named}engine: {engine}\n"
    return head + kinds


def hundred(*, named: bool, kinds: str = AS_IT_IS) -> str:
    """A hundred databases of as many applications, in one file."""
    return "---\n".join(
        spec(kinds, app=f"app{number}", addon=f"ad-{number}" if named else None)
        for number in range(100)
    )


@frozen(kw_only=True)
class Scenario:
    """A run and its requests; `tests/e2e/test_request_counts.py` holds each number.

    requests  to the auth, the API and the database host
    estimated  what the run says beforehand that it will send: for reading, for applying
    because   why it sends another number, empty where it does not
    warm      whether the same run went before; `revoked` hosts then refuse a kept token once
    budget    for the API host, so that no test waits
    """

    name: str
    command: str = "plan"
    status: int = 0
    spec: str = field(factory=spec)
    environment: Mapping[str, str] = field(factory=dict)
    warm: bool = False
    revoked: tuple[str, ...] = ()
    requests: tuple[int, int, int]
    estimated: tuple[int, ...] = ()
    because: str = ""
