"""The pool of connections, and what its errors mean: with `transport`, the door to urllib3."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain

import urllib3
from urllib3 import exceptions as failures
from urllib3.connection import HTTPConnection, HTTPSConnection

from reconcile.api.hearing import Hearing, OverdueError, TooLargeError
from reconcile.api.outcome import Broken
from reconcile.api.retry import Trouble
from reconcile.api.routes import Role
from reconcile.api.sockets import Sockets
from reconcile.model.text import safe_text


def pool_of(
    connections: int, sockets: Sockets, hearing: Hearing, authorities: str | None
) -> urllib3.PoolManager:
    """Connections whose sockets can be severed and whose answers are heard piece by piece.

    `authorities` are trusted as PEM, None for those that the system trusts.
    """
    heard = hearing.response_class()
    manager = urllib3.PoolManager(
        num_pools=len(Role),
        maxsize=connections,
        block=True,
        cert_reqs=ssl.CERT_REQUIRED,
        ca_cert_data=authorities,
    )

    class Plain(HTTPConnection):
        response_class = heard

        def connect(self) -> None:
            with _establishing(self):
                super().connect()
            sockets.add(self.sock)

    class Secured(HTTPSConnection):
        response_class = heard

        def connect(self) -> None:
            with _establishing(self):
                super().connect()
            sockets.add(self.sock)

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class SecuredPool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Secured

    manager.pool_classes_by_scheme = {"http": PlainPool, "https": SecuredPool}
    return manager


@contextmanager
def _establishing(connection: HTTPConnection) -> Iterator[None]:
    """Mark what fails before a request can be sent, a TLS handshake included."""
    try:
        yield
    except (failures.HTTPError, OSError) as error:
        raise failures.NewConnectionError(connection, str(error)) from error


def broken(error: Exception) -> Broken:
    """What a try without a whole answer came to, and why, in words."""
    causes = _causes(error)
    slow = any(isinstance(cause, failures.ReadTimeoutError) for cause in causes)
    return Broken(trouble=_trouble_with(error), reason=_reason(error), slow=slow)


def _trouble_with(error: Exception) -> Trouble:
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
        return Trouble.UNTRUSTED
    if any(isinstance(cause, OverdueError | TooLargeError) for cause in _causes(error)):
        return Trouble.ENDLESS
    never = (failures.NewConnectionError, failures.LocationValueError)
    return Trouble.UNREACHED if isinstance(error, never) else Trouble.LOST


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what it wraps: urllib3 keeps causes among its arguments, too."""
    inner = [*error.args, error.__cause__]
    wrapped = [_causes(cause) for cause in inner if isinstance(cause, BaseException)]
    return [error, *chain.from_iterable(wrapped)]


def _reason(error: Exception) -> str:
    """Why a try failed, in words, without the objects that urllib3 shows in its own."""
    causes = _causes(error)
    # urllib3 takes an answer that is overdue for one that did not come.
    causes.sort(key=lambda cause: not isinstance(cause, OverdueError))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return safe_text(
                f"its certificate cannot be verified: {cause.verify_message}; a private authority is"
                " named by RECONCILE_CA_FILE"
            )
        for known, words in _REASONS.items():
            if isinstance(cause, known):
                return words
        if isinstance(cause, OSError) and cause.strerror:
            return safe_text(cause.strerror.lower())
    return safe_text(str(causes[-1]))


_REASONS: Mapping[type[BaseException], str] = {
    OverdueError: "the answer took too long",
    failures.NameResolutionError: "its name cannot be resolved",
    failures.ReadTimeoutError: "nothing came in time",
    TimeoutError: "no connection in time",
    failures.IncompleteRead: "the answer ends too early",
    ConnectionResetError: "the connection was closed",
    ConnectionAbortedError: "the connection was closed",
}
