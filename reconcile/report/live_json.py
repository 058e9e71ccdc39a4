"""What `show`, the listings and the one-off commands print as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from attrs import frozen

from reconcile.errors import ExitStatus
from reconcile.model.change import Risk
from reconcile.model.constraint import described
from reconcile.model.cost import Spent
from reconcile.model.operation import Operation
from reconcile.model.order import OrderOutcome
from reconcile.model.postgresql import Query, Statement
from reconcile.model.run import Result
from reconcile.model.state import (
    Elements,
    Fields,
    Inspected,
    KindState,
    NotOffered,
    Unknown,
    Unreadable,
)
from reconcile.model.target import Target
from reconcile.report.document import document_text, view
from reconcile.report.plan_json import (
    RequestDocument,
    TargetDocument,
    request_of,
    target_of,
)


@frozen(kw_only=True)
class ElementDocument:
    """One element of a kind; its name is empty where the kind is one thing."""

    name: str
    fields: Fields


@frozen(kw_only=True)
class KindDocument:
    """The live state of one kind."""

    kind: str
    offered: bool
    message: str | None = described("Why it is not offered or not readable.", default=None)
    readable: bool = described("False where the answer about it could not be read.", default=True)
    elements: tuple[ElementDocument, ...] = ()


def kind_of(name: str, state: KindState) -> KindDocument:
    """The live state of one kind."""
    if isinstance(state, NotOffered):
        return KindDocument(kind=name, offered=False, message=state.message)
    if isinstance(state, Unreadable):
        return KindDocument(kind=name, offered=True, readable=False, message=state.message)
    elements = tuple(
        ElementDocument(name=element, fields=fields) for element, fields in sorted(state.items())
    )
    return KindDocument(kind=name, offered=True, elements=elements)


@frozen(kw_only=True)
class StateDocument:
    """The live state of one database."""

    name: str = described("As it was asked for: a handle, or APP/ADDON.")
    target: TargetDocument | None = None
    error: str | None = described("Why it could not be read.", default=None)
    resource: Mapping[str, object] | None = described(
        "The database resource as the API answered it.", default=None
    )
    kinds: tuple[KindDocument, ...] = ()


@frozen(kw_only=True)
class StatesDocument:
    """What `show` prints."""

    kind: Literal["states"] = "states"
    databases: tuple[StateDocument, ...]


def states_json(
    states: Mapping[str, Inspected | Unknown], *, status: ExitStatus, spent: Spent
) -> str:
    """Render live states."""
    databases = tuple(_state(name, state) for name, state in states.items())
    return document_text(StatesDocument(databases=databases), status=status, spent=spent)


def _state(name: str, state: Inspected | Unknown) -> StateDocument:
    if isinstance(state, Unknown):
        return StateDocument(name=name, error=state.reason)
    kinds = tuple(kind_of(kind, found) for kind, found in state.states.items())
    return StateDocument(
        name=name, target=target_of(state.target), resource=state.resource, kinds=kinds
    )


@frozen(kw_only=True)
class ListingDocument:
    """What the listings of a managed kind print: `databases list`, `sql-mode get` and the like."""

    kind: Literal["listing"] = "listing"
    database: str = described("As it was asked for: a handle, or APP/ADDON.")
    target: TargetDocument
    listed: KindDocument


def listing_json(database: str, target: Target, kind: str, state: Elements, *, spent: Spent) -> str:
    """Render the live state of one kind."""
    listed = kind_of(kind, state)
    document = ListingDocument(database=database, target=target_of(target), listed=listed)
    return document_text(document, spent=spent)


@frozen(kw_only=True)
class QueriesDocument:
    """What `queries list` prints."""

    kind: Literal["queries"] = "queries"
    database: str
    target: TargetDocument
    total: int = described("How many there are; the list may hold fewer.")
    queries: tuple[Query, ...] = described("The longest first.")


def queries_json(
    database: str, target: Target, queries: Sequence[Query], total: int, *, spent: Spent
) -> str:
    """Render running queries."""
    document = QueriesDocument(
        database=database, target=target_of(target), total=total, queries=tuple(queries)
    )
    return document_text(document, spent=spent)


@frozen(kw_only=True)
class StatisticsDocument:
    """What `stats list` prints."""

    kind: Literal["statistics"] = "statistics"
    database: str
    target: TargetDocument
    total: int = described("How many there are; the list may hold fewer.")
    statements: tuple[Statement, ...] = described("The most time in total first.")


def statistics_json(
    database: str, target: Target, statements: Sequence[Statement], total: int, *, spent: Spent
) -> str:
    """Render statement statistics."""
    document = StatisticsDocument(
        database=database, target=target_of(target), total=total, statements=tuple(statements)
    )
    return document_text(document, spent=spent)


@frozen(kw_only=True)
class OperationDocument:
    """What `operation` prints."""

    kind: Literal["operation"] = "operation"
    database: str
    operation: Operation


def operation_json(database: str, seen: Operation, *, status: ExitStatus, spent: Spent) -> str:
    """Render an operation."""
    document = OperationDocument(database=database, operation=seen)
    return document_text(document, status=status, spent=spent)


@frozen(kw_only=True)
class DoneDocument:
    """What a one-off command prints: `databases reset`, `upgrade`, `restore` and the like."""

    kind: Literal["done"] = "done"
    database: str
    target: TargetDocument
    what: str = described("What the command does, in words.")
    risk: Risk
    result: Result
    code: str | None = described("Which guard refused it.")
    message: str
    hints: tuple[str, ...] = described("What to do, each a sentence or a command.")
    request: RequestDocument
    operation_id: str | None = described("The operation that it started.")
    operation: Operation | None = described("That operation as it was seen last.")


def order_json(done: OrderOutcome, *, status: ExitStatus) -> str:
    """Render what became of a one-off command."""
    order = done.order
    document = view(
        DoneDocument,
        done,
        database=order.database,
        target=target_of(order.target),
        what=order.what,
        risk=order.risk,
        request=request_of(order.call, order.target),
    )
    return document_text(document, status=status, spent=done.spent)
