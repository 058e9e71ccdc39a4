"""What goes on after the provider's answer: waited for, left alone, taken up again, interrupted."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator

import pytest
from attrs import frozen
from e2e.busy import BILLING, FLEET, IOT, MOMENT, SHOP, WINDOW, spec
from e2e.command import Command, changing, effects, journal_entries, live, until
from e2e.schemas import JSON, fits, sent
from e2e.terminal import on_terminal
from live import OPERATION, MovedClock

from scalingo_sandbox import Sandbox, running

pytestmark = pytest.mark.more

UPGRADE = ("upgrade", "shop", "--yes")
RESTORE = ("restore", "billing", "--to", MOMENT, "--confirm", "billing")
BOTH = pytest.mark.parametrize(
    ("arguments", "addon", "kind"),
    [(UPGRADE, SHOP, "upgrade"), (RESTORE, BILLING, "pitr_restore")],
    ids=["upgrade", "restore"],
)


@frozen(kw_only=True)
class Slow:
    """A sandbox whose operations take longer than any test, but for one that moves its clock."""

    command: Command
    sandbox: Sandbox
    clock: MovedClock


@pytest.fixture
def slow(command: Command, busy: Sandbox) -> Iterator[Slow]:
    """The command, talking to a sandbox in which nothing ends by itself."""
    clock = MovedClock()
    with running(FLEET, token=busy.token, operation_seconds=OPERATION, now=clock) as other:
        made = command.in_environment(SCALINGO_AUTH_URL=other.url)
        yield Slow(command=made, sandbox=other, clock=clock)


def operation_of(sandbox: Sandbox, addon: str) -> str:
    """The id of the last operation of a database."""
    return str(live(sandbox, addon)["operations"][-1]["id"])


@BOTH
def test_it_is_waited_for(
    command: Command, busy: Sandbox, arguments: tuple[str, ...], addon: str, kind: str
) -> None:
    """0 when it ended well: the database is what was requested, and nothing is under way."""
    document = fits(command(*arguments, *JSON, status=0))
    assert document["result"] == "done"
    assert document["operation"]["type"] == kind
    assert document["operation"]["status"] == "done"
    assert document["operation"]["id"] == operation_of(busy, addon)
    assert document["operation"]["finished_at"] is not None
    after = live(busy, addon)
    assert (after["status"], after.get("current_operation_id")) == ("running", None)
    if kind == "upgrade":
        assert after["version"] == "8.0.36-1"
    else:
        assert after["restored_to"].startswith("2026-01-03T12:00:00")
    (journal,) = command.journals()
    assert [(one["event"], one.get("result")) for one in journal_entries(journal)[1:-1]] == [
        ("started", None),
        ("operation", None),
        ("finished", "done"),
    ]


@BOTH
def test_it_may_be_left_alone_and_taken_up(
    slow: Slow, arguments: tuple[str, ...], addon: str, kind: str
) -> None:
    """--no-wait ends with the start, 2; what it prints follows the operation to its end."""
    command, sandbox = slow.command, slow.sandbox
    done = command(*arguments, "--no-wait", status=2)
    ident = operation_of(sandbox, addon)
    handle = arguments[1]
    told = f"follow it with: reconcile operation {ident} --database {handle}"
    assert done.stdout.startswith("… ")
    assert f"started: operation {ident!r} is pending\n" in done.stdout
    assert f"\n    {told}\n" in done.stdout
    slow.clock.end_operations()
    followed = command("operation", ident, "--database", handle, status=0)
    assert followed.stdout == f"✓ {kind} {ident} of {handle}  done\n"
    document = fits(command("operation", ident, "--database", handle, *JSON, status=0))
    assert document["operation"]["status"] == "done"
    assert len(sent(sandbox)) == 1


@BOTH
def test_it_may_take_too_long(
    slow: Slow, arguments: tuple[str, ...], addon: str, kind: str
) -> None:
    """2 after --timeout: it remains, and goes on; a look at it says the same."""
    command, sandbox = slow.command, slow.sandbox
    document = fits(command(*arguments, "--timeout", "300ms", *JSON, status=2))
    ident = operation_of(sandbox, addon)
    assert (document["result"], document["operation"]["id"]) == ("started", ident)
    look = ("operation", ident, "--database", arguments[1])
    assert command(*look, "--no-wait", status=2).stdout == (
        f"… {kind} {ident} of {arguments[1]}  pending\n"
    )
    assert fits(command(*look, "--timeout", "100ms", *JSON, status=2))["operation"]["id"] == ident


@BOTH
def test_it_may_end_in_an_error(
    command: Command, busy: Sandbox, arguments: tuple[str, ...], addon: str, kind: str
) -> None:
    """4: it was begun, and failed; with the provider's reason. Looked at later, 1."""
    busy.change(addon, failing_operations="disk full")
    done = command(*arguments, status=4)
    ident = operation_of(busy, addon)
    assert done.stdout.endswith(f"failed: operation {ident!r} ended in an error: disk full\n")
    later = command("operation", ident, "--database", arguments[1], status=1)
    assert later.stdout == f"✗ {kind} {ident} of {arguments[1]}  error: disk full\n"


