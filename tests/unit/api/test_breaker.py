"""When a host that fails is left alone, and how it is found to be back."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from attrs import evolve
from unit.api.asking import change, regions, resource
from unit.api.clocks import HeldClock
from unit.api.loopback import DROPPED, PlainClock, Provider, Reply, reply, truncated, unheard

from reconcile.api.breaker import LeftAloneError
from reconcile.api.deadline import TimeUpError
from reconcile.api.reads import READING
from reconcile.api.retry import FailureKind, RetryPolicy
from reconcile.api.routes import GROUNDWORK
from reconcile.api.transport import Transport
from reconcile.api.try_result import HostStatus, NoAnswer, host_status
from reconcile.api.writes import WRITING
from reconcile.errors import ApiError, OutcomeUnknownError

REFUSED = "the database host refused 6 times in a row (429); it is probed again in 60 s"
OPEN = "the database host failed 5 times in a row; it is probed again in 60 s"


@pytest.mark.parametrize("failure", [one for one in FailureKind if one is not FailureKind.LIMITED])
def test_whatever_keeps_an_answer_away_is_a_failure(failure: FailureKind) -> None:
    """A certificate that nobody vouches for as well."""
    answer = NoAnswer(failure=failure, reason="", slow=False)
    assert host_status(answer) is HostStatus.FAILED


@pytest.fixture
def transport(clock: PlainClock) -> Transport:
    """A transport that tries once."""
    return Transport(
        permits=(GROUNDWORK, READING, WRITING),
        notify=unheard,
        clock=clock,
        policy=RetryPolicy(tries=1, limited_tries=1),
    )


def ask(transport: Transport, provider: Provider) -> str:
    """What comes of a request to the database host: a status or a sentence."""
    try:
        return str(transport.send(resource(provider)).status)
    except ApiError as error:
        return str(error)


def fail(transport: Transport, provider: Provider, times: int, how: Reply = DROPPED) -> None:
    """Have as many requests sent to the database host fail."""
    provider.odd["database"].extend([how] * times)
    answers = [ask(transport, provider) for _ in range(times)]
    assert not [answer for answer in answers if "was not sent" in answer or answer == "200"]


def is_open(transport: Transport, provider: Provider) -> bool:
    """Whether a request to the database host is not even sent."""
    before = len(provider.sent("database"))
    unsent = "was not sent" in ask(transport, provider)
    assert len(provider.sent("database")) == before + (not unsent)
    return unsent


@pytest.mark.parametrize(
    "how",
    [DROPPED, truncated(b"{"), Reply(raw=b"SSH-2.0\r\n", close=True)]
    + [reply(status, {"error": "x"}) for status in (500, 502, 503, 504)],
)
def test_five_failures_in_a_row_open_it(
    provider: Provider, transport: Transport, how: Reply
) -> None:
    """Nothing more is sent, and the sentence says why and until when."""
    fail(transport, provider, 5, how)
    with pytest.raises(ApiError) as caught:
        transport.send(resource(provider))
    assert str(caught.value) == f"GET /api/databases/ad-1 was not sent: {OPEN}"
    assert len(provider.sent("database")) == 5
    assert transport.spent().requests["database"] == 5


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 408, 409, 422, 425, 501])
def test_any_other_answer_begins_anew(
    provider: Provider, transport: Transport, status: int
) -> None:
    """A host that says no does its work."""
    fail(transport, provider, 4)
    provider.odd["database"].append(reply(status, {}))
    transport.send(resource(provider))
    fail(transport, provider, 4)
    assert not is_open(transport, provider)


def test_a_limit_neither_counts_nor_begins_anew(provider: Provider, transport: Transport) -> None:
    """It says nothing of whether the host is well."""
    fail(transport, provider, 4)
    fail(transport, provider, 3, reply(429, "Retry later\n"))
    fail(transport, provider, 1)
    assert is_open(transport, provider)


def test_hosts_fail_each_for_itself(provider: Provider, transport: Transport) -> None:
    """Tokens can still be had while the database host is down."""
    fail(transport, provider, 5)
    assert transport.send(regions(provider)).status == 200


def test_a_change_that_is_not_sent_was_certainly_not_made(
    provider: Provider, transport: Transport
) -> None:
    """A plain error: nothing is left open."""
    fail(transport, provider, 5)
    with pytest.raises(ApiError) as caught:
        transport.send(change(provider))
    assert type(caught.value) is LeftAloneError
    assert str(caught.value) == f"set-sqlmode of ad-1 was not sent: {OPEN}"


def test_a_change_that_fails_leaves_open_what_it_did(
    provider: Provider, transport: Transport
) -> None:
    """The fifth failure is a change that was sent: that is another matter."""
    fail(transport, provider, 4)
    provider.odd["database"].append(DROPPED)
    with pytest.raises(OutcomeUnknownError):
        transport.send(change(provider))
    assert is_open(transport, provider)


def test_it_is_probed_once_a_minute_until_an_answer_closes_it(
    provider: Provider, transport: Transport, clock: PlainClock
) -> None:
    """One request a minute finds out."""
    fail(transport, provider, 5)
    for minute in range(3):
        clock.go_on(59.5)
        with pytest.raises(ApiError, match=rf"failed {5 + minute} times .* again in 0 s"):
            transport.send(resource(provider))
        clock.go_on(0.5)
        fail(transport, provider, 1)
        assert is_open(transport, provider)
    assert len(provider.sent("database")) == 8
    clock.go_on(60)
    assert not is_open(transport, provider)
    fail(transport, provider, 4)
    assert not is_open(transport, provider)


def test_one_thread_probes_and_the_others_do_not(
    provider: Provider, transport: Transport, clock: PlainClock
) -> None:
    """While the probe is under way the host stays alone."""
    fail(transport, provider, 5)
    clock.go_on(60)
    release = threading.Event()
    provider.odd["database"].append(Reply(raw=reply(200, {}).raw, wait=release))
    with ThreadPoolExecutor(1) as threads:
        probe = threads.submit(transport.send, resource(provider))
        while len(provider.sent("database")) < 6:
            time.sleep(0.002)
        assert all(is_open(transport, provider) for _ in range(8))
        release.set()
        assert probe.result(10).status == 200
    assert not is_open(transport, provider)


def test_a_probe_that_is_limited_leaves_it_open(
    provider: Provider, transport: Transport, clock: PlainClock
) -> None:
    """The next one comes a minute later."""
    fail(transport, provider, 5)
    clock.go_on(60)
    provider.odd["database"].append(reply(429, "Retry later\n"))
    assert transport.send(resource(provider)).status == 429
    assert is_open(transport, provider)
    clock.go_on(60)
    assert not is_open(transport, provider)


def test_a_request_amid_its_tries_gets_its_own_last_error(
    provider: Provider, clock: PlainClock
) -> None:
    """Four tries of the first read and one of the second open it; neither says it was not sent."""
    transport = Transport(permits=(READING,), notify=unheard, clock=clock, chance=lambda: 0.5)
    provider.odd["database"].extend([DROPPED] * 4 + [reply(503, "down")] * 9)
    with pytest.raises(ApiError, match=r"no answer from .* the connection was closed"):
        transport.send(resource(provider))
    assert transport.send(resource(provider)).status == 503
    assert len(provider.sent("database")) == 5
    assert clock.slept == [0.5, 1, 2]
    with pytest.raises(ApiError, match="was not sent"):
        transport.send(resource(provider))


def test_a_request_that_rests_while_it_opens_is_not_sent_again(provider: Provider) -> None:
    """Others found out in the meantime; what it knows itself is what it says."""
    clock = HeldClock()
    transport = Transport(permits=(READING, WRITING), notify=unheard, clock=clock)
    provider.odd["database"].extend([reply(502, "")] + [DROPPED] * 4)
    with ThreadPoolExecutor(1) as threads:
        rests = threads.submit(transport.send, resource(provider))
        assert clock.asleep.wait(10)
        for _ in range(4):
            with pytest.raises(OutcomeUnknownError):
                transport.send(change(provider))
        clock.wake.set()
        assert rests.result(10).status == 502
    assert len(provider.sent("database")) == 5


def test_what_is_half_made_waits_for_the_probe(
    transport: Transport, provider: Provider, clock: PlainClock
) -> None:
    """The second half of a replacement is not left out because others failed: it is the probe."""
    fail(transport, provider, 5)
    sent = len(provider.sent("database"))
    request = evolve(change(provider), finish=True)
    assert transport.send(request).status == 200
    assert clock.slept[-1] == 60
    assert len(provider.sent("database")) == sent + 1


def test_a_host_that_refuses_for_ever_is_left_alone_by_all(
    provider: Provider, clock: PlainClock
) -> None:
    """A hundred requests of eight threads end after six refusals, not after six each."""
    transport = Transport(permits=(READING,), notify=unheard, clock=clock)
    provider.odd["database"].extend([reply(429, "Retry later", Retry_After="1")] * 1000)
    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(lambda _: ask(transport, provider), range(100)))
    assert len(provider.sent("database")) <= 6 * 8
    assert sum(clock.slept) <= 6 * 2
    assert set(said) <= {"429", f"GET /api/databases/ad-1 was not sent: {REFUSED}"}


@pytest.mark.parametrize("bound", [None, 7200])
def test_a_host_that_refuses_again_and_again_is_waited_for_ten_minutes(
    provider: Provider, clock: PlainClock, bound: float | None
) -> None:
    """In all, unless --max-wait says how long; each wait by itself was worth it."""
    transport = Transport(permits=(READING,), notify=unheard, clock=clock, chance=lambda: 0.0)
    transport.bound(bound)
    for _ in range(12):
        provider.odd["database"].extend([reply(429, "", Retry_After="59"), reply(200, {})])
    assert [ask(transport, provider) for _ in range(11)] == ["200"] * 10 + ["429"]
    with pytest.raises(TimeUpError, match="refused more for now, for 10 min in all"):
        transport.send(resource(provider))
    clock.go_on(60)
    assert ask(transport, provider) == "200"


def test_a_bound_holds_where_no_time_was_given(provider: Provider, clock: PlainClock) -> None:
    """The message ends with the hint; what a person said holds before and after."""
    transport = Transport(permits=(READING,), notify=unheard, clock=clock)
    transport.bound(60, ": --max-wait allows another time")
    assert ask(transport, provider) == "200"
    clock.go_on(60)
    with pytest.raises(TimeUpError) as caught:
        transport.send(resource(provider))
    assert str(caught.value).endswith("took longer than 1 min: --max-wait allows another time")
    transport.bound(None)
    assert ask(transport, provider) == "200"
    told = Transport(permits=(READING,), notify=unheard, clock=clock, longest=5)
    told.bound(1000)
    clock.go_on(5)
    with pytest.raises(TimeUpError, match=r"took longer than 5 s$"):
        told.send(resource(provider))
