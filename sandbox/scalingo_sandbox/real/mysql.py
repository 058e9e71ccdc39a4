"""The contents of a MySQL database, on a MariaDB server that poses as its version of MySQL.

What MariaDB says is passed on, but for the places where MySQL is known to say something else. Each
of these is marked `posing`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType

from attrs import evolve

from scalingo_sandbox.engines import mysql as rules
from scalingo_sandbox.engines.effect import named_text
from scalingo_sandbox.engines.naming import NAMING, refuse_bad_name, refuse_reserved_name
from scalingo_sandbox.errors import EngineRefusal
from scalingo_sandbox.fleet import Database, Engine
from scalingo_sandbox.real import logical
from scalingo_sandbox.real.mysql_access import Session
from scalingo_sandbox.servers.server import Server

_NAMING = NAMING[Engine.MYSQL]
_SYSTEM = _NAMING.reserved | _NAMING.reserved_in_any_case
# Bytes: the server compares these columns without regard to case.
_NAMES = "SELECT schema_name FROM information_schema.schemata ORDER BY BINARY schema_name"
_TABLES = """
    SELECT table_schema, table_name FROM information_schema.tables
    WHERE table_type = 'BASE TABLE' AND table_schema NOT IN %s
"""
_CHARACTERS = """
    SELECT default_character_set_name, default_collation_name FROM information_schema.schemata
    WHERE BINARY schema_name = %s
