"""PostgreSQL's logical databases, and what is inside one: tables, extensions, statistics."""

from __future__ import annotations

from collections.abc import Iterable

from psycopg import sql

from scalingo_sandbox.contents import Extension, Statement
from scalingo_sandbox.real.postgresql_access import MAINTENANCE, Session, refusals

SYSTEM = frozenset({MAINTENANCE, "template0", "template1"})
# More in one transaction would need more locks than a small server has.
_TABLES_AT_ONCE = 1000
_TABLES = """
    FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
"""
_CREATE_TABLES = """
    DO $$ BEGIN FOR number IN {} .. {} LOOP
        EXECUTE format('CREATE TABLE %I ()', 'table_' || number);
    END LOOP; END $$
"""
_IS_TRUSTED = "SELECT bool_or(trusted) FROM pg_available_extension_versions WHERE name = %s"
_STATISTICS = """
    SELECT query, userid, calls, rows, total_exec_time, min_exec_time, max_exec_time,
        mean_exec_time, stddev_exec_time
    FROM pg_stat_statements
    WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND userid <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
    ORDER BY total_exec_time DESC, queryid, userid
"""


def names(admin: Session) -> tuple[str, ...]:
    """List the databases of clients, oldest first."""
    with refusals():
        rows = admin.execute("SELECT datname FROM pg_database ORDER BY oid").fetchall()
    return tuple(name for (name,) in rows if name not in SYSTEM)


def create(admin: Session, name: str, *, owner: str) -> None:
    """Create a database that a role owns."""
    statement = sql.SQL("CREATE DATABASE {} OWNER {}")
    with refusals():
        admin.execute(statement.format(sql.Identifier(name), sql.Identifier(owner)))


def drop(admin: Session, name: str) -> None:
    """Drop a database; the server refuses it, after some seconds, while a session is in it."""
    with refusals():
        admin.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def count_tables(inside: Session) -> int:
    """Count the tables of the database of the session."""
    with refusals():
        row = inside.execute("SELECT count(*) " + _TABLES).fetchone()
    return int(row[0]) if row else 0


def lead_tables(inside: Session, wanted: int) -> None:
    """Make the database of the session hold so many tables, all empty."""
    with refusals():
        for (name,) in inside.execute("SELECT format('%I.%I', schemaname, tablename)" + _TABLES):
            inside.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.SQL(name)))
        for first in range(1, wanted + 1, _TABLES_AT_ONCE):
            last = min(wanted, first + _TABLES_AT_ONCE - 1)
            inside.execute(sql.SQL(_CREATE_TABLES).format(first, last))


def extensions(inside: Session) -> tuple[Extension, ...]:
    """List the extensions of the database of the session, oldest first."""
    query = "SELECT extname, extversion FROM pg_extension ORDER BY oid"
    with refusals():
        rows = inside.execute(query).fetchall()
    return tuple(Extension(name=name, version=version) for name, version in rows)


def lead_extensions(inside: Session, owner: str, wanted: Iterable[Extension]) -> None:
    """Make the database of the superuser's session hold these extensions, in these versions.

    The owner of the database creates what an owner may: only so may the owner drop it later. All
    that is refused leaves everything as it was.
    """
    kept = frozenset(wanted)
    with refusals(), inside.transaction():
        for present in extensions(inside):
            if present not in kept:
                _drop_extension(inside, present.name)
        for one in wanted:
            if one not in extensions(inside):
                _create_extension(inside, owner, one)


def _drop_extension(inside: Session, name: str) -> None:
    inside.execute(sql.SQL("DROP EXTENSION IF EXISTS {} CASCADE").format(sql.Identifier(name)))


def _create_extension(inside: Session, owner: str, wanted: Extension) -> None:
    row = inside.execute(_IS_TRUSTED, (wanted.name,)).fetchone()
    if row and row[0]:
        inside.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(owner)))
    statement = sql.SQL("CREATE EXTENSION {} VERSION {} CASCADE")
    inside.execute(statement.format(sql.Identifier(wanted.name), sql.Literal(wanted.version)))
    inside.execute("RESET ROLE")


def enable_statistics(inside: Session) -> None:
    """Let the database of the session show statement statistics; twice is no error."""
    with refusals():
        inside.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")


def statistics(inside: Session) -> tuple[Statement, ...]:
    """List what was counted in the database of the session, but for the session's own role."""
    with refusals():
        rows = inside.execute(_STATISTICS).fetchall()
    return tuple(
        Statement(
            query=text or "",
            user_id=user,
            calls=calls,
            rows=count,
            total_time=total,
            min_time=least,
            max_time=most,
            mean_time=mean,
            std_dev=deviation,
        )
        for text, user, calls, count, total, least, most, mean, deviation in rows
    )


def reset_statistics(inside: Session) -> None:
    """Forget what was counted."""
    with refusals():
        inside.execute("SELECT pg_stat_statements_reset()")
