"""The table of actions of `POST /api/databases/:id/action`: which engine offers which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from attrs import frozen

from scalingo_sandbox.engines import influxdb, logical, mysql, naming, postgresql
from scalingo_sandbox.engines.effect import Effect
from scalingo_sandbox.errors import EngineRefusal
from scalingo_sandbox.fleet import UNREACHABLE, Database, Engine

_LOGICAL = frozenset(naming.NAMING)
_MYSQL = frozenset({Engine.MYSQL})
_POSTGRESQL = frozenset({Engine.POSTGRESQL})
_INFLUXDB = frozenset({Engine.INFLUXDB})


@frozen
class Action:
    """An action: who offers it, and what it does by the rules in memory."""

    engines: frozenset[Engine]
    perform: Callable[[Database, object], Effect]


_READS = {
    "list-databases": Action(_LOGICAL, logical.list_databases),
    "get-sqlmode": Action(_MYSQL, mysql.get_mode),
    "list-extensions": Action(_POSTGRESQL, postgresql.list_extensions),
    "pg-list-queries": Action(_POSTGRESQL, postgresql.list_queries),
    "pg-stat-statements-list": Action(_POSTGRESQL, postgresql.list_statistics),
    "list-retention-policies": Action(_INFLUXDB, influxdb.list_policies),
}
_CHANGES = {
    "create-database": Action(_LOGICAL, logical.create_database),
    "delete-database": Action(_LOGICAL, logical.delete_database),
    "reset-database": Action(_LOGICAL, logical.reset_database),
    "set-sqlmode": Action(_MYSQL, mysql.set_mode),
    "pg-cancel-query": Action(_POSTGRESQL, postgresql.cancel_query),
    "pg-terminate-query": Action(_POSTGRESQL, postgresql.terminate_query),
    "pg-stat-statements-enable": Action(_POSTGRESQL, postgresql.enable_statistics),
    "pg-stat-statements-reset": Action(_POSTGRESQL, postgresql.reset_statistics),
    "add-retention-policy": Action(_INFLUXDB, influxdb.add_policy),
    "del-retention-policy": Action(_INFLUXDB, influxdb.delete_policy),
}
ACTIONS: Mapping[str, Action] = MappingProxyType(_READS | _CHANGES)
READS = frozenset(_READS)


def offered(database: Database, name: str) -> Action:
    """Find an action that the database offers now, or raise EngineRefusal."""
    action = ACTIONS.get(name)
    if action is None:
        raise EngineRefusal(f"unknown action {name!r}")
    if database.engine not in action.engines:
        raise EngineRefusal(f"the action {name!r} is not offered by {database.engine}")
    if database.status in UNREACHABLE:
        raise EngineRefusal(f"the database cannot be reached: it is {database.status}")
    return action
