"""One-off commands and backups that were killed: the next look says what became of them, once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import define
from e2e.busy import ORDERS
from e2e.command import Command, effects, journal_entries, until
from e2e.crash import KILLS, Kill, Moment, allowed, killed
from e2e.every_kind import FLEET, SPECS
from e2e.schemas import fits
from e2e.test_lost_orders import match

from scalingo_sandbox import Sandbox, running

pytestmark = pytest.mark.more

LOST, _LATER, ARRIVED = KILLS
DATABASES = {"reset": "shop", "upgrade": "shop"}
"""The handle of an order's database; `billing` for the others."""


def first_run(command: Command) -> dict[str, Any]:
    """The run that was killed, as `runs` tells of it."""
    document: dict[str, Any] = fits(command("runs", "--format", "json", status=0))["runs"][-1]
    return document


def settled(command: Command) -> str:
    """What a later run wrote of the order of the first one."""
    first, *later = command.journals()
    (found,) = {
        str(entry["result"])
        for path in later
        for entry in journal_entries(path)
        if entry["event"] == "settled" and entry["run"] == first.stem
    }
    return found


def interrupted(command: Command, sandbox: Sandbox, order: str, kill: Kill) -> str:
    """Kill an order at its request; give the handle of its database."""
    killed(command, sandbox, Moment(match=match(order)), kill, *ORDERS[order][0].split())
    return DATABASES.get(order, "billing")


@pytest.mark.parametrize("kill", [LOST, ARRIVED], ids=str)
@pytest.mark.parametrize("order", ORDERS)
def test_an_apply_settles_an_interrupted_order(
    command: Command, busy: Sandbox, order: str, kill: Kill
) -> None:
    """What reading tells is told, and what it does not is said once; nothing is sent again."""
    handle = interrupted(command, busy, order, kill)
    done = len(effects(busy))
    assert first_run(command)["state"] == "interrupted"
    look = ("apply", "--yes", "--only", handle)

    def is_settled() -> bool:
        assert "was interrupted while it did " in command(*look, status=0).stderr
        return bool(first_run(command)["settled_by"])

    until(is_settled, "what goes on has ended")
    expected = {"upgrade": "done" if kill.effect else "not done"}.get(order, "not known")
    assert settled(command) == expected
    assert "was interrupted" not in command(*look, status=0).stderr
    assert len(effects(busy)) == done


def test_another_order_settles_an_interrupted_one(command: Command, busy: Sandbox) -> None:
    """Of the same database, before it is asked for anything; its journal tells both."""
    interrupted(command, busy, "cancel", LOST)
    done = command(*ORDERS["stats reset"][0].split(), status=0)
    assert "was interrupted while it did cancel the query of pid 2000 on billing" in done.stderr
    assert "cannot be known" in done.stderr
    assert settled(command) == "not known"
    assert first_run(command)["settled_by"] == [command.journals()[1].stem]


def test_following_an_operation_settles_the_order_that_began_it(
    command: Command, busy: Sandbox
) -> None:
    """The wait was killed: `operation` goes on with it, and writes down how it ended."""
    busy.fault("hold", match={"path": "/api/operations/*"}, times=None)
    words = ORDERS["upgrade"][0].split()
    with command.started(*words) as process:
        busy.wait_until_held(60)
        process.kill()
        process.communicate()
    busy.release()
    busy.clear_faults()
    (journal,) = command.journals()
    (ident,) = (one["operation"] for one in journal_entries(journal) if one["event"] == "operation")
    done = command("operation", ident, "--database", "shop", status=0)
    assert "was interrupted while it did upgrade shop" in done.stderr
    assert settled(command) == "done"
    told = command("operation", ident, "--database", "shop", status=0).stderr
    assert "was interrupted" not in told


@define
class Clock:
    """The time of a sandbox, which goes ahead when it is told to."""

    ahead: float = 0.0

    def now(self) -> float:
        """Seconds of the epoch."""
        return time.time() + self.ahead


@pytest.fixture
def clock() -> Clock:
    """A clock that shows the time."""
    return Clock()


@pytest.fixture
def slow(clock: Clock) -> Iterator[Sandbox]:
    """A sandbox in which a backup takes ten minutes."""
    token = "tk-canary-7Jq2mXw9KdP4sVb8"
    with running(FLEET, token=token, operation_seconds=600, now=clock.now) as sandbox:
        yield sandbox


def backups(sandbox: Sandbox) -> list[str]:
    """The methods of the requests about backups."""
    sent = sandbox.requests()["requests"]
    return [one["method"] for one in sent if one["path"].endswith("/backups")]


@pytest.mark.parametrize("noted", [True, False], ids=["its id is known", "its id is lost"])
def test_a_run_killed_while_it_waits_for_a_backup_has_one(
    command: Command, slow: Sandbox, clock: Clock, noted: bool
) -> None:
    """The next run waits for the same backup, and changes nothing before it is done."""
    command = command.in_environment(SCALINGO_AUTH_URL=slow.url)
    command.write(*SPECS)
    arguments = (*allowed("shop"), "--backup-first")
    if not noted:
        moment = Moment(match={"method": "POST", "path": "/api/databases/ad-shop/backups"})
        killed(command, slow, moment, ARRIVED, *arguments)
    else:
        with command.started(*arguments) as process:
            until(lambda: _events(command)[-1:] == ["backup"], "the backup is noted")
            process.kill()
            process.communicate()
    assert backups(slow).count("POST") == 1
    slow.clear()
    with command.started(*arguments) as process:
        until(lambda: len(backups(slow)) > 3, "the next run waits")
        assert effects(slow) == []
        clock.ahead = 700
        done = command.ended(process, *arguments)
    assert "waiting for it" in done.stderr, str(done)
    assert "POST" not in backups(slow)
    assert ("POST", "delete-database") in effects(slow)
    assert settled(command) == "done"


def _events(command: Command) -> list[str]:
    """The events of the last run."""
    journals = command.journals()
    return [entry["event"] for entry in journal_entries(journals[-1])] if journals else []


def test_a_damaged_journal_is_named(command: Command, busy: Sandbox) -> None:
    """By each run that may change something, with its file and what to do."""
    command(*ORDERS["cancel"][0].split(), status=0)
    (journal,) = command.journals()
    content = journal.read_text(encoding="utf-8")
    journal.write_text(content.replace('"result": "done"', '"result": "dune"'), encoding="utf-8")
    for words in (["apply", "--yes", "--only", "shop"], ORDERS["stats reset"][0].split()):
        done = command(*words, status=0)
        assert f"warning: {str(journal)!r}: 1 of its lines cannot be read" in done.stderr
    assert len(effects(busy)) == 2
