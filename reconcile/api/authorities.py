"""Whose certificates are trusted: the system's authorities, or those that the environment names."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path

from reconcile.errors import UsageError

CA_FILE = "RECONCILE_CA_FILE"


def authorities(environment: Mapping[str, str]) -> str | None:
    """The certificates in the file that RECONCILE_CA_FILE names, as PEM; None for the system's.

    Raises UsageError where the file cannot be read or holds none.
    """
    path = environment.get(CA_FILE, "")
    if not path:
        return None
    try:
        # Bundles name authorities in comments, in any script; what counts is ASCII.
        pem = Path(path).read_bytes().decode("ascii", errors="ignore")
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise UsageError(f"{CA_FILE} names {path!r}, which cannot be read: {reason}") from None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem)
    except (ssl.SSLError, ValueError):
        raise UsageError(
            f"{CA_FILE} names {path!r}, which holds no certificates: it has to be a PEM file"
        ) from None
    return pem