UPGRADED = spec("shop", "shop-web", SHOP, "mysql", 'engine_version: ">=8.0.36"\n')
APPLY_UPGRADE = ("apply", "--yes", "--allow", "disruptive")


def test_an_apply_that_is_out_of_time_can_be_resumed(slow: Slow) -> None:
    """The upgrade is left in progress and shown as such; the next apply does not start another."""
    command, sandbox = slow.command, slow.sandbox
    command.write(UPGRADED)
    document = fits(command(*APPLY_UPGRADE, "--max-wait", "15s", *JSON, status=2))
    (outcome,) = document["outcomes"]
    assert outcome["result"] == "started"
    assert outcome["message"].startswith(f"operation {operation_of(sandbox, SHOP)!r} is ")
    (journal,) = command.journals()
    assert [one["event"] for one in journal_entries(journal)][-1] == "ended"
    slow.clock.end_operations()
    command(*APPLY_UPGRADE, status=0)
    assert sent(sandbox) == [f"POST /api/databases/{SHOP}/upgrade"]


def test_a_change_that_takes_effect_after_its_answer_was_lost_is_done(
    command: Command, busy: Sandbox
) -> None:
    """The first look finds nothing; a later one does, and nothing is sent again."""
    command.write(
        "version: 1\ndatabase: shop\napp: shop-web\naddon: ad-shop\nengine: mysql\n"
        "backups: {hours: [3]}\n"
    )
    busy.fault("status", status=502, match={"method": "PATCH"})
    # The read at the end is the third of the resource: only after it the effect shows.
    hours = {"backups": {"enabled": True, "hours": [3]}}
    match = {"method": "GET", "path": f"/api/databases/{SHOP}"}
    busy.fault("outside-write", database=SHOP, change=hours, when="after", after=2, match=match)
    done = command("apply", "--yes", status=0)
    assert "read again: it was done" in done.stdout
    assert sent(busy) == [f"PATCH /api/databases/{SHOP}"]


@BOTH
def test_a_second_one_is_not_begun(
    slow: Slow, arguments: tuple[str, ...], addon: str, kind: str
) -> None:
    """2, with the one that is under way and how to follow it."""
    command, sandbox = slow.command, slow.sandbox
    command(*arguments, "--no-wait", status=2)
    ident = operation_of(sandbox, addon)
    done = command(*arguments, status=2)
    assert kind
    assert f"operation {ident!r} is under way: follow it with reconcile operation" in done.stderr
    assert len(sent(sandbox)) == 1


