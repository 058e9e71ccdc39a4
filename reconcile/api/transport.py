"""Requests over HTTP: pool, retries, pacing, counts. The only door to urllib3."""

from __future__ import annotations

import ssl
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from random import SystemRandom
from threading import Event, Lock

import urllib3
from attrs import frozen
from urllib3 import exceptions as failures
from urllib3.connection import HTTPConnection, HTTPSConnection

from reconcile.api.clock import Clock, SystemClock
from reconcile.api.pace import Pace
from reconcile.api.retry import RetryPolicy, Trouble, trouble_of
from reconcile.api.routes import Answer, Permits, Request, Role, check
from reconcile.api.secret import Secrets
from reconcile.api.sockets import Sockets
from reconcile.errors import ApiError, OutcomeUnknownError
from reconcile.model.call import Effect
from reconcile.model.text import safe_text

_CONNECTIONS = 32
_PIECE = 64 * 1024
_LONGEST_REASON = 120


@frozen(kw_only=True)
class Limits:
    """Seconds to wait for a connection, and for the next bytes; bytes of the largest answer."""

    connect: float = 5.0
    read: float = 30.0
    answer: int = 32 * 1024 * 1024


@frozen(kw_only=True)
class _Broken:
    """A try without a whole answer; `reason` in words, `slow` where none came in time."""

    trouble: Trouble
    reason: str
    slow: bool


class Transport:
    """Sends what its permits allow and nothing else. Thread safe; owns connections until closed.

    No redirect is followed, certificates are verified. `notify` is told in a sentence when the
    provider makes us wait, `trace` of every try and what came of it; `stop` ends every wait.
    """

    def __init__(
        self,
        *,
        permits: Sequence[Permits],
        notify: Callable[[str], None],
        trace: Callable[[str], None] | None = None,
        clock: Clock | None = None,
        stop: Event | None = None,
        policy: RetryPolicy | None = None,
        limits: Limits | None = None,
        chance: Callable[[], float] | None = None,
    ) -> None:
        self.clock = clock or SystemClock()
        self._permits = tuple(permits)
        self._notify = notify
        self._trace = trace
        self._policy = policy or RetryPolicy()
        self._chance = chance or SystemRandom().random
        self._stop = stop or Event()
        self._closed = Event()
        self._secrets = Secrets()
        self._sockets = Sockets()
        self._limits = limits or Limits()
        self._pool = _pool(self._limits, self._sockets)
        self._lock = Lock()
        self._sent: Counter[str] = Counter()
        self._pace = Pace(self.clock)

    def send(self, request: Request) -> Answer:
        """Send a request, again where that is safe, and return the last answer, whatever its status.

        Raises ForbiddenCallError before any I/O for what the permits do not hold, ApiError where
        no answer came, OutcomeUnknownError where that leaves open whether a change was made.
        """
        check(request, self._permits)
        tries = 0
        while True:
            self._wait_until_let_in(request)
            outcome = self._try(request)
            tries += 1
            self._tell(request, outcome)
            pause = self._pause(request, outcome, tries)
            if pause is None:
                return self._final(request, outcome)
            self._rest(request, outcome, pause)

    def _tell(self, request: Request, outcome: Answer | _Broken) -> None:
        if self._trace is None:
            return
        if isinstance(outcome, Answer):
            end = f"HTTP {outcome.status}"
        else:
            end = self._secrets.hide(outcome.reason)
        self._trace(f"{request.route.role.value}: {request}: {end}")

    def counts(self) -> Mapping[str, int]:
        """How many requests were tried so far, by the role of the host, each repetition counted."""
        with self._lock:
            return {role.value: self._sent[role.value] for role in Role}

    def close(self) -> None:
        """End every connection and every wait; what is under way fails at once."""
        self._closed.set()
        self._sockets.sever()
        self._pool.clear()

    def _halted(self) -> bool:
        return self._stop.is_set() or self._closed.is_set()

    def _wait_until_let_in(self, request: Request) -> None:
        """Hold back while this thread or another was told that the host takes no more for now."""
        while (left := self._pace.left(request.route.role)) > 0:
            self._sleep(request, left)
        if self._closed.is_set():
            raise ApiError(f"{request} was not sent: the connection is closed")

    def _sleep(self, request: Request, seconds: float) -> None:
        self.clock.sleep(seconds, self._halted)
        if self._halted():
            raise ApiError(f"{request} was given up: the run was interrupted while waiting")

    def _pause(self, request: Request, outcome: Answer | _Broken, tries: int) -> float | None:
        trouble, retry_after = _trouble_of(outcome)
        if trouble is None:
            return None
        return self._policy.pause(
            trouble,
            effect=request.effect,
            tries=tries,
            now=self.clock.now(),
            chance=self._chance(),
            retry_after=retry_after,
        )

    def _rest(self, request: Request, outcome: Answer | _Broken, pause: float) -> None:
        if _trouble_of(outcome)[0] is not Trouble.LIMITED:
            self._sleep(request, pause)
            return
        if self._pace.hold(request.route.role, pause):
            self._notify(
                f"the provider takes no more requests on its {request.route.role.value} host"
                f" for now: waiting {pause:.0f} s"
            )

    def _final(self, request: Request, outcome: Answer | _Broken) -> Answer:
        if isinstance(outcome, Answer):
            return outcome
        reason = self._secrets.hide(outcome.reason)[:_LONGEST_REASON]
        if request.effect is Effect.CHANGE and outcome.trouble is Trouble.LOST:
            raise OutcomeUnknownError(
                f"{request}: its answer was lost ({reason}), so it may or may not have taken effect",
                under_way=outcome.slow,
            )
        raise ApiError(f"{request}: no answer from {request.base}: {reason}")

    def _try(self, request: Request) -> Answer | _Broken:
        url = request.base + request.path
        if request.credential is not None:
            self._secrets.keep(request.credential)
        with self._lock:
            self._sent[request.route.role.value] += 1
        try:
            response = self._pool.request(
                request.route.method,
                url,
                body=request.payload,
                headers=request.headers(),
                redirect=False,
                retries=False,
                preload_content=False,
            )
            return Answer(
                request=request,
                status=response.status,
                body=_body(response, self._limits.answer),
                retry_after=response.headers.get("Retry-After"),
                location=response.headers.get("Location"),
                hide=self._secrets.hide,
            )
        except (failures.HTTPError, OSError) as error:
            slow = any(isinstance(cause, failures.ReadTimeoutError) for cause in _causes(error))
            return _Broken(trouble=_trouble_with(error), reason=_reason(error), slow=slow)


