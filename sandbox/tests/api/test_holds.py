"""Requests that are held at a moment of their life, and let go from outside."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
import urllib3
from api.provider_client import MYSQL, ProviderClient
from servers.traces import comes_true

from scalingo_sandbox import Sandbox

ACTION = f"/api/databases/{MYSQL}/action"
CREATE = {"action_name": "create-database", "params": {"database_name": "audit"}}
MATCH = {"action_name": "create-database"}
WHEN = pytest.mark.parametrize("when", ["before", "after"])


def _names(client: ProviderClient) -> list[str]:
    return [logical["name"] for logical in client.result(MYSQL, "list-databases")]


class _Sending(threading.Thread):
    """Sends the creation; `came` is the status of the answer, or the error's name."""

    def __init__(self, client: ProviderClient) -> None:
        super().__init__(daemon=True)
        self._client = client
        self._token = client.addon_token(MYSQL)
        self.came: int | str | None = None

    def run(self) -> None:
        try:
            self.came = self._client.send("POST", ACTION, CREATE, bearer=self._token).status
        except urllib3.exceptions.HTTPError as error:
            self.came = type(error).__name__


@contextmanager
def _sending(client: ProviderClient, sandbox: Sandbox) -> Iterator[_Sending]:
    """A client that waits for an answer until it has one; nothing is held any more then."""
    sending = _Sending(ProviderClient(url=client.url, token=client.token))
    sending.start()
    try:
        yield sending
    finally:
        sandbox.clear_faults()
        sending.join(60)


@WHEN
def test_a_held_request_waits_on_its_side_of_the_effect(
    client: ProviderClient, sandbox: Sandbox, when: str
) -> None:
    """It is told, others are served meanwhile, and released it is answered as ever."""
    sandbox.fault("hold", when=when, match=MATCH)
    with _sending(client, sandbox) as sending:
        held = sandbox.wait_until_held()
        assert held == {
            "method": "POST",
            "path": ACTION,
            "action_name": "create-database",
            "when": when,
        }
        assert ("audit" in _names(client)) is (when == "after")
        assert sending.came is None
        assert sandbox.release() == [held]
        sending.join(60)
        assert sending.came == 200
    assert _names(client).count("audit") == 1
    assert sandbox.held() == []


@WHEN
def test_a_held_request_can_be_lost(client: ProviderClient, sandbox: Sandbox, when: str) -> None:
    """Dropped, it is never answered; it had its effect, or never will."""
    sandbox.fault("hold", when=when, match=MATCH)
    with _sending(client, sandbox) as sending:
        sandbox.wait_until_held()
        sandbox.release(drop=True)
        sending.join(60)
        assert sending.came == "ProtocolError"
    effect = when == "after"
    (noted,) = [one for one in sandbox.requests()["requests"] if one["changes"]]
    assert (noted["status"], noted["effect"]) == (None, effect)
    assert ("audit" in _names(client)) is effect


@WHEN
def test_a_held_request_goes_on_though_its_client_has_left(
    client: ProviderClient, sandbox: Sandbox, when: str
) -> None:
    """What has arrived is carried out, whether or not somebody waits for it."""
    token, address, body = client.addon_token(MYSQL), urlsplit(client.url), json.dumps(CREATE)
    sandbox.fault("hold", when=when, match=MATCH)
    with socket.create_connection(("127.0.0.1", int(address.port or 0))) as connection:
        head = f"POST {ACTION} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {token}"
        connection.sendall(f"{head}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
        sandbox.wait_until_held()
    assert len(sandbox.release()) == 1
    assert comes_true(lambda: "audit" in _names(client))


def test_nothing_is_held_for_ever(client: ProviderClient, sandbox: Sandbox) -> None:
    """Who forgets to release waits for as long as the fault says."""
    sandbox.fault("hold", seconds=0.05, match=MATCH)
    with _sending(client, sandbox) as sending:
        sending.join(60)
        assert sending.came == 200
    assert sandbox.held() == []


def test_waiting_for_a_held_request_ends(sandbox: Sandbox) -> None:
    """A request that never comes is an error of the test, in its words."""
    with pytest.raises(TimeoutError, match="no request was held within"):
        sandbox.wait_until_held(0.05)


def test_releasing_nothing_is_no_error(client: ProviderClient, sandbox: Sandbox) -> None:
    """The answer says that nothing was held; a word that is none is refused."""
    assert sandbox.release() == []
    answer = client.door("POST", "release", {"drop": "yes"})
    assert (answer.status, answer.document) == (400, {"error": "'drop' is neither true nor false"})
