"""What PostgreSQL is busy with, and what it counted of past statements.

Source: the API text, actions `pg-list-queries` (durations in nanoseconds), `pg-cancel-query`,
`pg-terminate-query`, `pg-stat-statements-list` (times in milliseconds) and `-reset`; the manual of
PostgreSQL, pg_cancel_backend and pg_terminate_backend.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from heapq import nlargest
from typing import Any

from attrs import frozen

from reconcile.errors import AnswerError, NotOfferedError, ReconcileError
from reconcile.model.engine import Engine
from reconcile.model.postgresql import Query, Statement
from reconcile.model.request import Effect, action
from reconcile.model.text import count
from reconcile.workflow.commands import CancelQuery, ResetStatistics, TerminateQuery
from reconcile.workflow.named import Subject, number, rows_of, text, whole
from reconcile.workflow.prepared import Prepared

_LIST_QUERIES = action("pg-list-queries", effect=Effect.READ)
_LIST_STATEMENTS = action("pg-stat-statements-list", effect=Effect.READ)
_NANOSECONDS, _MILLISECONDS = 1e9, 1e3
_SHOWN = 60


def running(subject: Subject) -> tuple[Query, ...]:
    """The sessions and their queries, the longest first; one request."""
    subject.must_be(Engine.POSTGRESQL, "queries that can be listed")
    found = [_query(row) for row in rows_of(subject.ask(_LIST_QUERIES), "pg-list-queries")]
    return tuple(sorted(found, key=lambda one: (-one.seconds, one.pid)))


def _query(row: Mapping[str, Any]) -> Query:
    pid = row.get("pid")
    if not isinstance(pid, int) or isinstance(pid, bool):
        raise AnswerError("pg-list-queries: answered a query without a pid")
    return Query(
        pid=pid,
        query=text(row, "query"),
        state=text(row, "state"),
        username=text(row, "username"),
        query_start=text(row, "query_start") or None,
        # Two clocks that differ make a query begin in the future.
        seconds=max(0.0, number(row, "query_duration") / _NANOSECONDS),
    )


def cancel(command: CancelQuery, subject: Subject) -> Prepared:
    """Prepare to cancel a query; its session stays. Raises ReconcileError for an unknown pid."""
    found = _find(subject, command.pid)

    def happened() -> bool:
        now = _by_pid(subject).get(command.pid)
        return now is None or (now.query_start, now.state) != (found.query_start, found.state)

    what = f"cancel the query of pid {command.pid} on {subject.name}"
    order = subject.order(what, command.call, _runs(found), sessions=True)
    return Prepared(order=order, premise=_premise(found), happened=happened)


def terminate(command: TerminateQuery, subject: Subject) -> Prepared:
    """Prepare to end a session. Raises ReconcileError for an unknown pid."""
    found = _find(subject, command.pid)
    order = subject.order(
        f"terminate the session of pid {command.pid} on {subject.name}",
        command.call,
        _runs(found),
        "its connection is cut, and its transaction rolled back",
        sessions=True,
    )
    return Prepared(
        order=order,
        premise=_premise(found),
        happened=lambda: command.pid not in _by_pid(subject),
    )


def _runs(found: Query) -> str:
    words = " ".join(found.query.split())
    shown = words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
    return f"{found.username or 'somebody'} runs {shown!r}"


def _premise(found: Query) -> tuple[object, ...]:
    """Pids are given out again: the session has to be the one that was shown."""
    return found.pid, found.username, found.query_start, found.query


def _find(subject: Subject, pid: int) -> Query:
    """The session of a pid: the server takes an unknown one in silence, a person means one."""
    found = _by_pid(subject).get(pid)
    if found is None:
        raise ReconcileError(f"{subject.name!r} has no session of pid {pid}: it may have ended")
    return found


def _by_pid(subject: Subject) -> dict[int, Query]:
    return {query.pid: query for query in running(subject)}


@frozen(kw_only=True)
class Statistics:
    """The statements that took the most time together, of `total` that were counted."""

    statements: tuple[Statement, ...]
    total: int


def counted(subject: Subject, top: int | None) -> Statistics:
    """The statements by the time that all their calls took, the most first; one request.

    Raises NotOfferedError, with the way to turn them on, where the provider refuses.
    """
    subject.must_be(Engine.POSTGRESQL, "statement statistics")
    rows = _rows(subject)
    total_time = sum(number(row, "total_time") for row in rows)
    most = nlargest(
        len(rows) if top is None else top, rows, key=lambda row: number(row, "total_time")
    )
    return Statistics(
        statements=tuple(_statement(row, total_time) for row in most),
        total=len(rows),
    )


def _rows(subject: Subject) -> list[Mapping[str, Any]]:
    try:
        return rows_of(subject.ask(_LIST_STATEMENTS), "pg-stat-statements-list")
    except NotOfferedError as error:
        command = shlex.join(["reconcile", "stats", "enable", subject.name])
        message = f"{error}; where they are off, turn them on with {command}"
        raise NotOfferedError(message, said=error.said) from error


def _statement(row: Mapping[str, Any], total_time: float) -> Statement:
    user = row.get("user_id")
    return Statement(
        query=text(row, "query"),
        calls=whole(row, "calls"),
        rows=whole(row, "rows"),
        total=number(row, "total_time") / _MILLISECONDS,
        mean=number(row, "mean_time") / _MILLISECONDS,
        min=number(row, "min_time") / _MILLISECONDS,
        max=number(row, "max_time") / _MILLISECONDS,
        deviation=number(row, "std_dev") / _MILLISECONDS,
        user_id=user if isinstance(user, int) else None,
        share=number(row, "total_time") / total_time if total_time > 0 else 0.0,
    )


def reset_statistics(subject: Subject) -> Prepared:
    """Prepare to forget the statistics."""
    before = counted(subject, None)
    order = subject.order(
        f"reset the query statistics of {subject.name}",
        ResetStatistics().call,
        f"what was counted of {count(before.total, 'statement')} is forgotten",
        sessions=True,
    )

    def happened() -> bool:
        return before.total == 0 or _calls(counted(subject, None)) < _calls(before)

    return Prepared(order=order, happened=happened)


def _calls(statistics: Statistics) -> int:
    return sum(statement.calls for statement in statistics.statements)
