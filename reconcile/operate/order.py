"""What can be ordered: a closed union."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen


@frozen(kw_only=True)
class ResetDatabase:
    """Delete all data of a logical database, which stays."""

    name: str


@frozen(kw_only=True)
class CancelQuery:
    """Ask a session to give up its query."""

    pid: int


@frozen(kw_only=True)
class TerminateQuery:
    """End a session, its query and its transaction."""

    pid: int


@frozen(kw_only=True)
class ResetStatistics:
    """Forget what pg_stat_statements counted."""


@frozen(kw_only=True)
class Upgrade:
    """Go to the next version."""


@frozen(kw_only=True)
class Restore:
    """Put the data back to a point in time, which has a time zone."""

    moment: datetime


Order = ResetDatabase | CancelQuery | TerminateQuery | ResetStatistics | Upgrade | Restore
