"""Live states to look at: every attribute of the resource, every kind."""

from __future__ import annotations

from collections.abc import Mapping

from builders import target
from golden.fleets import HOSTILE_NAMES, STRICT

from reconcile.model.engine import Engine
from reconcile.model.state import ITSELF, Inspected, NotOffered, Unknown

_RESOURCE: Mapping[str, object] = {
    "id": "5f6f0a4d2d7c0b0001a1b2c3",
    "app_id": "5f6f0a4d2d7c0b0001a1b2c4",
    "created_at": "2024-05-06T07:08:09.010+02:00",
    "encryption_at_rest": True,
    "features": [
        {"name": "force-ssl", "status": "ACTIVATED"},
        {"name": "publicly-available", "status": "PENDING"},
    ],
    "plan": "business-512",
    "status": "running",
    "type_id": None,
    "type_name": "mysql",
    "version_id": "5f6f0a4d2d7c0b0001a1b2c5",
    "readable_version": "8.0.35-1",
    "periodic_backups_enabled": True,
    "periodic_backups_scheduled_at": [3, 15],
    "maintenance_window": {"weekday_utc": 2, "starting_hour_utc": 22, "duration_in_hour": 8},
    "cluster": {},
    "instances": [],
    "mixed": [{"hostname": "one.example.test", "port": 3306, "roles": ["leader"]}, "two"],
    "an_attribute_whose_name_is_longer_than_the_column": "kept",
    "nested": {"deep": {"deeper": [{"a": {"b": 1}}]}},
}

SHOP = Inspected(
    target=target(),
    resource=_RESOURCE,
    states={
        "backups": {ITSELF: {"enabled": True, "hours": (3, 15)}},
        "sql_mode": {ITSELF: {"modes": STRICT}},
        "logical_databases": {"shop": {"protected": True}, "audit": {}, "データ": {}},
        "engine_version": {
            ITSELF: {
                "version": "8.0.35-1",
                "version_id": "5f6f0a4d2d7c0b0001a1b2c5",
                "next_version_id": "5f6f0a4d2d7c0b0001a1b2c6",
            }
        },
        "maintenance_window": {ITSELF: {"weekday": "tuesday", "hour": 22, "duration": 8}},
        "features": {
            "force-ssl": {"enabled": True, "status": "ACTIVATED"},
            "publicly-available": {"status": "PENDING"},
        },
    },
)

BILLING = Inspected(
    target=target(Engine.POSTGRESQL, "billing"),
    resource={"status": "running"},
    states={
        "backups": {ITSELF: {"enabled": False, "hours": ()}},
        "logical_databases": NotOffered(message="action list-databases is not supported"),
        "extensions": {},
        "query_stats": {ITSELF: {"enabled": False}},
    },
)

LOST = Unknown(reason="GET database: no answer from https://db.example.test: connection timed out")

HOSTILE = Inspected(
    target=target(),
    resource={name: HOSTILE_NAMES[index - 1] for index, name in enumerate(HOSTILE_NAMES)},
    states={"logical_databases": {name: {} for name in HOSTILE_NAMES}},
)

STATES: Mapping[str, Mapping[str, Inspected | Unknown]] = {
    "fleet": {"billing": BILLING, "lost": LOST, "shop": SHOP},
    "hostile": {"ad-\x1b[31m/\u202ex": HOSTILE},
}
