"""Faults, as a client meets them on the socket."""

from __future__ import annotations

import socket
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from api.provider_client import MYSQL, POSTGRESQL, ProviderClient

from scalingo_sandbox import Sandbox

CREATE = {"action_name": "create-database", "params": {"database_name": "audit"}}
ACTION = f"/api/databases/{MYSQL}/action"


def _names(client: ProviderClient) -> list[str]:
    return [logical["name"] for logical in client.result(MYSQL, "list-databases")]


def _raw(client: ProviderClient, document: str) -> bytes:
    """Send an action over a bare socket; give every byte until the server closes it."""
    token = client.addon_token(MYSQL)
    address = urlsplit(client.url)
    request = (
        f"POST {ACTION} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Length: {len(document)}\r\n\r\n{document}"
    )
    received = b""
    with socket.create_connection(("127.0.0.1", int(address.port or 0)), timeout=60) as connection:
        connection.sendall(request.encode())
        while part := connection.recv(65536):
            received += part
    return received


CREATE_TEXT = '{"action_name": "create-database", "params": {"database_name": "audit"}}'


@pytest.mark.parametrize(("kind", "effect"), [("drop-before", False), ("drop-after", True)])
def test_a_drop_closes_the_socket_without_a_byte(
    client: ProviderClient, sandbox: Sandbox, kind: str, effect: bool
) -> None:
    """Nothing is answered; only drop-after has had its effect, and the log knows."""
    sandbox.fault(kind, match={"action_name": "create-database"})
    assert _raw(client, CREATE_TEXT) == b""
    last = sandbox.requests()["requests"][-1]
    assert (last["status"], last["changes"], last["effect"]) == (None, True, effect)
    assert ("audit" in _names(client)) is effect


def test_a_truncated_answer_promises_more_than_it_sends(
    client: ProviderClient, sandbox: Sandbox
) -> None:
    """The Content-Length is larger than the body, then the connection ends; the effect is there."""
    sandbox.fault("truncate", match={"host": "database"})
    head, _, body = _raw(client, CREATE_TEXT).partition(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    (length,) = [int(line.split(":")[1]) for line in lines if line.startswith("content-length:")]
    assert 0 < len(body) < length
    assert "audit" in _names(client)


def test_a_429_is_plain_text(client: ProviderClient, sandbox: Sandbox) -> None:
    """It is the provider's: `Retry later`, no JSON, no Retry-After; and nothing happened."""
    token = client.addon_token(MYSQL)
    sandbox.fault("status", status=429, match={"host": "database"})
    answer = client.send("POST", ACTION, CREATE, bearer=token)
    assert (answer.status, answer.body) == (429, b"Retry later")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "Retry-After" not in answer.headers
    assert sandbox.requests()["requests"][-1]["effect"] is False
    assert "audit" not in _names(client)


@pytest.mark.parametrize("status", [500, 503])
def test_a_status_has_a_json_error(client: ProviderClient, sandbox: Sandbox, status: int) -> None:
    """Any other status carries the body of the reference."""
    sandbox.fault("status", status=status)
    answer = client.exchange()
    assert (answer.status, answer.document.keys()) == (status, {"error"})


def test_html_is_what_a_proxy_would_say(client: ProviderClient, sandbox: Sandbox) -> None:
    """The body is a page, with the status that was asked for."""
    sandbox.fault("html", status=502, match={"path": "/v1/tokens/*"})
    answer = client.exchange()
    assert answer.status == 502
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.body.startswith(b"<html>")


def test_a_delay_takes_its_time_and_then_succeeds(client: ProviderClient, sandbox: Sandbox) -> None:
    """The answer is the real one, only later."""
    sandbox.fault("delay", seconds=0.3)
    began = time.monotonic()
    assert client.exchange().status == 200
    assert time.monotonic() - began >= 0.3


def _statuses(client: ProviderClient, count: int) -> list[int]:
    return [client.exchange().status for _ in range(count)]


def test_a_fault_spares_and_then_meets(client: ProviderClient, sandbox: Sandbox) -> None:
    """`after` requests pass, `times` are met, the rest pass."""
    sandbox.fault("status", status=500, after=1, times=2)
    assert _statuses(client, 5) == [200, 500, 500, 200, 200]


def test_a_fault_without_an_end_lasts_until_it_is_cleared(
    client: ProviderClient, sandbox: Sandbox
) -> None:
    """`times` null is for ever; the door itself is never met."""
    sandbox.fault("status", status=500, times=None)
    assert _statuses(client, 3) == [500, 500, 500]
    sandbox.clear_faults()
    assert _statuses(client, 1) == [200]


def test_faults_come_one_after_the_other(client: ProviderClient, sandbox: Sandbox) -> None:
    """Of two that match, the first asked for comes first."""
    sandbox.fault("status", status=500)
    sandbox.fault("status", status=503)
    assert _statuses(client, 3) == [500, 503, 200]


@pytest.mark.parametrize(
    ("match", "met"),
    [
        ({}, True),
        ({"host": "database"}, True),
        ({"host": "api"}, False),
        ({"method": "POST"}, True),
        ({"method": "GET"}, False),
        ({"path": f"/api/databases/{MYSQL}/*"}, True),
        ({"path": f"/api/databases/{POSTGRESQL}/*"}, False),
        ({"action_name": "get-sqlmode"}, True),
        ({"action_name": "set-sqlmode"}, False),
        ({"host": "database", "changes": False}, True),
        ({"host": "database", "changes": True}, False),
        ({"host": "database", "method": "POST", "action_name": "get-sqlmode"}, True),
        ({"host": "database", "method": "PATCH", "action_name": "get-sqlmode"}, False),
    ],
)
def test_a_fault_meets_only_what_it_is_for(
    client: ProviderClient, sandbox: Sandbox, match: dict[str, str | bool], met: bool
) -> None:
    """Everything that is named must fit."""
    token = client.addon_token(MYSQL)
    sandbox.fault("status", match=match)
    answer = client.send("POST", ACTION, {"action_name": "get-sqlmode"}, bearer=token)
    assert answer.status == (503 if met else 200)


@pytest.mark.parametrize(
    ("fault", "path"),
    [
        ({}, "kind"),
        ({"kind": "fire"}, "kind"),
        ({"kind": "status", "status": 200}, "status"),
        ({"kind": "status", "times": 0}, "times"),
        ({"kind": "delay", "seconds": "1"}, "seconds"),
        ({"kind": "status", "match": {"host": "moon"}}, "match.host"),
        ({"kind": "status", "match": {"colour": "red"}}, "match"),
    ],
)
def test_a_bad_fault_is_a_422(client: ProviderClient, fault: dict[str, Any], path: str) -> None:
    """The body names the path."""
    answer = client.door("POST", "faults", fault)
    assert answer.status == 422
    assert list(answer.document["errors"]) == [path]
