"""What is blocked of a change blocks nothing else of it: several live hours, and backups off."""

from __future__ import annotations

import pytest
from e2e.command import Command, effects, live
from e2e.fleet import BACKUPS, SHOP_ADDON, SHOP_HEAD
from e2e.schemas import JSON, fits

from scalingo_sandbox import Sandbox

SEVERAL = {"enabled": False, "hours": [1, 13]}


@pytest.mark.parametrize("saved", [False, True], ids=["specs", "a saved plan"])
def test_backups_are_turned_on_and_their_hours_are_blocked(
    command: Command, sandbox: Sandbox, *, saved: bool
) -> None:
    """2, once and again: what can be done is done by the first apply, in one request."""
    sandbox.change(SHOP_ADDON, backups=SEVERAL)
    command.write(SHOP_HEAD + BACKUPS)
    command("plan", "--out", "saved.plan.json", status=0)
    apply = ("apply", "--yes", *JSON, *(("--plan", "saved.plan.json") if saved else ()))
    document = fits(command(*apply, status=2))
    assert [(one["address"], one["result"]) for one in document["outcomes"]] == [
        ("shop/backups", "done")
    ]
    assert live(sandbox, SHOP_ADDON)["backups"] == {"enabled": True, "hours": [1, 13]}
    assert effects(sandbox) == [("PATCH", None)]
    again = fits(command("apply", "--yes", *JSON, status=2))
    (database,) = again["databases"]
    assert [(one["type"], one["code"]) for one in database["items"]] == [("blocked", "P201")]
    assert effects(sandbox) == [("PATCH", None)]
