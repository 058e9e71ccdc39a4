"""The one-off commands: a closed union. The `call` of each is the request that it sends."""

from __future__ import annotations

from datetime import UTC, datetime

from attrs import frozen

from reconcile.model.request import UPGRADE, Call, Effect, action, restore


@frozen(kw_only=True)
class ResetDatabase:
    """Delete all data of a logical database, which stays."""

    name: str

    @property
    def call(self) -> Call:
        """The action of the API's reset: its own example names `delete-database`, never sent here."""
        return action("reset-database", {"database_name": self.name}, effect=Effect.CHANGE)


@frozen(kw_only=True)
class CancelQuery:
    """Ask a session to give up its query."""

    pid: int

    @property
    def call(self) -> Call:
        """The request."""
        return action("pg-cancel-query", {"pid": self.pid}, effect=Effect.CHANGE)


@frozen(kw_only=True)
class TerminateQuery:
    """End a session, its query and its transaction."""

    pid: int

    @property
    def call(self) -> Call:
        """The request."""
        return action("pg-terminate-query", {"pid": self.pid}, effect=Effect.CHANGE)


@frozen(kw_only=True)
class ResetStatistics:
    """Forget what pg_stat_statements counted."""

    @property
    def call(self) -> Call:
        """The request."""
        return action("pg-stat-statements-reset", effect=Effect.CHANGE)


@frozen(kw_only=True)
class Upgrade:
    """Go to the next version."""

    @property
    def call(self) -> Call:
        """The request, which takes no version."""
        return UPGRADE


@frozen(kw_only=True)
class Restore:
    """Put the data back to a point in time, which has a time zone."""

    moment: datetime

    @property
    def call(self) -> Call:
        """The request, with the moment as it is shown."""
        return restore(in_utc_text(self.moment))


OneOffCommand = ResetDatabase | CancelQuery | TerminateQuery | ResetStatistics | Upgrade | Restore


def in_utc_text(moment: datetime) -> str:
    """ISO 8601 in UTC; fractions of a second only where there are any."""
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat()
    return f"{text.rstrip('0') if moment.microsecond else text}Z"
