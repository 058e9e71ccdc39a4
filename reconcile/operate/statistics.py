"""What PostgreSQL counted of past statements: listing, and forgetting it.

Source: the API text, actions `pg-stat-statements-list` (times in milliseconds) and `-reset`.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from heapq import nlargest
from typing import Any

from attrs import frozen

from reconcile.errors import NotOfferedError
from reconcile.model.engine import Engine
from reconcile.model.order import Deed
from reconcile.model.postgresql import Statement
from reconcile.model.request import Effect, action
from reconcile.operate.order import ResetStatistics
from reconcile.operate.prepared import Prepared
from reconcile.operate.subject import Subject, number, rows_of, text, whole

_LIST = action("pg-stat-statements-list", effect=Effect.READ)
_MILLISECONDS = 1e3


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
    most = nlargest(len(rows) if top is None else top, rows, key=_total_time)
    return Statistics(
        statements=tuple(_statement(row, total_time) for row in most),
        total=len(rows),
    )


def _rows(subject: Subject) -> list[Mapping[str, Any]]:
    try:
        return rows_of(subject.ask(_LIST), "pg-stat-statements-list")
    except NotOfferedError as error:
        command = shlex.join(["reconcile", "stats", "enable", subject.name])
        message = f"{error}; where they are off, turn them on with {command}"
        raise NotOfferedError(message, said=error.said) from error


def _total_time(row: Mapping[str, Any]) -> float:
    return number(row, "total_time")


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


def reset(subject: Subject) -> Prepared:
    """Prepare to forget the statistics."""
    before = counted(subject, None)
    deed = Deed(
        database=subject.name,
        target=subject.target,
        what=f"reset the query statistics of {subject.name}",
        call=ResetStatistics().call,
        stakes=(f"what was counted of {_statements(before.total)} is forgotten",),
        sessions=True,
    )

    def happened() -> bool:
        return before.total == 0 or _calls(counted(subject, None)) < _calls(before)

    return Prepared(deed=deed, happened=happened)


def _statements(total: int) -> str:
    return "1 statement" if total == 1 else f"{total} statements"


def _calls(statistics: Statistics) -> int:
    return sum(statement.calls for statement in statistics.statements)
