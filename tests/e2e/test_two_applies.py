"""Two runs at once on one host, and somebody else between them: nobody's change is lost unsaid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from e2e.command import Command, Finished, changing, effects, live
from e2e.fleet import IOT, SHOP, SHOP_ADDON, SHOP_ORDER

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

APPLY = ("apply", "--yes")
RESOURCE = f"/api/databases/{SHOP_ADDON}"
POLICY = ("POST", "add-retention-policy")


@contextmanager
def _held(
    command: Command, sandbox: Sandbox, *arguments: str, after: int = 0, **match: object
) -> Iterator[list[Finished]]:
    """An apply that stands still at one of its requests during the block; then it ends."""
    ended: list[Finished] = []
    sandbox.fault("hold", match=match, after=after)
    with command.started(*arguments) as process:
        sandbox.wait_until_held()
        yield ended
        sandbox.release()
        ended.append(command.ended(process, *arguments))


def test_a_second_apply_leaves_the_databases_of_the_first_alone(
    command: Command, sandbox: Sandbox
) -> None:
    """It says which run is at work, does the rest, and counts what remains."""
    command.write(SHOP)
    with _held(command, sandbox, *APPLY, method="PATCH", path=RESOURCE) as first:
        (journal,) = command.journals()
        command.write(SHOP, IOT)
        second = command(*APPLY, status=2)
        assert f"run {journal.stem} (pid " in second.stdout
        assert "is at work on this database; nothing was sent" in second.stdout
        assert effects(sandbox) == [SHOP_ORDER[0], POLICY]
    assert first[0].status == 0, str(first[0])
    assert effects(sandbox) == [SHOP_ORDER[0], POLICY, *SHOP_ORDER[1:]]
    command("drift", status=0)


def test_a_killed_run_locks_nobody_out(command: Command, sandbox: Sandbox) -> None:
    """Its lock goes with it, whatever it was doing."""
    command.write(SHOP)
    sandbox.fault("hold", match={"method": "PATCH"})
    with command.started(*APPLY) as process:
        sandbox.wait_until_held()
        process.kill()
        process.communicate()
    sandbox.release(drop=True)
    command(*APPLY, status=0)
    assert effects(sandbox) == SHOP_ORDER


def test_a_single_change_waits_for_nobody(command: Command, sandbox: Sandbox) -> None:
    """It, too, is refused while an apply is at work on the database."""
    command.write(SHOP)
    with _held(command, sandbox, *APPLY, method="PATCH", path=RESOURCE):
        refused = command("databases", "create", "shop", "archive", status=2)
        assert "is at work on this database" in refused.stdout + refused.stderr
        assert effects(sandbox) == SHOP_ORDER[:1]


@pytest.mark.parametrize("number", range(3))
def test_two_that_begin_together_do_everything_once(
    command: Command, sandbox: Sandbox, number: int
) -> None:
    """Whoever is first does it; the other is told, or finds it done."""
    command.write(SHOP, IOT)
    sandbox.fault("delay", seconds=0.05 * number, match={"path": RESOURCE})
    with command.started(*APPLY) as one, command.started(*APPLY) as other:
        both = [command.ended(one, *APPLY), command.ended(other, *APPLY)]
    assert {run.status for run in both} <= {0, 2}, "\n".join(map(str, both))
    assert Counter(effects(sandbox)) == Counter([*SHOP_ORDER, POLICY])
    command("drift", status=0)


def test_two_that_cannot_know_of_each_other_do_everything_once(
    command: Command, sandbox: Sandbox
) -> None:
    """Without a common state directory the first finds made what it was about to make."""
    command.write(SHOP)
    with _held(command, sandbox, *APPLY, action_name="create-database") as first:
        command(*APPLY, "--state-dir", "elsewhere", status=0)
        assert effects(sandbox) == SHOP_ORDER
    assert first[0].status == 0, str(first[0])
    assert "already done: read again: it is so, by another hand" in first[0].stdout
    assert effects(sandbox) == SHOP_ORDER
    command("drift", status=0)


def test_what_somebody_else_wrote_meanwhile_is_shown_and_kept(
    command: Command, sandbox: Sandbox
) -> None:
    """Between the plan and the look: what was planned, what was expected, what is there now."""
    command.write(SHOP)
    with _held(command, sandbox, *APPLY, method="GET", path=RESOURCE, after=1) as runs:
        sandbox.change(SHOP_ADDON, sql_mode="ANSI_QUOTES")
    assert runs[0].status == 2, str(runs[0])
    assert "shop/sql_mode" in runs[0].stdout
    assert "live is no longer as the plan saw it" in runs[0].stdout
    assert "ANSI_QUOTES" in runs[0].stdout
    assert "set-sqlmode" not in [action for _method, _path, action in changing(sandbox)]
    assert live(sandbox, SHOP_ADDON)["sql_mode"] == "ANSI_QUOTES"


def test_three_at_once_end_as_the_specs_say(command: Command, sandbox: Sandbox) -> None:
    """An apply, a second one and somebody else: what is overwritten was in a plan that said so."""
    command.write(SHOP)
    with _held(command, sandbox, *APPLY, method="GET", path=RESOURCE, after=1) as first:
        sandbox.change(SHOP_ADDON, sql_mode="ANSI_QUOTES")
        second = command(*APPLY, "--format", "json", status=2).document()
        assert {one["result"] for one in second["outcomes"]} == {"blocked"}
    assert "ANSI_QUOTES" in first[0].stdout
    third = command(*APPLY, "--format", "json", status=0).document()
    (mode,) = [one for one in third["outcomes"] if one["address"] == "shop/sql_mode"]
    assert mode["result"] == "done"
    assert Counter(effects(sandbox)) == Counter(SHOP_ORDER)
