"""The results of the imperative half → JSON text."""

from __future__ import annotations

from collections.abc import Sequence

from reconcile.errors import ExitStatus
from reconcile.model.cost import Spent
from reconcile.model.operation import Operation
from reconcile.model.order import Done
from reconcile.model.postgresql import Query, Statement
from reconcile.model.state import Elements
from reconcile.model.target import Target
from reconcile.report.documents import FORMAT_VERSION
from reconcile.report.live_documents import (
    DoneDocument,
    FollowedDocument,
    ListingDocument,
    OperationDocument,
    QueriesDocument,
    QueryDocument,
    StatementDocument,
    StatisticsDocument,
)
from reconcile.report.to_json import cost_of, kind_of, request_of, target_of, text_of

_DONE = int(ExitStatus.DONE)


def listing_json(database: str, target: Target, kind: str, state: Elements, *, spent: Spent) -> str:
    """Render the live state of one kind."""
    return text_of(
        ListingDocument(
            format_version=FORMAT_VERSION,
            kind="listing",
            exit_status=_DONE,
            database=database,
            target=target_of(target),
            listed=kind_of(kind, state),
            **cost_of(spent),
        )
    )


def queries_json(
    database: str,
    target: Target,
    queries: Sequence[Query],
    total: int,
    *,
    spent: Spent,
) -> str:
    """Render running queries."""
    return text_of(
        QueriesDocument(
            format_version=FORMAT_VERSION,
            kind="queries",
            exit_status=_DONE,
            database=database,
            target=target_of(target),
            total=total,
            queries=tuple(_query(query) for query in queries),
            **cost_of(spent),
        )
    )


def _query(query: Query) -> QueryDocument:
    return QueryDocument(
        pid=query.pid,
        state=query.state,
        username=query.username,
        query_start=query.started,
        seconds=query.seconds,
        query=query.query,
    )


def statistics_json(
    database: str,
    target: Target,
    statements: Sequence[Statement],
    total: int,
    *,
    spent: Spent,
) -> str:
    """Render statement statistics."""
    return text_of(
        StatisticsDocument(
            format_version=FORMAT_VERSION,
            kind="statistics",
            exit_status=_DONE,
            database=database,
            target=target_of(target),
            total=total,
            statements=tuple(_statement(statement) for statement in statements),
            **cost_of(spent),
        )
    )


def _statement(statement: Statement) -> StatementDocument:
    return StatementDocument(
        query=statement.query,
        user_id=statement.user_id,
        calls=statement.calls,
        rows=statement.rows,
        total=statement.total,
        share=statement.share,
        mean=statement.mean,
        min=statement.least,
        max=statement.most,
        deviation=statement.deviation,
    )


def operation_json(database: str, seen: Operation, *, status: ExitStatus, spent: Spent) -> str:
    """Render an operation."""
    return text_of(
        FollowedDocument(
            format_version=FORMAT_VERSION,
            kind="operation",
            exit_status=int(status),
            database=database,
            operation=_operation(seen),
            **cost_of(spent),
        )
    )


def done_json(done: Done, *, status: ExitStatus) -> str:
    """Render what became of an order."""
    deed = done.deed
    return text_of(
        DoneDocument(
            format_version=FORMAT_VERSION,
            kind="done",
            exit_status=int(status),
            database=deed.database,
            target=target_of(deed.target),
            what=deed.what,
            risk=deed.risk.value,
            result=done.result.value,
            message=done.message,
            hints=done.hints,
            request=request_of(deed.call, deed.target),
            operation_id=done.operation_id,
            operation=_operation(done.operation) if done.operation else None,
            **cost_of(done.spent),
        )
    )


def _operation(seen: Operation) -> OperationDocument:
    return OperationDocument(
        id=seen.id,
        status=seen.status,
        type=seen.type,
        error=seen.error,
        created_at=seen.created_at,
        finished_at=seen.finished_at,
    )
