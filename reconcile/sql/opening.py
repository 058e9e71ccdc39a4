"""Opens sessions. The driver is an extra, and is not loaded before one is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from reconcile.errors import UnusableConnectionError
from reconcile.sql.dsn import Dsn
from reconcile.sql.session import Patience

if TYPE_CHECKING:
    from reconcile.sql.driver import ReadingSession, WritingSession


def reading(dsn: Dsn, patience: Patience) -> AbstractContextManager[ReadingSession]:
    """A session that can only read. Raises, here or on entry, as `ReadingSession.open`."""
    with _loading(dsn):
        from reconcile.sql.driver import ReadingSession  # noqa: PLC0415 - see the module's text
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
