"""One host's throttle: who may send to it now, who waits, and who tells of the wait."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import partial
from math import isfinite
from threading import Condition, Event
from typing import assert_never

from attrs import frozen

from reconcile.api.breaker import Breaker, LeftAloneError
from reconcile.api.clock import Clock
from reconcile.api.concurrency_limit import ConcurrencyLimit
from reconcile.api.deadline import Deadline, TimeUpError
from reconcile.api.other_runs import OtherRuns
from reconcile.api.rate_limit import RateLimit, Wait
from reconcile.api.retry import Pause
from reconcile.api.routes import Request, Role
from reconcile.api.try_result import HostStatus
from reconcile.errors import ApiError
from reconcile.model.cost import Budget

_LOOK = 0.1
"""Seconds after which a thread that waits for another one looks whether the run is over."""
_STEP = 1.0
_WORTH_SHOWING = 2.0
_PATIENCE = 600.0
"""Seconds for which a run waits in all for a host that refuses, where --max-wait does not bound it."""
_INSTANT = 0.0001
"""Seconds that are left over only because time is a float."""

Countdown = Callable[[str, float], None]


@frozen(kw_only=True)
class Tally:
    """What a throttle let through, how much of it were retries, and seconds of waiting."""

    sent: int
    repeated: int
    waited: float


@frozen(kw_only=True)
class Refusal:
    """Why a request is not sent, and what kind of error that is."""

    why: str
    kind: type[ApiError]


class _Turn(Enum):
    """What a thread that wants to send does next, where no time is known to wait for."""

    GO = "send"
    QUEUE = "wait until another request is done"
    FOLLOW = "wait until the thread that waits for all is done"


class Throttle:
    """Lets requests to one host through when its limits and its breaker agree. Thread safe.

    `clock` must not go back. Where the host is held back, one thread waits on the clock for all, so
    that the wait is told and counted once. `countdown` is told about once a second why, and the
    seconds left, and at the end zero. A request that is to `finish` something waits on although
    `stop` is set, also for the next probe of a host that fails: only closing ends its waits.
    """

    def __init__(
        self,
        role: Role,
        *,
        budget: Budget,
        clock: Clock,
        stop: Event,
        closed: Event,
        countdown: Countdown | None,
        others: OtherRuns | None = None,
    ) -> None:
        self._role = role
        self._rate_limit = RateLimit.of(role, budget, others)
        self._concurrency = ConcurrencyLimit.of(role, budget)
        self._breaker = Breaker()
        self._clock = clock
        self._stop = stop
        self._closed = closed
        self._countdown = countdown
        self._changed = Condition()
        self._sent = 0
        self._repeated = 0
        self._waited = 0.0
        self._held_for = 0.0
        self._waiting_since: float | None = None

    def enter(self, request: Request, deadline: Deadline, *, again: bool) -> Refusal | None:
        """Wait for a turn and take it, to be given back by `leave`; or say why there is none.

        Raises ApiError where the connection is closed, or the run interrupted during a wait; but
        what is sent although the run was interrupted before still waits for others to be done,
        and what is to finish something for whatever there is to wait for.
        """
        deliberate = self._stop.is_set()
        while True:
            with self._changed:
                if self._closed.is_set():
                    raise ApiError(f"{request} was not sent: the connection is closed")
                turn = self._turn(deadline, again=again, finish=request.finish)
                if turn in (_Turn.QUEUE, _Turn.FOLLOW):
                    self._changed.wait(_LOOK)
            if turn is _Turn.GO:
                return None
            if isinstance(turn, Refusal):
                return turn
            if isinstance(turn, Wait):
                self._wait(turn, partial(self._halted, request))
            if not (deliberate and turn is _Turn.QUEUE):
                self._go_on(request)

    def learn(self, status: HostStatus, pause: Pause | None, deadline: Deadline) -> float | None:
        """Take in what came of a turn and, where the pause is for all, leave the host alone.

        Returns the seconds of that if it is new and will be waited for, so that it can be told.
        """
        with self._changed:
            now = self._clock.now()
            free = self._rate_limit.held(now) is None
            self._held_for += pause.seconds if free and pause and pause.for_all else 0
            self._judge(status, now, free=free)
            if pause is None or not pause.for_all:
                return None
            self._rate_limit.hold(now, pause.seconds)
            return pause.seconds if free and self._allows(pause, deadline, now) else None

    def counts_down(self, seconds: float) -> bool:
        """Whether so long a wait is counted down, to whom it may concern."""
        return self._countdown is not None and seconds > _WORTH_SHOWING

    def leave(self) -> None:
        """Give a turn back."""
        with self._changed:
            self._concurrency = self._concurrency.left()
            self._changed.notify_all()

    def rest(self, request: Request, pause: Pause) -> None:
        """Wait until the next try, unless everybody does, which the next turn sees to.

        Raises ApiError where the connection is closed meanwhile, or the run interrupted, unless
        the request is to finish something.
        """
        if not pause.for_all:
            self._clock.sleep(pause.seconds, partial(self._halted, request))
            self._go_on(request)

    def allows(self, pause: Pause, deadline: Deadline) -> bool:
        """Whether a next try makes sense: the host does not fail, the time is not over before."""
        with self._changed:
            return self._allows(pause, deadline, self._clock.now())

    def tally(self) -> Tally:
        """What came of it so far, a wait that is going on included."""
        with self._changed:
            return Tally(
                sent=self._sent, repeated=self._repeated, waited=self._waited + self._waiting()
            )

    def recent(self) -> tuple[float, ...]:
        """How many seconds ago the requests were sent that count in the minute's budget."""
        with self._changed:
            return self._rate_limit.recent(self._clock.now())

    def _halted(self, request: Request) -> bool:
        """Whether the waits of a request are to end."""
        return self._closed.is_set() or (self._stop.is_set() and not request.finish)

    def _go_on(self, request: Request) -> None:
        if self._halted(request):
            raise ApiError(f"{request} was given up: the run was interrupted while waiting")

    def _allows(self, pause: Pause, deadline: Deadline, now: float) -> bool:
        return not self._breaker.is_open and pause.seconds <= deadline.left(now)

    def _judge(self, status: HostStatus, now: float, *, free: bool) -> None:
        """Count a status of the host; `free` says that no earlier refusal held the host back at that time."""
        match status:
            case HostStatus.ANSWERED:
                self._concurrency, self._breaker = (
                    self._concurrency.answered(),
                    self._breaker.succeeded(),
                )
            case HostStatus.FAILED:
                self._concurrency, self._breaker = (
                    self._concurrency.failed(),
                    self._breaker.failed(now),
                )
            case HostStatus.REFUSED:
                if free:
                    self._breaker = self._breaker.refused(now)
                self._concurrency = self._concurrency.refused()
            case _:
                assert_never(status)

    def _turn(self, deadline: Deadline, *, again: bool, finish: bool) -> _Turn | Refusal | Wait:
        """Decide under the lock; GO and Wait are taken by that, the latter for all threads."""
        now = self._clock.now()
        if refusal := self._refusal(deadline, now, finish=finish):
            return refusal
        held = self._left_alone(now) or self._rate_limit.held(now)
        if held is None and self._concurrency.full:
            return _Turn.QUEUE
        wait = held or self._rate_limit.take(now)
        if wait is None:
            self._concurrency, self._breaker = self._concurrency.entered(), self._breaker.sent(now)
            self._sent += 1
            self._repeated += again
            return _Turn.GO
        if wait.seconds > deadline.left(now):
            past = f"waiting would take {deadline.whose} past {deadline}{deadline.hint}"
            return Refusal(why=f"{wait.why}, and {past}", kind=TimeUpError)
        if self._waiting_since is not None:
            return _Turn.FOLLOW
        self._waiting_since = now
        return wait

    def _refusal(self, deadline: Deadline, now: float, *, finish: bool) -> Refusal | None:
        """Why nothing is sent at all, None where something may be."""
        if deadline.left(now) <= 0:
            return Refusal(
                why=f"{deadline.whose} took longer than {deadline}{deadline.hint}", kind=TimeUpError
            )
        wait = self._left_alone(now)
        if finish:
            return None
        if wait is None:
            return self._out_of_patience(deadline, now)
        probed = f"it is probed again in {wait.seconds:.0f} s"
        return Refusal(why=f"{wait.why}; {probed}", kind=LeftAloneError)

    def _out_of_patience(self, deadline: Deadline, now: float) -> Refusal | None:
        """Why a run whose time no person chose waits no longer for a host that keeps refusing."""
        held, is_chosen = self._rate_limit.held(now), not deadline.is_default
        if held is None or self._held_for <= _PATIENCE:
            return None
        if is_chosen and isfinite(deadline.left(now)):
            return None
        return Refusal(why=f"{held.why}, for {_PATIENCE / 60:g} min in all", kind=TimeUpError)

    def _left_alone(self, now: float) -> Wait | None:
        """Until when a host that fails is not asked, None for one that is."""
        left = self._breaker.left(now)
        why = f"the {self._role.value} host {self._breaker.why}"
        return Wait(seconds=left, why=why) if left > 0 else None

    def _wait(self, wait: Wait, halted: Callable[[], bool]) -> None:
        """Wait for all threads."""
        try:
            if self._countdown is None or wait.seconds <= _WORTH_SHOWING:
                self._clock.sleep(wait.seconds, halted)
            else:
                self._count_down(wait, self._countdown, halted)
        finally:
            with self._changed:
                self._waited += self._waiting()
                self._waiting_since = None
                self._changed.notify_all()

    def _count_down(self, wait: Wait, tell: Countdown, halted: Callable[[], bool]) -> None:
        end = self._clock.now() + wait.seconds
        try:
            while (left := end - self._clock.now()) > _INSTANT and not halted():
                tell(wait.why, left)
                self._clock.sleep(min(left, _STEP), halted)
        finally:
            tell(wait.why, 0.0)

    def _waiting(self) -> float:
        """For how long a wait has been going on."""
        since = self._waiting_since
        return 0.0 if since is None else self._clock.now() - since
