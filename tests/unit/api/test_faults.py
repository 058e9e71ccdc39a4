"""Everything that can come back instead of an answer, for a read and for a change."""

from __future__ import annotations

import socket

import pytest
from attrs import evolve, frozen
from unit.api.loopback import DROPPED, PlainClock, Provider, Reply, reply, truncated, unheard

from reconcile.api.reads import READING
from reconcile.api.retry import RetryPolicy
from reconcile.api.routes import ACTION, GROUNDWORK, Request
from reconcile.api.transport import Transport
from reconcile.api.writes import WRITING, Connection
from reconcile.errors import (
    AccessError,
    AnswerError,
    ApiError,
    NotFoundError,
    NotOfferedError,
    OutcomeUnknownError,
)
from reconcile.model.engine import Engine
from reconcile.model.request import RESOURCE, Call, Effect, action
from reconcile.model.target import Target

CHANGE = action("set-sqlmode", "ANSI", effect=Effect.CHANGE)
LIST = action("get-sqlmode", effect=Effect.READ)
HTML = "<html><head><title>Down for\n maintenance</title></head><body><h1>Sorry</h1></body></html>"
OK = reply(200, {"ok": 1, "result": "ANSI"})


def target_of(connection: Connection) -> Target:
    """The provider's one database."""
    return connection.reads.targets.find(app="shop-web", addon="ad-1", engine=Engine.MYSQL)


def call_either(connection: Connection, call: Call) -> object:
    """Send a call by the client that may."""
    client = connection.writes if call.effect is Effect.CHANGE else connection.reads.client
    return client.call(target_of(connection), call)


def within(levels: int) -> object:
    """A list in a list and so on, with nothing in the last one."""
    value: list[object] = []
    for _ in range(levels - 1):
        value = [value]
    return value


def nested(levels: int) -> str:
    """An action's success that goes so deep."""
    lists = levels - 1
    return f'{{"ok": 1, "result": {"[" * lists}{"]" * lists}}}'


@frozen
class Fault:
    """What comes back, and for a read and a change: requests sent, and the error or the result."""

    name: str
    replies: tuple[Reply, ...]
    read: tuple[int, object]
    change: tuple[int, object]
    words: str = ""


