"""Requests over HTTP: connections, tries, what comes back. With `pool`, the door to urllib3."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from random import SystemRandom
from threading import Event
from time import monotonic

import urllib3
from attrs import evolve, frozen
from urllib3 import exceptions as failures

from reconcile.api.bounded_reading import BoundedReading, OverdueError, TooLargeError
from reconcile.api.clock import Clock, SteadyClock, SystemClock
from reconcile.api.concurrency_limit import connections
from reconcile.api.deadline import Deadline
from reconcile.api.other_runs import OtherRuns
from reconcile.api.pool import Pools, no_answer
from reconcile.api.proxies import Proxies
from reconcile.api.retry import Pause, RetryPolicy
from reconcile.api.routes import Answer, Permits, Request, Role, check
from reconcile.api.secret import Secrets
from reconcile.api.sockets import Sockets
from reconcile.api.throttle import Countdown, Throttle
from reconcile.api.try_result import TryResult, answer_of, failure_of, host_status
from reconcile.errors import ApiError
from reconcile.model.cost import Budget, Spent
from reconcile.model.request import Effect

_PIECE = 64 * 1024


@frozen(kw_only=True)
class Limits:
    """Seconds to wait for a connection, the next bytes and a whole answer; bytes of the largest."""

    connect: float = 5.0
    read: float = 30.0
    whole: float = 120.0
    answer: int = 32 * 1024 * 1024

    def within(self, left: float) -> Limits:
        """All three waits, cut to the seconds that are left of the run, but not below one."""
        longest = max(1.0, left)
        return evolve(
            self,
            connect=min(self.connect, longest),
            read=min(self.read, longest),
            whole=min(self.whole, longest),
        )


class Transport:
    """Sends what its permits allow and nothing else. Thread safe; owns connections until closed.

    No redirect is followed, certificates are verified.

    notify       called with a sentence when the provider makes us wait for a moment
    countdown    called about once a second with how long a host is still held back, and why
    trace        called with every try and its result
    stop         ends every wait
    longest      seconds from now after which nothing more is sent; a request that finishes something
                 goes on for as long as the policy's patience lasts
    budget       how much each host may be asked for
    others       other runs that spend the same budget
    authorities  who is trusted, as PEM; None for the system's authorities
    proxies      through which proxy each host is reached
    ticks        the seconds by which answers are timed: real ones, where `clock` is simulated
    """

    def __init__(
        self,
        *,
        permits: Sequence[Permits],
        notify: Callable[[str], None],
        countdown: Countdown | None = None,
        trace: Callable[[str], None] | None = None,
        clock: Clock | None = None,
        stop: Event | None = None,
        budget: Budget | None = None,
        others: OtherRuns | None = None,
        longest: float | None = None,
        authorities: str | None = None,
        proxies: Proxies | None = None,
        policy: RetryPolicy | None = None,
        limits: Limits | None = None,
        chance: Callable[[], float] | None = None,
        ticks: Callable[[], float] = monotonic,
    ) -> None:
        budget = budget or Budget()
        self.clock = clock or SystemClock()
        self._steady = SteadyClock(self.clock)
        self._permits = tuple(permits)
        self._notify = notify
        self._trace = trace
        self._policy = policy or RetryPolicy()
        self._chance = chance or SystemRandom().random
        self._ticks = ticks
        self._closed = Event()
        self._stop = stop or Event()
        self._secrets = Secrets()
        self._sockets = Sockets()
        self._reading = BoundedReading()
        self._limits = limits or Limits()
        self._longest = longest
        self._deadline = Deadline(begun=self._steady.now(), longest=longest)
        self._proxies = proxies or Proxies()
        self._pools = Pools(
            connections(budget), self._sockets, self._reading, authorities, self._proxies
        )
        self._secrets.keep_words(self._proxies.secrets)
        throttle = partial(
            Throttle, budget=budget, others=others, clock=self._steady, stop=self._stop
        )
        self._throttles = {
            role: throttle(role, closed=self._closed, countdown=countdown) for role in Role
        }

    def send(self, request: Request) -> Answer:
        """Send a request, again where that is safe, and return the last answer of any status.

        Raises ForbiddenCallError before any I/O for what the permits do not hold, ApiError where
        it was not sent or no answer came: TimeUpError where there was no time to send it,
        LeftAloneError where its host fails; OutcomeUnknownError where a lost answer leaves open
        whether a change was made.
        """
        check(request, self._permits)
        if request.effect is Effect.CHANGE and self._stop.is_set() and not request.finish:
            # Also one that is sent again after a 401: nothing new begins after an interrupt.
            raise ApiError(f"{request} was not sent: the run was interrupted")
        url = request.base + request.path
        throttle = self._throttles[request.route.role]
        deadline = self._deadline_of(request)
        result: TryResult | None = None
        tries = 0
        while (
            refusal := throttle.enter(request, deadline, again=request.again or tries > 0)
        ) is None:
            tries += 1
            result, pause = self._take_turn(request, url, throttle, deadline, tries)
            if pause is None or not throttle.allows(pause, deadline):
                return answer_of(request, result, hide=self._secrets.hide)
            throttle.rest(request, pause)
        if result is None:
            raise refusal.kind(f"{request} was not sent: {refusal.why}")
        return answer_of(request, result, hide=self._secrets.hide)

    def spent(self) -> Spent:
        """What it cost so far: a retry is a request like any other."""
        tallies = {role.value: throttle.tally() for role, throttle in self._throttles.items()}
        return Spent(
            requests={host: tally.sent for host, tally in tallies.items()},
            retries=sum(tally.repeated for tally in tallies.values()),
            waited={host: tally.waited for host, tally in tallies.items()},
        )

    def recent(self) -> dict[str, tuple[float, ...]]:
        """By host, how many seconds ago the requests were sent that count in a minute's budget."""
        return {role.value: throttle.recent() for role, throttle in self._throttles.items()}

    def bound(self, longest: float | None, hint: str = "") -> None:
        """Send nothing after so many seconds from now, None for no limit; a limit of before holds."""
        if self._longest is None:
            self._deadline = Deadline(
                begun=self._steady.now(), longest=longest, hint=hint, is_default=True
            )

    def lift_deadline(self) -> None:
        """From now on send whatever is asked for, however long the run has taken."""
        self._deadline.lift()

    def close(self) -> None:
        """End every connection and every wait; what is under way fails at once."""
        self._closed.set()
        self._sockets.sever()
        self._pools.clear()

    def _deadline_of(self, request: Request) -> Deadline:
        """The run's; for what outlasts that, one of its own, which begins now."""
        if not request.finish:
            return self._deadline
        return Deadline(begun=self._steady.now(), longest=self._policy.patience, whose="it")

    def _take_turn(
        self, request: Request, url: str, throttle: Throttle, deadline: Deadline, tries: int
    ) -> tuple[TryResult, Pause | None]:
        """What came of one try, and the pause until the next, None where it was the last."""
        try:
            result = self._try(request, url)
            pause = self._pause(request, result, tries)
            seconds = throttle.learn(host_status(result), pause, deadline)
            self._tell(request, result)
        finally:
            throttle.leave()
        if seconds is not None and not throttle.counts_down(seconds):
            self._notify(
                f"the provider takes no more requests on its {request.route.role.value} host"
                f" for now: waiting {seconds:.0f} s"
            )
        return result, pause

    def _tell(self, request: Request, result: TryResult) -> None:
        if self._trace is None:
            return
        if isinstance(result, Answer):
            end = f"HTTP {result.status}"
        else:
            end = self._secrets.hide(result.reason)
        self._trace(f"{request.route.role.value}: {request}: {end}")

    def _pause(self, request: Request, result: TryResult, tries: int) -> Pause | None:
        failure, retry_after = failure_of(result)
        if failure is None:
            return None
        return self._policy.pause(
            failure,
            effect=request.effect,
            tries=tries,
            now=self.clock.now(),
            chance=self._chance(),
            retry_after=retry_after,
        )

    def _try(self, request: Request, url: str) -> TryResult:
        if request.credential is not None:
            self._secrets.keep(request.credential)
        limits = self._limits_of(request)
        try:
            with self._reading.bounded(partial(self._look, self._ticks() + limits.whole)):
                return self._ask(request, url, limits)
        except (failures.HTTPError, TooLargeError, OSError) as error:
            return no_answer(error, self._proxies.proxy_of(request.base))

    def _limits_of(self, request: Request) -> Limits:
        """How long is waited for an answer: not cut for a change, whose outcome has to be known."""
        if request.finish or request.effect is Effect.CHANGE:
            return self._limits
        return self._limits.within(self._deadline.left(self._steady.now()))

    def _look(self, end: float) -> None:
        """Raise OSError where no more of an answer is to be read."""
        if self._closed.is_set():
            raise ConnectionAbortedError
        if self._ticks() > end:
            raise OverdueError

    def _ask(self, request: Request, url: str, limits: Limits) -> Answer:
        response = self._pools.of(request.base).request(
            request.route.method,
            url,
            body=request.payload,
            headers=request.headers(),
            redirect=False,
            retries=False,
            preload_content=False,
            timeout=urllib3.Timeout(connect=limits.connect, read=limits.read),
        )
        return Answer(
            request=request,
            status=response.status,
            body=_body(response, limits.answer),
            retry_after=response.headers.get("Retry-After"),
            location=response.headers.get("Location"),
            hide=self._secrets.hide,
        )


def _body(response: urllib3.BaseHTTPResponse, largest: int) -> bytes:
    """Read the whole answer, so that its connection serves the next request."""
    body = bytearray()
    for piece in response.stream(_PIECE):
        body += piece
        if len(body) > largest:
            response.close()
            response.release_conn()  # else the pool would miss it for ever
            raise TooLargeError
    response.release_conn()
    return bytes(body)
