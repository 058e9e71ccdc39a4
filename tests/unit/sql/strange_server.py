"""A server that speaks just enough of PostgreSQL's protocol to answer as a test wants.

Source: PostgreSQL manual, "Message Formats".
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from threading import Thread
from typing import BinaryIO

from attrs import frozen

from reconcile.sql.reads import SqlReads
from reconcile.sql.session import Patience

_INTEGER = 23
_IDLE, _IN_TRANSACTION = b"I", b"T"

Row = Sequence[bytes | None]


def message(kind: bytes, content: bytes) -> bytes:
    """One message: its kind, its length, what is in it."""
    return kind + struct.pack("!i", len(content) + 4) + content


def done(*tags: str) -> bytes:
    """Statements that were done and have no rows."""
    return b"".join(message(b"C", tag.encode() + b"\0") for tag in tags)


def _row(values: Row) -> bytes:
    cells = (
        struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value
        for value in values
    )
    return message(b"D", struct.pack("!h", len(values)) + b"".join(cells))


def rows(*values: Row) -> bytes:
    """The rows of a query; every column claims to hold a number."""
    width = len(values[0]) if values else 0
    column = b"c\0" + struct.pack("!ihihih", 0, 0, _INTEGER, -1, -1, 0)
    described = message(b"T", struct.pack("!h", width) + column * width)
    return described + b"".join(map(_row, values)) + done(f"SELECT {len(values)}")


def refusal(**fields: bytes) -> bytes:
    """An error, with the fields of its message by their letters."""
    content = b"".join(key.encode() + text + b"\0" for key, text in fields.items())
    return message(b"E", content + b"\0")


FINGERPRINT: Row = (b"170010", b"shop", b"16384", b"1790000000000000")
IDENTITY: Sequence[Sequence[Row]] = (
    [FINGERPRINT],
    [(b"f", b"shop_owner")],
    [(b"shop",), (b"postgres",)],
    [(b"plpgsql", b"1.0"), (b"pg_trgm", b"1.6")],
)
CATALOG: Sequence[Sequence[Row]] = (
    [(b"f", b"t")],
    [(b"pg_trgm",)],
    [
        (b"citext", b"1.6", b"t", b"t", b"", b"f"),
        (b"earthdistance", b"1.2", b"t", b"t", b"cube", b"t"),
    ],
    [(b"citext", b"1.6")],
    [(b"pg_trgm", b"1.7")],
    [(b"t", b'citext, "uuid-ossp"')],
    [
        (b"cube", b"t", b"earthdistance", b"1"),
        (b"pg_trgm", b"f", b"view v", b"3"),
        (b"pg_trgm", b"f", b"index i", b"3"),
    ],
    [(b'"$user", public', b"shop_owner")],
    [(b"pg_catalog",), (b"public",)],
)


def tables(them: Sequence[Sequence[Row]]) -> bytes:
    """The rows of several queries."""
    return b"".join(rows(*one) for one in them)


# By what is in a text, the first that is found: what an honest server says.
HONEST: Mapping[str, bytes] = {
    "BEGIN": done("BEGIN", "SET", "SET"),
    "pg_is_in_recovery": tables(IDENTITY),
    "rolsuper": tables(CATALOG),
    "server_version_num": rows(FINGERPRINT),
    "EXTENSION": done("CREATE EXTENSION"),
    "COMMIT": done("COMMIT"),
}


@frozen(kw_only=True)
class Strange:
    """A server that is there. `texts` are what it was sent, in order; `reads` leads to it."""

    texts: list[str]
    reads: SqlReads


@contextmanager
def serving(**answers: bytes | None) -> Iterator[Strange]:
    """Serve what an honest server says, but for the `answers`; None hangs up."""
    texts: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        script = {**HONEST, **answers}
        thread = Thread(target=_serve, args=(listening, script, texts), daemon=True)
        thread.start()
        yield Strange(texts=texts, reads=_reads(listening.getsockname()[1]))
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def _reads(port: int) -> SqlReads:
    dsn = f"postgresql://u:c4n4ry@127.0.0.1:{port}/shop?sslmode=disable&gssencmode=disable"
    environment = {"RECONCILE_ENV_ALLOW": "SHOP", "SHOP": dsn}
    return SqlReads(environment, patience=Patience(connect=5, session=5))


def _serve(listening: socket.socket, script: Mapping[str, bytes | None], texts: list[str]) -> None:
    while True:
        try:
            line, _ = listening.accept()
        except OSError:  # the end of the test
            return
        Thread(target=_converse, args=(line, script, texts), daemon=True).start()


def _converse(line: socket.socket, script: Mapping[str, bytes | None], texts: list[str]) -> None:
    with suppress(ConnectionError), line, line.makefile("rb") as heard:
        _taken(heard)
        encoding = message(b"S", b"client_encoding\0UTF8\0")
        line.sendall(message(b"R", struct.pack("!i", 0)) + encoding + message(b"Z", _IDLE))
        while heard.read(1) == b"Q":
            texts.append(_taken(heard).rstrip(b"\0").decode())
            answer = next(answer for part, answer in script.items() if part in texts[-1])
            if answer is None:
                return
            # A transaction that was not begun is not open; whatever else is said does not end it.
            begun = answer != script["BEGIN"] or answer == HONEST["BEGIN"]
            line.sendall(answer + message(b"Z", _IN_TRANSACTION if begun else _IDLE))


def _taken(heard: BinaryIO) -> bytes:
    """The content of the next message."""
    (length,) = struct.unpack("!i", heard.read(4))
    return heard.read(length - 4)
