"""How many requests are under way at once on the database host."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from unit.api.asking import listing, resource
from unit.api.clocks import HeldClock, SettledClock
from unit.api.loopback import (
    DROPPED,
    PlainClock,
    Provider,
    Received,
    Reply,
    listening,
    reply,
    truncated,
    unheard,
)

from reconcile.api.concurrency_limit import ConcurrencyLimit
from reconcile.api.reads import READING
from reconcile.api.routes import GROUNDWORK, Role
from reconcile.api.transport import Transport
from reconcile.errors import ApiError
from reconcile.model.cost import Budget

LIMITED = reply(429, "Retry later\n")
EIGHT = ConcurrencyLimit.of(Role.DATABASE, Budget())


def after(limit: ConcurrencyLimit, answers: int) -> ConcurrencyLimit:
    """The limit after so many good answers in a row."""
    for _ in range(answers):
        limit = limit.answered()
    return limit


def test_a_limit_is_as_wide_as_the_budget_says() -> None:
    """The database host's; on the others 32, or as many if that is more; never shut."""
    assert EIGHT.width == EIGHT.most == 8
    assert ConcurrencyLimit.of(Role.DATABASE, Budget(concurrency=3)).width == 3
    assert ConcurrencyLimit.of(Role.DATABASE, Budget(concurrency=0)).width == 1
    assert ConcurrencyLimit.of(Role.API, Budget(concurrency=3)).width == 32
    assert ConcurrencyLimit.of(Role.API, Budget(concurrency=64)).width == 64


def test_a_limit_halves_when_refused_and_is_never_shut() -> None:
    """8, 4, 2, 1, 1."""
    widths, limit = [], EIGHT
    for _ in range(5):
        widths.append(limit.width)
        limit = limit.refused()
    assert widths == [8, 4, 2, 1, 1]


def test_a_limit_grows_by_one_after_a_run_of_good_answers() -> None:
    """Ten in a row; a failure or a refusal begins a new run; the budget's number is the most."""
    narrow = EIGHT.refused()
    assert after(narrow, 9).width == 4
    assert after(narrow, 10).width == 5
    assert after(after(narrow, 9).failed(), 9).width == 4
    assert after(after(narrow, 9).refused(), 9).width == 2
    assert after(narrow, 40).width == 8
    assert after(narrow, 400).width == 8


def test_what_is_refused_together_is_one_refusal() -> None:
    """Three under way, refused in turn; what is sent after them counts anew."""
    limit = EIGHT.entered().entered().entered()
    for _ in range(3):
        limit = limit.refused().left()
    assert limit.width == 4
    assert limit.entered().refused().width == 2


def test_a_limit_counts_who_is_inside() -> None:
    """Full at its width; narrower than what is under way is full, too."""
    limit = EIGHT
    for _ in range(8):
        assert not limit.full
        limit = limit.entered()
    assert limit.full
    assert not limit.left().full
    assert limit.refused().left().left().full


class Crowd(Provider):
    """Answers once so many requests are under way at once, and knows how many there were."""

    def __init__(self, *sizes: int) -> None:
        super().__init__()
        self.most = 0
        self._barriers = [one for size in sizes for one in [threading.Barrier(size)] * size]
        self._arrived = 0
        self._under_way = 0
        self._count = threading.Lock()

    def _reply(self, received: Received) -> Reply:
        with self._count:
            barrier = self._barriers[self._arrived]
            self._arrived += 1
            self._under_way += 1
            self.most = max(self.most, self._under_way)
        barrier.wait(10)
        with self._count:
            self._under_way -= 1
        return super()._reply(received)


def send_at_once(transport: Transport, provider: Provider, count: int) -> list[int]:
    """Send as many requests, each by its own thread; their statuses."""
    with ThreadPoolExecutor(count) as threads:
        sent = threads.map(lambda _: transport.send(resource(provider)).status, range(count))
        return list(sent)


def test_no_more_are_under_way_than_the_budget_says(clock: PlainClock) -> None:
    """24 threads go through in three times eight."""
    provider = Crowd(8, 8, 8)
    with listening(provider):
        transport = Transport(permits=(READING,), notify=unheard, clock=clock)
        assert send_at_once(transport, provider, 24) == [200] * 24
    assert provider.most == 8
    assert clock.slept == []