FAULTS = [
    Fault("fine", (OK,), (1, "ANSI"), (1, "ANSI")),
    Fault("fine with true", (reply(200, {"ok": True, "result": None}),), (1, None), (1, None)),
    Fault("fine whatever the status", (reply(500, {"ok": 1}),), (1, None), (1, None)),
    Fault("fine without result", (reply(201, {"ok": 1}),), (1, None), (1, None)),
    Fault("dropped once", (DROPPED, OK), (2, "ANSI"), (1, OutcomeUnknownError), "closed"),
    Fault("dropped", (DROPPED,) * 9, (4, ApiError), (1, OutcomeUnknownError), "closed"),
    Fault(
        "truncated",
        (truncated(b'{"ok": 1, "resu'),) * 9,
        (4, ApiError),
        (1, OutcomeUnknownError),
        "ends too early",
    ),
    Fault(
        "no HTTP",
        (Reply(raw=b"SSH-2.0-OpenSSH\r\n", close=True),) * 9,
        (4, ApiError),
        (1, OutcomeUnknownError),
    ),
    Fault(
        "HTML 503",
        (reply(503, HTML),) * 9,
        (4, ApiError),
        (1, OutcomeUnknownError),
        "HTTP 503, 'Down for maintenance'",
    ),
    Fault("502 once", (reply(502, ""), OK), (2, "ANSI"), (1, OutcomeUnknownError), "empty answer"),
    Fault("504 once", (reply(504, ""), OK), (2, "ANSI"), (1, OutcomeUnknownError)),
    Fault("408 once", (reply(408, ""), OK), (2, "ANSI"), (1, ApiError), "HTTP 408"),
    Fault("425 once", (reply(425, ""), OK), (2, "ANSI"), (1, ApiError), "HTTP 425"),
    Fault(
        "503 with Retry-After",
        (reply(503, "", Retry_After="20"), OK),
        (2, "ANSI"),
        (1, OutcomeUnknownError),
        "HTTP 503",
    ),
    Fault(
        "503 with a Retry-After that is too long",
        (reply(503, "", Retry_After="3000"), OK),
        (1, ApiError),
        (1, OutcomeUnknownError),
        "HTTP 503",
    ),
    Fault("empty 200", (reply(200, b""),), (1, AnswerError), (1, OutcomeUnknownError)),
    Fault("HTML 200", (reply(200, HTML),), (1, AnswerError), (1, OutcomeUnknownError), "Down for"),
    Fault("binary 200", (reply(200, b"\xff\xfe\0"),), (1, AnswerError), (1, OutcomeUnknownError)),
    Fault("deep 200", (reply(200, b"[" * 99_999),), (1, AnswerError), (1, OutcomeUnknownError)),
    *(
        Fault(f"{number} 200", (odd,), (1, AnswerError), (1, OutcomeUnknownError), "is due")
        for number in ("NaN", "Infinity", "-Infinity", "1e999", "-1e999")
        for odd in [reply(200, f'{{"ok": 1, "result": [{number}]}}')]
    ),
    Fault("1e308", (reply(200, '{"ok": 1, "result": 1e308}'),), (1, 1e308), (1, 1e308)),
    Fault(
        "101 levels",
        (reply(200, nested(101)),),
        (1, AnswerError),
        (1, OutcomeUnknownError),
        "HTTP 200, answered what is nested too deeply",
    ),
    Fault("900 levels", (reply(200, nested(900)),), (1, AnswerError), (1, OutcomeUnknownError)),
    Fault("100 levels", (reply(200, nested(100)),), (1, within(99)), (1, within(99))),
    Fault("null", (reply(200, None),), (1, AnswerError), (1, OutcomeUnknownError)),
    Fault("a list", (reply(200, [1]),), (1, AnswerError), (1, OutcomeUnknownError)),
    Fault("no ok", (reply(200, {"result": 1}),), (1, AnswerError), (1, OutcomeUnknownError)),
    Fault("ok is text", (reply(200, {"ok": "1"}),), (1, AnswerError), (1, OutcomeUnknownError)),
    Fault("ok is two", (reply(200, {"ok": 2}),), (1, AnswerError), (1, OutcomeUnknownError)),
    Fault("ok is null", (reply(200, {"ok": None}),), (1, AnswerError), (1, OutcomeUnknownError)),
    Fault(
        "not offered",
        (reply(200, {"ok": 0, "error": "no\nsuch action"}),),
        (1, NotOfferedError),
        (1, NotOfferedError),
        r"the provider refused it: 'no\nsuch action'",
    ),
    Fault(
        "not offered, false, with a status",
        (reply(422, {"ok": False, "error": "bad"}),),
        (1, NotOfferedError),
        (1, NotOfferedError),
        "'bad'",
    ),
    Fault(
        "not offered without a word",
        (reply(200, {"ok": 0}),),
        (1, NotOfferedError),
        (1, NotOfferedError),
        "no reason given",
    ),
    Fault(
        "limited once",
        (reply(429, "Retry later\n"), OK),
        (2, "ANSI"),
        (2, "ANSI"),
    ),
    Fault(
        "limited for ever",
        (reply(429, "Retry later\n"),) * 9,
        (6, ApiError),
        (6, ApiError),
        "HTTP 429, 'Retry later'",
    ),
    Fault("401 once", (reply(401, {"error": "expired"}), OK), (2, "ANSI"), (2, "ANSI")),
    Fault(
        "401 twice",
        (reply(401, {"error": "expired"}),) * 9,
        (2, AccessError),
        (2, AccessError),
        "of ad-1: HTTP 401, 'expired'",
    ),
    Fault("403", (reply(403, {"error": "no", "code": "x"}),), (1, AccessError), (1, AccessError)),
    Fault(
        "403 with ok", (reply(403, {"ok": 0, "error": "no"}),), (1, AccessError), (1, AccessError)
    ),
    Fault(
        "404",
        (reply(404, {"resource": "Database", "error": "not found"}),),
        (1, NotFoundError),
        (1, NotFoundError),
        "'Database: not found'",
    ),
    Fault("400", (reply(400, {"error": "bad JSON"}),), (1, ApiError), (1, ApiError), "'bad JSON'"),
    Fault(
        "402", (reply(402, {"error": "pay", "url": "u"}),), (1, ApiError), (1, ApiError), "'pay'"
    ),
    Fault("409", (reply(409, {"error": "busy"}),), (1, ApiError), (1, ApiError), "'busy'"),
    Fault(
        "422",
        (reply(422, {"errors": {"hour": ["too late", "odd"], "name": "x"}}),),
        (1, ApiError),
        (1, ApiError),
        "'hour: too late, odd; name: x'",
    ),
    Fault("422, odd", (reply(422, {"errors": ["x"]}),), (1, ApiError), (1, ApiError), "HTTP 422"),
    Fault(
        "500", (reply(500, {"error": "oops"}),), (1, ApiError), (1, OutcomeUnknownError), "'oops'"
    ),
    Fault("500, empty", (reply(500, ""),), (1, ApiError), (1, OutcomeUnknownError), "an empty"),
    Fault(
        "redirect",
        (reply(302, "", Location="http://127.0.0.1:1/x"),),
        (1, ApiError),
        (1, OutcomeUnknownError),
        "HTTP 302",
    ),
    Fault("not modified", (reply(304, ""),), (1, ApiError), (1, OutcomeUnknownError)),
]


