"""The nouns of the fleet file; the same values are the sandbox's live state.

A field that may be left out has the default that `defaults` fills in from the engine, so a live
`Database` has no `None` but where `None` means something.
"""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from scalingo_sandbox.constraints import Each, Instant, Matches, Within, about
from scalingo_sandbox.contents import (
    Extension,
    LogicalDatabase,
    Query,
    RetentionPolicy,
    Statement,
)
from scalingo_sandbox.records import (
    STATUS_WORD,
    FirewallRule,
    Maintenance,
    Operation,
    RecoveryWindow,
    StoredBackup,
    User,
)

VERSION = Matches(
    r"[0-9]+\.[0-9]+\.[0-9]+(-[0-9]+)?", "a version such as '8.4.8-1' (quote it in YAML)"
)
ADDON_ID = Matches(r"ad-[0-9A-Za-z-]+", "an addon id such as 'ad-7f6c1f0a'")
PATH_SEGMENT = Matches(r"[0-9A-Za-z][0-9A-Za-z._-]*", "letters, digits, '.', '_' and '-'")
HOUR = Within(0, 23)
VARIABLE_NAME = Matches(r"[0-9A-Za-z_]{1,64}", "at most 64 letters, digits and '_'")
LONGEST_VALUE = 8192
VARIABLE_VALUE = Matches(
    rf"[\s\S]{{0,{LONGEST_VALUE}}}", f"a text of at most {LONGEST_VALUE} characters"
)


class Engine(StrEnum):
    """The database engines that the sandbox knows."""

    POSTGRESQL = "postgresql"
    MYSQL = "mysql"
    MONGODB = "mongodb"
    INFLUXDB = "influxdb"
    REDIS = "redis"
    ELASTICSEARCH = "elasticsearch"
    OPENSEARCH = "opensearch"


class Status(StrEnum):
    """The states of a database."""

    CREATING = "creating"
    RUNNING = "running"
    MIGRATING = "migrating"
    UPDATING = "updating"
    UPGRADING = "upgrading"
    STOPPED = "stopped"
    SUSPENDED = "suspended"
    DELETING = "deleting"
    ERROR = "error"


# The server of such a database is not up; in every other state it answers.
UNREACHABLE = frozenset(
    {Status.CREATING, Status.STOPPED, Status.SUSPENDED, Status.DELETING, Status.ERROR}
)


class InstanceStatus(StrEnum):
    """The states of one node."""

    BOOTING = "booting"
    RUNNING = "running"
    RESTARTING = "restarting"
    MIGRATING = "migrating"
    UPGRADING = "upgrading"
    STOPPED = "stopped"
    REMOVING = "removing"


class FeatureStatus(StrEnum):
    """The states of a feature."""

    ACTIVATED = "ACTIVATED"
    PENDING = "PENDING"
    PENDING_TO_ACTIVATE = "PENDING_TO_ACTIVATE"
    PENDING_TO_REMOVE = "PENDING_TO_REMOVE"
    FAILED = "FAILED"


@frozen(kw_only=True)
class Backups:
    """The periodic backups."""

    enabled: bool = field(default=True, metadata=about("whether periodic backups are made"))
    hours: tuple[int, ...] = field(
        default=(0,), validator=Each(HOUR), metadata=about("hours of the day, UTC", [3])
    )


@frozen(kw_only=True)
class MaintenanceWindow:
    """When the provider may work on the database."""

    weekday_utc: int = field(
        default=2, validator=Within(0, 6), metadata=about("day of the week, 0 is Sunday", 2)
    )
    starting_hour_utc: int = field(
        default=21, validator=HOUR, metadata=about("first hour, UTC", 21)
    )
    duration_in_hour: int = field(
        default=8, validator=Within(1, 24), metadata=about("length in hours", 8)
    )


@frozen(kw_only=True)
class Feature:
    """A feature of the service."""

    name: str = field(metadata=about("its name", "force-ssl", "redis-rdb"))
    status: FeatureStatus = field(
        default=FeatureStatus.ACTIVATED, metadata=about("how far it has come")
    )


@frozen(kw_only=True)
class Instance:
    """One node of the service."""

    id: str = field(metadata=about("unique id", "a7ecbaf9-7f3c-4324-bf35-975f546718c2"))
    hostname: str = field(metadata=about("full host name", "shop-web-1234.mysql.sandbox.invalid"))
    port: int = field(validator=Within(1, 65535), metadata=about("port", 30000))
    status: InstanceStatus = field(
        default=InstanceStatus.RUNNING, metadata=about("state of the node")
    )
    type: str = field(default="db-node", metadata=about("kind of node", "db-node", "gateway"))


