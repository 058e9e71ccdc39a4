"""What changes one database, each command once: what it says, what it sends, what it leaves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attrs import frozen
from e2e.busy import CHANGES, MOMENT, ORDERS
from e2e.command import Command, changing
from e2e.schemas import JSON, fits, sent

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more


@frozen
class Doing:
    """A command that changes something: what it says when it was done."""

    line: str
    request: str
    stdout: str


DOINGS = {
    "create": "✓ create shop/logical_databases/audit  done\n",
    "delete": "✓ delete shop/logical_databases/legacy  done\n",
    "mode": "✓ update shop/sql_mode  done\n",
    "policy": "✓ create telemetry/retention_policies/30-days  done\n",
    "no policy": "✓ delete telemetry/retention_policies/7-days  done\n",
    "backups": "✓ update billing/backups  done\n",
    "reset": "✓ reset logical database 'legacy' of shop  done\n",
    "cancel": "✓ cancel the query of pid 2000 on billing  done\n",
    "terminate": "✓ terminate the session of pid 2000 on billing  done\n",
    "stats reset": "✓ reset the query statistics of billing  done\n",
    "upgrade": "✓ upgrade shop from 8.0.35-1 to 8.0.36-1  done\n",
    "restore": f"✓ restore billing to {MOMENT}  done\n",
}
ALL = {**CHANGES, **ORDERS}


def doings() -> Iterator[Doing]:
    """All of them."""
    for name, stdout in DOINGS.items():
        yield Doing(*ALL[name], stdout)


EACH = pytest.mark.parametrize("doing", list(doings()), ids=list(DOINGS))


@EACH
def test_a_dry_run_sends_nothing_that_changes(
    command: Command, busy: Sandbox, doing: Doing
) -> None:
    """It needs no agreement, shows the exact request, and keeps no journal."""
    words = [word for word in doing.line.split() if word != "--yes"]
    if "--confirm" in words:
        words = words[: words.index("--confirm")]
    done = command(*words, "--dry-run", status=2)
    what = doing.stdout.removeprefix("✓ ").removesuffix("  done\n")
    assert done.stdout.splitlines()[0] == f"→ {what}  not sent"
    method, name = doing.request.split()
    address = f"    {method} {busy.url}/api/databases/"
    assert [one for one in done.stdout.splitlines() if one.startswith(address)]
    assert name.rpartition("/")[2] in done.stdout
    document = fits(command(*words, "--dry-run", *JSON, status=2))
    results = {one["result"] for one in document.get("outcomes", [document])}
    assert results == {"not sent"}
    assert changing(busy) == []
    assert command.journals() == []


@EACH
def test_a_database_may_be_named_by_its_addon(
    command: Command, busy: Sandbox, doing: Doing
) -> None:
    """Without any spec."""
    command.write()
    (command.directory / "specs").rmdir()
    names = {
        "shop": "shop-web/ad-shop",
        "billing": "billing-api/ad-billing",
        "telemetry": "iot/ad-iot",
    }
    words = doing.line.split()
    position = next(index for index, word in enumerate(words) if word in names)
    words[position] = names[words[position]]
    if words[0] == "restore":
        words[-1] = names["billing"]
    command(*words, status=0)
    assert sent(busy) == [doing.request]


def test_a_reset_keeps_the_database(command: Command, busy: Sandbox) -> None:
    """The API text's own example would drop it: `delete-database` is never sent for a reset."""
    command("databases", "reset", "shop", "legacy", "--confirm", "legacy", status=0)
    command("databases", "reset", "shop", "shop", "--confirm", "shop", status=0)
    assert sent(busy) == ["POST reset-database", "POST reset-database"]
    assert "delete-database" not in {one["action_name"] for one in busy.requests()["requests"]}
    shop = busy.fleet()["apps"][0]["addons"][0]
    assert [(one["name"], one["tables"]) for one in shop["logical_databases"]] == [
        ("shop", 0),
        ("legacy", 0),
    ]


def test_a_mode_that_is_shown_can_be_set(command: Command, busy: Sandbox) -> None:
    """What one command prints, another takes, and finds nothing to do."""
    shown = command("sql-mode", "get", "shop", status=0).stdout.strip()
    assert command("sql-mode", "set", "shop", shown, status=0).stdout == (
        "Nothing to do: shop is already so.\n"
    )
    assert changing(busy) == []


@pytest.mark.parametrize(
    "line",
    [
        "databases create shop legacy",
        "stats enable billing",
        "retention add telemetry 7-days 168h",
        "backups set shop --on --hour 14",
        "sql-mode set shop NO_ENGINE_SUBSTITUTION,STRICT_TRANS_TABLES",
    ],
)
def test_what_is_so_already_costs_no_change(command: Command, busy: Sandbox, line: str) -> None:
    """Nothing is sent, and that is well."""
    assert command(*line.split(), status=0).stdout.startswith("Nothing to do: ")
    assert changing(busy) == []
    assert command.journals() == []


def test_what_is_not_offered_is_said_without_a_spec(command: Command, busy: Sandbox) -> None:
    """Here no spec asks for it, so nothing can be taken out of one."""
    done = command("databases", "create", "billing", "audit", status=2)
    assert "blocked P102" in done.stdout
    assert "hint: choose a database whose engine and plan offer it" in done.stdout
    assert changing(busy) == []


@pytest.mark.usefixtures("busy")
def test_a_look_through_the_project_is_told_with_v(command: Command) -> None:
    """The current folder may hold many files where no reconcile.yaml says what the project is."""
    told = "looking through the project for specs of this database\n"
    line = ("databases", "delete", "shop-web/ad-shop", "legacy", "--dry-run")
    assert command(*line, "-v").stderr.count(told) == 1
    assert told not in command(*line).stderr


def test_a_policy_is_not_changed_in_place(command: Command, busy: Sandbox) -> None:
    """That would lose its data; the way round is told."""
    done = command("retention", "add", "telemetry", "7-days", "14d", status=2)
    assert "blocked P231" in done.stdout
    assert "(the command line)" in " ".join(done.stdout.split())
    assert changing(busy) == []


def test_a_report_that_cannot_be_written_is_refused_first(command: Command, busy: Sandbox) -> None:
    """Nothing is sent."""
    done = command(*ORDERS["cancel"][0].split(), "--report", "json=no/such/x.json", status=64)
    assert "cannot write the report 'no/such/x.json': there is no folder 'no/such'" in done.stderr
    assert busy.requests()["requests"] == []
