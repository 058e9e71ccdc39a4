"""The transport on real sockets: pacing, counting, keeping alive, ending."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from math import inf

import pytest
from unit.api.loopback import (
    DROPPED,
    NOW,
    PlainClock,
    Provider,
    Reply,
    reply,
    truncated,
    unheard,
)

from reconcile import __version__
from reconcile.api.clock import SteadyClock, SystemClock
from reconcile.api.retry import RetryPolicy
from reconcile.api.routes import GROUNDWORK, REGIONS, Request
from reconcile.api.sockets import Sockets
from reconcile.api.transport import Limits, Transport
from reconcile.errors import ApiError

FINE = reply(200, {"regions": []})
LIMITED = reply(429, "Retry later\n")


def ask(provider: Provider, base: str | None = None) -> Request:
    """A request that needs no credential."""
    return Request(route=REGIONS, base=base or provider.url)


@pytest.fixture
def transport(clock: PlainClock, notices: list[str]) -> Transport:
    """A transport on which nobody waits and chance is even."""
    return Transport(permits=(GROUNDWORK,), notify=notices.append, clock=clock, chance=lambda: 0.5)


def test_connections_are_kept_alive(provider: Provider, transport: Transport) -> None:
    """Many requests in turn need one connection, errors and empty answers included."""
    provider.odd["auth"].extend([FINE, reply(404, ""), reply(500, {"error": "x"}), FINE] * 5)
    for _ in range(20):
        transport.send(ask(provider))
    assert provider.connections == 1
    assert transport.spent().requests == {"auth": 20, "api": 0, "database": 0}


def test_every_request_says_who_asks(provider: Provider, transport: Transport) -> None:
    """The provider can tell the tool and its version from others."""
    transport.send(ask(provider))
    headers = provider.requests[0].headers
    assert headers["user-agent"] == f"reconcile/{__version__}"
    assert headers["accept"] == "application/json"
    assert "authorization" not in headers


def test_one_thread_that_is_limited_holds_back_the_others(
    provider: Provider, transport: Transport, notices: list[str]
) -> None:
    """Asking on would only use up the next window; the person hears of it once."""
    provider.odd["auth"].append(LIMITED)
    transport.send(ask(provider))
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _: transport.send(ask(provider)), range(64)))
    assert {answer.status for answer in answers} == {200}
    assert len(provider.requests) == 66
    assert len(notices) == 1


@pytest.mark.parametrize(
    "odd",
    [DROPPED, truncated(b"x"), reply(200, b"x" * 300_000), Reply(raw=b"\r\n\r\n", close=True)],
)
def test_broken_answers_do_not_use_up_the_connections(
    provider: Provider, clock: PlainClock, odd: Reply
) -> None:
    """The pool gets every connection back, however it ended."""
    transport = Transport(
        permits=(GROUNDWORK,),
        notify=unheard,
        clock=clock,
        limits=Limits(answer=50),
        policy=RetryPolicy(tries=1),
    )
    provider.odd["auth"].extend([odd, odd, odd, odd, reply(404, "")] * 10)
    for _ in range(10):
        for _ in range(4):
            with pytest.raises(ApiError, match="no answer"):
                transport.send(ask(provider))
        assert transport.send(ask(provider)).status == 404
    assert transport.send(ask(provider)).status == 200
    transport.close()


def test_closing_ends_what_waits_for_an_answer(provider: Provider) -> None:
    """An interrupted run does not hang on a slow server."""
    never = threading.Event()
    provider.odd["auth"].append(Reply(wait=never))
    transport = Transport(permits=(GROUNDWORK,), notify=unheard)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(transport.send, ask(provider))
        while not provider.requests:
            time.sleep(0.005)
        transport.close()
        with pytest.raises(ApiError):
            waiting.result()
    assert len(provider.requests) == 1
    with pytest.raises(ApiError, match="the connection is closed"):
        transport.send(ask(provider))
    never.set()


def test_a_stopped_run_does_not_wait_for_a_limit(provider: Provider) -> None:
    """With the machine's own clock: the minute is not waited out."""
    stop = threading.Event()
    stop.set()
    provider.odd["auth"].append(LIMITED)
    transport = Transport(permits=(GROUNDWORK,), notify=unheard, stop=stop)
    with pytest.raises(ApiError, match="interrupted while waiting"):
        transport.send(ask(provider))


def test_a_connection_that_comes_too_late_is_ended(provider: Provider) -> None:
    """Who was about to connect when all was closed does not keep the run waiting."""
    with socket.create_connection(("127.0.0.1", int(provider.url.rsplit(":", 1)[1]))) as late:
        sockets = Sockets()
        sockets.sever()
        sockets.add(late)
        assert late.recv(1) == b""


@pytest.mark.parametrize(
    ("left", "connect", "read", "whole"),
    [(inf, 5, 30, 120), (50, 5, 30, 50), (12, 5, 12, 12), (0.1, 1, 1, 1)],
)
def test_a_try_does_not_last_longer_than_the_run(
    left: float, connect: int, read: int, whole: int
) -> None:
    """But a second it gets, or it would not be worth sending."""
    assert Limits().within(left) == Limits(connect=connect, read=read, whole=whole)


def test_a_clock_whose_time_only_passes() -> None:
    """Set back or forward by an hour, it goes on from where it was."""
    clock = PlainClock()
    steady = SteadyClock(clock)
    times = []
    for passed, set_by in ((10, 0), (0, -3600), (5, 0), (0, 4000), (7200, 0)):
        clock.go_on(passed)
        clock.set(set_by)
        times.append(steady.now() - NOW)
    assert times == [10, 10, 15, 15, 7215]


def test_the_machines_clock_sleeps_and_can_be_woken() -> None:
    """A moment is waited for; a halted wait is none."""
    clock = SystemClock()
    begun = time.monotonic()
    clock.sleep(0.01, lambda: False)
    assert time.monotonic() - begun >= 0.01
    clock.sleep(3600, lambda: True)
    before = time.time()
    assert before <= clock.now() <= time.time()


@pytest.mark.parametrize(
    "base", ["http://nosuch.invalid", f"http://{'a' * 64}.invalid", "http://127.0.0.1:1"]
)
def test_a_host_that_is_not_there_is_a_sentence(transport: Transport, base: str) -> None:
    """No object of the HTTP library shows in a message."""
    with pytest.raises(ApiError) as caught:
        transport.send(Request(route=REGIONS, base=base))
    assert " object at 0x" not in str(caught.value)
    assert "Plain(" not in str(caught.value)
