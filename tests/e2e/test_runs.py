"""`reconcile runs`: what past runs did, told offline by their journals."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from e2e.busy import BILLING as BILLING_ADDON
from e2e.busy import spec
from e2e.command import Command, changing, journal_entries, until
from e2e.fleet import IOT, SHOP, SHOP_HEAD
from e2e.schemas import fits

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

_OFFLINE = {"SCALINGO_API_TOKEN": None, "SCALINGO_AUTH_URL": "http://127.0.0.1:9"}


BACKUPS_AND_AUDIT = (
    f"{SHOP_HEAD}backups: {{enabled: true, hours: [3]}}\nlogical_databases: [shop, audit]\n"
)


def committed(folder: Path) -> str:
    """Make a repository of a project, with all of it in one commit; its id."""
    git = ["git", "-c", "user.name=anna", "-c", "user.email=anna@example.test"]
    told = ""
    for words in (
        ["init", "-q"],
        ["add", "specs"],
        ["commit", "-q", "-m", "specs"],
        ["rev-parse", "HEAD"],
    ):
        asked = subprocess.run(
            [*git, *words],
            cwd=folder,
            env={"PATH": os.environ["PATH"]},
            check=True,
            capture_output=True,
            text=True,
        )
        told = asked.stdout.strip()
    return told


def test_without_a_run_there_is_nothing_to_list(command: Command) -> None:
    """A project that was never applied is no failure, and no place is made for it."""
    done = command("runs", environment=_OFFLINE, status=0)
    assert done.stdout == "No run was begun yet, as far as is written here.\n"
    assert list(command.directory.iterdir()) == []


def test_runs_are_listed_newest_first(command: Command) -> None:
    """Each with when, who, what came of it, and the commit of its specs."""
    command.write(SHOP)
    commit = committed(command.directory)
    first = command("apply", "--yes", "--format", "json", status=0).document()["id"]
    command.write(IOT)
    second = command("apply", "--yes", "--format", "json", status=0).document()["id"]
    done = command("runs", environment=_OFFLINE, status=0)
    newest, oldest = re.split(r"\n(?=✓)", done.stdout)
    assert newest.startswith(f"✓ {second}")
    assert f"commit {commit[:12]} and what was not committed" in newest
    assert oldest.startswith(f"✓ {first}")
    assert "apply: 3 actions, 3 done" in oldest
    assert oldest.rstrip().endswith(f"commit {commit[:12]}")
    assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC, \w+ on \S+\n", oldest)
    document = fits(command("runs", "--format", "json", "--limit", "1", status=0))
    assert [one["id"] for one in document["runs"]] == [second]
    assert document["runs"][0]["commit"] == {"id": commit, "dirty": True}


def test_what_is_settled_is_written_down_though_nothing_is_left(
    command: Command, sandbox: Sandbox
) -> None:
    """An apply without an action of its own has found something out, and keeps it."""
    command.write(f"{SHOP_HEAD}logical_databases: [shop, audit]\n")
    sandbox.fault("hold", when="after", match={"action_name": "create-database"})
    with command.started("apply", "--yes") as process:
        sandbox.wait_until_held()
        process.kill()
        process.wait()
    sandbox.release(drop=True)
    again = command("apply", "--yes", status=0)
    assert "No action was planned." in again.stdout
    killed, settling = command.journals()
    shown = command("runs", "show", settling.stem, status=0).stdout
    assert f"create shop/logical_databases/audit of run {killed.stem} was done" in shown


def test_a_torn_journal_is_told_and_hides_none(command: Command) -> None:
    """A crash in the middle of a line, and files that are none of ours."""
    command.write(SHOP)
    command("apply", "--yes", status=0)
    (whole,) = command.journals()
    folder = whole.parent
    torn = folder / "20260101T000000Z-aaaaaa.jsonl"
    torn.write_bytes(whole.read_bytes()[:-40])
    (folder / "20260101T000000Z-bbbbbb.jsonl").write_text("{}\n", encoding="utf-8")
    (folder / "20260101T000000Z-cccccc.jsonl").symlink_to(whole)
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    listed = command("runs", status=0).stdout
    assert whole.stem in listed
    assert "its last line is not whole: it was cut off while it was written" in listed
    assert "? 20260101T000000Z-bbbbbb  it is not the journal of a run\n" in listed
    assert "? 20260101T000000Z-cccccc  it cannot be read: Too many levels" in listed
    assert "notes" not in listed
    done = command("runs", "show", "20260101T000000Z-bbbbbb", status=1)
    assert "it is not the journal of a run" in done.stderr


def test_a_run_that_is_not_there_is_a_usage_error(command: Command) -> None:
    """With the nearest one, if any is near; a beginning that several have needs more of it."""
    command.write(SHOP)
    command("apply", "--yes", status=0)
    command.write(IOT)
    command("apply", "--yes", status=0)
    first, second = (path.stem for path in command.journals())
    wrong = f"{first[:-1]}{'0' if first[-1] != '0' else '1'}"
    done = command("runs", "show", wrong, status=64)
    assert f"there is no run {wrong!r}: did you mean {first!r}?" in done.stderr
    done = command("runs", "show", "xyz", status=64)
    assert "there is no run 'xyz': see `reconcile runs`" in done.stderr
    done = command("runs", "show", "zzz", status=64)
    assert done.stderr == "reconcile: there is no run 'zzz': see `reconcile runs`\n"
    done = command("runs", "--state-dir", "/nope", status=64)
    assert done.stderr == "reconcile: --state-dir '/nope': there is no such folder\n"
    done = command("runs", "show", "2", status=64)
    assert f"'2' begins 2 runs, write more of it: {second}, {first}" in done.stderr


def test_what_the_provider_is_still_at_is_told_with_how_to_follow_it(
    busy: Sandbox, command: Command
) -> None:
    """A run that is killed while it waits leaves an operation, which goes on without it."""
    busy.change(BILLING_ADDON, next_version="16.6.0-1")
    command.write(
        spec("billing", "billing-api", BILLING_ADDON, "postgresql", 'engine_version: ">=16.6"\n')
    )
    busy.fault("delay", seconds=30, match={"path": "/api/operations/*"}, times=None)
    with command.started("apply", "--yes", "--allow", "disruptive") as process:
        until(
            lambda: (
                command.journals()
                and "operation" in [one["event"] for one in journal_entries(command.journals()[0])]
            ),
            "the operation is on record",
        )
        process.kill()
        process.wait()
    command("show", f"billing-api/{BILLING_ADDON}", status=0)  # it ends, and another work begins
    busy.change(BILLING_ADDON, status="upgrading")
    (killed,) = command.journals()
    again = command("apply", "--yes", status=0)
    note = f"note: run {killed.stem}: update billing/engine_version: still open"
    assert f"{note}; follow it with: reconcile operation " in again.stderr


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_killed_run_is_told_of_and_settled(command: Command, sandbox: Sandbox, when: str) -> None:
    """The next apply says what was open, reads it, and writes down what became of it."""
    command.write(BACKUPS_AND_AUDIT)
    sandbox.fault("hold", when=when, match={"action_name": "create-database"})
    with command.started("apply", "--yes") as process:
        sandbox.wait_until_held()
        process.kill()
        process.wait()
    sandbox.release(drop=True)
    (killed,) = command.journals()
    listed = command("runs", status=0).stdout
    assert listed.startswith(f"✗ {killed.stem}")
    assert "interrupted" in listed
    shown = command("runs", "show", "latest", status=0).stdout
    assert "unknown" in shown
    assert "begun, and nothing is written of its end" in shown
    assert "To go on, do the same again" in shown
    again = command("apply", "--yes", status=0)
    deed = "create shop/logical_databases/audit"
    note = f"note: run {killed.stem} was interrupted while it did {deed}; what it came to is read"
    assert note in again.stderr
    became = "was done" if when == "after" else "was not done"
    assert f"note: run {killed.stem}: {deed}: it {became}\n" in again.stderr
    document = command("runs", "show", killed.stem, "--format", "json", status=0).document()
    assert document["run"]["state"] == "interrupted"
    assert document["run"]["settled_by"] == [command.journals()[1].stem]
    shown = command("runs", "show", killed.stem, status=0).stdout
    assert f"interrupted, settled by {command.journals()[1].stem}" in shown
    assert "To go on" not in shown
    (audit,) = (one for one in document["deeds"] if one["address"].endswith("audit"))
    assert audit["result"] == ("done" if when == "after" else "failed")
    assert [request for request in changing(sandbox) if request[2] == "create-database"]
    third = command("apply", "--yes", status=0)
    assert "interrupted" not in third.stderr


def test_a_run_at_work_keeps_others_off_its_databases(command: Command, sandbox: Sandbox) -> None:
    """Nothing is sent there; other databases are served; the first one is listed as running."""
    command.write(BACKUPS_AND_AUDIT, IOT)
    sandbox.fault("hold", when="before", match={"action_name": "create-database"})
    with command.started("apply", "--yes", "--only", "shop") as process:
        sandbox.wait_until_held()
        (first,) = command.journals()
        listed = command("runs", status=0).stdout
        second = command("apply", "--yes", "--format", "json", status=2).document()
        order = command("databases", "reset", "shop", "legacy", "--confirm", "legacy", status=2)
        sent = changing(sandbox)
        sandbox.release()
        process.wait(timeout=30)
    assert listed.startswith(f"… {first.stem}")
    results = {one["address"]: one["result"] for one in second["outcomes"]}
    assert results == {
        "shop/logical_databases/audit": "blocked",
        "shop/backups": "blocked",
        "telemetry/retention_policies/30-days": "done",
    }
    message = second["outcomes"][0]["message"]
    since = r"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"
    expected = rf"run {first.stem} \(pid {process.pid}, {since}\) is at work on"
    assert re.match(expected, message)
    assert re.search(rf"  blocked: {expected} this database; nothing was sent", order.stdout)
    assert {"PATCH", "reset-database"}.isdisjoint(word for request in sent for word in request)
    command("apply", "--yes", status=0)
