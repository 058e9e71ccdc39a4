"""What could bring data back: read only where data is about to go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum

from attrs import frozen

from reconcile.model.text import in_utc, safe_text

PERSISTENCE = ("redis-aof", "redis-rdb")
"""The features that keep the data of a Redis on disk."""


class Protection(Enum):
    """What a change of a managed kind can take away: periodic backups, or data that is kept on disk."""

    BACKUPS = "backups"
    PERSISTENCE = "persistence"


_GOING_ON = frozenset({"scheduled", "pending", "running"})
_ENDED_BADLY = frozenset({"error", "cancelled"})
"""The statuses of a backup that will never be one."""
_ENDS = ("finished_at", "ended_at")


@frozen(kw_only=True)
class Backup:
    """One backup, as the provider lists it; times in UTC.

    `done` whether it can be restored from, `failed` whether it never will be, `cancelled` whether
    that is because somebody cancelled it. `unclear` is the unknown status with which it ended, which
    does not say how. `manual` whether somebody asked for it, `periodic` whether the provider made it
    by itself.
    """

    id: str
    created_at: datetime
    done: bool
    manual: bool
    failed: bool = False
    cancelled: bool = False
    unclear: str = ""
    periodic: bool = False

    @classmethod
    def parse(cls, row: object) -> Backup:
        """Read a row of the API's list.

        Raises ValueError where it is no object, or has no id or no time. A row whose status is not
        said is neither done nor failed, one whose method is not said neither manual nor periodic.
        """
        if not isinstance(row, Mapping):
            raise ValueError("a backup is no object")  # noqa: TRY004 - an answer, not an argument
        ident = row.get("id")
        if not isinstance(ident, str) or not ident:
            raise ValueError("a backup has no id")
        said = row.get("status")
        status = said if isinstance(said, str) else ""
        known = status in {"done", *_GOING_ON, *_ENDED_BADLY}
        ended_otherwise = bool(status) and not known and any(map(row.get, _ENDS))
        return cls(
            id=safe_text(ident),
            created_at=_moment(row.get("created_at"), "a backup was made at what is no time"),
            done=status == "done",
            manual=row.get("method") == "manual",
            failed=status in _ENDED_BADLY,
            cancelled=status == "cancelled",
            unclear=safe_text(status) if ended_otherwise else "",
            periodic=row.get("method") == "periodic",
        )

    @classmethod
    def parse_list(cls, answer: object) -> tuple[Backup, ...]:
        """Read the API's list. Raises ValueError where it, or a row of it, is none."""
        if not isinstance(answer, list):
            raise ValueError("the backups are no list")  # noqa: TRY004 - an answer
        return tuple(cls.parse(row) for row in answer)

    @property
    def may_roll(self) -> bool:
        """Whether it may count for the plan's limit: all but what is said to be periodic."""
        return not self.periodic

    @property
    def type(self) -> str:
        """What it is, where others are waited for as well."""
        return "backup"

    @property
    def status(self) -> str:
        """How far it has come, in a word."""
        return "done" if self.done else "error" if self.failed else self.unclear or "under way"

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.done or self.failed or bool(self.unclear)


@frozen(kw_only=True)
class RecoveryWindow:
    """Between which points in time (UTC) a restore is possible."""

    earliest: datetime
    latest: datetime

    @classmethod
    def parse(cls, answer: object) -> RecoveryWindow | None:
        """Read the API's answer; None where an edge is missing, so that no point is there.

        Raises ValueError where it is no object, or an edge is no time.
        """
        if not isinstance(answer, Mapping):
            raise ValueError("the recovery window is no object")  # noqa: TRY004 - an answer
        earliest, latest = (answer.get(f"{edge}_recoverable_at") for edge in ("earliest", "latest"))
        if earliest is None or latest is None:
            return None
        fault = "the recovery window has an edge that is no time"
        return cls(earliest=_moment(earliest, fault), latest=_moment(latest, fault))


def _moment(value: object, fault: str) -> datetime:
    """A time of the API in UTC. Raises ValueError with the fault for anything else."""
    try:
        return in_utc(datetime.fromisoformat(value if isinstance(value, str) else ""))
    except (ValueError, OverflowError):
        raise ValueError(fault) from None


@frozen(kw_only=True)
class RecoveryPoints:
    """What could bring the data of one database back.

    `backups` is None where the engine or plan lists none, `window` where there is no point in time
    to go back to; `error` says why something could not be read, and then counts as not there.
    `persistence` names the features that keep the data on disk and are on; None: not known.
    """

    backups: tuple[Backup, ...] | None = None
    window: RecoveryWindow | None = None
    persistence: frozenset[str] | None = None
    error: str | None = None


NOT_READ = RecoveryPoints(error="this database was left out")
"""The recovery points of a database that was not read."""
