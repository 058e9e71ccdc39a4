"""What a run claims, finishes and shows where the provider, its caller or an answer is odd."""

from __future__ import annotations

import json
import os
import signal
import subprocess

import pytest
from e2e.busy import BILLING, IOT, SHOP, spec
from e2e.command import (
    RECONCILE,
    SECONDS,
    Command,
    Finished,
    changing,
    effects,
    journal_entries,
    live,
    until,
)
from e2e.fleet import SHOP as SHOP_SPEC
from e2e.fleet import SHOP_ADDON, SHOP_ORDER
from e2e.schemas import JSON, fits, sent
from unit.api.loopback import Addon, reply, serving

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

UPGRADE = f"POST /api/databases/{SHOP}/upgrade"
UPGRADING = ("apply", "--yes", "--allow", "disruptive", *JSON)
TO_THE_NEXT = spec("shop", "shop-web", SHOP, "mysql", 'engine_version: ">=8.0.36"\n')
FOREIGN = {
    "current_operation_id": "a" * 24,
    "operations": [{"id": "a" * 24, "type": "backup", "status": "running"}],
}
"""An operation that somebody else began, of another type than an upgrade."""

REPLACED = "telemetry/retention_policies/7-days"
REPLACING = spec(
    "telemetry",
    "iot",
    IOT,
    "influxdb",
    "retention_policies: [{name: 7-days, duration: 14d, on_change: replace}]\n",
)
REPLACE = ("apply", "--yes", "--allow", f"lossy={REPLACED}", *JSON)
HALVES = [("POST", "del-retention-policy"), ("POST", "add-retention-policy")]


@pytest.mark.parametrize("kind", ["drop-before", "drop-after"])
def test_an_operation_of_another_type_proves_no_upgrade(
    command: Command, busy: Sandbox, kind: str
) -> None:
    """Neither found in its place nor taken for its end: unknown, 4, and sent once."""
    command.write(TO_THE_NEXT)
    busy.fault(kind, match={"path": f"/api/databases/{SHOP}/upgrade"})
    match = {"method": "GET", "path": f"/api/databases/{SHOP}"}
    busy.fault("outside-write", database=SHOP, change=FOREIGN, match=match, after=2)
    document = fits(command(*UPGRADING, status=4))
    (outcome,) = document["outcomes"]
    assert outcome["result"] == "unknown"
    assert outcome["message"].endswith("it may or may not have taken effect")
    assert sent(busy) == [UPGRADE]
    assert len(effects(busy)) == (kind == "drop-after")
    (journal,) = command.journals()
    assert [one["event"] for one in journal_entries(journal)][1:-1] == ["started", "finished"]


def policies(sandbox: Sandbox) -> dict[str, str]:
    """The durations of the retention policies there."""
    return {one["name"]: one["duration"] for one in live(sandbox, IOT)["retention_policies"]}


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"]
)
def test_half_a_replacement_is_finished_although_it_is_interrupted(
    command: Command, busy: Sandbox, number: signal.Signals, status: int
) -> None:
    """The deleted policy is there again, also where the provider makes it wait."""
    command.write(REPLACING)
    busy.fault("status", status=429, retry_after=2, match={"action_name": "add-retention-policy"})
    with command.started(*REPLACE) as process:
        until(lambda: len(changing(busy)) == 2, "the second half is told to wait")
        assert "7-days" not in policies(busy)
        process.send_signal(number)
        done = command.ended(process, *REPLACE)
    assert done.status == status, str(done)
    assert effects(busy) == HALVES
    assert policies(busy)["7-days"] in {"14d", "336h0m0s"}
    assert [one["result"] for one in fits(done)["outcomes"]] == ["done", "done"]


def test_half_a_replacement_is_finished_although_its_time_is_over(
    command: Command, busy: Sandbox
) -> None:
    """What --max-wait would save is nothing next to a policy that is gone."""
    command.write(REPLACING)
    busy.fault("status", status=429, retry_after=6, match={"action_name": "add-retention-policy"})
    document = fits(command(*REPLACE, "--max-wait", "5s", status=0))
    assert [one["result"] for one in document["outcomes"]] == ["done", "done"]
    assert document["waited"]["database"] >= 6
    assert effects(busy) == HALVES
    assert policies(busy)["7-days"] in {"14d", "336h0m0s"}


def test_a_replacement_that_has_not_begun_keeps_to_its_time(
    command: Command, busy: Sandbox
) -> None:
    """The first half is not sent past --max-wait: nothing is gone, and nothing is due."""
    command.write(REPLACING)
    busy.fault("status", status=429, retry_after=6, match={"action_name": "del-retention-policy"})
    document = fits(command(*REPLACE, "--max-wait", "5s", status=1))
    assert [one["result"] for one in document["outcomes"]] == ["failed", "skipped"]
    assert effects(busy) == []
    assert policies(busy)["7-days"] == "168h0m0s"


