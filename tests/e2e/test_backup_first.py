"""`apply --backup-first`: one backup a database before the first that disrupts or loses, or nothing."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from e2e.command import (
    Command,
    Finished,
    changing,
    journal_entries,
    live,
    logical,
    until,
)
from e2e.schemas import JSON, fits
from live import OPERATION, MovedClock

from scalingo_sandbox import Sandbox, running

pytestmark = pytest.mark.more

SHOP, BILLING = "ad-shop", "ad-billing"
BACKUPS = f"/api/databases/{SHOP}/backups"
TOKEN = "tk-canary-of-the-backups"

FLEET: Mapping[str, Any] = {
    "version": 1,
    "apps": [
        {
            "name": "shop-web",
            "addons": [
                {
                    "id": SHOP,
                    "resource_id": "shop-web-4821",
                    "engine": "mysql",
                    "version": "8.0.35-1",
                    "next_version": "8.0.36-1",
                    "stored_backups": [],
                    "logical_databases": [
                        {"name": "shop", "protected": True},
                        {"name": "legacy", "tables": 17},
                        {"name": "older", "tables": 2},
                    ],
                }
            ],
        },
        {
            "name": "billing-api",
            "addons": [
                {
                    "id": BILLING,
                    "resource_id": "billing-api-7310",
                    "engine": "postgresql",
                    "version": "16.4.0-1",
                    "next_version": "16.6.0-1",
                    "recovery_window": {
                        "earliest_recoverable_at": "2026-01-01T00:00:00+00:00",
                        "latest_recoverable_at": "2026-01-08T12:30:00+00:00",
                    },
                }
            ],
        },
    ],
}
HEAD = "version: 1\ndatabase: shop\napp: shop-web\naddon: ad-shop\nengine: mysql\n"
DROPPING = HEAD + (
    "logical_databases:\n  present: [shop, audit]\n  absent:\n"
    "    - {name: legacy, reason: moved, until: 2999-12-31}\n"
    "    - {name: older, reason: moved, until: 2999-12-31}\n"
)
UPGRADING = HEAD + 'engine_version: ">=8.0.36"\n'
CREATING = HEAD + "logical_databases: [shop, audit]\n"
BILLED = (
    "version: 1\ndatabase: billing\napp: billing-api\naddon: ad-billing\nengine: postgresql\n"
    'engine_version: ">=16.6.0"\n'
)
ALLOWED = (
    "--allow=lossy=shop/logical_databases/legacy",
    "--allow=lossy=shop/logical_databases/older",
    "--allow=disruptive",
)
APPLY = ("apply", "--yes", "--backup-first", *ALLOWED)


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    """A sandbox in which what goes on is over at the first look."""
    with running(FLEET, token=TOKEN, operation_seconds=0) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox) -> Iterator[Sandbox]:
    """The same, as it was at the start."""
    served.put_fleet(FLEET)
    served.clear()
    yield served
    served.clear_faults()


def manual(sandbox: Sandbox, addon: str = SHOP) -> list[dict[str, Any]]:
    """The manual backups of a database."""
    return [one for one in live(sandbox, addon)["stored_backups"] if one["method"] == "manual"]


def sent(sandbox: Sandbox) -> list[str]:
    """What was sent that may change something, in order."""
    return [
        f"{method} {action or path.rpartition('/')[2]}"
        for method, path, action in changing(sandbox)
    ]


def results(done: Finished) -> dict[str, str]:
    """The result of each action, by address."""
    return {one["address"]: one["result"] for one in fits(done)["outcomes"]}


def test_one_backup_is_made_before_the_first_loss(command: Command, sandbox: Sandbox) -> None:
    """After what is safe, before what is not, and once; with its id, in the journal as well."""
    command.write(DROPPING)
    done = command(*APPLY, *JSON, status=0)
    assert sent(sandbox) == [
        "POST create-database",
        "POST backups",
        "POST delete-database",
        "POST delete-database",
    ]
    (backup,) = manual(sandbox)
    outcomes = {one["address"].rpartition("/")[2]: one for one in fits(done)["outcomes"]}
    assert outcomes["legacy"]["backup"]["id"] == backup["id"]
    assert [call["method"] for call in outcomes["legacy"]["requests"]] == ["POST", "POST"]
    assert outcomes["audit"]["backup"] is outcomes["older"]["backup"] is None
    (journal,) = command.journals()
    lines = journal_entries(journal)[1:-1]
    assert [
        (one["event"], one["verb"], one.get("result")) for one in lines if one["verb"] != "create"
    ] == [
        ("started", "order", None),
        ("backup", "order", None),
        ("finished", "order", "done"),
        *[("started", "delete", None), ("finished", "delete", "done")] * 2,
    ]
    assert [one["backup"] for one in lines if one["event"] == "backup"] == [backup["id"]]


def test_it_lifts_the_guard_that_asks_for_a_backup(command: Command, sandbox: Sandbox) -> None:
    """Without it the loss is refused, for nothing could bring the data back."""
    command.write(DROPPING)
    refused = command("apply", "--yes", *ALLOWED, *JSON, status=2)
    assert results(refused)["shop/logical_databases/legacy"] == "refused"
    assert manual(sandbox) == []
    assert results(command(*APPLY, *JSON, status=0))["shop/logical_databases/legacy"] == "done"
    assert len(manual(sandbox)) == 1


@pytest.mark.parametrize("plan", ["--dry-run", "--yes"])
def test_what_is_safe_wants_no_backup(command: Command, sandbox: Sandbox, plan: str) -> None:
    """Neither is one listed."""
    command.write(CREATING)
    command("apply", plan, "--backup-first", status=2 if plan == "--dry-run" else 0)
    paths = {one["path"] for one in sandbox.requests()["requests"]}
    assert BACKUPS not in paths


def test_a_dry_run_shows_the_request(command: Command, sandbox: Sandbox) -> None:
    """Before the action's own, and sends none of them."""
    command.write(UPGRADING)
    document = command(
        "apply", "--dry-run", "--backup-first", "--allow=disruptive", *JSON, status=2
    ).document()
    (outcome,) = document["outcomes"]
    assert [call["url"].partition(SHOP)[2] for call in outcome["requests"]] == [
        "/backups",
        "/upgrade",
    ]
    assert (outcome["result"], outcome["backup"]) == ("not sent", None)
    assert changing(sandbox) == []


