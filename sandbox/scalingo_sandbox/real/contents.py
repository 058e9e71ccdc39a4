"""What every engine's real contents offer."""

from __future__ import annotations

from typing import Protocol

from scalingo_sandbox.fleet import Database


class Contents(Protocol):
    """What is inside one database, on its real server.

    Every call blocks, for seconds at the most. What the server refuses is an EngineRefusal that
    names the cause and never a password; a server that does not answer is a ServerGoneError. A `database` that is given tells what no server knows: what
    is protected, what the fleet file offers, which version is posed as.
    """

    @property
    def dsn(self) -> str | None:
        """The URL, with its password, at which the owner of the database logs in; None for none."""

    def seed(self, database: Database) -> None:
        """Make a server that holds nothing yet hold what the fleet file says."""

    def observed(self, database: Database) -> Database:
        """Give the database with its contents as the server has them now.

        Two observations between which nothing was written are equal.
        """

    def check(self, present: Database, wanted: Database) -> None:
        """Raise EngineRefusal where `impose` would, as far as it is known before; write nothing."""

    def impose(self, present: Database, wanted: Database) -> None:
        """Lead the server from what was observed to what is wanted, behind the clients' backs."""

    def perform(self, database: Database, name: str, params: object) -> object:
        """Perform an action that the engine offers; give its `result`."""

    def close(self) -> None:
        """Close every connection; the server itself is stopped elsewhere."""
