"""Running queries of PostgreSQL: listing, cancelling, terminating.

Source: the API text, actions `pg-list-queries` (durations in nanoseconds), `pg-cancel-query` and
`pg-terminate-query`; PostgreSQL's manual, pg_cancel_backend and pg_terminate_backend.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconcile.errors import AnswerError, ReconcileError
from reconcile.model.engine import Engine
from reconcile.model.order import Deed
from reconcile.model.postgresql import Query
from reconcile.model.request import Effect, action
from reconcile.operate.order import CancelQuery, TerminateQuery
from reconcile.operate.prepared import Prepared
from reconcile.operate.subject import Subject, number, rows_of, text

_LIST = action("pg-list-queries", effect=Effect.READ)
_NANOSECONDS = 1e9
_SHOWN = 60


def running(subject: Subject) -> tuple[Query, ...]:
    """The sessions and their queries, the longest first; one request."""
    subject.must_be(Engine.POSTGRESQL, "queries that can be listed")
    found = [_query(row) for row in rows_of(subject.ask(_LIST), "pg-list-queries")]
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


def cancel(order: CancelQuery, subject: Subject) -> Prepared:
    """Prepare to cancel a query; its session stays. Raises ReconcileError for an unknown pid."""
    found = _find(subject, order.pid)
    deed = Deed(
        database=subject.name,
        target=subject.target,
        what=f"cancel the query of pid {order.pid} on {subject.name}",
        call=order.call,
        stakes=(f"{found.username or 'somebody'} runs {_words(found)}",),
        sessions=True,
    )

    def happened() -> bool:
        now = _by_pid(subject).get(order.pid)
        return now is None or (now.query_start, now.state) != (found.query_start, found.state)

    return Prepared(deed=deed, premise=_premise(found), happened=happened)


def terminate(order: TerminateQuery, subject: Subject) -> Prepared:
    """Prepare to end a session. Raises ReconcileError for an unknown pid."""
    found = _find(subject, order.pid)
    deed = Deed(
        database=subject.name,
        target=subject.target,
        what=f"terminate the session of pid {order.pid} on {subject.name}",
        call=order.call,
        stakes=(
            f"{found.username or 'somebody'} runs {_words(found)}",
            "its connection is cut, and its transaction rolled back",
        ),
        sessions=True,
    )
    return Prepared(
        deed=deed,
        premise=_premise(found),
        happened=lambda: order.pid not in _by_pid(subject),
    )


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


def _words(query: Query) -> str:
    words = " ".join(query.query.split())
    return repr(words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…")
