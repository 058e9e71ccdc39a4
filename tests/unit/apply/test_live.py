"""The executor with a change that goes on: followed to its end, never sent twice, never a guess."""

from __future__ import annotations

import pytest
from unit.apply.conftest import Bench

from reconcile.apply.execute import calls_of
from reconcile.model.operation import PAUSES
from reconcile.model.request import UPGRADE
from reconcile.model.run import Result

START = "POST /databases/ad-shop/upgrade"
RESOURCE = "GET /databases/ad-shop"


def look(bench: Bench) -> str:
    """The request that looks at the operation."""
    return f"GET /operations/{bench.operation()}"


def events(bench: Bench) -> list[tuple[str, object]]:
    """The journal: each event with what it says of the outcome or the operation."""
    return [
        (entry["event"], entry.get("result") or entry.get("operation")) for entry in bench.journal()
    ]


def test_an_upgrade_is_followed_to_its_end(bench: Bench) -> None:
    """One request that changes something, then looks until it ended; the id is on disk meanwhile."""
    target, action = bench.planned()
    assert calls_of(action) == (UPGRADE,)
    outcome = bench.execute(target, action)
    assert (outcome.result, outcome.message) == (Result.DONE, "")
    assert bench.version() == "8.0.36-1"
    looks = len(bench.clock.slept) + 1
    assert bench.sent() == [START, *[look(bench)] * looks]
    assert events(bench) == [
        ("started", None),
        ("operation", bench.operation()),
        ("finished", "done"),
    ]
    assert {entry["address"] for entry in bench.journal()} == {"shop/engine_version"}


def test_an_operation_that_ends_in_an_error_is_a_failure(bench: Bench) -> None:
    """With the provider's reason; the version is what it was."""
    bench.sandbox.change("ad-shop", failing_operations="disk full\n\x1b[2J")
    outcome = bench.execute(*bench.planned())
    assert outcome.result is Result.FAILED
    assert outcome.message == (
        f"operation {bench.operation()!r} ended in an error: disk full\\n\\x1b[2J"
    )
    assert bench.version() == "8.0.35-1"
    assert events(bench)[-1] == ("finished", "failed")


@pytest.mark.parametrize("how", ["no wait", "no patience", "a stop"])
def test_who_does_not_wait_is_told_how_to_take_it_up(bench: Bench, how: str) -> None:
    """Started, and looked at once."""
    target, action = bench.planned()
    bench.wait = how != "no wait"
    bench.patience = 0.0 if how == "no patience" else 3600.0
    if how == "a stop":
        bench.stop.set()
    outcome = bench.execute(target, action)
    ident = bench.operation()
    assert outcome.result is Result.STARTED
    assert outcome.under_way
    assert outcome.message == f"operation {ident!r} is pending"
    assert outcome.operation == ident
    assert bench.sent() == [START, look(bench)]
    assert bench.clock.slept == []
    assert events(bench) == [("started", None), ("operation", ident), ("finished", "started")]


def test_patience_ends_before_the_operation(bench: Bench) -> None:
    """It is said to be running, and is not stopped by that."""
    target, action = bench.planned()
    bench.patience = 30.0
    outcome = bench.execute(target, action)
    assert outcome.result is Result.STARTED
    assert outcome.message == f"operation {bench.operation()!r} is running"
    assert sum(bench.clock.slept) == pytest.approx(30.0, abs=0.5)


@pytest.mark.parametrize("kind", ["drop-after", "truncate"])
def test_a_lost_answer_is_followed_where_the_operation_is_under_way(
    bench: Bench, kind: str
) -> None:
    """The resource names it; that it was ours, a second read of the version has to tell."""
    target, action = bench.planned()
    bench.sandbox.fault(kind, match={"path": "*/upgrade"})
    outcome = bench.execute(target, action)
    assert (outcome.result, bench.version()) == (Result.UNKNOWN, "8.0.36-1")
    looks = len(bench.clock.slept) + 2
    assert bench.sent() == [START, RESOURCE, *[look(bench)] * looks]
    assert ("operation", bench.operation()) in events(bench)


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("drop-before", {}),
        ("status", {"status": 500}),
        ("status", {"status": 502}),
        ("status", {"status": 504}),
        ("html", {"status": 502}),
        ("html", {"status": 503}),
    ],
)
def test_a_lost_answer_with_nothing_under_way_stays_open(
    bench: Bench, kind: str, details: dict[str, int]
) -> None:
    """The request may still be on its way: neither done nor failed, and not sent again."""
    target, action = bench.planned()
    bench.sandbox.fault(kind, match={"path": "*/upgrade"}, **details)
    outcome = bench.execute(target, action)
    assert outcome.result is Result.UNKNOWN
    assert outcome.under_way
    assert "it may or may not have taken effect" in outcome.message
    assert bench.sent() == [START, *[RESOURCE] * (1 + len(PAUSES))]
    assert events(bench) == [("started", None), ("finished", "unknown")]


def test_a_lost_answer_and_a_dead_server_stay_open(bench: Bench) -> None:
    """Where the resource cannot be read either, nobody claims anything."""
    target, action = bench.planned()
    bench.sandbox.fault("drop-after", match={"path": "*/upgrade"})
    bench.sandbox.fault("status", status=500, times=None, match={"method": "GET"})
    outcome = bench.execute(target, action)
    assert outcome.result is Result.UNKNOWN
    assert bench.sent().count(START) == 1


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_a_refusal_in_html_is_a_failure(bench: Bench, status: int) -> None:
    """The status says that nothing was begun, whoever wrote the page."""
    target, action = bench.planned()
    bench.sandbox.fault("html", status=status, match={"path": "*/upgrade"})
    outcome = bench.execute(target, action)
    assert outcome.result is Result.FAILED
    assert bench.sent() == [START]


def test_a_wait_that_breaks_leaves_it_open(bench: Bench) -> None:
    """The operation goes on, whatever becomes of those who watch it: unknown, and not failed."""
    target, action = bench.planned()
    bench.sandbox.fault("status", status=500, times=None, match={"path": "/api/operations/*"})
    outcome = bench.execute(target, action)
    ident = bench.operation()
    assert outcome.result is Result.UNKNOWN
    assert outcome.under_way
    start = f"operation {ident!r} was started: GET /api/operations/{ident}: HTTP 500, "
    assert outcome.message.startswith(start)
    assert outcome.operation == ident
    assert events(bench) == [("started", None), ("operation", ident), ("finished", "unknown")]


def test_a_refusal_is_a_failure(bench: Bench) -> None:
    """Somebody else's operation is under way: nothing was begun, and theirs is not followed."""
    target, action = bench.planned()
    bench.sandbox.change("ad-shop", current_operation_id="609145e66ffbd934f6745bb4")
    outcome = bench.execute(target, action)
    assert outcome.result is Result.FAILED
    assert "already under way" in outcome.message
    assert bench.sent() == [START]
    assert events(bench) == [("started", None), ("finished", "failed")]
