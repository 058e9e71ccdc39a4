"""Whose certificates are trusted."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from unit.api.loopback import PlainClock, jwt, unheard

from reconcile.api.authorities import authorities, check_key_log
from reconcile.api.reads import connect_reading
from reconcile.api.sockets import shut
from reconcile.api.surroundings import Surroundings
from reconcile.errors import ApiError, UsageError
from reconcile.model.engine import Engine

# Each is a certificate for 127.0.0.1 that is its own authority, with its key next to it, until 4764.
OURS, OTHER = (Path(__file__).with_name("tls") / name for name in ("trusted.pem", "other.pem"))


@contextmanager
def tls_server(certificate: Path) -> Iterator[str]:
    """A server that gives an account token and nothing else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            with suppress(OSError), plain, context.wrap_socket(plain, server_side=True) as one:
                _receive(one)
                body = b'{"token": "' + jwt().encode() + b'"}'
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close"
                one.sendall(head.encode() + b"\r\n\r\n" + body)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _receive(one: ssl.SSLSocket) -> None:
    """Read a whole request: closing on an unread rest would reset the connection."""
    request = b""
    while not request.endswith(b"\r\n\r\n{}"):
        piece = one.recv(65536)
        if not piece:
            return
        request += piece


def complaint(url: str, **environment: str) -> str:
    """What a run says that gets an account token from a server, if it trusts it, and no more."""
    hosts = dict.fromkeys(("SCALINGO_AUTH_URL", "SCALINGO_API_URL", "SCALINGO_DB_URL"), url)
    surroundings = Surroundings(
        environment={**hosts, "SCALINGO_API_TOKEN": "tk-us-x", **environment},
        region=None,
        notify=unheard,
        clock=PlainClock(),
    )
    with connect_reading(surroundings) as reads, pytest.raises(ApiError) as caught:
        reads.targets.find(app="a", addon="ad-1", engine=Engine.MYSQL)
    return str(caught.value)


def test_a_private_authority_is_trusted_where_it_is_named() -> None:
    """The exchange came through: the addon's token is what the server does not know."""
    with tls_server(OURS) as url:
        assert complaint(url, RECONCILE_CA_FILE=str(OURS)) == (
            "POST /v1/apps/a/addons/ad-1/token: HTTP 200, answered without 'addon'"
        )


def test_no_other_authority_is_trusted() -> None:
    """Neither the system's beside it, nor another private one."""
    with tls_server(OURS) as url:
        for environment in ({}, {"RECONCILE_CA_FILE": str(OTHER)}):
            said = complaint(url, **environment)
            assert said.startswith("POST /v1/tokens/exchange: no answer from https://127.0.0.1")
            assert "its certificate cannot be verified: self-signed certificate" in said


def test_a_named_authority_is_trusted_in_place_of_the_systems() -> None:
    """Whoever names one wants no other."""
    with pytest.MonkeyPatch.context() as patch, tls_server(OURS) as url:
        patch.setenv("SSL_CERT_FILE", str(OURS))  # what OpenSSL takes for the system's
        assert "HTTP 200, answered without 'addon'" in complaint(url)
        assert "cannot be verified" in complaint(url, RECONCILE_CA_FILE=str(OTHER))


def test_a_bundle_may_hold_more_than_certificates(tmp_path: Path) -> None:
    """Comments in any script, and several authorities."""
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(f"# Főtanúsítvány\n{OURS.read_text()}\n# á\n{OURS.read_text()}", "utf-8")
    assert "BEGIN CERTIFICATE" in (authorities({"RECONCILE_CA_FILE": str(bundle)}) or "")


@pytest.mark.parametrize("environment", [{}, {"RECONCILE_CA_FILE": ""}])
def test_without_a_file_the_system_is_trusted(environment: dict[str, str]) -> None:
    """As every other program here trusts it."""
    assert authorities(environment) is None


def test_a_file_that_cannot_be_read_is_a_usage_error(tmp_path: Path) -> None:
    """Before any request, and with the reason; nothing is waited for, and nothing read without end."""
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(3 << 30)
    for place, reason in {
        tmp_path / "missing.pem": "no such file or directory",
        tmp_path: "is a directory",
        tmp_path / "pipe": "it is a pipe, not a regular file",
        Path("/dev/zero"): "it is a device, not a regular file",
        tmp_path / "large": "larger than 16777216 bytes",
    }.items():
        with pytest.raises(UsageError) as caught:
            authorities({"RECONCILE_CA_FILE": str(place)})
        assert str(caught.value) == (
            f"RECONCILE_CA_FILE names {str(place)!r}, which cannot be read: {reason}"
        )


def test_the_file_that_openssl_reads_is_looked_at(tmp_path: Path) -> None:
    """OpenSSL would wait for a pipe; it takes a missing file for none."""
    os.mkfifo(tmp_path / "pipe")
    for place, reason in {
        tmp_path / "pipe": "it is a pipe, not a regular file",
        tmp_path: "is a directory",
    }.items():
        with pytest.raises(UsageError, match=f"SSL_CERT_FILE names {str(place)!r}, .*: {reason}"):
            authorities({"SSL_CERT_FILE": str(place)})
    assert authorities({"SSL_CERT_FILE": str(tmp_path / "missing")}) is None
    assert authorities({"SSL_CERT_FILE": str(OURS)}) is None
    assert authorities({"SSL_CERT_FILE": str(tmp_path), "RECONCILE_CA_FILE": str(OURS)})


def test_a_key_log_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    """It is named as such; the library's own error names neither it nor the variable."""
    os.mkfifo(tmp_path / "pipe")
    for place, reason in {
        tmp_path / "no" / "log": "no such file or directory",
        tmp_path: "is a directory",
        tmp_path / "pipe": "it is a pipe",
    }.items():
        with pytest.raises(UsageError) as caught:
            check_key_log({"SSLKEYLOGFILE": str(place)})
        assert str(caught.value) == (
            f"SSLKEYLOGFILE names {str(place)!r}, which cannot be written to: {reason}"
        )
    for fine in ("", "/dev/null", str(tmp_path / "log")):
        check_key_log({"SSLKEYLOGFILE": fine})
    check_key_log({})


def test_a_key_log_is_looked_at_before_anything_is_sent(tmp_path: Path) -> None:
    """As the other variables are."""
    with pytest.raises(UsageError, match="SSLKEYLOGFILE names"):
        complaint("https://127.0.0.1:1", SSLKEYLOGFILE=str(tmp_path))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"certificate",
        b"\xff\x00\x30\x82",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    ],
)
def test_a_file_without_certificates_is_a_usage_error(tmp_path: Path, content: bytes) -> None:
    """It would trust nobody, and say so only when it is too late."""
    place = tmp_path / "ca.pem"
    place.write_bytes(content)
    with pytest.raises(UsageError, match=r"ca.pem', which holds no certificates: it has to be a"):
        connect_reading(
            Surroundings(
                environment={"RECONCILE_CA_FILE": str(place), "SCALINGO_API_TOKEN": "tk-us-x"},
                region=None,
                notify=unheard,
            )
        )


def test_what_is_shut_can_still_be_read_to_its_end() -> None:
    """Another thread may be reading from it: it finds the end, and no socket without TLS."""
    trusting = ssl.create_default_context(cafile=OURS)
    with tls_server(OURS) as url:
        place = ("127.0.0.1", int(url.rpartition(":")[2]))
        plain = socket.create_connection(place)
        with trusting.wrap_socket(plain, server_hostname=place[0]) as one:
            shut(one)
            assert one.version() is not None
            assert one.recv(1) == b""
