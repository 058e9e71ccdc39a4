"""A real PostgreSQL server for the tests of this folder, and a database on it for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from engines_here import HERE
from sql.fleet import Place, Room

from scalingo_sandbox.servers.programs import Installed
from scalingo_sandbox.servers.server import Program, Server, Wish
from scalingo_sandbox.servers.servers import Servers

# Without standbys to come nothing could wait for one at its end.
_WITH_STANDBYS = ("-c", "wal_level=replica", "-c", "max_wal_senders=2")


@pytest.fixture(scope="session")
def servers() -> Iterator[tuple[Server, Server]]:
    """Two servers that have nothing in common."""
    found = HERE[Program.POSTGRESQL]
    assert isinstance(found, Installed)
    wishes = [
        Wish(key=key, program=Program.POSTGRESQL, options=_WITH_STANDBYS)
        for key in ("one", "other")
    ]
    with Servers({Program.POSTGRESQL: found}) as running:
        started = running.start(wishes)
        yield started["one"], started["other"]


@pytest.fixture
def place(servers: tuple[Server, Server]) -> Place:
    """A database of its own."""
    return Place.made(servers[0])


@pytest.fixture
def room() -> Room:
    """A run that has looked at nothing yet."""
    return Room()
