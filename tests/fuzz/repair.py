"""Digests and checksums made to fit, so that fuzzed content gets past them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator

from reconcile.apply.journal import CHECKSUM, checksum

KEY = "0123456789abcdef"


def resigned(content: bytes) -> Iterator[bytes]:
    """A plan file with its id made to fit, unsigned and signed; nothing of what holds no JSON."""
    try:
        document = json.loads(content)
        if not isinstance(document, dict):
            return
        document["id"] = hashlib.sha256(_canonical(document.get("body"))).hexdigest()
        document["signature"] = None
        yield json.dumps(document).encode()
        del document["signature"]
        value = hmac.new(KEY.encode(), _canonical(document), hashlib.sha256).hexdigest()
        document["signature"] = {"algorithm": "hmac-sha256", "value": value}
        yield json.dumps(document).encode()
    except (ValueError, RecursionError):
        return


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def resummed(content: bytes) -> bytes:
    """A journal whose lines have their checksums, as far as they are JSON."""
    return b"\n".join(_resummed_line(line) for line in content.split(b"\n"))


def _resummed_line(line: bytes) -> bytes:
    try:
        values = json.loads(line)
        if not isinstance(values, dict) or CHECKSUM not in values:
            return line
        values[CHECKSUM] = checksum(values)
        return json.dumps(values, sort_keys=True).encode()
    except (ValueError, RecursionError):
        return line
