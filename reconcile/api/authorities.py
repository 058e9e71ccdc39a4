"""What a TLS connection takes from files that the environment names: authorities and a key log."""

from __future__ import annotations

import os
import ssl
import stat
from collections.abc import Mapping
from contextlib import suppress

from reconcile.errors import UsageError
from reconcile.files import read_file

CA_FILE = "RECONCILE_CA_FILE"
_SYSTEM_FILE = "SSL_CERT_FILE"
"""Read by OpenSSL in place of the system's file."""
_KEY_LOG = "SSLKEYLOGFILE"
"""Written by the TLS library of Python."""
_LARGEST = 16 << 20


def authorities(environment: Mapping[str, str]) -> str | None:
    """The certificates in the file that RECONCILE_CA_FILE names, as PEM; None for the system's.

    Raises UsageError where the file cannot be read or holds none.
    """
    path = environment.get(CA_FILE, "")
    if not path:
        _check_system_file(environment)
        return None
    # Bundles name authorities in comments, in any script; what counts is ASCII.
    pem = _content(CA_FILE, path).decode("ascii", errors="ignore")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError):
        raise UsageError(
            f"{CA_FILE} names {path!r}, which holds no certificates: it has to be a PEM file"
        ) from None
    return pem


def check_key_log(environment: Mapping[str, str]) -> None:
    """Raise UsageError where SSLKEYLOGFILE names a file that cannot be written to."""
    path = environment.get(_KEY_LOG, "")
    problem = _key_log_problem(path) if path else None
    if problem is not None:
        raise UsageError(f"{_KEY_LOG} names {path!r}, which cannot be written to: {problem}")


def _check_system_file(environment: Mapping[str, str]) -> None:
    """OpenSSL takes a missing file for none, but waits for a pipe."""
    path = environment.get(_SYSTEM_FILE, "")
    if path and os.path.exists(path):  # noqa: PTH110 - pathlib raises for some
        _content(_SYSTEM_FILE, path)


def _content(variable: str, path: str) -> bytes:
    try:
        return read_file(path, _LARGEST)
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise UsageError(f"{variable} names {path!r}, which cannot be read: {reason}") from None


def _key_log_problem(path: str) -> str | None:
    """Why the library could not write there, or would wait; it makes a new file just so."""
    with suppress(OSError):
        if stat.S_ISFIFO(os.stat(path).st_mode):  # noqa: PTH116 - as it is named
            return "it is a pipe"
    try:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC
        os.close(os.open(path, flags, 0o600))
    except OSError as error:
        return (error.strerror or "").lower()
    return None
