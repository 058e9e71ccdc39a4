"""The JSON documents of what is live and of the imperative half, as attrs classes.

See `documents`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import frozen

from reconcile.model.constraint import described
from reconcile.report.documents import (
    JsonFields,
    RequestDocument,
    ResultWord,
    RiskWord,
    TargetDocument,
)
from reconcile.report.explain_documents import ExplanationDocument


@frozen(kw_only=True)
class ElementDocument:
    """One element of a kind; its name is empty where the kind is one thing."""

    name: str
    fields: JsonFields


@frozen(kw_only=True)
class KindDocument:
    """The live state of one kind."""

    kind: str
    offered: bool
    message: str | None = described("Why it is not offered or not readable.", default=None)
    readable: bool = described("False where the answer about it made no sense.", default=True)
    elements: tuple[ElementDocument, ...] = ()


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

    format_version: str
    kind: Literal["states"]
    exit_status: int
    databases: tuple[StateDocument, ...]
    requests: Mapping[str, int] = described("Requests sent, by host.")
    retries: int = described("How many of them were repetitions.")
    waited: Mapping[str, float] = described("Seconds for which a host was held back, by host.")


@frozen(kw_only=True)
class ListingDocument:
    """What the listings of a managed kind print: `databases list`, `sql-mode get` and the like."""

    format_version: str
    kind: Literal["listing"]
    exit_status: int
    database: str = described("As it was asked for: a handle, or APP/ADDON.")
    target: TargetDocument
    listed: KindDocument
    requests: Mapping[str, int] = described("Requests sent, by host.")
    retries: int = described("How many of them were repetitions.")
    waited: Mapping[str, float] = described("Seconds for which a host was held back, by host.")


@frozen(kw_only=True)
class QueryDocument:
    """A session and its running or last query."""

    pid: int
    state: str
    username: str
    query_start: str | None
    seconds: float = described("Since the query began.")
    query: str


@frozen(kw_only=True)
class QueriesDocument:
    """What `queries list` prints."""

    format_version: str
    kind: Literal["queries"]
    exit_status: int
    database: str
    target: TargetDocument
    total: int = described("How many there are; the list may hold fewer.")
    queries: tuple[QueryDocument, ...] = described("The longest first.")
    requests: Mapping[str, int] = described("Requests sent, by host.")
    retries: int = described("How many of them were repetitions.")
    waited: Mapping[str, float] = described("Seconds for which a host was held back, by host.")


@frozen(kw_only=True)
class StatementDocument:
    """What was counted of one statement; times in seconds."""

    query: str
    user_id: int | None
    calls: int
    rows: int
    total: float
    share: float = described("Its part of the time of all statements, from 0 to 1.")
    mean: float
    min: float
    max: float
    deviation: float


@frozen(kw_only=True)
class StatisticsDocument:
    """What `stats list` prints."""

    format_version: str
    kind: Literal["statistics"]
    exit_status: int
    database: str
    target: TargetDocument
    total: int = described("How many there are; the list may hold fewer.")
    statements: tuple[StatementDocument, ...] = described("The most time in total first.")
    requests: Mapping[str, int] = described("Requests sent, by host.")
    retries: int = described("How many of them were repetitions.")
    waited: Mapping[str, float] = described("Seconds for which a host was held back, by host.")


@frozen(kw_only=True)
class OperationDocument:
    """An operation as the provider last showed it."""

    id: str
    status: str
    type: str
    error: str
    created_at: str | None
    finished_at: str | None


@frozen(kw_only=True)
class FollowedDocument:
    """What `operation` prints."""

    format_version: str
    kind: Literal["operation"]
    exit_status: int
    database: str
    operation: OperationDocument
    requests: Mapping[str, int] = described("Requests sent, by host.")
    retries: int = described("How many of them were repetitions.")
    waited: Mapping[str, float] = described("Seconds for which a host was held back, by host.")


@frozen(kw_only=True)
class DoneDocument:
    """What an order prints: `databases reset`, `upgrade`, `restore` and the like."""

    format_version: str
    kind: Literal["done"]
    exit_status: int
    database: str
    target: TargetDocument
    what: str = described("What was ordered, in words.")
    risk: RiskWord
    result: ResultWord
    message: str
    hints: tuple[str, ...] = described("What to do, each a sentence or a command.")
    request: RequestDocument
    operation_id: str | None = described("The operation that it started.")
    operation: OperationDocument | None = described("That operation as it was seen last.")
    requests: Mapping[str, int] = described("Requests sent, by host.")
    retries: int = described("How many of them were repetitions.")
    waited: Mapping[str, float] = described("Seconds for which a host was held back, by host.")


LIVE_DOCUMENTS: Mapping[str, type] = {
    "states": StatesDocument,
    "listing": ListingDocument,
    "queries": QueriesDocument,
    "statistics": StatisticsDocument,
    "operation": FollowedDocument,
    "done": DoneDocument,
    "explanation": ExplanationDocument,
}
"""The documents by the name of their schema file."""
