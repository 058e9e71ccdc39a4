"""The nouns of the fleet file for what happened to a database, and what still goes on."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from scalingo_sandbox.constraints import OBJECT_ID, Instant, Matches, Within, about

_INSTANT = Instant()
_AN_INSTANT = "2026-01-05T09:00:00.000+00:00"
_AN_ID = "609145e66ffbd934f6745bb4"

USER_NAME = Matches(
    r"[0-9A-Za-z][0-9A-Za-z_-]{0,62}", "a letter or digit, then at most 62 of them, '_' and '-'"
)
# What a fleet file may name is wider: the users of older databases have other names.
NEW_USER_NAME = Matches(
    r"(?=.{6,32}$)[0-9a-z]+(-[0-9a-z]+)*",
    "6 to 32 small letters, digits and single '-', none of them first or last",
)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 24, 64

STATUS_WORD = Matches(r"[a-z][a-z-]{0,31}", "a word of at most 32 small letters and '-'")


class OperationType(StrEnum):
    """The kinds of operation."""

    UPGRADE = "upgrade"
    RESTORE = "pitr_restore"
    ENABLE_FEATURE = "enable-feature"
    DISABLE_FEATURE = "disable-feature"
    BACKUP = "backup"
    PROVISION = "provision"
    CHANGE_PLAN = "change-plan"


class OperationStatus(StrEnum):
    """How far an operation has come; the provider's pages and clients use two words for one end."""

    PENDING = "pending"
    RUNNING = "running"
    CANCELLING = "cancelling"
    DONE = "done"
    FINISHED = "finished"
    ERROR = "error"
    USER_ERROR = "user-error"
    CANCELLED = "cancelled"


GOING_ON = frozenset({OperationStatus.PENDING, OperationStatus.RUNNING, OperationStatus.CANCELLING})
ENDED_WELL = frozenset({OperationStatus.DONE, OperationStatus.FINISHED})


@frozen(kw_only=True)
class Operation:
    """Something that takes time; it ends by the sandbox's clock."""

    id: str = field(validator=OBJECT_ID, metadata=about("its id", _AN_ID))
    type: OperationType = field(metadata=about("what it does"))
    status: OperationStatus = field(
        default=OperationStatus.PENDING, metadata=about("how far it has come")
    )
    created_at: str = field(
        default=_AN_INSTANT, validator=_INSTANT, metadata=about("when it began", _AN_INSTANT)
    )
    due_at: str | None = field(
        default=None,
        validator=_INSTANT,
        metadata=about("when it will end; never, if left out", _AN_INSTANT),
    )
    finished_at: str | None = field(
        default=None, validator=_INSTANT, metadata=about("when it ended", _AN_INSTANT)
    )
    error: str | None = field(default=None, metadata=about("why it failed", "disk full"))
    shown_as: str | None = field(
        default=None,
        validator=STATUS_WORD,
        metadata=about("the status that is shown in place of its own", "archived"),
    )
    target: str | None = field(
        default=None,
        metadata=about(
            "the version, the point in time, the feature, the backup or the plan that it is about",
            "8.4.11-1",
            "force-ssl",
        ),
    )

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.status not in GOING_ON


@frozen(kw_only=True)
class RecoveryWindow:
    """The points in time that a PostgreSQL database can be restored to; what is missing is null."""

    earliest_recoverable_at: str | None = field(
        default=None, validator=_INSTANT, metadata=about("the first of them", _AN_INSTANT)
    )
    latest_recoverable_at: str | None = field(
        default=None, validator=_INSTANT, metadata=about("the last of them", _AN_INSTANT)
    )


class BackupStatus(StrEnum):
    """The states of one backup."""

    SCHEDULED = "scheduled"
    RUNNING = "running"
    DONE = "done"
    ERROR = "error"
    CANCELLED = "cancelled"


class BackupMethod(StrEnum):
    """Who asked for a backup."""

    PERIODIC = "periodic"
    MANUAL = "manual"


@frozen(kw_only=True)
class StoredBackup:
    """One backup that was made or is being made."""

    id: str = field(validator=OBJECT_ID, metadata=about("its id", _AN_ID))
    created_at: str = field(
        default=_AN_INSTANT, validator=_INSTANT, metadata=about("when it was made", _AN_INSTANT)
    )
    status: BackupStatus = field(default=BackupStatus.DONE, metadata=about("how far it has come"))
    method: BackupMethod = field(
        default=BackupMethod.PERIODIC, metadata=about("who asked for it; only manual ones roll")
    )
    size: int = field(
        default=1_048_576,
        validator=Within(0, 2**53),
        metadata=about("size of the archive, in bytes", 1_048_576),
    )


@frozen(kw_only=True)
class User:
    """A user of the database. Passwords are not kept, only how many there have been."""

    name: str = field(validator=USER_NAME, metadata=about("its name", "reporting"))
    read_only: bool = field(default=False, metadata=about("whether it may only read"))
    protected: bool = field(default=False, metadata=about("whether deleting it is refused"))
    passwords: int = field(
        default=1,
        validator=Within(1, 1_000_000_000),
        metadata=about("how many passwords it has had; a reset adds one", 1),
    )


class MaintenanceStatus(StrEnum):
    """The states of one maintenance."""

    SCHEDULED = "scheduled"
    NOTIFIED = "notified"
    QUEUED = "queued"
    CANCELLED = "cancelled"
    RUNNING = "running"
    FAILED = "failed"
    DONE = "done"


@frozen(kw_only=True)
class Maintenance:
    """One piece of the provider's own work on the database."""

    id: str = field(validator=OBJECT_ID, metadata=about("its id", _AN_ID))
    type: str = field(default="upgrade", metadata=about("what is done", "upgrade"))
    status: MaintenanceStatus = field(
        default=MaintenanceStatus.SCHEDULED, metadata=about("how far it has come")
    )
    started_at: str | None = field(
        default=None, validator=_INSTANT, metadata=about("when it began", _AN_INSTANT)
    )
    ended_at: str | None = field(
        default=None, validator=_INSTANT, metadata=about("when it ended", _AN_INSTANT)
    )


class RuleType(StrEnum):
    """What a rule of the firewall names: a range of addresses itself, or one of the provider's."""

    CUSTOM_RANGE = "custom_range"
    MANAGED_RANGE = "managed_range"


@frozen(kw_only=True)
class FirewallRule:
    """A range of addresses from which the database can be reached."""

    id: str = field(validator=OBJECT_ID, metadata=about("its id", _AN_ID))
    type: RuleType = field(
        default=RuleType.CUSTOM_RANGE, metadata=about("what it names: addresses or a range")
    )
    cidr: str = field(default="", metadata=about("addresses of a custom range", "203.0.113.0/24"))
    range_id: str = field(default="", metadata=about("id of a managed range", _AN_ID))
    label: str = field(default="", metadata=about("what people call it", "office"))
