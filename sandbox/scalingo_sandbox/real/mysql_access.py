"""Sessions on a MariaDB server, and its errors as refusals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import quote

import pymysql
from pymysql.err import MySQLError

from scalingo_sandbox.errors import EngineRefusal
from scalingo_sandbox.servers.server import Server, ServerGoneError

_SECONDS_TO_CONNECT = 5
# Statements are quick; one that waits for another session's transaction gives up first, with 1205.
_SECONDS_TO_ANSWER = 15
_WAITING = "SET SESSION lock_wait_timeout = 2, SESSION innodb_lock_wait_timeout = 2"

# 1053 is the server's own, of one that is being shut down; those from 2000 are the driver's.
_NO_ANSWER = (0, 1053, *range(2000, 3000))


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except MySQLError as error:
        number, sentence = (*error.args, "", "")[:2]
        if not isinstance(number, int) or not sentence or number in _NO_ANSWER:
            raise ServerGoneError from None
        raise EngineRefusal(f"Error {number}: {sentence}") from None


class Session:
    """One session, opened with the first statement and again when it was lost."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._connection: Any = None

    @property
    def dsn(self) -> str:
        """The URL, with its password, at which to log in."""
        server = self._server
        user, password = quote(server.user, safe=""), quote(server.password, safe="")
        return f"mysql://{user}:{password}@{server.host}:{server.port}/"

    def rows(self, statement: str, *values: object) -> tuple[tuple[Any, ...], ...]:
        """Run a statement with bound values.

        Raises EngineRefusal in the server's own words, and ServerGoneError if it says nothing.
        """
        with _refusals(), self._open().cursor() as cursor:
            cursor.execute(statement, values or None)
            return cast("tuple[tuple[Any, ...], ...]", cursor.fetchall())

    def run(self, template: str, *names: str) -> None:
        """Run a statement with names in the place of its `{}`; the server itself quotes them."""
        quoting = ", ".join(["sys.quote_identifier(%s)"] * len(names))
        (quoted,) = self.rows(f"SELECT {quoting}", *names)
        self.rows(template.format(*quoted))

    def close(self) -> None:
        """Close the session, if it is open."""
        if self._connection is not None and self._connection.open:
            self._connection.close()
        self._connection = None

    def _open(self) -> Any:
        if self._connection is None or not self._is_alive():
            self._connection = self._login()
        return self._connection

    def _is_alive(self) -> bool:
        try:
            self._connection.ping(reconnect=False)
        except MySQLError:
            return False
        return True

    def _login(self) -> Any:
        # A strict mode of its own: a name that cannot be quoted is an error, not NULL, whatever
        # the global mode is.
        return pymysql.connect(
            host=self._server.host,
            port=self._server.port,
            user=self._server.user,
            password=self._server.password,
            charset="utf8mb4",
            sql_mode="STRICT_ALL_TABLES",
            init_command=_WAITING,
            autocommit=True,
            connect_timeout=_SECONDS_TO_CONNECT,
            read_timeout=_SECONDS_TO_ANSWER,
            write_timeout=_SECONDS_TO_ANSWER,
        )