@frozen(kw_only=True)
class Database:
    """A database addon. What is left out follows from the engine and the app's name."""

    id: str = field(
        validator=ADDON_ID,
        metadata=about("addon id, the id in every path", "ad-7f6c1f0a-2f6f-4c4a-9d0e-3a6f4b1c2d10"),
    )
    engine: Engine = field(metadata=about("database engine"))
    resource_id: str | None = field(
        default=None,
        validator=PATH_SEGMENT,
        metadata=about("resource reference; made from the app's name if left out", "shop-web-1234"),
    )
    provider: str | None = field(
        default=None,
        metadata=about("addon provider id; the engine if left out", "scalingo-redis"),
    )
    version: str | None = field(
        default=None, validator=VERSION, metadata=about("version that runs", "8.4.8-1")
    )
    next_version: str | None = field(
        default=None, validator=VERSION, metadata=about("version an upgrade installs", "8.4.11-1")
    )
    plan: str | None = field(default=None, metadata=about("plan", "mysql-starter-512"))
    status: Status = field(default=Status.RUNNING, metadata=about("state of the database"))
    addon_status: str | None = field(
        default=None,
        validator=STATUS_WORD,
        metadata=about("state of the addon; that of the database decides if left out", "suspended"),
    )
    current_operation_id: str | None = field(
        default=None,
        metadata=about("operation under way", "609145e66ffbd934f6745bb4"),
    )
    operations: tuple[Operation, ...] = field(
        default=(), metadata=about("operations, ended and under way, oldest first")
    )
    failing_operations: str | None = field(
        default=None,
        metadata=about("its operations end in an error of this text, if given", "disk full"),
    )
    operations_end_as: str | None = field(
        default=None,
        validator=STATUS_WORD,
        metadata=about(
            "the status with which its operations end; done, or error, if left out",
            "finished",
            "cancelled",
        ),
    )
    created_at: str = field(
        default="2025-02-05T15:38:14.343+01:00",
        metadata=about("creation date, ISO 8601", "2025-02-05T15:38:14.343+01:00"),
    )
    encryption_at_rest: bool = field(default=True, metadata=about("whether the disk is encrypted"))
    cluster: bool = field(default=False, metadata=about("whether it has several nodes"))
    hostname: str | None = field(
        default=None, metadata=about("host name", "shop-web-1234.mysql.sandbox.invalid")
    )
    instances: tuple[Instance, ...] | None = field(
        default=None, metadata=about("nodes; one, or three of a cluster, if left out")
    )
    features: tuple[Feature, ...] = field(default=(), metadata=about("features"))
    maintenance_window: MaintenanceWindow = field(
        factory=MaintenanceWindow, metadata=about("maintenance window")
    )
    backups: Backups = field(factory=Backups, metadata=about("periodic backups"))
    stored_backups: tuple[StoredBackup, ...] | None = field(
        default=None,
        metadata=about(
            "backups that were made, oldest first; if left out, the latest periodic one where "
            "periodic backups are on"
        ),
    )
    users: tuple[User, ...] | None = field(
        default=None, metadata=about("users; a protected one if left out")
    )
    maintenance: tuple[Maintenance, ...] = field(
        default=(), metadata=about("the provider's work on it, newest first")
    )
    firewall_rules: tuple[FirewallRule, ...] = field(
        default=(), metadata=about("rules of the firewall, oldest first")
    )
    recovery_window: RecoveryWindow | None = field(
        default=None,
        metadata=about(
            "postgresql: a fixed recovery window; the week before now if left out, and only what "
            "came after the last restore"
        ),
    )
    restored_to: str | None = field(
        default=None,
        validator=Instant(),
        metadata=about("postgresql: the point of the last restore", "2026-01-05T09:00:00+00:00"),
    )
    restored_at: str | None = field(
        default=None,
        validator=Instant(),
        metadata=about("postgresql: when the last restore ended", "2026-01-05T10:00:00+00:00"),
    )
    logical_databases: tuple[LogicalDatabase, ...] | None = field(
        default=None,
        metadata=about(
            "logical databases; mysql and mongodb have a protected one if left out; postgresql "
            "and influxdb offer the actions for them only if they are given"
        ),
    )
    sql_mode: str | None = field(
        default=None,
        metadata=about(
            "mysql: modes joined by commas; the version's own default if left out",
            "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION",
        ),
    )
    extensions: tuple[Extension, ...] | None = field(
        default=None,
        metadata=about("postgresql: enabled extensions; plpgsql if left out"),
    )
    queries: tuple[Query, ...] | None = field(
        default=None, metadata=about("postgresql: running and idle queries")
    )
    statements: tuple[Statement, ...] | None = field(
        default=None,
        metadata=about("postgresql: statement statistics, shown once pg_stat_statements is on"),
    )
    retention_policies: tuple[RetentionPolicy, ...] | None = field(
        default=None,
        metadata=about("influxdb: retention policies; an infinite default autogen if left out"),
    )
    dropped_default: str | None = field(
        default=None,
        metadata=about(
            "influxdb: a retention policy that was dropped as the default; the next one of its "
            "name is the default again",
            "autogen",
        ),
    )

    @property
    def address(self) -> str:
        """Its host name and port, once both are filled in."""
        port = next((one.port for one in self.instances or ()), 30_000)
        return f"{self.hostname}:{port}"


@frozen(kw_only=True)
class Variable:
    """An environment variable of an application."""

    name: str = field(validator=VARIABLE_NAME, metadata=about("its name", "RAILS_ENV"))
    value: str = field(validator=VARIABLE_VALUE, metadata=about("its value", "production"))


@frozen(kw_only=True)
class App:
    """An application and its database addons."""

    name: str = field(validator=PATH_SEGMENT, metadata=about("its name", "shop-web"))
    id: str | None = field(
        default=None,
        validator=PATH_SEGMENT,
        metadata=about("its id; made from the name if left out", "5c599fd6f18b3202f7ab4e66"),
    )
    dedicated: bool = field(
        default=False,
        metadata=about("a dedicated database: listed under databases, with exactly one addon"),
    )
    addons: tuple[Database, ...] = field(default=(), metadata=about("its database addons"))
    variables: tuple[Variable, ...] = field(
        default=(), metadata=about("environment variables besides those of its addons")
    )


@frozen(kw_only=True)
class Fleet:
    """A fleet of databases for the sandbox to serve."""

    version: int = field(
        validator=Within(1, 1), metadata=about("version of the file's format, always 1", 1)
    )
    region: str = field(
        default="osc-fr1", validator=PATH_SEGMENT, metadata=about("region name", "osc-fr1")
    )
    apps: tuple[App, ...] = field(default=(), metadata=about("applications and their databases"))

    def databases(self) -> tuple[Database, ...]:
        """List every database, in the order of the file."""
        return tuple(database for app in self.apps for database in app.addons)
