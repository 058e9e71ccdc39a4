"""What one running sandbox owns, from the fleet to the clock."""

from __future__ import annotations

import time

from attrs import field, frozen

from scalingo_sandbox.backend import Backend, InMemory
from scalingo_sandbox.clock import Clock
from scalingo_sandbox.errors import EngineRefusal
from scalingo_sandbox.faults import Faults
from scalingo_sandbox.fleet import Database
from scalingo_sandbox.holds import Holds
from scalingo_sandbox.live_fleet import LiveFleet
from scalingo_sandbox.rate_limit import RateLimit
from scalingo_sandbox.request_log import RequestLog
from scalingo_sandbox.servers.server import ServerError
from scalingo_sandbox.tokens import Tokens


@frozen(kw_only=True)
class Service:
    """The parts of a sandbox.

    `url` has no path and no trailing slash; an operation takes `operation_seconds` of the clock.
    """

    url: str
    fleet: LiveFleet
    tokens: Tokens
    limit: RateLimit
    backend: Backend = field(factory=InMemory)
    now: Clock = time.time
    operation_seconds: float = 0.2
    log: RequestLog = field(factory=RequestLog)
    faults: Faults = field(factory=Faults)
    holds: Holds = field(factory=Holds)

    def link(self, path: str) -> str:
        """Give the address of a path of the sandbox's own door that needs no other credentials."""
        return f"{self.url}{path}?token={self.tokens.for_link(path)}"

    def settle(self) -> None:
        """Bring the fleet to the present: end the operations whose time has come.

        What a server then refuses, or is not there to take, stays as it is on it.
        """
        for database in self.fleet.due(self.now()):
            try:
                self.write(database)
            except (EngineRefusal, ServerError):
                # The operation ends all the same: no request of another database is to fail of it.
                self.fleet.change(database)

    def observe(self, database: Database) -> Database:
        """Give a database as its server has it now, and remember it: no request is the cause."""
        present = self.backend.observed(database)
        self.fleet.learn(present)
        return present

    def write(self, wanted: Database) -> Database:
        """Change a database behind the clients' backs, its contents on its server too; give it."""
        present = self.fleet.database(wanted.id)
        written = self.backend.impose(present, wanted)
        self.fleet.change(written)
        return written
