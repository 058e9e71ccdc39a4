"""Answers that come late: the guards judge again what a person agreed to."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from e2e.command import Command, backed_up, changing, logical
from e2e.fleet import FLEET, SHOP_ADDON, SHOP_HEAD
from e2e.terminal import on_terminal
from e2e.test_moved_clocks import MOVED

from scalingo_sandbox import Sandbox, running

pytestmark = pytest.mark.more

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
GONE = f"""\
{SHOP_HEAD}logical_databases:
  absent:
    - {{name: legacy, reason: moved to audit, until: {NOON:%Y-%m-%d}}}
"""
DAY = 86_400.0


class Clock:
    """The clock of sandbox and command, kept in a file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.pass_seconds(NOON.timestamp() - time.time())

    def pass_seconds(self, seconds: float) -> None:
        """Move it."""
        before = float(self.file.read_text()) if self.file.exists() else 0.0
        self.file.write_text(str(before + seconds))

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time() + float(self.file.read_text())


@pytest.fixture
def clock(tmp_path_factory: pytest.TempPathFactory) -> Clock:
    """It shows noon."""
    return Clock(tmp_path_factory.mktemp("clock") / "ahead")


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    """A sandbox of that time."""
    with running(FLEET, now=clock.now) as served:
        yield served


@pytest.fixture
def late(command: Command, clock: Clock) -> Command:
    """The command of that time, in a project that lets a logical database go until midnight."""
    command.write(GONE)
    return command.in_environment(PYTHONPATH=MOVED, CLOCK_AHEAD=str(clock.file))


@pytest.mark.parametrize("days", [0, 1])
def test_an_approval_that_ends_while_a_person_thinks(
    late: Command, sandbox: Sandbox, clock: Clock, days: int
) -> None:
    """Answered on the next day, nothing is deleted."""
    with on_terminal(late, "apply", piped={"stdout"}) as terminal:
        terminal.read_until("Type 'lossy' to allow it")
        terminal.type("lossy\n")
        terminal.read_until("Only 'yes' is taken")
        clock.pass_seconds(days * DAY)
        terminal.type("yes\n")
        done = terminal.finish()
    assert (done.status == 0) == (days == 0), str(done)
    assert ("[G102]" in done.stdout) == (days == 1)
    assert logical(sandbox, SHOP_ADDON) == ({"shop", "legacy"} if days else {"shop"})


def test_a_backup_that_gets_too_old_while_a_person_thinks(
    late: Command, sandbox: Sandbox, clock: Clock
) -> None:
    """What could bring the data back is read again."""
    made = (NOON - timedelta(hours=20)).isoformat()
    sandbox.change(SHOP_ADDON, stored_backups=[{"id": "bk-only", "created_at": made}])
    with on_terminal(late, "apply", piped={"stdout"}) as terminal:
        terminal.read_until("Type 'lossy' to allow it")
        terminal.type("lossy\n")
        terminal.read_until("Only 'yes' is taken")
        clock.pass_seconds(DAY / 3)
        terminal.type("yes\n")
        done = terminal.finish()
    assert "[G105]" in done.stdout, str(done)
    assert "the newest backup is 29 h old" in " ".join(done.stdout.split())
    assert changing(sandbox) == []


def test_backups_that_vanish_while_a_person_thinks(command: Command, busy: Sandbox) -> None:
    """Also of a one-off command, whose own word holds beyond midnight."""
    backed_up(busy, "ad-shop", hours=1)
    with on_terminal(command, "databases", "delete", "shop", "legacy") as terminal:
        terminal.read_until("Type 'legacy' to go on: ")
        busy.change("ad-shop", stored_backups=[])
        terminal.type("legacy\n")
        done = terminal.finish()
    assert done.status == 3, str(done)
    assert "[G105]" in terminal.shown
    assert changing(busy) == []


def test_a_one_off_command_is_answered_on_the_next_day(
    late: Command, sandbox: Sandbox, clock: Clock
) -> None:
    """The typed name is the approval, and it is fresh."""
    with on_terminal(late, "databases", "delete", "shop", "legacy") as terminal:
        terminal.read_until("Type 'legacy' to go on: ")
        clock.pass_seconds(DAY)
        made = (NOON + timedelta(hours=23)).isoformat()
        sandbox.change(SHOP_ADDON, stored_backups=[{"id": "bk-only", "created_at": made}])
        terminal.type("legacy\n")
        done = terminal.finish()
    assert done.status == 0, str(done)
    assert logical(sandbox, SHOP_ADDON) == {"shop"}
