"""Where the contents of the databases are: in memory, or on real servers (`real.backend`)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, Protocol

from attrs import field, frozen

from scalingo_sandbox import actions
from scalingo_sandbox.engines import extension_sql
from scalingo_sandbox.engines.effect import Effect
from scalingo_sandbox.engines.extension_sql import SqlOutcome
from scalingo_sandbox.fleet import Database, Engine, Fleet

EngineChoice = Literal["memory", "real"]


@frozen(kw_only=True)
class Connection:
    """What a database runs on: the addon's id, the server in words, its address, its owner's login.

    `dsn` is a URL with its password, None where nobody logs in. Without a server there is neither,
    and `reason` says why there is none where one was wanted and to be had, or that it is gone.
    """

    database: str
    server: str
    address: str | None = None
    dsn: str | None = field(default=None, repr=False)
    reason: str | None = None

    def __str__(self) -> str:
        return self.server if self.address is None else f"{self.server} on {self.address}"


class Backend(Protocol):
    """The engines behind the API; every call blocks.

    A server that is gone or does not answer is a ServerError, of whatever asks it something.
    """

    @property
    def versions(self) -> Mapping[Engine, str]:
        """The versions of databases whose fleet file names none, where they are not the usual."""

    def install(self, fleet: Fleet) -> Fleet:
        """Hold the contents of a complete fleet instead of another's; give it as it then is.

        Raises FleetError for contents that a server refuses, and ServerError if one does not start;
        the fleet before is then still held.
        """

    def add(self, database: Database) -> Database:
        """Hold the contents of one more database; give it as it then is. Raises as `install` does."""

    def remove(self, database: Database) -> None:
        """Let go of a database and its contents."""

    def perform(self, database: Database, name: str, params: object) -> Effect:
        """Perform an action, or raise EngineRefusal with the sentence of its `{"ok":0}`."""

    def observed(self, database: Database) -> Database:
        """Give a database with its contents as they are now, whoever wrote them."""

    def check(self, present: Database, wanted: Database) -> None:
        """Raise EngineRefusal for contents that no outside write leads to; nothing is written."""

    def impose(self, present: Database, wanted: Database) -> Database:
        """Write contents behind the clients' backs: lead `present` to `wanted`; give what came out.

        Raises EngineRefusal for what the server refuses.
        """

    def run_sql(self, database: Database, statement: str) -> SqlOutcome:
        """Run one statement as the owner of the default database, or raise EngineRefusal."""

    def connections(self, fleet: Fleet) -> tuple[Connection, ...]:
        """Tell of every database of the fleet what it runs on, in the fleet's order."""

    def close(self) -> None:
        """Let go of everything; nothing that was started goes on."""


class InMemory:
    """The engines' rules as pure functions: a database's contents are its value."""

    versions: Mapping[Engine, str] = MappingProxyType({})

    def install(self, fleet: Fleet) -> Fleet:
        """Give the fleet as it is."""
        return fleet

    def add(self, database: Database) -> Database:
        """Give the value."""
        return database

    def remove(self, database: Database) -> None:
        """Nothing is held."""

    def perform(self, database: Database, name: str, params: object) -> Effect:
        """Perform an action by the rules."""
        return actions.offered(database, name).perform(database, params)

    def observed(self, database: Database) -> Database:
        """Give the value."""
        return database

    def check(self, present: Database, wanted: Database) -> None:
        """Every value can be had."""

    def impose(self, present: Database, wanted: Database) -> Database:  # noqa: ARG002 - the value is all
        """Give the wanted value."""
        return wanted

    def run_sql(self, database: Database, statement: str) -> SqlOutcome:
        """Run one of the statements on extensions."""
        return extension_sql.run(database, statement)

    def connections(self, fleet: Fleet) -> tuple[Connection, ...]:
        """Say `in memory` of each."""
        return tuple(Connection(database=one.id, server="in memory") for one in fleet.databases())

    def close(self) -> None:
        """Nothing is held."""
