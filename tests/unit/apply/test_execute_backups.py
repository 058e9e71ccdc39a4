"""The maker of backups: asked for once, waited for, and never guessed."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from unit.apply.conftest import Bench

from reconcile.apply.backup_first import Secured
from reconcile.errors import NotFoundError
from reconcile.model.request import BACK_UP
from reconcile.model.run import Outcome, Result

BACKUPS = "/databases/ad-shop/backups"
RESOURCE = "GET /databases/ad-shop"
ASK, LIST = f"POST {BACKUPS}", f"GET {BACKUPS}"


def made(bench: Bench) -> Secured | Outcome:
    """What became of it, for a database that has backups already."""
    target, action = bench.planned()
    return bench.back_up(target, action)


def stored(bench: Bench) -> list[dict[str, Any]]:
    """The backups that there are."""
    (app,) = bench.sandbox.fleet()["apps"]
    (addon,) = app["addons"]
    return [one for one in addon["stored_backups"] if one["method"] == "manual"]


def events(bench: Bench) -> list[tuple[str, str | None, str | None]]:
    """The journal: each event with its result and message, but the note of the backup's id."""
    assert {entry["what"] for entry in bench.journal()} == {"back up shop"}
    noted = [one["backup"] for one in bench.journal() if one["event"] == "backup"]
    assert not noted or noted == [one["id"] for one in stored(bench)]
    told = [one for one in bench.journal() if one["event"] != "backup"]
    return [(one["event"], one.get("result"), one.get("message")) for one in told]


def stopped(found: Secured | Outcome, *, effect: bool = True) -> tuple[Result, str]:
    """Why the action is not tried; the request was sent all the same, and may have had an effect."""
    assert isinstance(found, Outcome)
    assert found.calls == (BACK_UP,)
    assert found.effect is effect
    return found.result, found.message


def test_a_backup_is_waited_for(bench: Bench) -> None:
    """The intent is on disk first; at the end the database is looked at, whether it is free."""
    found = made(bench)
    (backup,) = stored(bench)
    assert isinstance(found, Secured)
    assert found.backup is not None
    assert (found.backup.id, found.backup.done, found.calls) == (backup["id"], True, (BACK_UP,))
    looks = len(bench.clock.slept) + 1
    assert looks > 3
    assert bench.sent() == [ASK, *[LIST] * looks, RESOURCE]
    assert events(bench) == [
        ("started", None, None),
        ("finished", "done", f"backup {backup['id']!r}"),
    ]


def test_the_wait_goes_on_while_the_database_is_at_work(bench: Bench) -> None:
    """The provider lists it as done before its operation has ended."""
    target, action = bench.planned()
    busy = {"id": f"{1:024x}", "type": "upgrade", "status": "running", "target": "8.0.36-1"}
    bench.sandbox.fault(
        "outside-write",
        database="ad-shop",
        change={
            "status": "upgrading",
            "current_operation_id": busy["id"],
            "operations": [{**busy, "due_at": bench.later(500)}],
        },
        when="before",
        match={"method": "GET", "path": "/api/databases/ad-shop"},
    )
    found = bench.back_up(target, action)
    assert isinstance(found, Secured)
    assert bench.sent()[-1] == f"GET /operations/{busy['id']}"
    assert sum(bench.clock.slept) > 400


@pytest.mark.parametrize("fault", ["status", "html"])
def test_a_database_that_cannot_be_read_then_is_looked_at_next(bench: Bench, fault: str) -> None:
    """The backup is made: what else is wrong, the look before the action finds."""
    target, action = bench.planned()
    match = {"method": "GET", "path": "/api/databases/ad-shop"}
    bench.sandbox.fault(fault, status=403, times=None, match=match)
    assert isinstance(bench.back_up(target, action), Secured)


def test_a_backup_that_fails_is_not_asked_for_again(bench: Bench) -> None:
    """Failed, with its id."""
    bench.sandbox.change("ad-shop", failing_operations="disk full")
    result, message = stopped(made(bench))
    (backup,) = stored(bench)
    assert (result, message) == (Result.FAILED, f"backup {backup['id']!r} ended in an error")
    assert bench.sent().count(ASK) == 1
    assert events(bench)[-1] == ("finished", "failed", message)


def test_a_backup_that_was_cancelled_is_said_to_be(bench: Bench) -> None:
    """Somebody ended it: that is no error."""
    bench.sandbox.change("ad-shop", operations_end_as="cancelled")
    result, message = stopped(made(bench))
    (backup,) = stored(bench)
    assert (result, message) == (Result.FAILED, f"backup {backup['id']!r} was cancelled")