def test_a_refusal_halves_what_is_under_way() -> None:
    """Eight that were refused together go again in twice four, after one wait, told once."""
    provider = Crowd(8, 4, 4)
    provider.odd["database"].extend([LIMITED] * 8)
    notices: list[str] = []
    clock = SettledClock()
    with listening(provider):
        transport = Transport(
            permits=(READING,),
            notify=notices.append,
            trace=clock.heard.append,
            clock=clock,
            chance=lambda: 0.5,
        )
        clock.sent = lambda: transport.spent().total
        assert send_at_once(transport, provider, 8) == [200] * 8
    assert clock.slept == [40.5]
    assert len(notices) == 1
    assert transport.spent().requests["database"] == 16
    assert transport.spent().retries == 8
    assert transport.spent().waited == {"auth": 0, "api": 0, "database": 40.5}


@pytest.mark.parametrize("concurrency", [1, 2, 8])
def test_every_place_is_given_back(provider: Provider, clock: PlainClock, concurrency: int) -> None:
    """Whatever comes of 300 requests of 16 threads, all of them end, and the next one goes."""
    faults = [DROPPED, LIMITED, reply(502, ""), reply(200, {}), reply(404, ""), truncated(b"{")]
    provider.odd["database"].extend(faults * 25)
    transport = Transport(
        permits=(READING,),
        notify=unheard,
        countdown=lambda _why, _left: None,
        clock=clock,
        budget=Budget(concurrency=concurrency, database=60),
    )

    def ask(_: int) -> str:
        try:
            return str(transport.send(resource(provider)).status)
        except ApiError as error:
            clock.go_on(60)
            return str(error)

    with ThreadPoolExecutor(16) as threads:
        assert len(list(threads.map(ask, range(300)))) == 300
    assert [ask(0) for _ in range(9)][-1] == "200"


def test_who_sleeps_is_not_in_the_way(provider: Provider) -> None:
    """A request that rests before its next try leaves its place to others."""
    clock = HeldClock()
    transport = Transport(
        permits=(READING,), notify=unheard, clock=clock, budget=Budget(concurrency=1)
    )
    provider.odd["database"].append(reply(502, ""))
    with ThreadPoolExecutor(1) as threads:
        rests = threads.submit(transport.send, resource(provider))
        assert clock.asleep.wait(10)
        assert transport.send(resource(provider)).status == 200
        clock.wake.set()
        assert rests.result(10).status == 200


@pytest.fixture
def slow(provider: Provider) -> Iterator[threading.Event]:
    """The database host's first answer waits for this."""
    release = threading.Event()
    provider.odd["database"].append(Reply(raw=reply(200, {}).raw, wait=release))
    yield release
    release.set()


def narrow(stop: threading.Event) -> Transport:
    """A transport with one request at a time on the database host, on the machine's clock."""
    return Transport(
        permits=(GROUNDWORK, READING),
        notify=unheard,
        stop=stop,
        budget=Budget(concurrency=1),
    )


def until_one_is_under_way(provider: Provider) -> None:
    """Wait for the first request to arrive."""
    while not provider.sent("database"):
        time.sleep(0.002)


def test_a_stop_ends_the_wait_for_others(provider: Provider, slow: threading.Event) -> None:
    """What is under way may end; what waits for its turn is not sent any more."""
    stop = threading.Event()
    transport = narrow(stop)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(transport.send, resource(provider))
        until_one_is_under_way(provider)
        second = threads.submit(transport.send, resource(provider))
        assert transport.send(listing(provider)).status == 200
        time.sleep(0.05)
        stop.set()
        with pytest.raises(ApiError, match="interrupted while waiting"):
            second.result(10)
        slow.set()
        assert first.result(10).status == 200
    assert transport.spent().requests["database"] == 1


def test_what_is_sent_although_the_run_stops_waits_for_its_turn(
    provider: Provider, slow: threading.Event
) -> None:
    """The second half of a replacement is not lost because the limit was narrow."""
    stop = threading.Event()
    transport = narrow(stop)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(transport.send, resource(provider))
        until_one_is_under_way(provider)
        stop.set()
        second = threads.submit(transport.send, resource(provider))
        time.sleep(0.05)
        slow.set()
        assert first.result(10).status == 200
        assert second.result(10).status == 200


@pytest.mark.parametrize("stopped", [True, False])
def test_closing_ends_the_wait_for_others(
    provider: Provider, slow: threading.Event, stopped: bool
) -> None:
    """Nobody waits for a place behind a closed door."""
    stop = threading.Event()
    transport = narrow(stop)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(transport.send, resource(provider))
        until_one_is_under_way(provider)
        if stopped:
            stop.set()
        second = threads.submit(transport.send, resource(provider))
        time.sleep(0.05)
        transport.close()
        for ended in (first, second):
            with pytest.raises(ApiError):
                ended.result(10)
    assert transport.spent().requests["database"] == 1
    assert not slow.is_set()
