"""Logging in to a PostgreSQL server, and its errors as refusals."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import psycopg
from attrs import field, frozen
from psycopg import sql

from scalingo_sandbox.errors import EngineRefusal
from scalingo_sandbox.servers.server import Server, ServerGoneError

# Our own sessions carry it, so that they are not shown among the clients'.
OURS = "reconcile-sandbox"
# Where our own work is done that needs no logical database; no client is told of it.
MAINTENANCE = "postgres"
_SECONDS_TO_CONNECT = 5
# Longer than the five seconds that DROP DATABASE waits for sessions to end.
_LIMITS = "-c statement_timeout=15s -c lock_timeout=10s"

Session = psycopg.Connection[tuple[Any, ...]]


@contextmanager
def refusals() -> Iterator[None]:
    """Raise EngineRefusal, in the server's own words, or ServerGoneError for the driver's errors."""
    try:
        yield
    except psycopg.Error as error:
        if _is_gone(error):
            raise ServerGoneError from None
        raise EngineRefusal(_words(error), sqlstate=error.sqlstate) from None
    except UnicodeEncodeError:
        raise EngineRefusal("the text cannot be written in UTF-8", sqlstate="22021") from None


def _words(error: psycopg.Error) -> str:
    if error.diag.message_primary is not None:
        return error.diag.message_primary
    # A refused login has no fields: libpq puts the address and the severity before the words.
    _, _, words = str(error).partition("FATAL:")
    if words:
        return words.strip().splitlines()[0]
    return str(error)


def _is_gone(error: psycopg.Error) -> bool:
    words_of_server = error.diag.message_primary is not None or "FATAL:" in str(error)
    return isinstance(error, psycopg.OperationalError) and not words_of_server


@frozen(kw_only=True)
class Role:
    """A role that can log in."""

    name: str
    password: str = field(repr=False, factory=lambda: secrets.token_urlsafe(24))


@frozen(kw_only=True)
class Access:
    """The ways into one server: as its superuser, and as the roles that are made on it."""

    server: Server
    roles: dict[str, Role] = field(factory=dict, init=False)

    def login(self, *, database: str, role: str | None = None, ours: bool = True) -> Session:
        """Log in, as the superuser if no role is named; every statement is its own transaction.

        A session that is not `ours` is a client's: it is shown, and no limit of time is set.
        """
        with refusals():
            who = self._role(role)
            return psycopg.connect(
                host=self.server.host,
                port=self.server.port,
                dbname=_plain(database),
                user=_plain(who.name),
                password=who.password,
                application_name=OURS if ours else "",
                options=_LIMITS if ours else "",
                connect_timeout=_SECONDS_TO_CONNECT,
                autocommit=True,
            )

    def make_role(self, session: Session, name: str) -> None:
        """Make a role that can log in, unless it is there."""
        if name in self.roles or name == self.server.user:
            return
        role = Role(name=_plain(name))
        with refusals():
            # What the server keeps is hashed here: no password is in any statement.
            hashed = session.pgconn.encrypt_password(
                role.password.encode(), role.name.encode(), b"scram-sha-256"
            ).decode()
            session.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                    sql.Identifier(role.name), sql.Literal(hashed)
                )
            )
        self.roles[name] = role

    def dsn(self, *, database: str, role: str) -> str:
        """Give the URL, with its password, of a role in a logical database."""
        who = self._role(role)
        place = f"{self.server.host}:{self.server.port}/{quote(database, safe='')}"
        return f"postgresql://{quote(who.name, safe='')}:{quote(who.password, safe='')}@{place}"

    def _role(self, name: str | None) -> Role:
        if name is None or name == self.server.user:
            return Role(name=self.server.user, password=self.server.password)
        return self.roles[name]


def _plain(text: str) -> str:
    # libpq would cut it there, and log in elsewhere.
    if "\0" in text:
        raise EngineRefusal(f"the name {text!r} holds a NUL", sqlstate="22021")
    return text