"""
# It is made four times as fast as a table of InnoDB, and nobody writes to it.
_CREATE_TABLE = "CREATE TABLE {}.{} (id INT) ENGINE = MyISAM"
# What MariaDB 10.11 knows beside the modes of MySQL, and what it lacks.
_OF_MARIADB = frozenset(
    {
        "EMPTY_STRING_IS_NULL",
        "IGNORE_BAD_TABLE_OPTIONS",
        "SIMULTANEOUS_ASSIGNMENT",
        "TIME_ROUND_FRACTIONAL",
    }
)
_NOT_OF_MARIADB = frozenset({"TIME_TRUNCATE_FRACTIONAL"})


class MySQL:
    """One MariaDB server as the contents of one database."""

    def __init__(self, server: Server, database: Database) -> None:  # noqa: ARG002 - made like all
        self._session = Session(server)

    @property
    def dsn(self) -> str:
        """The URL of the server, as its administrator."""
        return self._session.dsn

    def seed(self, database: Database) -> None:
        """Make the logical databases and their tables, and set the mode."""
        self.impose(self.observed(database), database)

    def observed(self, database: Database) -> Database:
        """Give the database as the server has it; a mode that means the same keeps its spelling."""
        mode = self._mode(database)
        if database.sql_mode is not None:
            known = rules.known_part(database.sql_mode, database.version)
            if rules.normalise(known, database.version) == mode:
                mode = database.sql_mode
        held = logical.observed(database.logical_databases or (), self._counts())
        return evolve(database, sql_mode=mode, logical_databases=held)

    def check(self, present: Database, wanted: Database) -> None:
        """Refuse a mode that cannot be had."""
        if present.sql_mode != wanted.sql_mode:
            _refuse_unfit_words(wanted.sql_mode or "", wanted.version)

    def impose(self, present: Database, wanted: Database) -> None:
        """Lead the logical databases and the mode."""
        logical.lead(self, present, wanted)
        if present.sql_mode != wanted.sql_mode:
            self._set_mode(wanted.sql_mode or "", wanted.version)

    def perform(self, database: Database, name: str, params: object) -> object:
        """Perform an action on the server."""
        return _ACTIONS[name](self, database, params)

    def close(self) -> None:
        """Close the session."""
        self._session.close()

    def create(self, name: str) -> None:
        """Make an empty logical database."""
        self._run_on(name, "CREATE DATABASE {}")

    def drop(self, name: str) -> None:
        """Remove a logical database, whoever is in it."""
        self._run_on(name, "DROP DATABASE {}")

    def lead_tables(self, name: str, count: int) -> None:
        """Make a logical database hold so many tables, all empty."""
        for schema, table in self._tables():
            if schema == name:
                self._session.run("DROP TABLE {}.{}", name, table)
        for number in range(1, count + 1):
            self._session.run(_CREATE_TABLE, name, f"table_{number}")

    def list_databases(self, database: Database, _: object) -> list[dict[str, object]]:
        """Answer `list-databases`."""
        held = self.observed(database).logical_databases or ()
        return [{"name": one.name, "protected": one.protected} for one in held]

    def create_database(self, _: Database, params: object) -> dict[str, object]:
        """Perform `create-database`; the server judges every name but those of its own."""
        name = named_text(params, "database_name")
        refuse_reserved_name(name, Engine.MYSQL)
        self.create(name)
        return {"name": name, "protected": False}

    def delete_database(self, database: Database, params: object) -> None:
        """Perform `delete-database`; it is the API that protects, and that keeps the server's."""
        name = named_text(params, "database_name")
        refuse_reserved_name(name, Engine.MYSQL)
        if any(one.name == name and one.protected for one in database.logical_databases or ()):
            raise EngineRefusal(f"the database {name!r} is protected and cannot be deleted")
        self.drop(name)

    def reset_database(self, _: Database, params: object) -> None:
        """Perform `reset-database`: dropped, and made again with its character set."""
        name = named_text(params, "database_name")
        refuse_reserved_name(name, Engine.MYSQL)
        characters = self._session.rows(_CHARACTERS, name)
        self.drop(name)
        for charset, collation in characters:
            self._session.run(
                "CREATE DATABASE {} CHARACTER SET {} COLLATE {}", name, charset, collation
            )

    def get_mode(self, database: Database, _: object) -> str:
        """Answer `get-sqlmode`."""
        return self._mode(database)

    def set_mode(self, database: Database, params: object) -> None:
        """Perform `set-sqlmode`."""
        self._set_mode(rules.asked_mode(params), database.version)

    def _mode(self, database: Database) -> str:
        ((mode,),) = self._session.rows("SELECT @@GLOBAL.sql_mode")
        # Posing: TRADITIONAL and ORACLE bring modes with them that this MySQL does not know.
        return rules.known_part(mode, database.version)

    def _set_mode(self, text: str, version: str | None) -> None:
        _refuse_unfit_words(text, version)
        # Posing: what a composite brings in MySQL and not in MariaDB is set beside it.
        mode = ",".join((text.rstrip(" "), *rules.parts_of(text, version)))
        self._session.rows("SET GLOBAL sql_mode = %s", mode)

    def _run_on(self, name: str, template: str) -> None:
        try:
            self._session.run(template, name)
        except EngineRefusal:
            # Posing: whether a name is fit is for the server to say; its number for one that is
            # not is MySQL's, where MariaDB's is another.
            refuse_bad_name(name, Engine.MYSQL)
            raise

    def _counts(self) -> Mapping[str, int]:
        names = (name for (name,) in self._session.rows(_NAMES) if name not in _SYSTEM)
        tables = Counter(schema for schema, _ in self._tables())
        return {name: tables[name] for name in names}

    def _tables(self) -> tuple[tuple[str, str], ...]:
        return self._session.rows(_TABLES, sorted(_SYSTEM))


def _refuse_unfit_words(text: str, version: str | None) -> None:
    """Refuse the modes that only one of MySQL and MariaDB knows; the server judges all others."""
    known = rules.offered(version)
    for word in rules.words(text):
        mode = rules.mode_of(word)
        # Posing: MariaDB would take these.
        if mode not in known and mode in {*rules.EVERY, *_OF_MARIADB}:
            raise rules.unknown_mode(word)
        if mode in known and mode in _NOT_OF_MARIADB:
            raise EngineRefusal(
                f"{rules.unknown_mode(word).message}: MariaDB, which poses as MySQL, lacks it"
            )


_ACTIONS: Mapping[str, Callable[[MySQL, Database, object], object]] = MappingProxyType(
    {
        "list-databases": MySQL.list_databases,
        "create-database": MySQL.create_database,
        "delete-database": MySQL.delete_database,
        "reset-database": MySQL.reset_database,
        "get-sqlmode": MySQL.get_mode,
        "set-sqlmode": MySQL.set_mode,
    }
)
