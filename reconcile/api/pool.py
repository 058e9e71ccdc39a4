"""The pool of connections, and what its errors mean: with `transport`, the door to urllib3."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import chain
from threading import Lock
from typing import Any

import urllib3
from urllib3 import exceptions as failures
from urllib3.connection import HTTPConnection, HTTPSConnection

from reconcile.api.bounded_reading import BoundedReading, OverdueError, TooLargeError
from reconcile.api.proxies import Proxies, Proxy
from reconcile.api.retry import FailureKind
from reconcile.api.routes import Role
from reconcile.api.sockets import Sockets
from reconcile.api.try_result import NoAnswer
from reconcile.model.text import safe_text


class Pools:
    """The connections, by the proxy that they go through. Thread safe.

    `authorities` are trusted as PEM, None for those that the system trusts.
    """

    def __init__(
        self,
        connections: int,
        sockets: Sockets,
        reading: BoundedReading,
        authorities: str | None,
        proxies: Proxies,
    ) -> None:
        self._make = partial(_pool_of, connections, sockets, reading, authorities)
        self._proxies = proxies
        self._made: dict[Proxy | None, urllib3.PoolManager] = {}
        self._lock = Lock()

    def of(self, base: str) -> urllib3.PoolManager:
        """The connections to a host."""
        proxy = self._proxies.proxy_of(base)
        with self._lock:
            if proxy not in self._made:
                self._made[proxy] = self._make(proxy)
            return self._made[proxy]

    def clear(self) -> None:
        """Close the connections that are not in use."""
        with self._lock:
            for pool in self._made.values():
                pool.clear()


def _pool_of(
    connections: int,
    sockets: Sockets,
    reading: BoundedReading,
    authorities: str | None,
    proxy: Proxy | None,
) -> urllib3.PoolManager:
    """Connections whose sockets can be severed and whose answers are read piece by piece."""
    bounded = reading.response_class()
    make = urllib3.PoolManager if proxy is None else partial(_proxied, proxy)
    manager = make(
        num_pools=len(Role),
        maxsize=connections,
        block=True,
        cert_reqs=ssl.CERT_REQUIRED,
        ca_cert_data=authorities,
    )

    class Plain(HTTPConnection):
        response_class = bounded

        def connect(self) -> None:
            with _establishing(self):
                super().connect()
            sockets.add(self.sock)

    class Secured(Plain, HTTPSConnection):
        """Connects as `Plain` does, by way of TLS."""

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls = Plain

    class SecuredPool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Secured

    manager.pool_classes_by_scheme = {"http": PlainPool, "https": SecuredPool}
    return manager


def _proxied(proxy: Proxy, **settings: Any) -> urllib3.ProxyManager:
    return urllib3.ProxyManager(proxy.url, proxy_headers=dict(proxy.headers), **settings)


@contextmanager
def _establishing(connection: HTTPConnection) -> Iterator[None]:
    """Mark what fails before a request can be sent, a TLS handshake included."""
    try:
        yield
    except (failures.HTTPError, OSError) as error:
        raise failures.NewConnectionError(connection, str(error)) from error


def no_answer(error: Exception, proxy: Proxy | None) -> NoAnswer:
    """What a try without a whole answer came to, and why, in words."""
    causes = _causes(error)
    slow = any(isinstance(cause, failures.ReadTimeoutError) for cause in causes)
    way = "" if proxy is None else f"through the proxy {proxy.url}: "
    return NoAnswer(failure=_failure_of(error), reason=f"{way}{_reason(error)}", slow=slow)


def _failure_of(error: Exception) -> FailureKind:
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
        return FailureKind.UNTRUSTED
    if any(isinstance(cause, OverdueError | TooLargeError) for cause in _causes(error)):
        return FailureKind.ENDLESS
    never = (failures.NewConnectionError, failures.LocationValueError)
    # What kept us from the proxy is wrapped once more.
    cause = error.original_error if isinstance(error, failures.ProxyError) else error
    return FailureKind.UNREACHED if isinstance(cause, never) else FailureKind.LOST


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
