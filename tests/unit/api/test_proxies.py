"""Which proxy is asked, and that only the host behind it sees a token."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from unit.api.loopback import serving
from unit.api.test_authorities import OURS, complaint, tls_server

from reconcile.api.proxies import Proxies
from reconcile.errors import UsageError

PASSWORD = "proxy-canary-0123"


class ConnectProxy:
    """Leads every CONNECT to one place; `asked` are the heads of the requests."""

    def __init__(self, place: str, status: str = "200 Connected") -> None:
        self.asked: list[str] = []
        self._place = int(place.rpartition(":")[2])
        self._status = status
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def serve(self) -> None:
        """Take connections until closed."""
        while True:
            try:
                one, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._lead, args=(one,), daemon=True).start()

    def close(self) -> None:
        """Take no more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _lead(self, one: socket.socket) -> None:
        with suppress(OSError), one:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += one.recv(1)
            self.asked.append(head.decode())
            one.sendall(f"HTTP/1.1 {self._status}\r\n\r\n".encode())
            if not self._status.startswith("200"):
                return
            with socket.create_connection(("127.0.0.1", self._place)) as other:
                back = threading.Thread(target=_pass_on, args=(other, one), daemon=True)
                back.start()
                _pass_on(one, other)
                back.join(5)


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def proxying(place: str, status: str = "200 Connected") -> Iterator[ConnectProxy]:
    """A proxy that leads to a place while the block runs."""
    proxy = ConnectProxy(place, status)
    thread = threading.Thread(target=proxy.serve, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join(5)


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_host_is_reached_through_a_proxy(variable: str) -> None:
    """By CONNECT, so that the proxy sees neither token nor answer; its own password it does see."""
    with tls_server(OURS) as url, proxying(url) as proxy:
        login = {variable: f"http://ci:{PASSWORD}@127.0.0.1:{proxy.port}"}
        said = complaint(url, RECONCILE_CA_FILE=str(OURS), **login)
    assert said == "POST /v1/apps/a/addons/ad-1/token: HTTP 200, answered without 'addon'"
    sent = base64.b64encode(f"ci:{PASSWORD}".encode()).decode()
    for head in proxy.asked:
        assert head.startswith(f"CONNECT {url.removeprefix('https://')} HTTP/1.")
        assert f"\r\nProxy-Authorization: Basic {sent}\r\n" in head
        assert "tk-us-x" not in head
    assert proxy.asked


def test_the_proxys_certificate_is_not_the_hosts() -> None:
    """Through a proxy as without one, the host's certificate is verified."""
    with tls_server(OURS) as url, proxying(url) as proxy:
        said = complaint(url, HTTPS_PROXY=f"127.0.0.1:{proxy.port}")
    assert "its certificate cannot be verified" in said


def test_no_proxy_is_asked_for_a_host_that_needs_none() -> None:
    """NO_PROXY names it."""
    with tls_server(OURS) as url, proxying(url) as proxy:
        login = {"HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}", "NO_PROXY": "127.0.0.0/8"}
        said = complaint(url, RECONCILE_CA_FILE=str(OURS), **login)
    assert "answered without 'addon'" in said
    assert proxy.asked == []


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("407 Proxy Authentication Required", "407 Proxy Authentication Required"),
        ("403 Forbidden", "403 Forbidden"),
        (f"502 {PASSWORD}", "502 [hidden]"),
    ],
)
def test_a_proxy_that_refuses_is_named_without_its_password(status: str, words: str) -> None:
    """The host was never reached, and the message says by which way it was tried."""
    url = "https://auth.example.invalid"
    with proxying("127.0.0.1:1", status) as proxy:
        said = complaint(url, HTTPS_PROXY=f"http://ci:{PASSWORD}@127.0.0.1:{proxy.port}")
    assert said.startswith(f"POST /v1/tokens/exchange: no answer from {url}: through the proxy ")
    assert f"http://127.0.0.1:{proxy.port}: " in said
    assert words in said
    assert PASSWORD not in said


