"""Which bytes of a connection are the answer to which request, on raw sockets."""

from __future__ import annotations

import socket
import threading

import pytest
from unit.api.asking import change, regions
from unit.api.loopback import PlainClock, Provider, Reply, reply, unheard

from reconcile.api.reads import READING
from reconcile.api.retry import RetryPolicy
from reconcile.api.routes import GROUNDWORK, REGIONS, Request
from reconcile.api.transport import Limits, Transport
from reconcile.api.writes import WRITING
from reconcile.errors import ApiError, OutcomeUnknownError

HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
PROCESSING = b"HTTP/1.1 102 Processing\r\n\r\n"
FIRST, SECOND = reply(200, {"answer": 1}), reply(200, {"answer": 2})


@pytest.fixture
def transport(clock: PlainClock) -> Transport:
    """A transport that tries a request once."""
    return Transport(
        permits=(GROUNDWORK, READING, WRITING),
        notify=unheard,
        clock=clock,
        policy=RetryPolicy(tries=1),
        limits=Limits(read=5.0),
    )


@pytest.mark.parametrize(
    "interim", [HINTS, CONTINUE, PROCESSING, HINTS + HINTS, CONTINUE + PROCESSING + HINTS]
)
def test_interim_responses_are_not_the_answer(
    provider: Provider, transport: Transport, interim: bytes
) -> None:
    """Each request gets the answer that follows them, over one connection."""
    provider.odd["auth"].extend([Reply(raw=interim + FIRST.raw), SECOND])
    assert transport.send(regions(provider)).body == b'{"answer": 1}'
    assert transport.send(regions(provider)).body == b'{"answer": 2}'
    assert provider.connections == 1


def test_an_interim_response_without_an_answer_is_none(
    provider: Provider, transport: Transport
) -> None:
    """A lost answer of a change leaves its outcome unknown, whatever came before it."""
    provider.odd["auth"].append(Reply(raw=HINTS, close=True))
    provider.odd["database"].append(Reply(raw=PROCESSING, close=True))
    with pytest.raises(ApiError, match="no answer from"):
        transport.send(regions(provider))
    with pytest.raises(OutcomeUnknownError):
        transport.send(change(provider))


def test_a_switch_of_protocols_is_no_answer(provider: Provider, transport: Transport) -> None:
    """Nothing asks for it, and the connection serves no other request."""
    switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
    provider.odd["auth"].extend([Reply(raw=switch + FIRST.raw), SECOND])
    with pytest.raises(ApiError, match="the server switched to another protocol"):
        transport.send(regions(provider))
    assert transport.send(regions(provider)).body == b'{"answer": 2}'
    assert provider.connections == 2


@pytest.mark.parametrize(
    "more", [reply(200, {"answer": "nobody asked"}).raw, b"\r\n", b"HTTP/1.1 2", b"garbage"]
)
def test_what_follows_an_answer_at_once_is_no_answer(
    provider: Provider, transport: Transport, more: bytes
) -> None:
    """The next request goes over another connection: the rest may come at any time."""
    provider.odd["auth"].extend([Reply(raw=FIRST.raw + more), SECOND])
    assert transport.send(regions(provider)).body == b'{"answer": 1}'
    assert transport.send(regions(provider)).body == b'{"answer": 2}'
    assert provider.connections == 2


def test_what_follows_an_answer_later_is_no_answer(transport: Transport) -> None:
    """The pool sees that bytes wait that nobody asked for."""
    accepted: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for answer in (FIRST, SECOND):
                one, _ = listener.accept()
                accepted.append(one)
                one.recv(65536)
                one.sendall(answer.raw)

        thread = threading.Thread(target=serve)
        thread.start()
        port = listener.getsockname()[1]
        request = Request(route=REGIONS, base=f"http://127.0.0.1:{port}")
        assert transport.send(request).body == b'{"answer": 1}'
        accepted[0].sendall(reply(200, {"answer": "late"}).raw)
        assert transport.send(request).body == b'{"answer": 2}'
        thread.join(5)
    for one in accepted:
        one.close()


def test_two_lengths_are_no_length(provider: Provider, transport: Transport) -> None:
    """Which one holds cannot be known."""
    twice = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"
    provider.odd["auth"].extend([Reply(raw=twice), SECOND])
    with pytest.raises(ApiError, match="no answer from"):
        transport.send(regions(provider))
    assert transport.send(regions(provider)).body == b'{"answer": 2}'


def test_an_answer_that_came_too_late_is_not_that_of_the_next(
    provider: Provider, clock: PlainClock
) -> None:
    """A connection whose answer was not waited for is closed."""
    late = threading.Event()
    provider.odd["auth"].extend([Reply(raw=FIRST.raw, wait=late), SECOND])
    transport = Transport(
        permits=(GROUNDWORK,),
        notify=unheard,
        clock=clock,
        policy=RetryPolicy(tries=1),
        limits=Limits(read=0.05),
    )
    with pytest.raises(ApiError, match="nothing came in time"):
        transport.send(regions(provider))
    late.set()
    assert transport.send(regions(provider)).body == b'{"answer": 2}'
    assert provider.connections == 2
