"""Statements that change a database. Only applying may import this module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconcile.errors import (
    DOUBT,
    OutcomeUnknownError,
    StatementRefusedError,
    UnusableConnectionError,
)
from reconcile.model.postgresql import Sql, SqlConnection
from reconcile.sql.identity import Fingerprint, fingerprint_of
from reconcile.sql.reads import SqlReads, writing
from reconcile.sql.session import SessionError

if TYPE_CHECKING:
    from reconcile.sql.driver import WritingSession


class SqlWrites:
    """Runs statements over connections that were looked over. Thread safe as `SqlReads`."""

    def __init__(self, reads: SqlReads) -> None:
        self._reads = reads

    def execute(self, addon: str, connection: SqlConnection, statement: Sql) -> None:
        """Run one statement in a separate session, where `inspect` has led last.

        Raises UnusableConnectionError where nothing was sent that changes anything: the connection
        cannot be used, or leads to another database than it did; StatementRefusedError where the
        server refused the statement, or was lost before its transaction was to end, so that it
        certainly was not done; OutcomeUnknownError where that was sent and no answer came.
        """
        dsn = self._reads.dsn(connection)
        try:
            with writing(dsn, self._reads.patience) as session:
                self._check(addon, connection, fingerprint_of(session))
                session.run(statement)
                _commit(session, statement)
        except SessionError as error:
            raise StatementRefusedError(f"{str(statement)!r} was not done: {error}") from None

    def _check(self, addon: str, connection: SqlConnection, found: Fingerprint) -> None:
        proven = self._reads.proven(addon)
        if proven is None:
            raise UnusableConnectionError(
                f"the connection of {connection.dsn!r} was not found to lead to the database of"
                f" {addon!r}, and of no other addon",
                hint="plan again, and do what the plan says of it",
            )
        if found != proven:
            raise UnusableConnectionError(
                f"the connection of {connection.dsn!r} leads to another server or database than"
                " when it was looked over, or the server was started again",
                hint="plan again",
            )


def _commit(session: WritingSession, statement: Sql) -> None:
    """End the transaction. Before that is sent nothing lasts, whatever becomes of the session."""
    try:
        session.commit()
    except SessionError as error:
        if error.lost:
            raise OutcomeUnknownError(f"{str(statement)!r}: {error}{DOUBT}") from None
        raise