NO_BACKUPS = {"status": 404, "times": None, "match": {"path": "*/backups"}}


def recoverable_until(sandbox: Sandbox, age: timedelta) -> str:
    """Let the recovery window of `billing` end so long ago; the text that messages show for its end."""
    latest = datetime.now(UTC).replace(microsecond=0) - age
    window = {"earliest_recoverable_at": "2026-01-01T00:00:00+00:00"}
    sandbox.change(BILLING, recovery_window={**window, "latest_recoverable_at": latest.isoformat()})
    return f"{latest:%Y-%m-%d %H:%M:%S} UTC"


def test_a_recovery_window_does_where_there_are_no_backups(
    command: Command, sandbox: Sandbox
) -> None:
    """It is said so, and the action is carried out after one look."""
    command.write(BILLED)
    sandbox.fault("status", **NO_BACKUPS)
    latest = recoverable_until(sandbox, timedelta(hours=2))
    done = command(*APPLY, status=0)
    assert sent(sandbox) == ["POST upgrade"]
    assert (
        f"the plan of 'billing' makes no backups: its recovery window up to {latest} has to do\n"
    ) in done.stderr


def stored(number: int) -> list[dict[str, Any]]:
    """So many manual backups, one a day, the oldest first; and a periodic one before them."""
    periodic = {"id": f"{0:024x}", "created_at": "2025-12-31T03:00:00.000Z"}
    return [
        periodic,
        *(
            {
                "id": f"{day:024x}",
                "created_at": f"2026-01-{day:02}T12:00:00.000Z",
                "method": "manual",
            }
            for day in range(1, number + 1)
        ),
    ]


def test_a_full_plan_loses_no_backup_unasked(command: Command, sandbox: Sandbox) -> None:
    """Ten may be all that a plan keeps: the oldest is named, and what allows that it goes."""
    command.write(DROPPING)
    sandbox.change(SHOP, stored_backups=stored(10))
    document = fits(command(*APPLY, *JSON, status=2))
    said = {one["address"]: one for one in document["outcomes"]}
    assert said["shop/logical_databases/legacy"]["result"] == "blocked"
    assert said["shop/logical_databases/legacy"]["message"] == (
        "there are 10 manual backups, and a plan that keeps no more deletes the oldest,"
        f" '{1:024x}' of 2026-01-01 12:00:00 UTC, for a new one: allow that with"
        " --roll-backups, nothing was sent"
    )
    assert said["shop/logical_databases/older"]["result"] == "skipped"
    assert sent(sandbox) == ["POST create-database"]
    assert len(manual(sandbox)) == 10


def test_a_full_plan_may_roll(command: Command, sandbox: Sandbox) -> None:
    """With --roll-backups the oldest goes, and only that."""
    command.write(UPGRADING)
    sandbox.change(SHOP, stored_backups=stored(10))
    done = command(*APPLY, "--roll-backups", status=0)
    assert f"shop: the oldest manual backup, '{1:024x}' of 2026-01-01" in done.stderr
    kept = manual(sandbox)
    assert len(kept) == 10
    assert kept[0]["id"] == f"{2:024x}"


def test_a_backup_that_fails_stands_in_the_way(command: Command, sandbox: Sandbox) -> None:
    """Nothing is lost, and it is not asked for again."""
    command.write(DROPPING)
    sandbox.change(SHOP, failing_operations="disk full")
    done = command(*APPLY, status=4)
    (backup,) = manual(sandbox)
    assert f"failed: backup {backup['id']!r} ended in an error\n" in done.stdout
    assert logical(sandbox, SHOP) == {"shop", "audit", "legacy", "older"}
    assert sent(sandbox) == ["POST create-database", "POST backups"]


