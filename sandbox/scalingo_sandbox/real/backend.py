"""Real servers behind the API: one for each database whose engine has a program here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from types import MappingProxyType

from attrs import evolve, frozen

from scalingo_sandbox import actions
from scalingo_sandbox.backend import Connection, InMemory
from scalingo_sandbox.engines.effect import Effect
from scalingo_sandbox.engines.extension_sql import SqlOutcome
from scalingo_sandbox.errors import EngineRefusal, FleetError, Problem
from scalingo_sandbox.fleet import Database, Engine, Fleet
from scalingo_sandbox.real.contents import Contents
from scalingo_sandbox.real.influxdb import InfluxDB
from scalingo_sandbox.real.mongodb import MongoDB
from scalingo_sandbox.real.mysql import MySQL
from scalingo_sandbox.real.postgresql import PostgreSQL
from scalingo_sandbox.servers.programs import Installed, Missing
from scalingo_sandbox.servers.server import Program, Server, ServerGoneError, Wish
from scalingo_sandbox.servers.servers import Servers

PROGRAMS: Mapping[Engine, Program] = MappingProxyType(
    {
        Engine.POSTGRESQL: Program.POSTGRESQL,
        Engine.MYSQL: Program.MARIADB,
        Engine.MONGODB: Program.MONGODB,
        Engine.INFLUXDB: Program.INFLUXDB,
        Engine.REDIS: Program.REDIS,
    }
)
# Redis has no actions, so there is nothing to do inside it.
_CONTENTS: Mapping[Engine, Callable[[Server, Database], Contents]] = MappingProxyType(
    {
        Engine.POSTGRESQL: PostgreSQL,
        Engine.MYSQL: MySQL,
        Engine.MONGODB: MongoDB,
        Engine.INFLUXDB: InfluxDB,
    }
)
# The others pose as an engine, or emulate it, and their own versions would say nothing.
_SHOW_THEIR_VERSION = (Engine.POSTGRESQL, Engine.INFLUXDB, Engine.REDIS)
# What the value of a database says of what is inside it.
_INSIDE = (
    "logical_databases", "sql_mode", "extensions", "queries", "statements", "retention_policies",
    "dropped_default",
)  # fmt: skip
_SEEDED_AT_ONCE = 8


@frozen(kw_only=True)
class _Held:
    """One database's server, its key among the servers, and what is inside, where that matters."""

    key: str
    server: Server
    contents: Contents | None


