"""One sandbox per module, with a fresh fleet for every test, and the command that talks to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from e2e.busy import FLEET as BUSY
from e2e.busy import specs
from e2e.command import Command, command_in
from e2e.fleet import FLEET

from scalingo_sandbox import Sandbox, running


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    """A sandbox on a socket, for a whole module."""
    with running(FLEET, token="tk-canary-7Jq2mXw9KdP4sVb8") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox) -> Iterator[Sandbox]:
    """The module's sandbox as it was at the start."""
    served.clear_faults()
    served.put_fleet(FLEET)
    served.clear()
    yield served
    served.clear_faults()


@pytest.fixture
def busy(sandbox: Sandbox, command: Command) -> Sandbox:
    """The module's sandbox with a fleet in which there is something to operate on, and its specs."""
    sandbox.put_fleet(BUSY)
    sandbox.clear()
    command.write(*specs())
    return sandbox


@pytest.fixture
def command(sandbox: Sandbox, tmp_path: Path) -> Iterator[Command]:
    """The installed command in an empty project; afterwards no token may be found anywhere."""
    made = command_in(tmp_path, sandbox)
    yield made
    made.assert_no_secret()
