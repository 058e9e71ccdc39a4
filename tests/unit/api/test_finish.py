"""The second half of a replacement: it is sent although the run is over."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from attrs import evolve
from unit.api.asking import change, resource
from unit.api.clocks import HeldClock
from unit.api.loopback import HOUR, PlainClock, Provider, reply, unheard

from reconcile.api.deadline import TimeUpError
from reconcile.api.reads import READING, connect_reading
from reconcile.api.retry import RetryPolicy
from reconcile.api.routes import GROUNDWORK, Request
from reconcile.api.surroundings import Surroundings
from reconcile.api.transport import Transport
from reconcile.api.writes import WRITING, Connection, connect_writing
from reconcile.errors import ApiError
from reconcile.model.request import RESOURCE, Effect, action
from reconcile.model.target import Target

LIMITED = reply(429, "Retry later\n", Retry_After="60")
OK = reply(200, {"ok": 1, "result": "ANSI"})
CHANGE = action("set-sqlmode", "ANSI", effect=Effect.CHANGE)


def finishing(provider: Provider) -> Request:
    """The second half of a change."""
    return evolve(change(provider), finish=True)


def transport_of(clock: PlainClock, **more: object) -> Transport:
    """A transport of a run that was interrupted, and whose time is over in a second."""
    stop = threading.Event()
    stop.set()
    named: dict[str, object] = {"stop": stop, "longest": 1.0, "chance": lambda: 0.5, **more}
    return Transport(
        permits=(GROUNDWORK, READING, WRITING),
        notify=unheard,
        clock=clock,
        **named,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("passed", [0.0, 2.0])
def test_a_limit_is_waited_for(provider: Provider, clock: PlainClock, passed: float) -> None:
    """Whether the time is over already or not."""
    transport = transport_of(clock)
    clock.go_on(passed)
    provider.odd["database"].extend([LIMITED, LIMITED, OK])
    assert transport.send(finishing(provider)).status == 200
    assert clock.slept == [60.5, 60.5]


def test_a_host_that_is_not_reached_is_tried_again(provider: Provider, clock: PlainClock) -> None:
    """As often as in a run that goes on."""
    transport = transport_of(clock)
    with pytest.raises(ApiError, match="connection refused"):
        transport.send(evolve(finishing(provider), base="http://127.0.0.1:1"))
    assert clock.slept == [0.5, 1.0, 2.0]


def test_its_waits_are_bounded(provider: Provider, clock: PlainClock) -> None:
    """Five minutes all together, however little each of them is."""
    transport = transport_of(clock, policy=RetryPolicy(limited_tries=99))
    provider.odd["database"].extend([LIMITED] * 9)
    assert transport.send(finishing(provider)).status == 429
    assert clock.slept == [60.5] * 4
    with pytest.raises(TimeUpError) as caught:
        transport_of(clock, policy=RetryPolicy(patience=0.0)).send(finishing(provider))
    assert str(caught.value) == "set-sqlmode of ad-1 was not sent: it took longer than 0 min"


def test_closing_ends_it(provider: Provider) -> None:
    """Nothing else does."""
    clock = HeldClock()
    transport = transport_of(clock)
    provider.odd["database"].append(LIMITED)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(transport.send, finishing(provider))
        assert clock.asleep.wait(10)
        transport.close()
        clock.wake.set()
        with pytest.raises(ApiError, match="was given up"):
            waiting.result(10)
    assert len(provider.requests) == 1


@pytest.fixture
def stop() -> threading.Event:
    """What interrupts the run."""
    return threading.Event()


@pytest.fixture
def surroundings(provider: Provider, clock: PlainClock, stop: threading.Event) -> Surroundings:
    """A run of at most a minute."""
    return Surroundings(
        environment=provider.environment,
        region=None,
        notify=unheard,
        clock=clock,
        stop=stop,
        longest=60.0,
    )


def target_of(connection: Connection) -> Target:
    """The provider's one database."""
    return connection.reads.targets.find(app="shop-web", addon="ad-1", engine=None)


def test_a_client_finishes_with_new_tokens(
    provider: Provider, surroundings: Surroundings, clock: PlainClock, stop: threading.Event
) -> None:
    """Both tokens ended, one ends once more, and limits are met on the way to each."""
    with connect_writing(surroundings) as connection:
        target = target_of(connection)
        clock.go_on(HOUR)
        stop.set()
        for attempt in (connection.writes.call, connection.reads.client.call):
            with pytest.raises(TimeUpError):
                attempt(target, CHANGE if attempt == connection.writes.call else RESOURCE)
        provider.odd["auth"].append(LIMITED)
        provider.odd["api"].extend([LIMITED, reply(503, "")])
        provider.odd["database"].extend([reply(401, {"error": "ended"}), LIMITED, OK])
        assert connection.writes.call(target, CHANGE, finish=True) == "ANSI"
        assert len(provider.sent("database")) == 3
        assert len(provider.sent("auth")) == 3


def test_a_deadline_can_be_lifted(
    provider: Provider, surroundings: Surroundings, clock: PlainClock
) -> None:
    """On every host, for whatever is sent from then on."""
    with connect_reading(surroundings) as reads:
        target = reads.targets.find(app="shop-web", addon="ad-1", engine=None)
        clock.go_on(60)
        with pytest.raises(TimeUpError):
            reads.client.call(target, RESOURCE)
        reads.lift_deadline()
        clock.go_on(HOUR)
        provider.odd["database"].append(reply(503, "", Retry_After="200"))
        assert reads.client.call(target, RESOURCE)
        assert len(provider.sent("api")) == 2


def test_a_change_is_waited_for_although_the_time_is_over(
    provider: Provider, clock: PlainClock
) -> None:
    """A read gets a second, a change all of the time that an answer may take."""
    late = threading.Event()
    provider.odd["database"].append(evolve(OK, wait=late))
    transport = transport_of(clock, longest=0.01, stop=threading.Event())
    timer = threading.Timer(1.2, late.set)
    timer.start()
    assert transport.send(change(provider)).status == 200
    timer.join()
    provider.odd["database"].append(evolve(OK, wait=threading.Event()))
    with pytest.raises(ApiError, match="nothing came in time"):
        transport_of(clock, longest=0.01, policy=RetryPolicy(tries=1)).send(resource(provider))


def test_no_change_begins_after_an_interrupt(provider: Provider, clock: PlainClock) -> None:
    """Also not the same one once more, after a refused token: only a second half does."""
    transport = transport_of(clock)
    with pytest.raises(ApiError, match="was not sent: the run was interrupted"):
        transport.send(change(provider))
    assert provider.requests == []
    assert transport.send(resource(provider)).status == 200


def test_a_change_that_was_refused_is_not_sent_again_after_an_interrupt(
    provider: Provider, clock: PlainClock
) -> None:
    """The token is renewed, and then somebody has asked to stop: a 401 proves that nothing was done."""
    stop = threading.Event()
    surroundings = Surroundings(
        environment=provider.environment,
        region=None,
        notify=unheard,
        clock=clock,
        stop=stop,
        trace=lambda line: stop.set() if "HTTP 401" in line else None,
    )
    with connect_writing(surroundings) as connection:
        target = connection.reads.targets.find(app="shop-web", addon="ad-1", engine=None)
        provider.odd["database"].append(reply(401, {"error": "ended"}))
        with pytest.raises(ApiError, match="was not sent: the run was interrupted"):
            connection.writes.call(target, CHANGE)
    assert len(provider.sent("database")) == 1
