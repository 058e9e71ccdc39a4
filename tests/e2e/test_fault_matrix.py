"""Whatever goes wrong with whichever request: no effect is lost or doubled, and it is said."""

from __future__ import annotations

from collections import Counter

import pytest
from covered.faults import TROUBLES, Trouble
from e2e.command import Command, effects
from e2e.fleet import IOT, SHOP, SHOP_ADDON

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

ONCE = Counter(
    {
        ("POST", "create-database"): 1,
        ("PATCH", None): 1,
        ("POST", "set-sqlmode"): 1,
        ("POST", "add-retention-policy"): 1,
    }
)
"""The effects of the two specs."""
RESOURCE = f"/api/databases/{SHOP_ADDON}"


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_the_command_goes_through_all_of_it(
    command: Command, sandbox: Sandbox, trouble: Trouble
) -> None:
    """Plan, apply, apply again: status, words, and in the end each effect once."""
    command = command.in_environment(RECONCILE_TOKEN_CACHE="on")
    command.write(SHOP, IOT)
    sandbox.fault(trouble.kind, match={"path": RESOURCE}, **trouble.details)
    planned = command("plan", "-v", status=1 if trouble.unread else 0)
    assert f"GET {RESOURCE}: {trouble.unread}" in planned.stdout or not trouble.unread
    assert ("1 retry" in planned.stderr) == trouble.repeated
    for name in ("create-database", "add-retention-policy"):
        sandbox.fault(trouble.kind, match={"action_name": name}, **trouble.details)
    reports = ("--report", "json=run.json", "--report", "text=run.txt")
    first = command("apply", "--yes", "-v", *reports, status=trouble.applied)
    for what in ("create-database of ad-shop", "add-retention-policy of ad-iot"):
        assert trouble.message(what) in first.stdout
    command("apply", "--yes", "-v", "--format", "json", status=0)
    assert Counter(effects(sandbox)) == ONCE
    # The fixture looks for all of these in streams, reports and journals.
    assert len(command.tokens) >= 3
    assert len(command.journals()) == 1 + (first.status != 0)
