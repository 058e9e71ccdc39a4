"""What one running sandbox owns, from the fleet to the clock."""

from __future__ import annotations

import time

from attrs import field, frozen

from reconcile.sandbox.clock import Clock
from reconcile.sandbox.faults import Faults
from reconcile.sandbox.holds import Holds
from reconcile.sandbox.live_fleet import LiveFleet
from reconcile.sandbox.rate_limit import RateLimit
from reconcile.sandbox.request_log import RequestLog
from reconcile.sandbox.tokens import Tokens


@frozen(kw_only=True)
class Service:
    """The parts of a sandbox.

    `url` has no path and no trailing slash; an operation takes `operation_seconds` of the clock.
    """

    url: str
    fleet: LiveFleet
    tokens: Tokens
    limit: RateLimit
    now: Clock = time.time
    operation_seconds: float = 0.2
    log: RequestLog = field(factory=RequestLog)
    faults: Faults = field(factory=Faults)
    holds: Holds = field(factory=Holds)

    def settle(self) -> None:
        """Bring the fleet to the present: end the operations whose time has come."""
        self.fleet.settle(self.now())
