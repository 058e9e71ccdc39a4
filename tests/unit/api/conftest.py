"""What the tests of the API room share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from unit.api.loopback import PlainClock, Provider, serving

from reconcile.api.surroundings import Surroundings
from reconcile.api.writes import Connection, connect_writing


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider with one application and its MySQL addon."""
    with serving() as one:
        yield one


@pytest.fixture
def clock() -> PlainClock:
    """A clock on which nobody waits."""
    return PlainClock()


@pytest.fixture
def notices() -> list[str]:
    """What the client told."""
    return []


@pytest.fixture
def connection(provider: Provider, clock: PlainClock, notices: list[str]) -> Iterator[Connection]:
    """A connection that reads and writes."""
    with connect_writing(
        Surroundings(
            environment=provider.environment, region=None, notify=notices.append, clock=clock
        )
    ) as one:
        yield one


@pytest.fixture
def tokens(tmp_path: Path) -> Path:
    """Where tokens are kept."""
    return tmp_path / "cache" / "tokens"


@pytest.fixture
def surroundings(
    provider: Provider, clock: PlainClock, notices: list[str], tokens: Path
) -> Surroundings:
    """Of a run that keeps its tokens."""
    return Surroundings(
        environment=provider.environment,
        region=None,
        notify=notices.append,
        clock=clock,
        tokens=tokens,
    )
