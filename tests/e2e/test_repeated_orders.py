"""A one-off command whose end no run knew, given once more: it never does its effect twice unseen."""

from __future__ import annotations

import pytest
from e2e.busy import ORDERS
from e2e.command import Command, changing, journal_entries, live, until
from e2e.crash import KILLS
from e2e.schemas import JSON, fits
from e2e.terminal import on_terminal
from e2e.test_interrupted_orders import DATABASES, first_run, interrupted, settled
from e2e.test_lost_orders import match

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

_LOST, _LATER, ARRIVED = KILLS
RESET = tuple(ORDERS["reset"][0].split())
RESTORE = tuple(ORDERS["restore"][0].split())
UNREADABLE = ("reset", "cancel", "stats reset")
"""Orders whose effect no read shows, and that can be given again: a terminated session is gone."""


@pytest.mark.parametrize("order", UNREADABLE)
def test_a_retry_stops_where_nothing_tells_whether_it_was_done(
    command: Command, busy: Sandbox, order: str
) -> None:
    """A script that repeats it gets 1 each time, and the flag that a person adds."""
    interrupted(command, busy, order, ARRIVED)
    words = tuple(ORDERS[order][0].split())
    first = first_run(command)["id"]
    for _ in range(2):
        done = command(*words, status=1)
        assert f"unknown: run {first} may have done it" in done.stdout, str(done)
        assert f"--again {first}" in done.stdout
        document = fits(command(*words, *JSON, status=1))
        assert (document["result"], len(changing(busy))) == ("unknown", 1)
    assert settled(command) == "not known"
    command(*words, "--again", first, status=0)
    assert len(changing(busy)) == 2
    command(*words, status=0)
    assert len(changing(busy)) == 3


def test_each_retry_needs_the_run_that_is_in_doubt(command: Command, busy: Sandbox) -> None:
    """Killed again, another run is in doubt; where none is, the flag is a mistake."""
    done = command(*RESET, "--again", "20260101T000000Z-1", status=64)
    assert "no run is in doubt" in done.stderr, str(done)
    interrupted(command, busy, "reset", ARRIVED)
    first = first_run(command)["id"]
    busy.fault("drop-after", match=match("reset"))
    command(*RESET, "--again", first, status=4)
    stopped = command(*RESET, "--again", first, status=1)
    second = command.journals()[1].stem
    assert f"--again {second}" in stopped.stdout
    assert len(changing(busy)) == 2


def test_of_two_retries_at_once_one_sends(command: Command, busy: Sandbox) -> None:
    """The other one finds, once it has the database to itself, that it was too late."""
    interrupted(command, busy, "reset", ARRIVED)
    retry = (*RESET, "--again", first_run(command)["id"])
    busy.fault("hold", match={"path": "/api/databases/*/backups"})
    with command.started(*retry) as late:
        busy.wait_until_held(60)
        command(*retry, status=0)
        busy.release()
        shown, _messages = late.communicate()
    assert "stale: another run gave this command meanwhile" in str(shown)
    assert (late.returncode, len(changing(busy))) == (2, 2)


def test_an_apply_in_between_does_not_hide_the_doubt(command: Command, busy: Sandbox) -> None:
    """It settles what was open as not known; the retry stops all the same, by any name."""
    interrupted(command, busy, "reset", ARRIVED)
    command("apply", "--yes", "--only", "shop", status=0)
    assert settled(command) == "not known"
    command(*RESET, status=1)
    command("databases", "reset", "shop-web/ad-shop", "legacy", "--confirm", "legacy", status=1)
    assert len(changing(busy)) == 1


def test_a_lost_answer_stops_a_retry_as_well(command: Command, busy: Sandbox) -> None:
    """The run came to its end, and did not know."""
    busy.fault("drop-after", match=match("reset"))
    command(*RESET, status=4)
    command(*RESET, status=1)
    assert len(changing(busy)) == 1


def test_another_order_of_the_same_database_goes_on(command: Command, busy: Sandbox) -> None:
    """Only the same request on the same thing is in doubt."""
    interrupted(command, busy, "reset", ARRIVED)
    command("databases", "create", "shop", "audit", status=0)
    command("databases", "reset", "shop", "audit", "--confirm", "audit", status=0)
    command("upgrade", "shop", "--yes", status=0)


def test_on_a_terminal_the_question_says_it(command: Command, busy: Sandbox) -> None:
    """--confirm does not answer it; the name typed does."""
    interrupted(command, busy, "reset", ARRIVED)
    first = first_run(command)["id"]
    for typed, status, number in (("no", 2, 1), ("legacy", 0, 2)):
        with on_terminal(command, *RESET) as terminal:
            terminal.read_until("to go on: ")
            terminal.type(f"{typed}\n")
            done = terminal.finish()
        assert f"run {first} may have done it" in done.stdout
        assert (done.status, len(changing(busy))) == (status, number)


@pytest.mark.parametrize("order", ["upgrade", "restore"])
@pytest.mark.parametrize("between", [False, True], ids=["at once", "after another run"])
def test_what_was_done_is_already_done(
    command: Command, busy: Sandbox, order: str, between: bool
) -> None:
    """Once: the person learns that it was done, and may then have it done again."""
    busy.change("ad-shop", next_version="8.0.36-1")
    words = tuple(ORDERS[order][0].split())
    handle = DATABASES.get(order, "billing")
    busy.fault("hold", match={"path": "/api/operations/*"}, times=None)
    with command.started(*words) as process:
        busy.wait_until_held(60)
        process.kill()
        process.communicate()
    busy.release()
    busy.clear_faults()
    (journal,) = command.journals()
    (ident,) = (one["operation"] for one in journal_entries(journal) if one["event"] == "operation")
    if between:
        look = ("operation", ident, "--database", handle)
        command(*look, status=0)
    until(lambda: live(busy, f"ad-{handle}")["status"] == "running", "it ends")
    if order == "restore":  # earlier points are gone
        busy.change(
            "ad-billing",
            recovery_window={
                "earliest_recoverable_at": "2026-01-05T00:00:00Z",
                "latest_recoverable_at": "2026-01-08T00:00:00Z",
            },
        )
    done = command(*words, status=0)
    assert f"already done: run {journal.stem} did it" in done.stdout, str(done)
    assert len(changing(busy)) == 1
    assert settled(command) == "done"
    assert f"run {journal.stem}" not in command(*words).stdout


def test_what_was_found_out_is_written_down_where_nothing_is_sent(
    command: Command, busy: Sandbox
) -> None:
    """A session that is gone ends the retry as an error, and the next run does not look again."""
    interrupted(command, busy, "terminate", ARRIVED)
    words = tuple(ORDERS["terminate"][0].split())
    assert "cannot be known" in command(*words, status=1).stderr
    assert settled(command) == "not known"
    assert "cannot be known" not in command(*words, status=1).stderr