@pytest.mark.parametrize("call", [LIST, CHANGE], ids=["read", "change"])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_costs_just_these_requests_and_says_what_it_was(
    provider: Provider, connection: Connection, fault: Fault, call: Call
) -> None:
    """A read is repeated within bounds; a change only if it certainly was not made."""
    target_of(connection)
    provider.odd["database"].extend(fault.replies)
    requests, expected = fault.read if call is LIST else fault.change
    if isinstance(expected, type):
        with pytest.raises(ApiError) as caught:
            call_either(connection, call)
        assert type(caught.value) is expected
        assert fault.words.replace("get-", "" if call is LIST else "set-")[-20:] in str(
            caught.value
        )
        assert "ad-1" in str(caught.value)
        assert not str(caught.value).endswith(".")
    else:
        assert call_either(connection, call) == expected
    assert len(provider.sent("database")) == requests
    assert connection.spent().requests["database"] == requests


@pytest.mark.parametrize("effect", Effect)
def test_a_refused_connection_is_tried_again_for_both(effect: Effect, clock: PlainClock) -> None:
    """What was never connected was never received."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    transport = Transport(
        permits=(READING, WRITING), notify=unheard, clock=clock, policy=RetryPolicy(tries=3)
    )
    name = "get-sqlmode" if effect is Effect.READ else "set-sqlmode"
    request = Request(
        route=ACTION,
        base=f"http://127.0.0.1:{port}",
        parameters={"addon": "ad-1"},
        document={"action_name": name},
        effect=effect,
    )
    with pytest.raises(ApiError, match="connection refused") as caught:
        transport.send(request)
    assert type(caught.value) is ApiError
    assert transport.spent().requests == {"auth": 0, "api": 0, "database": 3}
    assert len(clock.slept) == 2


@pytest.mark.parametrize("body", [{}, {"database": None}, {"database": []}, {"other": {}}, []])
def test_a_resource_of_another_shape_is_no_traceback(
    provider: Provider, connection: Connection, body: object
) -> None:
    """Only the root is looked at here; the rest is for those who know the fields."""
    target = target_of(connection)
    provider.odd["database"].append(reply(200, body))
    if body in ({"database": None}, {"database": []}):
        assert not connection.reads.client.call(target, RESOURCE)
        return
    with pytest.raises(AnswerError):
        connection.reads.client.call(target, RESOURCE)


def test_a_long_message_is_cut_and_made_safe(provider: Provider, connection: Connection) -> None:
    """A page of HTML or a hostile name does not fill or steer the terminal."""
    target = target_of(connection)
    provider.odd["database"].append(reply(500, {"error": "\x1b[31m\u202eab\n" + "x" * 5000}))
    with pytest.raises(ApiError) as caught:
        connection.reads.client.call(target, LIST)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 250
    assert r"\x1b[31m\u202eab\nxxx" in str(caught.value)


def test_the_words_of_a_refusal_are_kept_for_the_plan(
    provider: Provider, connection: Connection
) -> None:
    """`said` is the provider's own message, safe to show, without our frame."""
    target = target_of(connection)
    provider.odd["database"].append(reply(200, {"ok": 0, "error": "not\there"}))
    with pytest.raises(NotOfferedError) as caught:
        connection.reads.client.call(target, LIST)
    assert caught.value.said == r"not\there"


def test_a_change_marked_as_a_read_is_not_sent(provider: Provider, clock: PlainClock) -> None:
    """What decides about repeating cannot be got wrong by a caller."""
    transport = Transport(permits=(GROUNDWORK, READING, WRITING), notify=unheard, clock=clock)
    request = Request(
        route=ACTION,
        base=provider.url,
        parameters={"addon": "ad-1"},
        document={"action_name": "set-sqlmode"},
        effect=Effect.READ,
    )
    with pytest.raises(Exception, match="may not"):
        transport.send(request)
    with pytest.raises(Exception, match="may not"):
        transport.send(
            evolve(request, document={"action_name": "get-sqlmode"}, effect=Effect.CHANGE)
        )
    assert not provider.requests
