"""The nouns of the fleet file for what is inside a database."""

from __future__ import annotations

from attrs import field, frozen

from scalingo_sandbox.constraints import Within, about


@frozen(kw_only=True)
class LogicalDatabase:
    """One named database inside the service."""

    name: str = field(metadata=about("its name", "shop"))
    protected: bool = field(default=False, metadata=about("whether deleting it is refused"))
    tables: int = field(
        default=0,
        validator=Within(0, 1_000_000),
        metadata=about("how many tables or collections it holds; a reset leaves none", 12),
    )


@frozen(kw_only=True)
class Extension:
    """An enabled PostgreSQL extension."""

    name: str = field(metadata=about("its name", "pg_trgm"))
    version: str = field(metadata=about("its version, without the API's 'v'", "1.6"))


@frozen(kw_only=True)
class Query:
    """A running or idle PostgreSQL query."""

    pid: int = field(metadata=about("process id of the backend", 2000))
    query: str = field(metadata=about("its text", "SELECT * FROM users"))
    state: str = field(default="active", metadata=about("state of the backend", "active", "idle"))
    username: str = field(default="app", metadata=about("who runs it", "app"))
    database: str | None = field(
        default=None,
        metadata=about("logical database of its session; the default one if left out", "shop"),
    )
    query_start: str = field(
        default="2026-01-05T09:00:00Z", metadata=about("when it began", "2026-01-05T09:00:00Z")
    )
    query_duration: int = field(
        default=1_000_000_000, metadata=about("how long it has run, in nanoseconds", 1_000_000_000)
    )


@frozen(kw_only=True)
class Statement:
    """What PostgreSQL counted for one normalised statement; times are in milliseconds."""

    query: str = field(metadata=about("its text", "SELECT * FROM users WHERE id = $1"))
    user_id: int = field(default=16384, metadata=about("object id of the user", 16384))
    calls: int = field(default=1, metadata=about("how often it ran", 24512))
    rows: int = field(default=1, metadata=about("how many rows it gave", 500))
    total_time: float = field(default=1.0, metadata=about("all runs together", 1837.1))
    min_time: float = field(default=1.0, metadata=about("the shortest run", 0.2))
    max_time: float = field(default=1.0, metadata=about("the longest run", 3.5))
    mean_time: float = field(default=1.0, metadata=about("the mean run", 0.6))
    std_dev: float = field(default=0.0, metadata=about("the standard deviation", 0.1))


@frozen(kw_only=True)
class RetentionPolicy:
    """How long InfluxDB keeps its points."""

    name: str = field(metadata=about("its name", "autogen"))
    duration: str = field(
        default="INF", metadata=about("how long, in InfluxQL; INF is for ever", "30d", "INF")
    )
    default: bool = field(default=False, metadata=about("whether it is the default policy"))
