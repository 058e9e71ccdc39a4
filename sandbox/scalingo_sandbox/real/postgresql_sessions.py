"""PostgreSQL's sessions: seen, cancelled, ended, and those that a fleet file asks for."""

from __future__ import annotations

import time

from scalingo_sandbox.contents import Query
from scalingo_sandbox.errors import EngineRefusal
from scalingo_sandbox.real.postgresql_access import OURS, Access, Session, refusals

_CLIENTS = f"""
    backend_type = 'client backend' AND datname IS NOT NULL AND usename IS NOT NULL
    AND application_name IS DISTINCT FROM '{OURS}'
"""
# A running query lasts until now, another until its session's state changed.
_LIST = f"""
    SELECT pid, coalesce(query, ''), coalesce(state, 'idle'), usename, datname,
        to_char(coalesce(query_start, backend_start) AT TIME ZONE 'UTC',
            'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        coalesce(greatest(0, extract(epoch FROM
            CASE state WHEN 'active' THEN clock_timestamp() ELSE state_change END - query_start
        ) * 1000000000), 0)::bigint
    FROM pg_stat_activity WHERE {_CLIENTS} ORDER BY backend_start, pid
"""  # noqa: S608 - a constant of ours
_CANCEL = f"SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = %s AND {_CLIENTS}"  # noqa: S608
_TERMINATE = (
    f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid = %s AND {_CLIENTS}"  # noqa: S608
)
_IS_ACTIVE = "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND state = 'active'"
_SECONDS_TO_SETTLE = 5.0
_PAUSE = 0.005


def running(session: Session) -> tuple[Query, ...]:
    """List the clients' sessions, oldest first, with the query that each runs or ran last."""
    with refusals():
        rows = session.execute(_LIST).fetchall()
    return tuple(
        Query(
            pid=pid,
            query=text,
            state=state,
            username=user,
            database=database,
            query_start=start,
            query_duration=duration,
        )
        for pid, text, state, user, database, start, duration in rows
    )


def cancel(session: Session, pid: int) -> None:
    """Cancel what a client's session runs and wait until it is; an unknown pid is no error."""
    with refusals():
        session.execute(_CANCEL, (pid,))
    _wait(session, pid, until_active=False)


def terminate(session: Session, pid: int) -> None:
    """End a client's session and wait until it is gone; an unknown pid is no error."""
    with refusals():
        session.execute(_TERMINATE, (pid,))


def _wait(session: Session, pid: int, *, until_active: bool) -> None:
    """Wait until a session is active, or no longer is; a few seconds at the most."""
    end = time.monotonic() + _SECONDS_TO_SETTLE
    with refusals():
        while bool(session.execute(_IS_ACTIVE, (pid,)).fetchone()) is not until_active:
            if time.monotonic() > end:
                return
            time.sleep(_PAUSE)


def open_session(access: Access, admin: Session, query: Query, *, database: str) -> Session:
    """Open the session of a fleet file's query, in its state; give it, to be kept open.

    An active one sleeps, with the text before it in a comment. Another shows the text itself as its
    last: it was parsed, whether it could be or not, and never ran.
    """
    if "\0" in query.query:
        raise EngineRefusal(f"the query {query.query!r} holds a NUL", sqlstate="22021")
    access.make_role(admin, query.username)
    session = access.login(database=database, role=query.username, ours=False)
    with refusals():
        match query.state:
            case "active":
                sleeping = f"/* {_harmless(query.query)} */ SELECT pg_sleep(86400)"
                session.pgconn.send_query(sleeping.encode())
                _wait(admin, session.info.backend_pid, until_active=True)
            case "idle":
                session.pgconn.prepare(b"", query.query.encode())
            case "idle in transaction":
                session.pgconn.exec_(f"BEGIN /* {_harmless(query.query)} */".encode())
            case _:
                raise EngineRefusal(
                    f"a real session is active, idle or idle in transaction, not {query.state!r}"
                )
    return session


def _harmless(text: str) -> str:
    """Take out of a text what begins or ends a comment."""
    return text.replace("*/", "* /").replace("/*", "/ *")
