"""The only door to psycopg. Its objects and its errors stay here: they hold the password."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from socket import SHUT_RDWR, socket
from threading import Timer
from typing import LiteralString, Self, TypeVar

import psycopg
from psycopg import sql
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from reconcile.errors import UnusableConnectionError
from reconcile.model.postgresql import Sql
from reconcile.sql.dsn import Dsn
from reconcile.sql.messages import UNREADABLE, Failure, Hider, cut, failure_of, quoted
from reconcile.sql.session import Patience, Rows, SessionError, strange

# What a look names is the server's own, whatever a role has in its search path. The server expects
# few rows of a recursive query; nested loops over many would take minutes.
_READING = (
    "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;"
    " SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL enable_nestloop = off"
)
_WRITING = "BEGIN TRANSACTION READ WRITE"
_LIMITS = "; SET LOCAL lock_timeout = {}; SET LOCAL statement_timeout = {}"
_SILENT_SECONDS = 30
"""How long a host may leave us without a word before the session counts as lost."""

_SESSION: Mapping[str, str | int] = {
    "application_name": "reconcile",
    "client_encoding": "utf8",
    "keepalives": 1,
    "keepalives_idle": _SILENT_SECONDS // 2,
    "keepalives_interval": _SILENT_SECONDS // 6,
    "keepalives_count": 3,
    "tcp_user_timeout": _SILENT_SECONDS * 1000,
}
_LONGEST_REASON = 300
_STATE = re.compile(r"[0-9A-Z]{5}")
_Read = TypeVar("_Read")


class ReadingSession:
    """A transaction that is open, and that the server itself keeps from changing anything.

    Every method raises SessionError.
    """

    _begin: LiteralString = _READING

    def __init__(self, connection: psycopg.Connection, hider: Hider) -> None:
        self._connection = connection
        self._hider = hider

    @classmethod
    @contextmanager
    def open(cls, dsn: Dsn, patience: Patience) -> Iterator[Self]:
        """Open a session, and close it: what was not committed by then is undone.

        Raises UnusableConnectionError, which holds nothing of the connection string, and
        SessionError.
        """
        connection, hider = _connect(dsn, patience)
        with closing(connection), _left_after(patience.session, connection):
            session = cls(connection, hider)
            session._start(patience)
            yield session

    def tables(self, *queries: LiteralString) -> list[Rows]:
        """The rows of each query, all in one round trip."""
        tables = self._send("; ".join(queries), _tables)
        if len(tables) != len(queries):
            raise strange()
        return tables

    def quoted(self, text: str) -> str:
        """What the server said, as a message may quote it: without secrets, and cut."""
        return quoted(self._hider.hide(text))

    def _start(self, patience: Patience) -> None:
        limits = [round(seconds * 1000) for seconds in (patience.lock, patience.statement)]
        begin = sql.SQL(self._begin + _LIMITS).format(*limits)
        status = self._send(begin, lambda cursor: cursor.connection.info.transaction_status)
        if status != TransactionStatus.INTRANS:  # what is sent now would last at once
            raise strange()

    def _send(
        self, text: LiteralString | sql.Composed, read: Callable[[psycopg.Cursor], _Read]
    ) -> _Read:
        try:
            return read(self._connection.execute(text))
        except Exception as error:  # noqa: BLE001 - a server can make the driver raise anything
            failed = _failed(error, self._hider, closed=self._connection.closed)
        # Raised out here, so that the driver's error does not go along with it.
        raise failed


class WritingSession(ReadingSession):
    """A transaction that is open, and changes the database once it is committed."""

    _begin = _WRITING

    def run(self, statement: Sql) -> None:
        """Run a statement, its names and texts quoted by the driver."""
        template = sql.SQL(statement.template)
        names = {key: sql.Identifier(name) for key, name in statement.names.items()}
        texts = {key: sql.Literal(text) for key, text in statement.texts.items()}
        self._send(template.format(**names, **texts), _ended)

    def commit(self) -> None:
        """Make it last. Where no answer came that can be understood, it may or may not have."""
        ended = self._send("COMMIT", _ended)
        if ended == "ROLLBACK":
            raise SessionError("the server took it back at its end", lost=False)
        if ended != "COMMIT":
            raise strange(lost=True)


def _ended(cursor: psycopg.Cursor) -> str | None:
    """The server's word for what it has done last."""
    return cursor.statusmessage


def _tables(cursor: psycopg.Cursor) -> list[Rows]:
    tables = [_rows(cursor.pgresult)]
    while cursor.nextset():
        tables.append(_rows(cursor.pgresult))
    return tables


def _rows(result: PGresult | None) -> Rows:
    """The values as they came: what the server says of their types is not believed."""
    if result is None or result.status != ExecStatus.TUPLES_OK:
        raise ValueError("no rows, where a query was sent")
    columns = range(result.nfields)
    return [
        tuple(_text(result.get_value(row, column)) for column in columns)
        for row in range(result.ntuples)
    ]


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()


@contextmanager
def _left_after(seconds: float, connection: psycopg.Connection) -> Iterator[None]:
    """Hang up on a server that is there and says nothing: the session then counts as lost."""
    # A separate descriptor: the other may be closed, and its number another's, at that moment.
    with socket(fileno=os.dup(connection.fileno())) as line:
        timer = Timer(seconds, _hang_up, [line])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


def _hang_up(line: socket) -> None:
    with suppress(OSError):  # the other side was faster
        line.shutdown(SHUT_RDWR)


def _connect(dsn: Dsn, patience: Patience) -> tuple[psycopg.Connection, Hider]:
    conninfo = _conninfo(dsn, patience)
    hider = Hider(dsn.secret, psycopg.conninfo.conninfo_to_dict(conninfo))
    try:
        return psycopg.connect(conninfo, autocommit=True), hider
    except (psycopg.Error, OSError, ValueError) as error:  # ValueError: what can be no host name
        failure = failure_of(str(error))
    raise _unusable(dsn, failure)


def _conninfo(dsn: Dsn, patience: Patience) -> str:
    """The connection string with what every session of ours has; of the two, ours wins."""
    try:
        return psycopg.conninfo.make_conninfo(
            dsn.secret, **_SESSION, connect_timeout=patience.connect
        )
    except psycopg.ProgrammingError:
        pass
    raise _unusable(dsn, UNREADABLE)


def _unusable(dsn: Dsn, failure: Failure) -> UnusableConnectionError:
    return UnusableConnectionError(
        f"the connection of {dsn.reference!r} {failure.what}", hint=failure.hint
    )


def _failed(error: Exception, hider: Hider, *, closed: bool) -> SessionError:
    if closed:
        return SessionError("the connection was lost", lost=True)
    if isinstance(error, psycopg.Error) and _STATE.fullmatch(error.sqlstate or ""):
        said = cut(hider.hide(error.diag.message_primary or ""), longest=_LONGEST_REASON)
        return SessionError(f"the server refused it: {said!r} ({error.sqlstate})", lost=False)
    return strange(lost=True)
