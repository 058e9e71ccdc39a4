"""One sandbox for the property tests of a process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from live import OPERATION, MovedClock

from scalingo_sandbox import Sandbox, running


@pytest.fixture(scope="session")
def clock() -> MovedClock:
    """The sandbox's clock."""
    return MovedClock()


@pytest.fixture(scope="session")
def sandbox(clock: MovedClock) -> Iterator[Sandbox]:
    """A sandbox on a socket, in which what takes time is not done before the clock is moved."""
    with running(None, operation_seconds=OPERATION, now=clock) as served:
        yield served


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the journals of all examples."""
    return tmp_path_factory.mktemp("state")
