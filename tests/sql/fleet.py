"""Databases on a real server, and how the tests reach them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import psycopg
from attrs import field, frozen
from psycopg import sql

from reconcile.model.postgresql import ApiView, Reach, Sql, SqlConnection
from reconcile.sql.reads import SqlReads
from reconcile.sql.session import Patience
from scalingo_sandbox.servers.server import Server

_NUMBERS = itertools.count(1)
VARIABLE = "SHOP_DSN"
CREATE = "CREATE EXTENSION {name}"


def create(name: str) -> Sql:
    """The statement that enables an extension."""
    return Sql(template=CREATE, names={"name": name})


def drop(name: str) -> Sql:
    """The statement that drops one."""
    return Sql(template="DROP EXTENSION {name}", names={"name": name})


@frozen(kw_only=True)
class Place:
    """A logical database of its own, with a role that owns it and one that may nothing."""

    server: Server
    database: str
    owner: str
    guest: str

    @classmethod
    def made(cls, server: Server) -> Place:
        """Make both roles and the database. Passwords are what would show in an error."""
        number = next(_NUMBERS)
        place = cls(
            server=server,
            database=f"shop_{number}",
            owner=f"owner_{number}",
            guest=f"guest_{number}",
        )
        for role in (place.owner, place.guest):
            place.admin(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(_password(role))
                ),
                database="postgres",
            )
        place.admin(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(place.database), sql.Identifier(place.owner)
            ),
            database="postgres",
        )
        return place

    def session(self, *, database: str | None = None) -> psycopg.Connection:
        """A session of the superuser, which waits for no standby."""
        return psycopg.connect(
            self.dsn(self.server.user, database=database or self.database),
            autocommit=True,
            options="-c synchronous_commit=off",
        )

    def admin(self, text: Any, *, database: str | None = None) -> list[tuple[Any, ...]]:
        """Run a statement as the superuser; the rows where there are any."""
        session = self.session(database=database)
        try:
            cursor = session.execute(text)
            return cursor.fetchall() if cursor.description else []
        finally:
            session.close()

    def dsn(self, role: str, *, database: str | None = None) -> str:
        """The connection string of a role."""
        password = self.server.password if role == self.server.user else _password(role)
        host = f"{self.server.host}:{self.server.port}"
        return f"postgresql://{role}:{password}@{host}/{database or self.database}"

    def extensions(self) -> Mapping[str, str]:
        """What is enabled."""
        return dict(self.admin("SELECT extname::text, extversion FROM pg_extension"))

    def said(self, **other: Any) -> ApiView:
        """What an API says that tells the truth, but for the `other`."""
        truth = {
            "addon": "ad-1",
            "version": f"{self.server.version}.0-1",
            "extensions": {name: f"v{version}" for name, version in self.extensions().items()},
        }
        return ApiView(**{**truth, **other})


@frozen(kw_only=True)
class Room:
    """The reads of a run, whose one variable may be exchanged."""

    environment: dict[str, str] = field(factory=dict)
    patience: Patience = field(factory=lambda: Patience(lock=0.2, connect=2))
    reads: SqlReads = field(init=False)

    @reads.default
    def _made(self) -> SqlReads:
        self.environment["RECONCILE_ENV_ALLOW"] = VARIABLE
        return SqlReads(self.environment, patience=self.patience)

    def inspect(self, place: Place, role: str, **other: Any) -> Reach:
        """Look over the connection of a role to a place."""
        self.environment[VARIABLE] = place.dsn(role)
        return self.reads.inspect(connection(place), place.said(**other))


def connection(place: Place) -> SqlConnection:
    """How a spec names the connection."""
    return SqlConnection(dsn=f"${{env:{VARIABLE}}}", database=place.database)


def _password(role: str) -> str:
    return f"c4n4ry-{role}"
