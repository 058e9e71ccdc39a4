"""The server as a process: its address, its limit, its start and its end."""

from __future__ import annotations

import signal
import socket
import threading
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from api.provider_client import FLEET, ProviderClient, SimulatedClock

from scalingo_sandbox import Announcement, FleetError, PortInUse, Sandbox, running, serve
from scalingo_sandbox.rate_limit import RateLimit

# -- the Host header ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_loopback_names_are_served(client: ProviderClient, name: str) -> None:
    """Every name of the loopback, with the right port."""
    host = f"{name}:{urlsplit(client.url).port}"
    assert client.send("GET", "/v1/regions", headers={"Host": host}).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}", ""]
)
@pytest.mark.parametrize("path", ["/v1/regions", "/_sandbox/health", "/"])
def test_other_names_are_refused(client: ProviderClient, host: str, path: str) -> None:
    """A page that points its own name at the loopback gets nothing, not even the health."""
    named = host.format(port=urlsplit(client.url).port)
    answer = client.send("GET", path, headers={"Host": named})
    assert (answer.status, answer.document.keys()) == (421, {"error"})


def test_there_are_no_cors_headers(client: ProviderClient) -> None:
    """No page of another origin may read an answer."""
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for method in ("GET", "OPTIONS"):
        answer = client.send(method, "/v1/regions", headers=headers)
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_it_listens_on_the_loopback_only(sandbox: Sandbox) -> None:
    """The URL names the literal address, and another address of the machine does not answer."""
    address = urlsplit(sandbox.url)
    assert address.hostname == "127.0.0.1"
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", int(address.port or 0)), timeout=1)


def test_a_path_of_no_host_is_a_404_and_not_counted(
    client: ProviderClient, sandbox: Sandbox
) -> None:
    """What none of the three hosts would serve is not found."""
    answer = client.send("GET", "/favicon.ico")
    assert (answer.status, answer.document["resource"]) == (404, "route")
    assert sum(sandbox.requests()["counts"].values()) == 0


def test_a_huge_body_is_refused(client: ProviderClient) -> None:
    """A body beyond all measure is a 413, not a full memory."""
    answer = client.send("POST", "/v1/tokens/exchange", body=b" " * (9 * 1024 * 1024))
    assert answer.status == 413


# -- the request limit ----------------------------------------------------------------------------


def test_the_limit_has_fixed_windows() -> None:
    """A window is a whole minute of the epoch, and a new one starts from nothing."""
    now = 119.0
    limit = RateLimit(2, now=lambda: now)
    assert [limit.admits() for _ in range(3)] == [True, True, False]
    now = 120.0
    assert [limit.admits() for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize("per_minute", [None, 0])
def test_a_limit_can_be_none(per_minute: int | None) -> None:
    """Both None and 0 admit everything."""
    limit = RateLimit(per_minute, now=lambda: 0.0)
    assert all(limit.admits() for _ in range(1000))


def test_the_limit_is_for_the_api_host() -> None:
    """Beyond it the API host answers the plain-text 429, until the next whole minute begins."""
    clock = SimulatedClock(seconds=1_767_603_659.0)
    with running(FLEET, rate_limit=2, now=clock) as sandbox:
        client = ProviderClient(url=sandbox.url, token=sandbox.token)
        user = client.user_token()
        statuses = [client.send("GET", "/v1/apps", bearer=user).status for _ in range(2)]
        assert statuses == [200, 200]
        answer = client.send("GET", "/v1/apps", bearer=user)
        assert (answer.status, answer.body) == (429, b"Retry later")
        assert "Retry-After" not in answer.headers
        assert [client.exchange().status for _ in range(3)] == [200, 200, 200]
        assert client.send("GET", "/v1/regions").status == 200
        assert client.send("GET", "/api/databases/ad-1", bearer=user).status == 404
        assert sandbox.requests()["counts"] == {"auth": 5, "api": 3, "database": 1}
        clock.seconds += 1
        assert client.send("GET", "/v1/apps", bearer=user).status == 200
        client.pool.clear()


# -- start and end --------------------------------------------------------------------------------


def test_a_taken_port_is_an_error_of_its_own(sandbox: Sandbox) -> None:
    """Both ways to start say which port is taken."""
    port = int(urlsplit(sandbox.url).port or 0)
    with pytest.raises(PortInUse, match=str(port)), running(FLEET, port=port):
        pass
    with pytest.raises(PortInUse, match=str(port)):
        serve(fleet=None, port=port, announce=lambda _: None)


def test_a_given_token_is_the_token(sandbox: Sandbox) -> None:
    """Without one, every sandbox makes its own."""
    with running(None, token="given") as given, running(None) as other:
        assert given.token == "given"
        assert other.token not in {sandbox.token, "given"}


def test_a_bad_fleet_file_is_a_readable_error(tmp_path: Path) -> None:
    """The error names the file, and each fault with its path on a line of its own."""
    path = tmp_path / "fleet.yaml"
    path.write_text("version: 1\nregion: 3\napps: [{name: a, colour: red}]\n")
    with pytest.raises(FleetError) as error:
        serve(fleet=path, announce=lambda _: None)
    assert str(error.value) == (
        f"{path}: 2 problems\n"
        "  region: expected a string, not an integer\n"
        "  apps[0]: unknown key 'colour'"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: [", "while parsing"),
        (b"\xff", "not UTF-8"),
        (b"a: 1\na: 2\n", "duplicate key"),
        (b"", "expected a mapping, not nothing"),
        (
            (
                b"version: 1\napps: [{name: a, addons: [{id: ad-1, engine: postgresql, "
                b"statements: [{query: q, calls: 1, mean_time: .nan}]}]}]"
            ),
            "mean_time: nan cannot",
        ),
        (None, "No such file"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_fleet_error(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    """No file is a traceback."""
    path = tmp_path / "fleet.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FleetError, match=message):
        serve(fleet=path, announce=lambda _: None)


def test_a_start_that_is_unwanted_serves_nothing() -> None:
    """It returns without a word, and its port is free again."""
    unwanted = threading.Event()
    unwanted.set()
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    said: list[Announcement] = []
    serve(fleet=None, port=port, unwanted=unwanted, announce=said.append)
    assert said == []
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def test_signals_are_given_back_and_an_ignored_one_stays_ignored() -> None:
    """A sandbox that was started to outlive its terminal does, until it is told to end."""
    heard: list[int] = []
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    of_ours = signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))

    def announce(_: Announcement) -> None:
        signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGTERM)

    try:
        serve(fleet=None, announce=announce)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGHUP, before)
        signal.signal(signal.SIGTERM, of_ours)
    assert heard == [signal.SIGTERM]


def test_a_request_that_waits_does_not_hold_up_the_end() -> None:
    """A stop waits a moment for answers under way, not for one that nobody releases."""
    with running(FLEET) as sandbox:
        sandbox.fault("hold", seconds=600)
        address = urlsplit(sandbox.url)
        connection = socket.create_connection(("127.0.0.1", int(address.port or 0)))
        connection.sendall(f"GET /v1/regions HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
        sandbox.wait_until_held()
        began = time.monotonic()
    assert time.monotonic() - began < 600
    connection.close()
