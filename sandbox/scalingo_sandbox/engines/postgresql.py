"""PostgreSQL: queries, statement statistics, and the list of extensions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs
from attrs import evolve

from scalingo_sandbox.contents import Query
from scalingo_sandbox.engines import extensions
from scalingo_sandbox.engines.effect import Effect
from scalingo_sandbox.errors import EngineRefusal
from scalingo_sandbox.fleet import Database

STATISTICS = "pg_stat_statements"


def list_extensions(database: Database, _: object) -> Effect:
    """Answer `list-extensions`: `[{"name","version"}]`, versions prefixed `v`."""
    shown = [
        {"name": extension.name, "version": f"v{extension.version}"}
        for extension in database.extensions or ()
    ]
    return Effect(database=database, result=shown)


def list_queries(database: Database, _: object) -> Effect:
    """Answer `pg-list-queries`; durations are in nanoseconds."""
    shown = [shown_query(query) for query in database.queries or ()]
    return Effect(database=database, result=shown)


def shown_query(query: Query) -> dict[str, object]:
    """Show a query as the action does: its logical database is not told."""
    return attrs.asdict(query, filter=lambda attribute, _: attribute.name != "database")


def cancel_query(database: Database, params: object) -> Effect:
    """Perform `pg-cancel-query`: the session stays, idle; an unknown pid is no error."""
    return _signal(database, params, lambda query: (evolve(query, state="idle"),))


def terminate_query(database: Database, params: object) -> Effect:
    """Perform `pg-terminate-query`: the session goes; an unknown pid is no error."""
    return _signal(database, params, lambda _: ())


def named_pid(params: object) -> int:
    """Read the parameter `pid` of an action, or refuse."""
    pid = params.get("pid") if isinstance(params, Mapping) else None
    if not isinstance(pid, int) or isinstance(pid, bool):
        raise EngineRefusal("the parameter 'pid' is missing or no integer")
    return pid


def _signal(
    database: Database, params: object, outcome: Callable[[Query], tuple[Query, ...]]
) -> Effect:
    pid = named_pid(params)
    after: list[Query] = []
    for query in database.queries or ():
        after.extend(outcome(query) if query.pid == pid else (query,))
    return Effect(database=evolve(database, queries=tuple(after)))


def enable_statistics(database: Database, _: object) -> Effect:
    """Perform `pg-stat-statements-enable`; enabling twice is no error."""
    if extensions.find(database, STATISTICS) is not None:
        return Effect(database=database)
    return Effect(database=extensions.create(database, STATISTICS))


def list_statistics(database: Database, _: object) -> Effect:
    """Answer `pg-stat-statements-list`; times are in milliseconds."""
    if extensions.find(database, STATISTICS) is None:
        raise EngineRefusal(f'relation "{STATISTICS}" does not exist', sqlstate="42P01")
    shown = [attrs.asdict(statement) for statement in database.statements or ()]
    return Effect(database=database, result=shown)


def reset_statistics(database: Database, _: object) -> Effect:
    """Perform `pg-stat-statements-reset`."""
    if extensions.find(database, STATISTICS) is None:
        raise EngineRefusal(f"function {STATISTICS}_reset() does not exist", sqlstate="42883")
    return Effect(database=evolve(database, statements=()))
