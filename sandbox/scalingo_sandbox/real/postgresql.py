"""The contents of a PostgreSQL database, on its server.

The API's rules (what is offered, protected, well named) are the in-memory rules' own; everything
else is said and done by the server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import attrs
from attrs import evolve

from scalingo_sandbox.contents import LogicalDatabase, Query
from scalingo_sandbox.engines import logical
from scalingo_sandbox.engines import postgresql as rules
from scalingo_sandbox.engines.effect import named_text
from scalingo_sandbox.engines.naming import refuse_bad_name
from scalingo_sandbox.errors import EngineRefusal
from scalingo_sandbox.fleet import Database
from scalingo_sandbox.real import logical as logical_databases
from scalingo_sandbox.real import postgresql_databases as databases
from scalingo_sandbox.real import postgresql_sessions as sessions
from scalingo_sandbox.real.postgresql_access import MAINTENANCE, Access, Session, refusals
from scalingo_sandbox.servers.server import Server


class PostgreSQL:
    """One PostgreSQL server as the contents of one database.

    One of its logical databases is the default one, in which the extensions are; where the API lists
    none it is hidden. All belong to one role, who is no superuser.
    """

    def __init__(self, server: Server, database: Database) -> None:
        self._access = Access(server=server)
        self._default = logical.default_name(database)
        self._owner = _owner(database)
        self._hidden: frozenset[str] = frozenset()
        self._admin: Session | None = None
        self._clients: list[Session] = []

    @property
    def dsn(self) -> str:
        """The URL of the default logical database, as its owner."""
        return self._access.dsn(database=self._default, role=self._owner)

    def seed(self, database: Database) -> None:
        """Make the owner, the logical databases, their tables, the extensions and the sessions."""
        admin = self._administration()
        self._access.make_role(admin, self._owner)
        logical_databases.lead(self, evolve(database, logical_databases=()), database)
        self._find_default(database)
        self._lead_extensions(database)
        for query in database.queries or ():
            place = query.database or self._default
            self._clients.append(sessions.open_session(self._access, admin, query, database=place))

    def observed(self, database: Database) -> Database:
        """Give the database as the server has it; a running query's duration is no part of it."""
        self._find_default(database)
        with self._inside(self._default) as inside:
            extensions = databases.extensions(inside)
            enabled = any(one.name == rules.STATISTICS for one in extensions)
            statements = databases.statistics(inside) if enabled else ()
        queries = sessions.running(self._administration())
        return evolve(
            database,
            logical_databases=self._logical(database),
            extensions=extensions,
            statements=statements,
            queries=tuple(_timeless(query) for query in queries),
        )

    def check(self, present: Database, wanted: Database) -> None:
        """Refuse other sessions and statistics: they are no writing."""
        if (present.queries, present.statements) != (wanted.queries, wanted.statements):
            raise EngineRefusal(
                "the queries and statements of a real server are its own: open a session instead"
            )

    def impose(self, present: Database, wanted: Database) -> None:
        """Lead the logical databases and the extensions."""
        self.check(present, wanted)
        logical_databases.lead(self, present, wanted)
        self._find_default(wanted)
        if present.extensions != wanted.extensions:
            self._lead_extensions(wanted)

    def perform(self, database: Database, name: str, params: object) -> object:
        """Perform an action on the server."""
        return _ACTIONS[name](self, database, params)

    def run_sql(self, statement: str) -> str:
        """Run one statement in the default logical database as its owner; give its command tag."""
        if "\0" in statement:
            raise EngineRefusal("the statement holds a NUL", sqlstate="22021")
        with self._inside(self._default, role=self._owner) as inside, refusals():
            # The binary format is spoken in the protocol that takes one statement only.
            return inside.execute(statement, binary=True).statusmessage or ""

    def close(self) -> None:
        """Close every session."""
        for session in (*self._clients, *filter(None, [self._admin])):
            session.close()

    def _administration(self) -> Session:
        """Give the session for our own work, opened again if it was lost."""
        if self._admin is None or self._admin.closed or self._admin.broken:
            self._admin = self._access.login(database=MAINTENANCE)
        return self._admin

    @contextmanager
    def _inside(self, name: str, role: str | None = None) -> Iterator[Session]:
        """Log in to a logical database for a moment: a session that stayed would keep it in use."""
        session = self._access.login(database=name, role=role)
        try:
            yield session
        finally:
            session.close()

    def _logical(self, database: Database) -> tuple[LogicalDatabase, ...] | None:
        """List the logical databases that the API shows, if it shows any."""
        if database.logical_databases is None:
            return None
        there = databases.names(self._administration())
        tables = {name: self._tables(name) for name in there if name not in self._hidden}
        return logical_databases.observed(database.logical_databases, tables)

    def _tables(self, name: str) -> int:
        with self._inside(name) as inside:
            return databases.count_tables(inside)

    def create(self, name: str) -> None:
        """Make a logical database, or show the one that is hidden."""
        if name not in self._hidden:
            databases.create(self._administration(), name, owner=self._owner)
        self._hidden -= {name}

    def drop(self, name: str) -> None:
        """Drop a logical database with no session in it."""
        if name in self._hidden:
            raise EngineRefusal(f'database "{name}" does not exist', sqlstate="3D000")
        databases.drop(self._administration(), name)

    def lead_tables(self, name: str, count: int) -> None:
        """Make a logical database hold so many tables."""
        with self._inside(name, role=self._owner) as inside:
            databases.lead_tables(inside, count)

    def _find_default(self, database: Database) -> None:
        """Choose the default logical database among those that are left; without any, hide one."""
        there = databases.names(self._administration())
        if self._default in there:
            return
        shown = tuple(one for one in database.logical_databases or () if one.name in there)
        self._default = logical.default_name(evolve(database, logical_databases=shown))
        if self._default not in there:
            databases.create(self._administration(), self._default, owner=self._owner)
            self._hidden = frozenset({self._default})

    def _lead_extensions(self, database: Database) -> None:
        with self._inside(self._default) as inside:
            databases.lead_extensions(inside, self._owner, database.extensions or ())

    def _list_databases(self, database: Database, params: object) -> object:
        present = evolve(database, logical_databases=self._logical(database))
        return logical.list_databases(present, params).result

    def _create_database(self, database: Database, params: object) -> object:
        name = self._named(database, params)
        self.create(name)
        return logical.shown(LogicalDatabase(name=name))

    def _delete_database(self, database: Database, params: object) -> object:
        name = self._named(database, params)
        logical.refuse_protected(database, name)
        self.drop(name)
        return None

    def _reset_database(self, database: Database, params: object) -> object:
        name = self._named(database, params)
        self.drop(name)
        self.create(name)
        return None

    def _named(self, database: Database, params: object) -> str:
        """Read the name of a logical database; one that the server would cut is refused."""
        logical.offered(database)
        name = named_text(params, "database_name")
        refuse_bad_name(name, database.engine)
        return name

    def _list_extensions(self, database: Database, params: object) -> object:
        with self._inside(self._default) as inside:
            present = evolve(database, extensions=databases.extensions(inside))
        return rules.list_extensions(present, params).result

    def _list_queries(self, _: Database, __: object) -> object:
        return [rules.shown_query(one) for one in sessions.running(self._administration())]

    def _cancel_query(self, _: Database, params: object) -> object:
        sessions.cancel(self._administration(), rules.named_pid(params))
        return None

    def _terminate_query(self, _: Database, params: object) -> object:
        sessions.terminate(self._administration(), rules.named_pid(params))
        return None

    def _enable_statistics(self, _: Database, __: object) -> object:
        with self._inside(self._default) as inside:
            databases.enable_statistics(inside)
        return None

    def _list_statistics(self, _: Database, __: object) -> object:
        with self._inside(self._default) as inside:
            return [attrs.asdict(one) for one in databases.statistics(inside)]

    def _reset_statistics(self, _: Database, __: object) -> object:
        with self._inside(self._default) as inside:
            databases.reset_statistics(inside)
        return None


def _timeless(query: Query) -> Query:
    """Forget how long a running query has run, so that the passing of time is no change."""
    return evolve(query, query_duration=0) if query.state == "active" else query


_ACTIONS: Mapping[str, Callable[[PostgreSQL, Database, object], object]] = MappingProxyType(
    {
        "list-databases": PostgreSQL._list_databases,
        "create-database": PostgreSQL._create_database,
        "delete-database": PostgreSQL._delete_database,
        "reset-database": PostgreSQL._reset_database,
        "list-extensions": PostgreSQL._list_extensions,
        "pg-list-queries": PostgreSQL._list_queries,
        "pg-cancel-query": PostgreSQL._cancel_query,
        "pg-terminate-query": PostgreSQL._terminate_query,
        "pg-stat-statements-enable": PostgreSQL._enable_statistics,
        "pg-stat-statements-list": PostgreSQL._list_statistics,
        "pg-stat-statements-reset": PostgreSQL._reset_statistics,
    }
)


def _owner(database: Database) -> str:
    """Name the role that the databases belong to: the protected user, which comes with them."""
    users = database.users or ()
    return next((user.name for user in users if user.protected), logical.own_name(database))
