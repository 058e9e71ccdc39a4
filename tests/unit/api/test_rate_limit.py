"""Requests are the cost: a minute's budget, the wait for it, and what a run spent."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from unit.api.asking import listing, regions, resource
from unit.api.clocks import SettledClock
from unit.api.loopback import (
    DROPPED,
    NOW,
    PlainClock,
    Provider,
    Received,
    Reply,
    listening,
    reply,
    unheard,
)

from reconcile.api.rate_limit import SlidingWindow
from reconcile.api.reads import READING, connect_reading
from reconcile.api.routes import GROUNDWORK
from reconcile.api.surroundings import Surroundings
from reconcile.api.transport import Transport
from reconcile.errors import ApiError
from reconcile.model.cost import Budget, Spent

LIMITED = reply(429, "Retry later\n")
MINUTE = NOW - NOW % 60


class LimitedProvider(Provider):
    """Takes 60 requests in every whole minute of the clock; each arrival takes a moment."""

    def __init__(self, clock: PlainClock, moment: float = 0.0) -> None:
        super().__init__()
        self.arrived: Counter[int] = Counter()
        self.refused = 0
        self._clock = clock
        self._moment = moment

    def _usual(self, received: Received) -> Reply:
        self._clock.go_on(self._moment)
        minute = int(self._clock.now() // 60)
        self.arrived[minute] += 1
        if self.arrived[minute] > 60:
            self.refused += 1
            return LIMITED
        return super()._usual(received)


def test_no_budget_is_no_pace(provider: Provider, clock: PlainClock) -> None:
    """The auth and database hosts publish no limit; the API's can be taken off."""
    transport = Transport(
        permits=(GROUNDWORK, READING), notify=unheard, clock=clock, budget=Budget(api=None)
    )
    for _ in range(70):
        transport.send(listing(provider))
        transport.send(resource(provider))
        transport.send(regions(provider))
    assert clock.slept == []
    assert transport.spent() == Spent(
        requests={"auth": 70, "api": 70, "database": 70},
        waited={"auth": 0, "api": 0, "database": 0},
    )


def test_the_database_host_can_have_a_budget(provider: Provider, clock: PlainClock) -> None:
    """It is the project's word, not the provider's."""
    transport = Transport(
        permits=(GROUNDWORK, READING), notify=unheard, clock=clock, budget=Budget(database=3)
    )
    for _ in range(7):
        transport.send(resource(provider))
    assert clock.slept == [61.0, 61.0]


def test_every_retry_takes_from_the_budget(provider: Provider, clock: PlainClock) -> None:
    """The provider counts tries, and so do we."""
    transport = Transport(
        permits=(GROUNDWORK,),
        notify=unheard,
        clock=clock,
        budget=Budget(api=2),
        chance=lambda: 0.5,
    )
    provider.odd["api"].extend([DROPPED, reply(503, "")])
    assert transport.send(listing(provider)).status == 200
    # The third try waits for what is left of the first one's 61 seconds after two pauses.
    assert clock.slept == [0.5, 1.0, pytest.approx(59.501, abs=0.002)]
    assert transport.spent().requests["api"] == 3
    assert transport.spent().retries == 2
    assert transport.spent().waited["api"] == pytest.approx(59.501, abs=0.002)


def test_a_limit_that_is_met_all_the_same_is_counted_down(
    provider: Provider, clock: PlainClock
) -> None:
    """About once a second, and at the end zero."""
    told: list[tuple[str, float]] = []
    transport = Transport(
        permits=(GROUNDWORK,),
        notify=unheard,
        countdown=lambda why, left: told.append((why, left)),
        clock=clock,
        chance=lambda: 0.5,
    )
    provider.odd["api"].append(reply(429, "Retry later\n", Retry_After="4"))
    transport.send(listing(provider))
    why = "the api host refused more for now"
    assert told == [(why, 4.5), (why, 3.5), (why, 2.5), (why, 1.5), (why, 0.5), (why, 0.0)]
    assert clock.slept == [1, 1, 1, 1, 0.5]
    assert transport.spent().waited == {"auth": 0, "api": 4.5, "database": 0}


def test_a_short_wait_is_not_counted_down(provider: Provider, clock: PlainClock) -> None:
    """Two seconds are nothing to tell a person of."""
    told: list[str] = []
    transport = Transport(
        permits=(GROUNDWORK,),
        notify=unheard,
        countdown=lambda why, _left: told.append(why),
        clock=clock,
        chance=lambda: 0.5,
    )
    provider.odd["api"].append(reply(429, "", Retry_After="1"))
    transport.send(listing(provider))
    assert told == []
    assert clock.slept == [1.5]


def test_eight_threads_are_counted_down_by_one() -> None:
    """The seconds go down from 61 to zero, twice, and no two threads tell at once."""
    told: list[tuple[str, float]] = []
    telling = threading.Lock()

    def tell(why: str, left: float) -> None:
        assert telling.acquire(blocking=False)
        told.append((why, left))
        telling.release()

    clock = SettledClock(MINUTE)
    provider = LimitedProvider(clock)
    with listening(provider):
        transport = Transport(
            permits=(GROUNDWORK,),
            notify=unheard,
            countdown=tell,
            trace=clock.heard.append,
            clock=clock,
        )
        clock.sent = lambda: transport.spent().total
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda _: transport.send(listing(provider)), range(180)))
    assert {why for why, _ in told} == {"the api host takes 60 requests a minute"}
    lefts = [left for _, left in told]
    assert lefts == pytest.approx(([61.0 - n for n in range(61)] + [0.0]) * 2, abs=0.002)
    assert transport.spent().waited["api"] == pytest.approx(122.0, abs=0.002)