class Real:
    """The backend of real servers; what has no program here follows the rules in memory."""

    def __init__(self, found: Mapping[Program, Installed | Missing]) -> None:
        self._programs = {key: one for key, one in found.items() if isinstance(one, Installed)}
        self._reasons = {key: one.reason for key, one in found.items() if isinstance(one, Missing)}
        self._servers = Servers(self._programs)
        self._rules = InMemory()
        self._held: dict[str, _Held] = {}
        self._installed = count()

    @property
    def versions(self) -> Mapping[Engine, str]:
        """The servers' own versions, in the form of the fleet file."""
        return {
            engine: _fleet_version(self._programs[PROGRAMS[engine]].version)
            for engine in _SHOW_THEIR_VERSION
            if PROGRAMS[engine] in self._programs
        }

    def install(self, fleet: Fleet) -> Fleet:
        """Start a server for each database, fill it, and only then stop those of before."""
        fresh, inside = self._filled(fleet.databases())
        before, self._held = self._held, fresh
        self._release(before.values())
        apps = (
            evolve(app, addons=tuple(inside[one.id] for one in app.addons)) for app in fleet.apps
        )
        return evolve(fleet, apps=tuple(apps))

    def add(self, database: Database) -> Database:
        """Start a server for the database, and fill it."""
        fresh, inside = self._filled((database,))
        self._held |= fresh
        return inside[database.id]

    def remove(self, database: Database) -> None:
        """Stop the server of the database."""
        held = self._held.pop(database.id, None)
        self._release(() if held is None else (held,))

    def perform(self, database: Database, name: str, params: object) -> Effect:
        """Perform an action on the database's server."""
        actions.offered(database, name)
        contents = self._contents(database)
        if contents is None:
            return self._rules.perform(database, name, params)
        with self._reached(database):
            result = contents.perform(database, name, params)
            after = database if name in actions.READS else contents.observed(database)
        return Effect(database=after, result=result)

    def observed(self, database: Database) -> Database:
        """Give a database with its contents as its server has them now."""
        return self._observed(self._held, database)

    def check(self, present: Database, wanted: Database) -> None:
        """Ask the contents, where there are any."""
        contents = self._contents(wanted)
        if contents is not None:
            with self._reached(wanted):
                contents.check(present, wanted)

    def impose(self, present: Database, wanted: Database) -> Database:
        """Lead the server to what is wanted, where that is inside it."""
        contents = self._contents(wanted)
        if contents is None or _inside(present) == _inside(wanted):
            return wanted
        with self._reached(wanted):
            contents.impose(present, wanted)
            return contents.observed(wanted)

    def run_sql(self, database: Database, statement: str) -> SqlOutcome:
        """Run any one statement on a PostgreSQL server."""
        contents = self._contents(database)
        if not isinstance(contents, PostgreSQL):
            return self._rules.run_sql(database, statement)
        with self._reached(database):
            tag = contents.run_sql(statement)
            return SqlOutcome(database=contents.observed(database), tag=tag)

    def connections(self, fleet: Fleet) -> tuple[Connection, ...]:
        """Name each server, with what it poses as."""
        return tuple(self._connection(one) for one in fleet.databases())

    def close(self) -> None:
        """Close every connection and stop every server."""
        _close(self._held.values())
        self._held.clear()
        self._servers.close()

    def _contents(self, database: Database) -> Contents | None:
        held = self._held.get(database.id)
        return None if held is None else held.contents

    @contextmanager
    def _reached(
        self, database: Database, among: Mapping[str, _Held] | None = None
    ) -> Iterator[None]:
        """Name the database of a server that is gone; one known to be is not even asked.

        Its driver would wait, and a stranger may listen on its port by now.
        """
        held = (self._held if among is None else among).get(database.id)
        if held is None:
            yield
            return
        ended = self._servers.ended(held.key)
        if ended is not None:
            raise ServerGoneError(_gone(database, held.server, ended))
        try:
            yield
        except ServerGoneError:
            raise ServerGoneError(
                _gone(database, held.server, self._servers.ended(held.key))
            ) from None

    def _filled(
        self, databases: Sequence[Database]
    ) -> tuple[dict[str, _Held], dict[str, Database]]:
        """Start servers for databases and fill them; give the databases as they then are."""
        fresh = self._started(databases)
        try:
            self._seed(databases, fresh)
            return fresh, {one.id: self._observed(fresh, one) for one in databases}
        except BaseException:
            self._release(fresh.values())
            raise

    def _started(self, databases: Sequence[Database]) -> dict[str, _Held]:
        # A key of its own each time: the servers of the fleet before still run.
        round_ = next(self._installed)
        keys = {
            one.id: f"{one.id}.{round_}"
            for one in databases
            if PROGRAMS.get(one.engine) in self._programs
        }
        by_id = {one.id: one for one in databases}
        wishes = [
            Wish(key=key, program=PROGRAMS[by_id[one].engine], name=one)
            for one, key in keys.items()
        ]
        servers = self._servers.start(wishes)
        return {one: _hold(by_id[one], key, servers[key]) for one, key in keys.items()}

    def _seed(self, databases: Sequence[Database], held: Mapping[str, _Held]) -> None:
        """Fill the servers beside each other, or raise FleetError with all that they refuse."""

        def problem(database: Database) -> Problem | None:
            contents = held[database.id].contents if database.id in held else None
            try:
                if contents is not None:
                    with self._reached(database, held):
                        contents.seed(database)
            except EngineRefusal as refusal:
                return Problem(path=f"database {database.id}", message=refusal.message)
            return None

        with ThreadPoolExecutor(_SEEDED_AT_ONCE) as pool:
            problems = [one for one in pool.map(problem, databases) if one is not None]
        if problems:
            raise FleetError("the servers refuse the fleet", problems)

    def _observed(self, held: Mapping[str, _Held], database: Database) -> Database:
        contents = held[database.id].contents if database.id in held else None
        if contents is None:
            return database
        with self._reached(database, held):
            return contents.observed(database)

    def _release(self, held: Iterable[_Held]) -> None:
        gone = list(held)
        _close(gone)
        self._servers.stop([one.key for one in gone])

    def _connection(self, database: Database) -> Connection:
        held = self._held.get(database.id)
        if held is None:
            program = PROGRAMS.get(database.engine)
            reason = None if program is None else self._reasons.get(program)
            return Connection(database=database.id, server="in memory", reason=reason)
        description = _description(database, held.server)
        ended = self._servers.ended(held.key)
        if ended is not None:
            reason = _gone(database, held.server, ended)
            return Connection(database=database.id, server=description, reason=reason)
        return Connection(
            database=database.id,
            server=description,
            address=f"{held.server.host}:{held.server.port}",
            dsn=None if held.contents is None else held.contents.dsn,
        )


def _hold(database: Database, key: str, server: Server) -> _Held:
    make = _CONTENTS.get(database.engine)
    return _Held(key=key, server=server, contents=None if make is None else make(server, database))


def _close(held: Iterable[_Held]) -> None:
    for one in held:
        if one.contents is not None:
            one.contents.close()


def _inside(database: Database) -> tuple[object, ...]:
    return tuple(getattr(database, field) for field in _INSIDE)


def _fleet_version(version: str) -> str:
    """Write a program's version as the fleet file does: 17.10 is 17.10.0-1."""
    numbers = [*version.split("."), "0", "0"][:3]
    return f"{'.'.join(numbers)}-1"


def _gone(database: Database, server: Server, ended: str | None) -> str:
    how = "" if ended is None else f" (it {ended})"
    return (
        f"{server.program.product} {server.version} of {database.id!r} does not answer{how}:"
        " start the sandbox again"
    )


def _description(database: Database, server: Server) -> str:
    """Say what a database runs on, and what that is not."""
    own = f"{server.program.product} {server.version}"
    match server.program:
        case Program.MARIADB:
            shown = str(database.version).partition("-")[0]
            return f"{own}, posing as MySQL {shown}"
        case Program.MONGODB:
            return f"an emulation of MongoDB (nx-27017 {server.version})"
        case _:
            return own