def _trouble_of(outcome: Answer | _Broken) -> tuple[Trouble | None, str | None]:
    """What is wrong with an outcome, and the server's Retry-After."""
    if isinstance(outcome, _Broken):
        return outcome.trouble, None
    return trouble_of(outcome.status), outcome.retry_after


def _pool(limits: Limits, sockets: Sockets) -> urllib3.PoolManager:
    manager = urllib3.PoolManager(
        num_pools=len(Role),
        maxsize=_CONNECTIONS,
        block=True,
        cert_reqs=ssl.CERT_REQUIRED,
        timeout=urllib3.Timeout(connect=limits.connect, read=limits.read),
    )

    class Plain(HTTPConnection):
        def connect(self) -> None:
            with _establishing(self):
                super().connect()
            sockets.add(self.sock)

    class Secured(HTTPSConnection):
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


def _body(response: urllib3.BaseHTTPResponse, largest: int) -> bytes:
    """Read the whole answer, so that its connection serves the next request."""
    body = bytearray()
    for piece in response.stream(_PIECE):
        body += piece
        if len(body) > largest:
            response.close()
            response.release_conn()  # else the pool would miss it for ever
            raise failures.ProtocolError("the answer is larger than any that is due")
    response.release_conn()
    return bytes(body)


def _trouble_with(error: Exception) -> Trouble:
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
        return Trouble.UNTRUSTED
    never = (failures.NewConnectionError, failures.LocationValueError)
    return Trouble.UNREACHED if isinstance(error, never) else Trouble.LOST


def _causes(error: BaseException) -> list[BaseException]:
    """The error and what it wraps: urllib3 keeps causes among its arguments, too."""
    inner = [*error.args, error.__cause__]
    wrapped = [_causes(cause) for cause in inner if isinstance(cause, BaseException)]
    return [error, *chain.from_iterable(wrapped)]


def _reason(error: Exception) -> str:
    """Why a try failed, in words, without the objects that urllib3 shows in its own."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return safe_text(f"its certificate cannot be verified: {cause.verify_message}")
        for known, words in _REASONS.items():
            if isinstance(cause, known):
                return words
        if isinstance(cause, OSError) and cause.strerror:
            return safe_text(cause.strerror.lower())
    return safe_text(str(_causes(error)[-1]))


_REASONS: Mapping[type[BaseException], str] = {
    failures.NameResolutionError: "its name cannot be resolved",
    failures.ReadTimeoutError: "nothing came in time",
    TimeoutError: "no connection in time",
    failures.IncompleteRead: "the answer ends too early",
    ConnectionResetError: "the connection was closed",
    ConnectionAbortedError: "the connection was closed",
}