def test_a_wait_that_is_interrupted_is_told_to_be_over(provider: Provider) -> None:
    """Whoever shows the countdown can take it off the screen."""
    told: list[float] = []
    stop = threading.Event()

    def tell(_why: str, left: float) -> None:
        told.append(left)
        stop.set()

    transport = Transport(
        permits=(GROUNDWORK,), notify=unheard, countdown=tell, stop=stop, clock=PlainClock()
    )
    provider.odd["api"].append(LIMITED)
    with pytest.raises(ApiError, match="interrupted while waiting"):
        transport.send(listing(provider))
    assert len(told) == 2
    assert told[-1] == 0.0


def bounded(clock: PlainClock, longest: float) -> Transport:
    """A transport for a run that may not take longer."""
    return Transport(
        permits=(GROUNDWORK,),
        notify=unheard,
        clock=clock,
        longest=longest,
        budget=Budget(api=2),
        chance=lambda: 0.5,
    )


@pytest.mark.parametrize(
    ("longest", "words"), [(600, "10 min"), (90, "90 s"), (150, "150 s"), (0.5, "0.5 s")]
)
def test_nothing_is_sent_once_the_run_took_too_long(
    provider: Provider, clock: PlainClock, longest: float, words: str
) -> None:
    """The limit is named."""
    transport = bounded(clock, longest)
    transport.send(listing(provider))
    clock.go_on(longest)
    with pytest.raises(ApiError) as caught:
        transport.send(listing(provider))
    assert str(caught.value) == (
        f"GET /v1/apps/shop-web/addons was not sent: the run took longer than {words}"
    )
    assert transport.spent().requests["api"] == 1


def test_a_wait_beyond_the_end_is_not_begun(provider: Provider, clock: PlainClock) -> None:
    """Who would wait in vain is told at once."""
    transport = bounded(clock, 60)
    transport.send(listing(provider))
    transport.send(listing(provider))
    with pytest.raises(ApiError) as caught:
        transport.send(listing(provider))
    assert str(caught.value) == (
        "GET /v1/apps/shop-web/addons was not sent: the api host takes 2 requests a minute,"
        " and waiting would take the run past 1 min"
    )
    assert clock.slept == []


def test_a_pause_beyond_the_end_is_not_begun(provider: Provider, clock: PlainClock) -> None:
    """A request gets its own last error; the others are not sent in vain."""
    notices: list[str] = []
    transport = Transport(
        permits=(GROUNDWORK,),
        notify=notices.append,
        clock=clock,
        longest=30,
        chance=lambda: 0.5,
    )
    provider.odd["api"].append(LIMITED)
    assert transport.send(listing(provider)).status == 429
    with pytest.raises(ApiError, match="refused more for now, and waiting would take the run past"):
        transport.send(listing(provider))
    clock.go_on(29.8)
    provider.odd["auth"].append(DROPPED)
    with pytest.raises(ApiError, match="the connection was closed"):
        transport.send(regions(provider))
    assert clock.slept == []
    assert notices == []
    assert transport.spent().requests == {"auth": 1, "api": 1, "database": 0}


def test_a_connection_takes_its_bounds_from_its_surroundings(
    provider: Provider, clock: PlainClock
) -> None:
    """Budget, countdown and the longest run reach the transport."""
    told: list[str] = []
    surroundings = Surroundings(
        environment=provider.environment,
        region=None,
        notify=unheard,
        countdown=lambda why, _left: told.append(why),
        clock=clock,
        budget=Budget(api=1),
        longest=100,
    )
    with connect_reading(surroundings) as reads:
        for app in ("a", "b"):
            with pytest.raises(ApiError, match="no addon"):
                reads.targets.find(app=app, addon=None, engine=None)
        with pytest.raises(ApiError, match="past 100 s"):
            reads.targets.find(app="c", addon=None, engine=None)
        assert set(told) == {"the api host takes 1 request a minute"}
        assert reads.spent().requests == {"auth": 1, "api": 2, "database": 0}


def test_a_quota_holds_for_every_minute_there_is() -> None:
    """However the requests come, no 61 seconds hold more of them than the quota."""
    quota = SlidingWindow(5)
    now, taken = NOW, list[float]()
    for step in (0.0, 0.3, 7.0, 0.1, 25.0) * 20:
        now += step
        while seconds := quota.take(now):
            now += seconds
        taken.append(now)
    assert all(late - early > 61 - 0.001 for early, late in zip(taken, taken[5:], strict=False))
    assert all(late >= early for early, late in pairwise(taken))


def test_a_clock_that_is_set_back_does_not_stop_the_run(
    provider: Provider, clock: PlainClock
) -> None:
    """A wait is as long as it was, whatever time the machine thinks it is."""
    transport = bounded(clock, 600)
    transport.send(listing(provider))
    transport.send(listing(provider))
    clock.set(-3600)
    transport.send(listing(provider))
    assert clock.slept == [61.0]