def with_nobody_at_stderr(command: Command, *arguments: str) -> Finished:
    """Run with a stderr whose reader is gone before the first word."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [RECONCILE, *arguments],
            cwd=command.directory,
            env={**command.full_environment(), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=writer,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    finally:
        os.close(writer)
    return command.seen(arguments, done.returncode, done.stdout, "")


def test_a_reader_of_stderr_that_is_gone_ends_no_run(command: Command, sandbox: Sandbox) -> None:
    """What is told beside the result is lost, and the status is that of the run."""
    command.write(SHOP_SPEC)
    assert with_nobody_at_stderr(command, "drift", "-v").status == 2
    applied = with_nobody_at_stderr(command, "apply", "--yes", "-v", *JSON)
    assert applied.status == 0, str(applied)
    assert {one["result"] for one in fits(applied)["outcomes"]} == {"done"}
    assert effects(sandbox) == SHOP_ORDER
    assert live(sandbox, SHOP_ADDON)["backups"]["hours"] == [3]
    assert with_nobody_at_stderr(command, "drift", "-v").status == 0
    nowhere = with_nobody_at_stderr(command, "plan", "-v", "--only", "nothing")
    assert nowhere.status == 64, str(nowhere)


def test_a_query_that_begins_in_the_future_is_shown(command: Command, busy: Sandbox) -> None:
    """Two clocks that differ: it has run for no time yet."""
    busy.change(
        BILLING, queries=[{"pid": 7, "query": "SELECT 1", "query_duration": -2_000_000_000}]
    )
    document = fits(command("queries", "list", "billing", *JSON, status=0))
    assert [(one["pid"], one["seconds"]) for one in document["queries"]] == [(7, 0.0)]
    shown = command("queries", "list", "billing", status=0).stdout.splitlines()
    assert [one.split() for one in shown if "SELECT" in one] == [
        ["7", "0", "ms", "active", "app", "SELECT", "1"]
    ]


def nested(levels: int) -> bytes:
    """A list in a list, so many times, as JSON."""
    return b"[" * levels + b"]" * levels


@pytest.mark.parametrize(
    "odd",
    [b"NaN", b"-Infinity", b"1e999", nested(900), nested(100_000)],
    ids=["NaN", "-Infinity", "1e999", "900 levels", "100000 levels"],
)
def test_a_resource_that_cannot_be_shown_is_unknown(command: Command, odd: bytes) -> None:
    """A sentence that names the request, and no other end."""
    command.write(SHOP_SPEC.replace("ad-shop", "ad-1"))
    fine = json.dumps(Addon().database()).encode()
    body = b'{"database": {"odd": ' + odd + b", " + fine[1:] + b"}"
    with serving(("shop-web", Addon())) as provider:
        mine = command.in_environment(**provider.environment)
        provider.odd["database"].extend([reply(200, body)] * 2)
        shown = mine("show", "shop", status=1)
        document = mine("show", "shop", *JSON, status=1)
    said = "GET /api/databases/ad-1: HTTP 200, "
    assert said in " ".join(shown.stdout.split())
    assert "defect" not in shown.stderr + document.stderr
    (database,) = fits(document)["databases"]
    assert database["resource"] is None
    assert database["error"].startswith(said), database


def test_an_upgrade_that_ends_in_an_error_is_more_than_a_failure(
    command: Command, busy: Sandbox
) -> None:
    """4: it was begun, and nobody knows in which state it leaves the database."""
    command.write(TO_THE_NEXT)
    busy.change(SHOP, failing_operations="disk full")
    document = fits(command(*UPGRADING, status=4))
    (outcome,) = document["outcomes"]
    ident = live(busy, SHOP)["operations"][-1]["id"]
    assert (outcome["result"], outcome["message"]) == (
        "failed",
        f"operation {ident!r} ended in an error: disk full",
    )
    assert sent(busy) == [UPGRADE]
    assert live(busy, SHOP)["version"] == "8.0.35-1"


def test_an_order_goes_on_without_a_reader_of_stderr(command: Command, busy: Sandbox) -> None:
    """Also while it waits for an operation."""
    done = with_nobody_at_stderr(command, "upgrade", "shop", "--yes", "-v", *JSON)
    assert done.status == 0, str(done)
    assert fits(done)["result"] == "done"
    assert sent(busy) == [UPGRADE]
