"""A run that is interrupted, killed, or whose answers get lost: no effect twice, no lie."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from e2e.command import Command, changing, effects, journal_entries, live, logical, signal_to
from e2e.fleet import SHOP, SHOP_ADDON, SHOP_ORDER, SHOP_WITHOUT_LEGACY
from e2e.plan_file import FILE, LOSING

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

SIGNALS = pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143)],
    ids=["SIGINT", "SIGTERM"],
)


@SIGNALS
def test_an_interrupted_apply_finishes_its_request_and_sends_no_other(
    command: Command, sandbox: Sandbox, number: signal.Signals, status: int
) -> None:
    """The request under way is finished, the next never sent, summary and journal are true."""
    command.write(SHOP)
    sandbox.fault("hold", match={"method": "PATCH"})
    arguments = ("apply", "--yes", "--report", "json=run.json", "--format", "json")
    with command.started(*arguments) as process:
        sandbox.wait_until_held()
        signal_to(process, number)
        sandbox.release()
        done = command.ended(process, *arguments)
    assert done.status == status, str(done)
    assert [(method, action) for method, _, action in changing(sandbox)] == SHOP_ORDER[:2]
    assert effects(sandbox) == SHOP_ORDER[:2]
    document = done.document()
    assert document["exit_status"] == status
    assert document["interrupted"] is True
    assert [one["result"] for one in document["outcomes"]] == ["done", "done", "skipped"]
    assert (command.directory / "run.json").read_text(encoding="utf-8") == done.stdout
    (journal,) = command.journals()
    told = [(entry["event"], entry.get("address")) for entry in journal_entries(journal)]
    assert told == [
        ("run", None),
        ("started", "shop/logical_databases/audit"),
        ("finished", "shop/logical_databases/audit"),
        ("started", "shop/backups"),
        ("finished", "shop/backups"),
        ("left", "shop/sql_mode"),
        ("ended", None),
    ]
    assert journal_entries(journal)[-1]["results"] == {"done": 2, "skipped": 1}
    assert live(sandbox, SHOP_ADDON)["sql_mode"] == "NO_ENGINE_SUBSTITUTION"


@contextmanager
def ignored(number: signal.Signals) -> Iterator[None]:
    """Let what is started here ignore a signal from its beginning."""
    before = signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP], ids=["SIGINT", "SIGHUP"])
def test_a_signal_that_was_ignored_from_the_beginning_stops_no_run(
    command: Command, sandbox: Sandbox, number: signal.Signals
) -> None:
    """`&` in a script and nohup start a run so: it goes on to its end."""
    command.write(SHOP)
    sandbox.fault("hold", match={"method": "PATCH"})
    with ignored(number), command.started("apply", "--yes") as process:
        sandbox.wait_until_held()
        signal_to(process, number)
        sandbox.release()
        done = command.ended(process, "apply", "--yes")
    assert done.status == 0, str(done)
    assert effects(sandbox) == SHOP_ORDER


def test_what_cannot_be_settled_stays_unknown(command: Command, sandbox: Sandbox) -> None:
    """The answer is lost and the database cannot be read again: nobody claims anything."""
    command.write(SHOP)
    sandbox.fault("drop-after", match={"action_name": "create-database"})
    match = {"method": "GET", "path": f"/api/databases/{SHOP_ADDON}"}
    sandbox.fault("status", status=500, times=None, after=2, match=match)
    document = command("apply", "--yes", "--format", "json", status=4).document()
    assert document["outcomes"][0]["result"] == "unknown"
    assert document["databases"][0]["status"] == "unknown"


def test_an_interrupted_look_at_a_saved_plan_leaves_all_of_it(
    command: Command, sandbox: Sandbox
) -> None:
    """What was not looked at is not said to be in sync."""
    command.write(SHOP_WITHOUT_LEGACY)
    command("plan", "--out", FILE, status=0)
    sandbox.clear()
    sandbox.fault("hold", when="before", match={"action_name": "list-databases"})
    with command.started(*LOSING, "--format", "json") as process:
        sandbox.wait_until_held()
        signal_to(process, signal.SIGINT)
        sandbox.release()
        done = command.ended(process, *LOSING)
    assert done.status == 130
    assert done.document()["left"]["actions"] == 2
    assert changing(sandbox) == []


def test_a_lost_answer_is_settled_by_reading_again(command: Command, sandbox: Sandbox) -> None:
    """The change took effect and its answer was lost: it is done, and was sent once."""
    command.write(SHOP)
    sandbox.fault("drop-after", match={"action_name": "create-database"})
    document = command("apply", "--yes", "--format", "json", status=2).document()
    first, *others = document["outcomes"]
    assert first["result"] == "done"
    assert "read again: it was done" in first["message"]
    assert {one["result"] for one in others} == {"skipped"}
    assert effects(sandbox) == [("POST", "create-database")]
    (journal,) = command.journals()
    finished = [one["result"] for one in journal_entries(journal) if one["event"] == "finished"]
    assert finished == ["unknown"]
    command("apply", "--yes", status=0)
    assert effects(sandbox) == SHOP_ORDER


@pytest.mark.parametrize("kind", ["drop-before", "status", "html"])
def test_a_change_whose_effect_never_shows_is_unknown(
    command: Command, sandbox: Sandbox, kind: str
) -> None:
    """It may still arrive; it is not sent a second time."""
    command.write(SHOP)
    sandbox.fault(kind, match={"action_name": "create-database"})
    document = command("apply", "--yes", "--format", "json", status=4).document()
    first = document["outcomes"][0]
    assert first["result"] == "unknown"
    assert "create-database of ad-shop" in first["message"]
    assert "not done yet when read again, it may still be" in first["message"]
    assert effects(sandbox) == []
    assert len(changing(sandbox)) == 1
    assert logical(sandbox, SHOP_ADDON) == {"shop", "legacy"}
