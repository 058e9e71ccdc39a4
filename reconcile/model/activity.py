"""What a PostgreSQL server is busy with: running queries, and what was counted of past ones."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class Query:
    """A session and its running or last query; `seconds` since the query began."""

    pid: int
    query: str
    state: str = ""
    username: str = ""
    started: str | None = None
    seconds: float = 0.0


@frozen(kw_only=True)
class Statement:
    """What pg_stat_statements counted for one normalised statement; times in seconds.

    `share` is its part, from 0 to 1, of the time that all statements took.
    """

    query: str
    calls: int = 0
    rows: int = 0
    total: float = 0.0
    mean: float = 0.0
    least: float = 0.0
    most: float = 0.0
    deviation: float = 0.0
    user_id: int | None = None
    share: float = 0.0