@pytest.fixture
def slow(command: Command, sandbox: Sandbox) -> Iterator[tuple[Command, Sandbox]]:
    """The command, talking to a sandbox in which no backup is ever done."""
    with running(FLEET, token=sandbox.token, operation_seconds=OPERATION, now=MovedClock()) as one:
        yield command.in_environment(SCALINGO_AUTH_URL=one.url), one


def test_an_interrupt_ends_the_wait(slow: tuple[Command, Sandbox]) -> None:
    """The backup goes on, the action is skipped, and the summary is true."""
    command, sandbox = slow
    command.write(DROPPING)
    with command.started(*APPLY) as process:
        until(lambda: manual(sandbox), "the backup is asked for")
        until(lambda: _looked_after(sandbox), "the backup is looked at")
        process.send_signal(signal.SIGINT)
        done = command.ended(process, *APPLY)
    assert done.status == 130
    (backup,) = manual(sandbox)
    why = f"the run was interrupted: backup {backup['id']!r} is still under way"
    assert f"skipped: {why}\n" in done.stdout
    assert logical(sandbox, SHOP) == {"shop", "audit", "legacy", "older"}
    (journal,) = command.journals()
    (order,) = [
        one
        for one in journal_entries(journal)
        if one["event"] == "finished" and one["verb"] == "order"
    ]
    assert order["result"] == "started"


def _looked_after(sandbox: Sandbox) -> bool:
    """Whether the list was read after the backup was asked for."""
    sent = [
        one["method"] for one in sandbox.requests()["requests"] if one["path"].endswith("/backups")
    ]
    return "POST" in sent and sent[-1] == "GET"


def test_a_saved_plan_is_applied_after_a_backup(command: Command, sandbox: Sandbox) -> None:
    """The same options, the same request."""
    command.write(UPGRADING)
    command("plan", "--out", "shop.plan.json", status=0)
    command(
        "apply",
        "--plan",
        "shop.plan.json",
        "--backup-first",
        "--allow=disruptive",
        "--yes",
        status=0,
    )
    assert sent(sandbox) == ["POST backups", "POST upgrade"]


def test_each_database_has_its_own_backup(command: Command, sandbox: Sandbox) -> None:
    """One that cannot be made leaves the others alone."""
    command.write(UPGRADING, BILLED)
    (command.directory / "reconcile.yaml").write_text("version: 1\nlimits: {databases: 2}\n")
    sandbox.fault("status", **{**NO_BACKUPS, "match": {"path": BACKUPS}})
    document = fits(command(*APPLY, *JSON))
    assert {one["address"]: one["result"] for one in document["outcomes"]} == {
        "billing/engine_version": "done",
        "shop/engine_version": "blocked",
    }
    assert len(manual(sandbox, BILLING)) == 1


def test_a_backup_is_made_before_an_upgrade(command: Command, sandbox: Sandbox) -> None:
    """What disrupts is at stake, too; the report says which backup it was."""
    command.write(UPGRADING)
    done = command(*APPLY, status=0)
    assert sent(sandbox) == ["POST backups", "POST upgrade"]
    (backup,) = manual(sandbox)
    day, second = backup["created_at"][:10], backup["created_at"][11:19]
    assert f"\n      after backup {backup['id']!r} of {day} {second} UTC\n" in done.stdout


def test_waiting_for_a_backup_is_bounded(slow: tuple[Command, Sandbox]) -> None:
    """By --timeout, as for operations: what is not done stands in the way."""
    command, sandbox = slow
    command.write(UPGRADING)
    done = command(*APPLY, "--timeout", "300ms", status=2)
    (backup,) = manual(sandbox)
    assert f"blocked: backup {backup['id']!r} is still under way\n" in done.stdout
    assert sent(sandbox) == ["POST backups"]


@pytest.mark.parametrize(("answered", "status"), [(422, 1), (500, 4)])
def test_a_backup_that_is_not_made_is_a_failure(
    command: Command, sandbox: Sandbox, answered: int, status: int
) -> None:
    """Refused, nothing has changed; where nobody knows, something may have."""
    command.write(UPGRADING)
    match = {"method": "POST", "path": "*/backups"}
    sandbox.fault("status", status=answered, times=None, match=match)
    document = fits(command(*APPLY, *JSON, status=status))
    assert [one["result"] for one in document["outcomes"]] == ["failed"]
    assert sent(sandbox) == ["POST backups"]


@pytest.mark.parametrize("kind", ["drop-after", "truncate"])
def test_a_lost_answer_makes_one_backup(command: Command, sandbox: Sandbox, kind: str) -> None:
    """The list tells: a manual one that was not there before; then all is done."""
    command.write(DROPPING)
    sandbox.change(SHOP, stored_backups=stored(3))
    sandbox.fault(kind, match={"method": "POST", "path": "*/backups"})
    document = fits(command(*APPLY, *JSON, status=0))
    new = manual(sandbox)[3:]
    assert len(new) == 1
    assert [one["backup"]["id"] for one in document["outcomes"] if one["backup"]] == [new[0]["id"]]
    assert logical(sandbox, SHOP) == {"shop", "audit"}
