"""What was planned or shown is looked at again before it is sent: an upgrade has no way back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from e2e.busy import BILLING, SHOP, spec
from e2e.command import Command, changing, journal_entries, live
from e2e.schemas import JSON, fits, sent
from e2e.terminal import on_terminal

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

RESOURCE = {"method": "GET", "path": f"/api/databases/{BILLING}"}
UPGRADED = {"version": "16.6.0-1", "next_version": "17.2.0-1"}
"""What somebody else's upgrade leaves behind: the next step would be a major one."""
ALLOWED = ("apply", "--yes", "--allow", "disruptive")
STALE = "live is no longer as the plan saw it, nothing was sent: plan again"
DONE = "nothing was sent"
ASKED = "live changed while it was asked; nothing was sent, give the command again"


@pytest.fixture(autouse=True)
def _upgradable(busy: Sandbox) -> None:
    """Billing has a version to go to."""
    busy.change(BILLING, next_version="16.6.0-1")


def outside(sandbox: Sandbox, change: Mapping[str, Any], **when: Any) -> None:
    """Somebody else changes billing, as a rule between the plan and the look before the change."""
    details = {"after": 1, "match": RESOURCE, **when}
    sandbox.fault("outside-write", database=BILLING, change=dict(change), **details)


def billing(command: Command, more: str) -> None:
    """Write the spec of billing with some lines more, and no other."""
    command.write(spec("billing", "billing-api", BILLING, "postgresql", more))


def results(document: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What became of each action."""
    return [(one["address"], one["result"], one["message"]) for one in document["outcomes"]]


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ('">=16.6"', 0),
        ('"16.6"', 0),
        ("latest-minor", 0),
        ('{version: ">=17", allow_major: 17}', 2),
    ],
)
def test_an_upgrade_that_somebody_else_made_is_not_made_again(
    command: Command, busy: Sandbox, rule: str, status: int
) -> None:
    """Also where the rule wants more: the step that comes next now is another one."""
    billing(command, f"engine_version: {rule}\n")
    outside(busy, UPGRADED)
    document = fits(command(*ALLOWED, *JSON, status=status))
    assert results(document) == [("billing/engine_version", "already done", DONE)]
    assert changing(busy) == []
    assert live(busy, BILLING)["version"] == "16.6.0-1"
    (journal,) = command.journals()
    assert [one["event"] for one in journal_entries(journal)] == ["run", "left", "ended"]


def test_an_upgrade_is_looked_at_before_itself(command: Command, busy: Sandbox) -> None:
    """Not before the first action only: the change before it is made, and the step is not."""
    billing(command, 'maintenance_window: {hour: 4}\nengine_version: ">=16.6"\n')
    outside(busy, UPGRADED, after=0, match={"method": "PATCH"}, when="after")
    document = fits(command(*ALLOWED, *JSON, status=0))
    assert results(document) == [
        ("billing/maintenance_window", "done", ""),
        ("billing/engine_version", "already done", DONE),
    ]
    assert sent(busy) == [f"PATCH /api/databases/{BILLING}"]


def test_an_upgrade_under_way_is_not_joined_by_another(command: Command, busy: Sandbox) -> None:
    """Somebody else's has begun: what is under way is said."""
    billing(command, 'engine_version: ">=16.6"\n')
    outside(busy, {"status": "upgrading"})
    document = fits(command(*ALLOWED, *JSON, status=0))
    ((_address, result, message),) = results(document)
    assert result == "blocked"
    assert message == "its status is 'upgrading', nothing was sent"
    assert changing(busy) == []


@pytest.mark.parametrize(
    ("window", "moved"),
    [
        ("{weekday: sunday, hour: 3}", {"weekday_utc": 5, "starting_hour_utc": 4}),
        ("{hour: 3}", {"weekday_utc": 5}),
        ("{weekday: sunday}", {"starting_hour_utc": 9}),
    ],
    ids=["both", "the day that is kept", "the hour that is kept"],
)
def test_a_window_that_was_moved_meanwhile_is_not_moved_back(
    command: Command, busy: Sandbox, window: str, moved: dict[str, int]
) -> None:
    """A request holds both parts: the one that the spec leaves out would be an old one."""
    billing(command, f"maintenance_window: {window}\n")
    outside(busy, {"maintenance_window": moved})
    document = fits(command("apply", "--yes", *JSON, status=2))
    assert results(document) == [("billing/maintenance_window", "stale", STALE)]
    assert changing(busy) == []
    assert moved.items() <= live(busy, BILLING)["maintenance_window"].items()
    command("apply", "--yes", status=0)
    assert len(changing(busy)) == 1


@pytest.mark.parametrize(
    ("change", "to"),
    [
        (UPGRADED, "16.4.0-1 to 16.6.0-1"),
        ({"next_version": "17.2.0-1"}, "16.4.0-1 to 16.6.0-1"),
    ],
    ids=["upgraded", "another one is next"],
)
def test_an_upgrade_is_the_one_that_was_asked_about(
    command: Command, busy: Sandbox, change: dict[str, str], to: str
) -> None:
    """What a person agreed to is no longer what would be done."""
    with on_terminal(command, "upgrade", "billing", piped={"stdout"}) as terminal:
        terminal.read_until("Go on? [y/N] ")
        assert to in terminal.shown
        busy.change(BILLING, **change)
        terminal.type("y\n")
        done = terminal.finish()
    assert done.status == 2, str(done)
    assert ASKED in " ".join(done.stdout.split())
    assert "17.2.0-1" in done.stdout
    assert changing(busy) == []
    assert command.journals() == []


def test_an_upgrade_is_of_the_database_that_was_asked_about(
    command: Command, busy: Sandbox
) -> None:
    """Another one under the same ids is not upgraded."""
    with on_terminal(command, "upgrade", "billing", piped={"stdout"}) as terminal:
        terminal.read_until("Go on? [y/N] ")
        busy.change(BILLING, created_at="2026-02-05T15:38:14.343+01:00")
        terminal.type("y\n")
        done = terminal.finish()
    assert done.status == 2, str(done)
    assert "it was planned for creation time" in " ".join(done.stdout.split())
    assert changing(busy) == []


def test_an_upgrade_that_began_while_it_was_asked(command: Command, busy: Sandbox) -> None:
    """A database that is busy by then is told as one."""
    with on_terminal(command, "upgrade", "shop", piped={"stdout"}) as terminal:
        terminal.read_until("Go on? [y/N] ")
        busy.change(SHOP, status="upgrading")
        terminal.type("y\n")
        done = terminal.finish()
    assert done.status == 2, str(done)
    assert "'shop' is upgrading: wait until it is running" in " ".join(terminal.shown.split())
    assert changing(busy) == []


def test_a_session_whose_pid_was_given_out_again_is_spared(command: Command, busy: Sandbox) -> None:
    """The pid is the same, the session is another."""
    with on_terminal(command, "queries", "terminate", "billing", "2000", piped={"stdout"}) as one:
        one.read_until("Go on? [y/N] ")
        busy.change(BILLING, queries=[{"pid": 2000, "query": "COPY payments", "username": "app"}])
        one.type("y\n")
        done = one.finish()
    assert done.status == 2, str(done)
    assert ASKED in " ".join(done.stdout.split())
    assert changing(busy) == []
