"""One-off commands that their runs left open: which of them wait for the same command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from attrs import evolve
from unit.apply.test_history import NOON, OPENING, RESET, SHOP, now, raw

from reconcile.apply.history import open_history
from reconcile.apply.journal import Journal
from reconcile.apply.open_ends import OpenEnd, unanswered
from reconcile.model.address import Address
from reconcile.model.history import Settlement
from reconcile.model.order import Deed, Done
from reconcile.model.request import BACK_UP, Effect, action
from reconcile.model.run import Result

OPENED = evolve(OPENING, databases={RESET.database: SHOP})
OTHER = evolve(RESET, call=action("reset-database", {"database_name": "b"}, effect=Effect.CHANGE))


def run(directory: Path, ident: str, deed: Deed = RESET, result: Result | None = None) -> None:
    """The journal of a command; without a result it was killed."""
    with Journal(directory, ident, now) as journal:
        journal.begin(OPENED)
        journal.started(deed)
        if result is not None:
            journal.finished(Done(deed=deed, result=result))
            journal.end({})


def found(directory: Path, ident: str, about: str, *, done: bool | None, answered: bool) -> None:
    """The journal of a run that found out about another."""
    with Journal(directory, ident, now) as journal:
        journal.begin(OPENED)
        journal.settled(
            Settlement(
                run=about,
                address=Address(database=RESET.database),
                verb="order",
                done=done,
                answered=answered,
            )
        )
        journal.end({})


def waiting(directory: Path) -> Sequence[OpenEnd]:
    """What is not answered; the second look, by the index, finds the same."""
    first, second = (
        unanswered(open_history(directory, NOON).runs, {"shop": SHOP}) for _look in range(2)
    )
    assert [one.run.id for one in first] == [one.run.id for one in second]
    return second


def test_a_killed_command_waits_until_the_same_is_tried(tmp_path: Path) -> None:
    """The same request with the same content; another one, or a backup, says nothing of it."""
    run(tmp_path, "run-1")
    run(tmp_path, "run-2", OTHER, Result.DONE)
    run(tmp_path, "run-3", evolve(RESET, call=BACK_UP))
    (end,) = waiting(tmp_path)
    assert (end.run.id, end.handle, end.deed.body) == ("run-1", "shop", RESET.call.body)
    assert end.is_order(RESET.call)
    assert not end.is_order(OTHER.call)
    run(tmp_path, "run-4", RESET, Result.DONE)
    assert waiting(tmp_path) == ()


def test_a_command_without_an_answer_waits(tmp_path: Path) -> None:
    """Its run came to its end and did not know; of a failed one it did."""
    run(tmp_path, "run-1", RESET, Result.UNKNOWN)
    run(tmp_path, "run-2", OTHER, Result.FAILED)
    assert [one.run.id for one in waiting(tmp_path)] == ["run-1"]


@pytest.mark.parametrize(
    ("done", "answered", "waits"),
    [
        (True, False, True),
        (True, True, False),
        (None, False, True),
        (False, False, False),
    ],
)
def test_what_another_run_found_out(
    tmp_path: Path, *, done: bool | None, answered: bool, waits: bool
) -> None:
    """It waits on where it was done and the same command did not report it, or is not known."""
    run(tmp_path, "run-1")
    found(tmp_path, "run-2", "run-1", done=done, answered=answered)
    assert bool(waiting(tmp_path)) is waits
    for end in waiting(tmp_path):
        assert end.deed.result is (Result.DONE if done else Result.UNKNOWN)


def test_a_command_of_another_database_is_not_shown(tmp_path: Path) -> None:
    """Only those of the databases that are asked about."""
    run(tmp_path, "run-1")
    other = evolve(SHOP, addon="ad-other")
    assert unanswered(open_history(tmp_path, NOON).runs, {"shop": other}) == ()


def test_a_journal_of_an_earlier_version_may_be_about_the_same(tmp_path: Path) -> None:
    """It does not tell what the request held."""
    run(tmp_path, "run-1")
    (path,) = (tmp_path / "runs").glob("*.jsonl")
    path.unlink()
    started = {
        "event": "started",
        "at": NOON.isoformat(),
        "address": "shop",
        "verb": "order",
        "what": "reset",
        "risk": "lossy",
        "request": "POST reset-database",
    }
    databases = {"shop": {"app": SHOP.app, "addon": SHOP.addon, "region": SHOP.region}}
    opening = {"event": "run", "at": NOON.isoformat(), "format_version": "1.0"}
    raw(tmp_path, "run-1", {**opening, "databases": databases}, started)
    (end,) = waiting(tmp_path)
    assert end.is_order(RESET.call)
    assert end.is_order(OTHER.call)
