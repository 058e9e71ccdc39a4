"""What PostgreSQL is busy with: once, again and again, and a lot of it."""

from __future__ import annotations

import re
import signal
from typing import Any

import pytest
from blackbox.fleet import QUERIES
from e2e.busy import BILLING
from e2e.command import Command, until
from e2e.schemas import JSON, fits
from e2e.terminal import on_terminal

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

WATCH = ("queries", "list", "billing", "--watch")
CLEAR = "\x1b[H\x1b[2J"


def looks(sandbox: Sandbox) -> int:
    """How often the queries were listed."""
    names = [one["action_name"] for one in sandbox.requests()["requests"]]
    return names.count("pg-list-queries")


def test_a_watch_looks_again_until_it_is_stopped(command: Command, busy: Sandbox) -> None:
    """One request a look, each on a clean screen; Ctrl-C ends it with 130 and what it cost."""
    with on_terminal(command, *WATCH, "1s", "--no-color") as terminal:
        until(lambda: looks(busy) >= 1, "it looks")
        busy.change(BILLING, queries=[{**QUERIES[0], "query": "SELECT 'another'"}])
        terminal.read_until("another")
        terminal.process.send_signal(signal.SIGINT)
        done = terminal.finish()
    assert done.status == 130, str(done)
    pages = terminal.shown.replace("\r\n", "\n").split(CLEAR)[1:]
    assert looks(busy) in {len(pages), len(pages) + 1}
    head = r"billing  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n\npid   for         state "
    assert all(re.match(head, page) for page in pages)
    assert "2001" in pages[0]
    assert "2001" not in pages[-1]
    counts = busy.requests()["counts"]
    assert counts["database"] == 1 + looks(busy)
    assert f"{sum(counts.values())} requests sent: " in pages[-1]
    assert "Traceback" not in terminal.shown


def test_a_watch_into_a_pipe_is_plain(command: Command, busy: Sandbox) -> None:
    """Page after page, without an escape; SIGTERM ends it as well."""
    with command.started(*WATCH, "1s") as process:
        until(lambda: looks(busy) >= 2, "it looks twice")
        process.send_signal(signal.SIGTERM)
        done = command.ended(process, *WATCH)
    assert done.status == 143, str(done)
    assert "\x1b" not in done.stdout
    assert done.stdout.count("pid   for ") in {looks(busy), looks(busy) - 1}


def test_a_watch_whose_reader_goes_away_ends(command: Command, busy: Sandbox) -> None:
    """Nobody is asked for what nobody reads."""
    with command.started(*WATCH, "1s") as process:
        assert process.stdout is not None
        until(lambda: looks(busy) >= 1, "it looks")
        process.stdout.close()
        process.wait(timeout=60)
        assert process.stderr is not None
        done = command.seen(WATCH, process.returncode, "", process.stderr.read())
    assert done.status == 0, str(done)
    assert "roken pipe" not in done.stderr


def test_a_watch_that_cannot_read_ends(command: Command, busy: Sandbox) -> None:
    """With the reason: a screen that stands still would be a lie."""
    busy.fault("status", status=400, times=None, after=1, match={"action_name": "pg-list-queries"})
    done = command(*WATCH, "1s", status=1)
    assert "HTTP 400" in done.stderr
    assert looks(busy) == 2


@pytest.mark.parametrize("more", [JSON, ("--report", "json=x.json")], ids=["format", "report"])
def test_a_watch_is_for_people(command: Command, busy: Sandbox, more: tuple[str, ...]) -> None:
    """A document that never ends is none."""
    done = command(*WATCH, *more, status=64)
    assert done.stderr == (
        "reconcile: --watch shows text on stdout only: leave --format and --report out\n"
    )
    assert busy.requests()["requests"] == []


MANY = 10_000


def test_ten_thousand_queries(command: Command, busy: Sandbox) -> None:
    """A person gets the longest twenty, a program all of them, in order."""
    rows: list[dict[str, Any]] = [
        {"pid": pid, "query": f"SELECT {pid}", "query_duration": pid * 7_919 % 10_007 * 1_000_000}
        for pid in range(1, MANY + 1)
    ]
    busy.change(BILLING, queries=rows)
    ordered = [one["pid"] for one in sorted(rows, key=_longest)]
    shown = command("queries", "list", "billing", status=0).stdout.splitlines()
    assert [int(line.split()[0]) for line in shown[1:21]] == ordered[:20]
    assert shown[21:] == ["", "20 of 10000 queries: --top N shows more"]
    document = fits(command("queries", "list", "billing", *JSON, status=0))
    assert [one["pid"] for one in document["queries"]] == ordered
    assert document["total"] == MANY
    assert document["requests"]["database"] == 2


def _longest(row: dict[str, Any]) -> tuple[int, int]:
    return -row["query_duration"], row["pid"]
