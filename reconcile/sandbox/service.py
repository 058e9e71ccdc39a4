"""What one running sandbox owns: the fleet, the tokens, the log, the faults, the limit."""

from __future__ import annotations

from attrs import field, frozen

from reconcile.sandbox.faults import Faults
from reconcile.sandbox.live_fleet import LiveFleet
from reconcile.sandbox.rate_limit import RateLimit
from reconcile.sandbox.request_log import RequestLog
from reconcile.sandbox.tokens import Tokens


@frozen(kw_only=True)
class Service:
    """The parts of a sandbox; `url` has no path and no trailing slash."""

    url: str
    fleet: LiveFleet
    tokens: Tokens
    limit: RateLimit
    log: RequestLog = field(factory=RequestLog)
    faults: Faults = field(factory=Faults)