def test_a_proxy_that_is_not_there_is_named() -> None:
    """As a host would be."""
    said = complaint("https://auth.example.invalid", HTTPS_PROXY="http://127.0.0.1:1")
    assert said.endswith("through the proxy http://127.0.0.1:1: connection refused")


def test_plain_http_stays_on_this_machine() -> None:
    """It goes to a proxy on loopback, and to no other: its token could be read on the way."""
    with serving() as provider:
        near = Proxies.read({"http_proxy": "http://127.0.0.1:3128"})
        far = Proxies.read({"http_proxy": "http://proxy.example.com:3128"})
        assert near.proxy_of(provider.url) is not None
        assert far.proxy_of(provider.url) is None


HOST = "https://db-api.osc-fr1.scalingo.com"
NO_PROXY = [
    ("", HOST, False),
    ("*", HOST, True),
    ("scalingo.com", HOST, True),
    (".scalingo.com", HOST, True),
    ("*.scalingo.com", HOST, True),
    ("SCALINGO.COM", HOST, True),
    ("example.com, scalingo.com", HOST, True),
    ("example.com scalingo.com", HOST, True),
    ("db-api.osc-fr1.scalingo.com", HOST, True),
    ("scalingo.com:443", HOST, True),
    ("scalingo.com:8443", HOST, False),
    ("scalingo.com:8443", f"{HOST}:8443", True),
    ("ingo.com", HOST, False),
    ("api.osc-fr1.scalingo.com", HOST, False),
    ("10.0.0.0/8", HOST, False),
    ("10.0.0.0/8", "https://10.1.2.3", True),
    ("10.0.0.0/8", "https://11.1.2.3", False),
    ("10.1.2.3", "https://10.1.2.3", True),
    ("10.1.2.3:444", "https://10.1.2.3", False),
    ("10.1.2.3:443", "https://10.1.2.3", True),
    ("fd00::/8", "https://[fd00::1]", True),
    ("[fd00::1]:443", "https://[fd00::1]", True),
    ("[fd00::1]:444", "https://[fd00::1]", False),
    ("scalingo.com", f"{HOST}.", True),
    (",", HOST, False),
]


@pytest.mark.parametrize(("without", "base", "direct"), NO_PROXY)
@pytest.mark.parametrize("variable", ["no_proxy", "NO_PROXY"])
def test_what_is_asked_directly(variable: str, without: str, base: str, direct: bool) -> None:
    """A name and all that ends in it, an address, a net, each with a port if need be, or all."""
    proxies = Proxies.read({"HTTPS_PROXY": "http://proxy.example.com:3128", variable: without})
    assert (proxies.proxy_of(base) is None) is direct


def test_small_letters_come_first() -> None:
    """As for curl; an empty value counts as none, and a port may be left out."""
    environment = {"https_proxy": "one.example.com", "HTTPS_PROXY": "two.example.com"}
    proxy = Proxies.read(environment).proxy_of(HOST)
    assert proxy is not None
    assert proxy.url == "http://one.example.com:80"
    assert Proxies.read({"https_proxy": "", "HTTPS_PROXY": " "}).proxy_of(HOST) is None


@pytest.mark.parametrize(
    "value",
    [
        f"socks5://ci:{PASSWORD}@127.0.0.1:1080",
        f"http://ci:{PASSWORD}@127.0.0.1:port",
        f"http://ci:{PASSWORD}@",
        f"http://ci:{PASSWORD}@proxy/path",
    ],
)
def test_what_is_no_proxy_is_refused_before_any_request(value: str) -> None:
    """By the name of its variable, without its value."""
    with pytest.raises(UsageError, match=r"^https_proxy is not ") as caught:
        Proxies.read({"https_proxy": value})
    assert PASSWORD not in str(caught.value)
