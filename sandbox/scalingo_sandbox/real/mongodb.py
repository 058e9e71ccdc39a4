"""The contents of a MongoDB database, on an emulation of its server, nx-27017.

There is no MongoDB to be had without its maker's own downloads. The emulation speaks the protocol
and stores what it is given, but it checks no name's length or case, drops what does not exist
without a word, and refuses some names that MongoDB takes, such as `é`. So the rules in memory judge
every action, and the emulation has the last word.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from attrs import evolve
from pymongo import MongoClient
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError

from scalingo_sandbox.engines.naming import NAMING
from scalingo_sandbox.errors import EngineRefusal
from scalingo_sandbox.fleet import Database, Engine
from scalingo_sandbox.real import logical
from scalingo_sandbox.servers.server import Server, ServerGoneError

# A logical database is there while it has a collection: this one keeps it, and is not counted.
MARKER = "sandbox_marker"
_PATIENCE = 15.0
_NAMING = NAMING[Engine.MONGODB]


class MongoDB:
    """One emulated MongoDB server as the contents of one database.

    `patience` is how many seconds it may take to connect, and to answer.
    """

    def __init__(
        self,
        server: Server,
        database: Database,  # noqa: ARG002 - made like all
        *,
        patience: float = _PATIENCE,
    ) -> None:
        milliseconds = round(patience * 1000)
        self._server = server
        self._client: MongoClient[dict[str, object]] = MongoClient(
            server.host,
            server.port,
            directConnection=True,
            connectTimeoutMS=milliseconds,
            serverSelectionTimeoutMS=milliseconds,
            socketTimeoutMS=milliseconds,
        )

    @property
    def dsn(self) -> str:
        """The URL of the server, which knows no accounts."""
        return f"mongodb://{self._server.host}:{self._server.port}/?directConnection=true"

    def seed(self, database: Database) -> None:
        """Make the logical databases and their collections."""
        self.impose(self.observed(database), database)

    def observed(self, database: Database) -> Database:
        """Give the database as the server has it."""
        with _refusals():
            names = [
                name
                for name in sorted(self._client.list_database_names())
                if not _NAMING.is_reserved(name)
            ]
        tables = {name: len(self._collections(name) - {MARKER}) for name in names}
        held = logical.observed(database.logical_databases or (), tables)
        return evolve(database, logical_databases=held)

    def check(self, present: Database, wanted: Database) -> None:
        """The emulation alone knows what it refuses."""

    def impose(self, present: Database, wanted: Database) -> None:
        """Lead the logical databases."""
        logical.lead(self, present, wanted)

    def perform(self, database: Database, name: str, params: object) -> object:
        """Perform an action: the rule in memory judges, then the server is led where it ends."""
        return logical.perform_by_rule(self, database, name, params)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def create(self, name: str) -> None:
        """Make a logical database that holds nothing but its marker."""
        with _refusals():
            self._client[name].create_collection(MARKER)

    def drop(self, name: str) -> None:
        """Remove a logical database with all that is in it."""
        with _refusals():
            self._client.drop_database(name)

    def lead_tables(self, name: str, count: int) -> None:
        """Make a logical database hold so many collections, all empty."""
        self.drop(name)
        self.create(name)
        with _refusals():
            for number in range(1, count + 1):
                self._client[name].create_collection(f"table_{number}")

    def _collections(self, name: str) -> set[str]:
        with _refusals():
            return set(self._client[name].list_collection_names())


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except ConnectionFailure:
        raise ServerGoneError from None
    except OperationFailure as error:
        said = (error.details or {}).get("errmsg", "no reason given")
        raise EngineRefusal(f"the emulation of MongoDB refused: {said}") from None
    except PyMongoError as error:
        # Its text tells the address and the settings; the URL holds no password.
        raise EngineRefusal(f"the emulation of MongoDB: {error}") from None