@pytest.mark.parametrize("kind", ["drop-after", "truncate"])
def test_a_lost_answer_is_found_in_the_list(bench: Bench, kind: str) -> None:
    """A manual one that was not there before was made after we asked."""
    bench.sandbox.fault(kind, match={"method": "POST", "path": "*/backups"})
    found = made(bench)
    assert isinstance(found, Secured)
    assert found.backup is not None
    assert [one["id"] for one in stored(bench)] == [found.backup.id]
    assert bench.sent().count(ASK) == 1


@pytest.mark.parametrize(
    ("kind", "details"),
    [("drop-before", {}), ("status", {"status": 500}), ("html", {"status": 502})],
)
def test_a_request_that_did_nothing_stays_open(
    bench: Bench, kind: str, details: dict[str, int]
) -> None:
    """Five looks find no new one: it is not asked for again, and nothing is lost."""
    bench.sandbox.fault(kind, match={"method": "POST", "path": "*/backups"}, **details)
    result, message = stopped(made(bench))
    assert result is Result.FAILED
    assert message.startswith(
        "a backup was asked for, and what became of it is not known:"
        " a new manual one is not among the backups (POST /api/databases/"
    )
    assert bench.sent() == [ASK, *[LIST] * 5]
    assert events(bench)[-1] == ("finished", "unknown", message)


@pytest.mark.parametrize("status", [403, 409, 422])
def test_a_refused_backup_is_a_failure(bench: Bench, status: int) -> None:
    """Nothing was begun: nothing is waited for."""
    match = {"method": "POST", "path": "*/backups"}
    bench.sandbox.fault("status", status=status, match=match)
    result, message = stopped(made(bench), effect=False)
    assert result is Result.FAILED
    assert message.startswith("no backup could be made first: ")
    assert f"HTTP {status}" in message
    assert bench.sent() == [ASK]
    assert events(bench)[-1] == ("finished", "failed", message)


def test_a_plan_that_makes_none_says_so(bench: Bench) -> None:
    """Raised for who asked, and written down."""
    target, action = bench.planned()
    bench.sandbox.fault("status", status=404, match={"method": "POST", "path": "*/backups"})
    with pytest.raises(NotFoundError):
        bench.back_up(target, action)
    assert [event for event, _result, _message in events(bench)] == ["started", "finished"]


def test_patience_ends(bench: Bench) -> None:
    """As for operations: what is still under way stands in the way."""
    bench.patience = 30.0
    result, message = stopped(made(bench))
    (backup,) = stored(bench)
    assert (result, message) == (Result.BLOCKED, f"backup {backup['id']!r} is still under way")
    assert sum(bench.clock.slept) == pytest.approx(30.0, abs=0.5)
    assert events(bench)[-1][1] == "started"


def test_a_stop_ends_the_wait(bench: Bench) -> None:
    """One look, and the action is skipped: the backup goes on."""
    bench.stop.set()
    result, message = stopped(made(bench))
    (backup,) = stored(bench)
    assert (result, message) == (
        Result.SKIPPED,
        f"the run was interrupted: backup {backup['id']!r} is still under way",
    )
    assert bench.sent() == [ASK, LIST]


@contextmanager
def no_room() -> Iterator[Callable[[], None]]:
    """What lets the disk fill up, until the end of the block."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_without_a_journal_nothing_is_asked_for(bench: Bench) -> None:
    """Intent before effect, for backups as well."""
    target, action = bench.planned()
    with no_room() as fill:
        fill()
        found = bench.back_up(target, action)
    assert isinstance(found, Outcome)
    assert found.result is Result.FAILED
    assert "nothing is changed without it" in found.message
    assert bench.sent() == []


@pytest.mark.parametrize("reason", [None, "no"])
def test_a_disk_that_fills_up_stops_what_follows(bench: Bench, reason: str | None) -> None:
    """The backup is made or is not; that the journal does not tell it is said."""
    bench.sandbox.change("ad-shop", failing_operations=reason)
    target, action = bench.planned()
    with no_room() as fill:
        found = bench.back_up(target, action, seen=fill)
    assert stopped(found)[0] is Result.FAILED
    assert isinstance(found, Outcome)
    assert (found.backup is not None) is (reason is None)
    assert "what was done is done, but the journal does not say so" in stopped(found)[1]
    assert [event for event, _result, _message in events(bench)] == ["started"]