@pytest.mark.parametrize(
    "end", [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"]
)
@BOTH
def test_a_wait_may_be_interrupted(
    slow: Slow, arguments: tuple[str, ...], addon: str, kind: str, end: tuple[signal.Signals, int]
) -> None:
    """At once, with a true summary: the operation goes on, and how to take it up is told."""
    command, sandbox = slow.command, slow.sandbox
    number, status = end
    with command.started(*arguments) as process:
        until(lambda: live(sandbox, addon)["operations"], f"the {kind} begins")
        ident = operation_of(sandbox, addon)
        until(
            lambda: (
                f"/api/operations/{ident}"
                in {one["path"] for one in sandbox.requests()["requests"]}
            ),
            "it is looked at",
        )
        process.send_signal(number)
        until(lambda: process.poll() is not None, "the wait ends")
        done = command.ended(process, *arguments)
    assert done.status == status, str(done)
    assert "  started: operation" in done.stdout
    assert f"reconcile operation {ident} --database {arguments[1]}\n" in done.stdout
    (journal,) = command.journals()
    assert [one["event"] for one in journal_entries(journal)] == [
        "run",
        "started",
        "operation",
        "finished",
        "ended",
    ]
    assert len(sent(sandbox)) == 1


def test_a_person_sees_how_long_it_takes(slow: Slow) -> None:
    """On a terminal, in place; nothing of it is left."""
    arguments = (*UPGRADE, "--timeout", "1s")
    with on_terminal(slow.command, *arguments, piped={"stdout"}) as terminal:
        done = terminal.finish()
    assert done.status == 2
    ident = operation_of(slow.sandbox, SHOP)
    assert f"upgrade {ident} is pending, for " in terminal.shown
    assert re.search(r"for \d+(\.\d+)? m?s now\r\x1b\[K", terminal.shown)


def test_a_major_upgrade_is_called_one(command: Command, busy: Sandbox) -> None:
    """It is named before anybody agrees."""
    busy.change(BILLING, next_version="17.2.0-1")
    dry = command("upgrade", "billing", "--dry-run", status=2).stdout
    assert "    this is a major upgrade, from 16 to 17\n" in dry


def test_a_killed_wait_can_be_taken_up(slow: Slow) -> None:
    """The journal of the killed run has the operation's id."""
    command, sandbox = slow.command, slow.sandbox

    def noted() -> list[dict[str, object]]:
        entries = [one for path in command.journals() for one in journal_entries(path)]
        return [one for one in entries if one["event"] == "operation"]

    with command.started(*UPGRADE) as process:
        until(noted, "the operation is on disk")
        process.kill()
        process.communicate()
    (entry,) = noted()
    assert entry["operation"] == operation_of(sandbox, SHOP)
    ident = str(entry["operation"])
    command("operation", ident, "--database", "shop", "--no-wait", status=2)


def test_one_upgrade_is_one_step(command: Command, busy: Sandbox) -> None:
    """Each order is one step, until the database is at the newest version."""
    command(*UPGRADE, status=0)
    dry = command("upgrade", "shop", "--dry-run", status=2).stdout
    assert dry.startswith("→ upgrade shop from 8.0.36-1 to 8.4.3-1  not sent\n")
    for orders, version in ((2, "8.4.3-1"), (3, "8.4.11-1")):
        command(*UPGRADE, status=0)
        assert live(busy, SHOP)["version"] == version
        assert len(effects(busy)) == orders
    assert (
        "already done: 'shop' is at the newest version, 8.4.11-1"
        in command(*UPGRADE, status=0).stdout
    )
    assert len(effects(busy)) == 3


@pytest.mark.parametrize(
    "moment", ["2025-12-31T23:59:59Z", "2026-01-08T12:30:01Z", "2026-01-08T12:30:01+00:00"]
)
def test_a_restore_outside_the_window_is_refused(
    command: Command, busy: Sandbox, moment: str
) -> None:
    """With the window, and before anything is sent."""
    done = command("restore", "billing", "--to", moment, "--confirm", "billing", status=1)
    assert (
        "is outside the recovery window of 'billing', which is from 2026-01-01T00:00:00Z to"
        " 2026-01-08T12:30:00Z" in done.stderr
    )
    assert changing(busy) == []


@pytest.mark.parametrize("moment", ["2026-01-03T12:00:00", "2026-01-03", "12:00", "now"])
def test_a_restore_to_no_time_is_refused(command: Command, busy: Sandbox, moment: str) -> None:
    """A time without a zone may mean hours of data."""
    done = command("restore", "billing", "--to", moment, "--confirm", "billing", status=64)
    assert done.stderr.startswith(f"reconcile: invalid value for '--to': {moment!r} ")
    assert busy.requests()["requests"] == []


def test_a_restore_in_another_zone_is_the_same_moment(command: Command, busy: Sandbox) -> None:
    """Sent in UTC, whatever it was written in."""
    command(
        "restore", "billing", "--to", "2026-01-03T13:00:00+01:00", "--confirm", "billing", status=0
    )
    assert live(busy, BILLING)["restored_to"].startswith("2026-01-03T12:00:00")


def test_an_operation_of_another_database_is_not_found(command: Command, busy: Sandbox) -> None:
    """Each is looked at with the token of its own database."""
    command(*UPGRADE, "--no-wait", status=2)
    ident = operation_of(busy, SHOP)
    done = command("operation", ident, "--database", f"iot/{IOT}", status=1)
    assert "check the id and --database" in done.stderr


@pytest.mark.parametrize(
    ("word", "status", "result"),
    [
        ("finished", 0, "done"),
        ("user-error", 4, "failed"),
        ("cancelled", 4, "failed"),
        ("archived", 0, "done"),
    ],
)
def test_an_upgrade_ends_by_any_word(
    command: Command, busy: Sandbox, word: str, status: int, result: str
) -> None:
    """After a word that says nothing of how it ended, the version does."""
    busy.change(SHOP, operations_end_as=word)
    document = fits(command(*UPGRADE, *JSON, status=status))
    assert document["result"] == result
    assert document["operation"]["status"] == word
    assert (live(busy, SHOP)["version"] == "8.0.36-1") is (result == "done")


@pytest.mark.parametrize(("word", "status"), [("finished", 0), ("cancelled", 4), ("archived", 0)])
def test_the_upgrade_of_a_spec_ends_by_any_word(
    command: Command, busy: Sandbox, word: str, status: int
) -> None:
    """As an upgrade by name does."""
    command.write(spec("shop", "shop-web", SHOP, "mysql", 'engine_version: ">=8.0.36"\n'))
    busy.change(SHOP, operations_end_as=word)
    command("apply", "--yes", "--allow", "disruptive", status=status)
    assert (live(busy, SHOP)["version"] == "8.0.36-1") is (status == 0)


def test_a_restore_that_ended_by_an_unknown_word_is_unknown(
    command: Command, busy: Sandbox
) -> None:
    """Nothing that can be read tells how it ended; a look at it later is a failure, too."""
    busy.change(BILLING, operations_end_as="archived")
    document = fits(command(*RESTORE, *JSON, status=4))
    ident = operation_of(busy, BILLING)
    assert document["result"] == "unknown"
    message = f"operation {ident!r} ended with the unknown status 'archived'"
    assert document["message"] == message
    command("operation", ident, "--database", "billing", status=1)


@BOTH
def test_it_is_found_at_the_second_path(
    command: Command, busy: Sandbox, arguments: tuple[str, ...], addon: str, kind: str
) -> None:
    """Where the first one does not know it, from the first look on."""
    busy.fault("status", status=404, times=None, match={"path": "/api/operations/*"})
    document = fits(command(*arguments, *JSON, status=0))
    assert document["operation"]["id"] == operation_of(busy, addon)
    assert document["operation"]["type"] == kind
    paths = [one["path"] for one in busy.requests()["requests"]]
    assert sum(path.startswith("/api/operations/") for path in paths) == 1


def test_a_restore_without_a_window_is_refused(command: Command, busy: Sandbox) -> None:
    """A database may have nothing to be restored to yet."""
    busy.change(BILLING, recovery_window=dict.fromkeys(WINDOW))
    done = command(*RESTORE, status=1)
    assert "'billing' has no point in time that it can be restored to" in done.stderr
    assert changing(busy) == []
