"""Answers that drip: each byte comes in time, and the last one never."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from unit.api.asking import change, resource
from unit.api.loopback import PlainClock, Provider, Reply, reply, unheard

from reconcile.api.reads import READING
from reconcile.api.routes import Request
from reconcile.api.transport import Transport
from reconcile.api.writes import WRITING
from reconcile.errors import ApiError, OutcomeUnknownError

HEAD = b"HTTP/1.1 200 Said\r\n"
STARTS = {
    "status": b"HTTP/1.1 200 Sa",
    "header": HEAD + b"X-Slow: ",
    "body": HEAD + b"Content-Length: 9999999\r\n\r\n",
    "chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nFFFFFF\r\n",
    "until closed": HEAD + b"\r\n",
}


@pytest.fixture
def ticks() -> PlainClock:
    """The clock by which answers are timed."""
    return PlainClock(0.0)


def transport_of(clock: PlainClock, ticks: PlainClock, longest: float | None = None) -> Transport:
    """A transport whose answers take no real time."""
    return Transport(
        permits=(READING, WRITING),
        notify=unheard,
        clock=clock,
        longest=longest,
        ticks=ticks.now,
    )


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_an_answer_that_drips_is_lost(
    provider: Provider, clock: PlainClock, ticks: PlainClock, start: bytes
) -> None:
    """Whichever part of it, and asked for once; for a change the provider may still be at it."""
    transport = transport_of(clock, ticks)
    drip = Reply(raw=start, drip=lambda: ticks.go_on(0.5))
    provider.odd["database"].extend([drip, drip])
    with pytest.raises(ApiError, match="the answer took too long"):
        transport.send(resource(provider))
    with pytest.raises(OutcomeUnknownError, match="the answer took too long") as caught:
        transport.send(change(provider))
    assert caught.value.under_way
    assert len(provider.requests) == 2
    assert transport.send(resource(provider)).status == 200


@pytest.mark.parametrize(
    ("ask", "words"),
    [(resource, "the answer took too long"), (change, "the answer ends too early")],
)
def test_a_read_that_drips_does_not_outlast_the_run(
    provider: Provider,
    clock: PlainClock,
    ticks: PlainClock,
    ask: Callable[[Provider], Request],
    words: str,
) -> None:
    """A change may, and here it loses its connection after 100 s."""

    def drip() -> None:
        ticks.go_on(0.5)
        if ticks.now() >= 100:
            raise OSError

    provider.odd["database"].append(Reply(raw=STARTS["body"], drip=drip))
    with pytest.raises(ApiError, match=words):
        transport_of(clock, ticks, longest=30).send(ask(provider))


def test_an_answer_that_drips_to_its_end_in_time_is_one(
    provider: Provider, clock: PlainClock, ticks: PlainClock
) -> None:
    """Two minutes are a long time."""

    def drip() -> None:
        ticks.go_on(0.5)
        if ticks.now() >= 100:
            raise OSError

    provider.odd["database"].append(Reply(raw=STARTS["until closed"], drip=drip))
    assert transport_of(clock, ticks).send(resource(provider)).status == 200


def test_closing_ends_an_answer_that_drips(
    provider: Provider, clock: PlainClock, ticks: PlainClock
) -> None:
    """Between two bytes."""
    dripping = threading.Event()
    provider.odd["database"].append(Reply(raw=STARTS["until closed"], drip=dripping.set))
    transport = transport_of(clock, ticks)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(transport.send, change(provider))
        assert dripping.wait(10)
        transport.close()
        with pytest.raises(OutcomeUnknownError, match="the connection was closed"):
            waiting.result(10)


def test_each_answer_has_its_own_time(
    provider: Provider, clock: PlainClock, ticks: PlainClock
) -> None:
    """On one connection, too."""
    transport = transport_of(clock, ticks)
    for _ in range(5):
        provider.odd["database"].append(reply(200, {"database": "x" * 100_000}))
        assert transport.send(resource(provider)).status == 200
        ticks.go_on(119)
    assert provider.connections == 1
