"""What the installed command does and says, step by step; read the files under `files/`."""

from __future__ import annotations

import pytest
from blackbox.harness import Scenario, played
from blackbox.scenarios import SCENARIOS
from e2e.command import Command
from golden.comparison import Golden

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more


@pytest.mark.parametrize(("name", "scenario"), SCENARIOS.items(), ids=SCENARIOS)
def test_behaves_as_it_did(
    name: str,
    scenario: Scenario,
    command: Command,
    sandbox: Sandbox,
    golden: Golden,
) -> None:
    """Exit statuses, streams, reports and requests, byte for byte."""
    golden.check(f"{name}.txt", played(scenario, command, sandbox))


def test_every_file_has_its_scenario(golden: Golden) -> None:
    """None is left over from a scenario that is gone."""
    assert golden.left_over(f"{name}.txt" for name in SCENARIOS) == []
