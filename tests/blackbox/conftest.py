"""A sandbox with the fleet of a scenario, and the command that talks to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from blackbox.harness import Scenario
from e2e.command import Command, command_in

from scalingo_sandbox import Sandbox, running


@pytest.fixture
def sandbox(scenario: Scenario) -> Iterator[Sandbox]:
    """A sandbox with the fleet of the scenario, on a socket."""
    seconds = 0.0 if scenario.operations_end else 3600.0
    token = "tk-canary-7Jq2mXw9KdP4sVb8"
    with running(scenario.fleet, token=token, operation_seconds=seconds) as served:
        yield served


@pytest.fixture
def command(sandbox: Sandbox, tmp_path: Path) -> Iterator[Command]:
    """The installed command in an empty project; afterwards no token may be found anywhere."""
    project = tmp_path / "project"
    project.mkdir()
    made = command_in(project, sandbox)
    yield made
    made.assert_no_secret()
