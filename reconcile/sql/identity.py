"""Which database a session is in, and whether the API means the same."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from attrs import frozen

from reconcile.model.engine import Version
from reconcile.model.postgresql import LANGUAGE, ApiView, SqlConnection, plain_version
from reconcile.sql.session import Rows, Session, number, row, table, truth

# Every name with its schema, the operator's as well: this is asked of sessions, too, that have the
# search path of their role.
_FINGERPRINT = """
    SELECT pg_catalog.current_setting('server_version_num')::pg_catalog.int4,
           pg_catalog.current_database()::pg_catalog.text,
           (SELECT oid FROM pg_catalog.pg_database
             WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()),
           (pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time())
             OPERATOR(pg_catalog.*) 1000000)::pg_catalog.int8
"""
_SESSION = "SELECT pg_is_in_recovery(), session_user::text"
_DATABASES = "SELECT datname::text FROM pg_database"
_EXTENSIONS = "SELECT extname::text, extversion FROM pg_extension"
_TWO_PARTS_SINCE = 100_000
_MOST_SHOWN = 3


@frozen(kw_only=True)
class Fingerprint:
    """What one database of one running server has that no other has.

    `version` is the server's number for it, like 170010 or 90624; `started` is in microseconds.
    """

    version: int
    database: str
    oid: int
    started: int


@frozen(kw_only=True)
class Identity:
    """Where a session has led, and as which `user`; a `replica` takes no changes.

    `databases` are all that the server has.
    """

    fingerprint: Fingerprint
    replica: bool
    user: str
    databases: frozenset[str]
    extensions: Mapping[str, str]


def fingerprint_of(session: Session) -> Fingerprint:
    """The database that a session is in. Raises SessionError."""
    [rows] = session.tables(_FINGERPRINT)
    return _fingerprint(rows)


def identity_of(session: Session) -> Identity:
    """The same, with all that is compared with the API. Raises SessionError."""
    fingerprint, here, databases, extensions = session.tables(
        _FINGERPRINT, _SESSION, _DATABASES, _EXTENSIONS
    )
    replica, user = row(here, truth, str)
    return Identity(
        fingerprint=_fingerprint(fingerprint),
        replica=replica,
        user=user,
        databases=frozenset(name for (name,) in table(databases, str)),
        extensions=dict(table(extensions, str, str)),
    )


def differences(
    found: Identity, connection: SqlConnection, said: ApiView, quoted: Callable[[str], str]
) -> Iterator[str]:
    """What is not as the API and the spec say; nothing where it is their database.

    `quoted` makes of what the server said what a message may have.
    """
    if found.replica:
        yield "its server is a replica, which takes no changes"
    if not _is_version(found.fingerprint.version, said.version):
        spelled = ".".join(map(str, _parts(found.fingerprint.version)))
        yield f"its server is PostgreSQL {spelled}, the API says {said.version!r}"
    if said.users is not None and found.user not in said.users:
        yield f"its role is {quoted(found.user)}, which is none of the addon's users"
    yield from _database_differences(found, connection, said, quoted)
    yield from _extension_differences(found.extensions, said.extensions, quoted)


def _database_differences(
    found: Identity, connection: SqlConnection, said: ApiView, quoted: Callable[[str], str]
) -> Iterator[str]:
    here, wanted = found.fingerprint.database, connection.database
    if here != wanted:
        yield f"it is {quoted(here)}, the spec says {wanted!r}"
    elif said.home and here not in said.home:
        default = _listed(said.home, quoted)
        yield f"it is {quoted(here)}, the default logical database is {default}"
    if said.databases is None:
        return
    if wanted not in said.databases:
        yield f"the API lists no logical database {wanted!r}"
    if missing := said.databases - found.databases:
        yield f"its server lacks {_listed(missing, quoted)}, which the API lists"


def _listed(names: Collection[str], quoted: Callable[[str], str]) -> str:
    shown = [quoted(name) for name in sorted(names)]
    more = f" and {len(shown) - _MOST_SHOWN} more" if len(shown) > _MOST_SHOWN else ""
    return ", ".join(shown[:_MOST_SHOWN]) + more


def _extension_differences(
    here: Mapping[str, str], said: Mapping[str, str], quoted: Callable[[str], str]
) -> Iterator[str]:
    differing = [
        name
        for name in sorted(here.keys() | said.keys())
        if name != LANGUAGE and _plain(here.get(name)) != _plain(said.get(name))
    ]
    for name in differing[:_MOST_SHOWN]:
        found, listed = (_extension(name, versions, quoted) for versions in (here, said))
        yield f"it has {found}, the API lists {listed}"
    if more := differing[_MOST_SHOWN:]:
        yield f"{len(more)} more extensions differ"


def _extension(name: str, versions: Mapping[str, str], quoted: Callable[[str], str]) -> str:
    if name not in versions:
        return f"no {quoted(name)}"
    return f"{quoted(name)} at {quoted(versions[name])}"


def _plain(version: str | None) -> str | None:
    return version and plain_version(version)


def _is_version(number: int, said: str) -> bool:
    """Whether a server's version is what the API says, whose further parts are its builds."""
    version = Version.parse(said)
    parts = _parts(number)
    return version is not None and version.parts[: len(parts)] == parts


def _parts(number: int) -> tuple[int, ...]:
    """17.10 of 170010, 9.6.24 of 90624: since version 10 there is no third part."""
    if number >= _TWO_PARTS_SINCE:
        return number // 10_000, number % 10_000
    return number // 10_000, number // 100 % 100, number % 100


def _fingerprint(rows: Rows) -> Fingerprint:
    version, database, oid, started = row(rows, number, str, number, number)
    return Fingerprint(version=version, database=database, oid=oid, started=started)
