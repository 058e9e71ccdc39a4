"""What a connection leads to, and what can be done over it; nothing here can change anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from reconcile.errors import UnusableConnectionError
from reconcile.model.postgresql import ApiView, NoSqlAccess, Reach, SqlAccess, SqlConnection
from reconcile.sql.catalog import reached_by
from reconcile.sql.dsn import Dsn, resolve
from reconcile.sql.identity import Fingerprint, differences, identity_of
from reconcile.sql.session import Patience, SessionError

if TYPE_CHECKING:
    from reconcile.sql.driver import ReadingSession, WritingSession


def reading(dsn: Dsn, patience: Patience) -> AbstractContextManager[ReadingSession]:
    """A session that can only read. Raises, here or on entry, as `ReadingSession.open`."""
    with _loading(dsn):
        from reconcile.sql.driver import ReadingSession  # noqa: PLC0415 - psycopg is an extra
    return ReadingSession.open(dsn, patience)


def writing(dsn: Dsn, patience: Patience) -> AbstractContextManager[WritingSession]:
    """A session that may change the database. Raises as `reading`."""
    with _loading(dsn):
        from reconcile.sql.driver import WritingSession  # noqa: PLC0415 - as above
    return WritingSession.open(dsn, patience)


@contextmanager
def _loading(dsn: Dsn) -> Iterator[None]:
    try:
        yield
    except ImportError:  # psycopg is missing, or the library that it needs
        raise UnusableConnectionError(
            f"the connection of {dsn.reference!r} needs the driver psycopg, which cannot be loaded",
            hint="install it with pip install 'scalingo-reconcile[sql]'",
        ) from None


class Proofs:
    """Which database each addon was found to have; a database of two addons counts for neither.

    Thread safe.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._proven: dict[str, Fingerprint] = {}
        self._found_for: dict[Fingerprint, str] = {}
        self._contested: dict[str, str] = {}

    def contested(self, addon: str, found: Fingerprint) -> str | None:
        """The other addon whose database it was found to be as well, in this run or just now.

        From then on nothing counts as proven for either, whatever is found later.
        """
        with self._lock:
            other = self._found_for.setdefault(found, addon)
            if other != addon:
                self._contested.setdefault(addon, other)
                self._contested.setdefault(other, addon)
            return self._contested.get(addon)

    def other_than(self, addon: str) -> str | None:
        """The other addon that was found to have the database of an addon; None for none."""
        with self._lock:
            return self._contested.get(addon)

    def prove(self, addon: str, found: Fingerprint) -> None:
        """Remember where the connection of an addon leads."""
        with self._lock:
            self._proven[addon] = found

    def withdraw(self, addon: str) -> None:
        """Forget it, until it is proven again."""
        with self._lock:
            self._proven.pop(addon, None)

    def of(self, addon: str) -> Fingerprint | None:
        """Where the connection of an addon was last proven to lead; None where it is contested."""
        with self._lock:
            return None if addon in self._contested else self._proven.get(addon)


UNUSABLE = "P121"
"""The code of a connection that cannot be used."""

ELSEWHERE = "P122"
"""The code of a connection that leads to another database."""


class SqlReads:
    """Looks over connections, and remembers where each was proven to lead.

    Thread safe, as long as one addon is looked at by one thread at a time.
    """

    def __init__(self, environment: Mapping[str, str], *, patience: Patience | None = None) -> None:
        self.patience = patience or Patience()
        self._environment = environment
        self._proofs = Proofs()

    def inspect(self, connection: SqlConnection, said: ApiView) -> Reach:
        """Prove that a connection leads to what the API says, and find what can be done there.

        Raises nothing: P121 where the connection cannot be used, P122 where it leads elsewhere.
        """
        self._proofs.withdraw(said.addon)
        try:
            return self._looked_over(self.dsn(connection), connection, said)
        except UnusableConnectionError as error:
            return NoSqlAccess(code=UNUSABLE, message=error.what, hint=error.hint)
        except SessionError as error:
            return NoSqlAccess(
                code=UNUSABLE,
                message=f"the connection of {connection.dsn!r} cannot be looked over: {error}",
                hint="try it with psql, as the user of the connection string",
            )

    def dsn(self, connection: SqlConnection) -> Dsn:
        """The connection string of now. Raises UnusableConnectionError."""
        return resolve(connection.dsn, self._environment)

    def proven(self, addon: str) -> Fingerprint | None:
        """Where the connection of an addon led when it was last looked over with success.

        None as well once it was found to be the database of another addon.
        """
        return self._proofs.of(addon)

    def after_all(self, connection: SqlConnection, addon: str, reach: Reach) -> Reach:
        """What a look found, once all looks of a run are over: neither of two addons has a database.

        The first of the two was looked over before the second was known.
        """
        other = self._proofs.other_than(addon)
        if other is None or isinstance(reach, NoSqlAccess):
            return reach
        return _elsewhere(connection, addon, _SHARED.format(other))

    def _looked_over(
        self, dsn: Dsn, connection: SqlConnection, said: ApiView
    ) -> SqlAccess | NoSqlAccess:
        with reading(dsn, self.patience) as session:
            found = identity_of(session)
            if differing := "; ".join(differences(found, connection, said, session.quoted)):
                return _elsewhere(connection, said.addon, differing)
            if other := self._proofs.contested(said.addon, found.fingerprint):
                return _elsewhere(connection, said.addon, _SHARED.format(other))
            reached = reached_by(session, found.fingerprint.version)
        self._proofs.prove(said.addon, found.fingerprint)
        return reached


_SHARED = "it is the database of another addon as well: {!r}"


def _elsewhere(connection: SqlConnection, addon: str, why: str) -> NoSqlAccess:
    return NoSqlAccess(
        code=ELSEWHERE,
        message=f"the connection of {connection.dsn!r} leads elsewhere: {why}",
        hint=f"let it lead to the database of {addon!r}, as its owner, or correct the spec",
    )
