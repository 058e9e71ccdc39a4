"""What past runs left open, and which one-off commands wait for the same command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from attrs import evolve
from unit.apply.disk import room_for
from unit.apply.journals import (
    AUDIT,
    BACKUPS,
    BACKUPS_ADDRESS,
    FIRST,
    NOON,
    OPENING,
    RESET,
    SHOP,
    begun,
    now,
    outcome,
    raw,
    write,
)

from reconcile.apply.history import open_history, past_runs
from reconcile.apply.journal import Journal, JournalError
from reconcile.apply.open_ends import OpenEnd, open_ends, unanswered
from reconcile.model.address import Address
from reconcile.model.change import Create
from reconcile.model.history import (
    Addon,
    Resolution,
    RunState,
)
from reconcile.model.order import Order, OrderOutcome
from reconcile.model.request import BACK_UP, Effect, action
from reconcile.model.run import Result


def ends(directory: Path, **databases: Addon) -> list[tuple[str, Address]]:
    """What is open there, by a first look, and by one that finds the index."""
    first, second = (
        [
            (end.run.id, end.address)
            for end in open_ends(open_history(directory, NOON).runs, databases or {"shop": SHOP})
        ]
        for _look in range(2)
    )
    assert first == second
    return first


def test_what_was_begun_and_never_finished_is_open(tmp_path: Path) -> None:
    """Of runs that are over; what is done right now is no business of another run."""
    begun(tmp_path, "run-1", AUDIT)
    assert ends(tmp_path) == [("run-1", AUDIT.address)]
    with Journal(tmp_path, "run-2", now) as journal:
        journal.begin(OPENING)
        journal.started(BACKUPS)
        assert ends(tmp_path) == [("run-1", AUDIT.address)]
    assert ends(tmp_path) == [("run-2", BACKUPS_ADDRESS), ("run-1", AUDIT.address)]


def test_an_intent_after_a_torn_line_is_open(tmp_path: Path) -> None:
    """The disk was full for a moment: what was cut takes no intent after it away."""
    with Journal(tmp_path, "run-1", now) as journal:
        journal.begin(OPENING)
        journal.started(AUDIT)
        with room_for(40, journal.path), pytest.raises(JournalError):
            journal.finished(outcome(AUDIT))
        journal.started(BACKUPS)
    (run,) = past_runs(tmp_path).runs
    assert (run.unread, run.torn) == (1, False)
    assert sorted(ends(tmp_path)) == [
        ("run-1", BACKUPS_ADDRESS),
        ("run-1", AUDIT.address),
    ]


def test_an_outcome_that_nobody_learned_is_open(tmp_path: Path) -> None:
    """Also where the run itself came to its end."""
    write(tmp_path, "run-1", outcome(AUDIT, Result.UNKNOWN, "lost"))
    assert ends(tmp_path) == [("run-1", AUDIT.address)]


def test_an_address_that_was_tried_again_is_not_open(tmp_path: Path) -> None:
    """Only the last word counts; what was only left out is no word."""
    begun(tmp_path, "run-1", AUDIT)
    begun(tmp_path, "run-2", BACKUPS)
    assert len(ends(tmp_path)) == 2
    with Journal(tmp_path, "run-3", now) as journal:
        journal.begin(OPENING)
        journal.started(AUDIT)
        journal.finished(outcome(AUDIT))
        journal.complete([outcome(BACKUPS, Result.SKIPPED)])
    assert ends(tmp_path) == [("run-2", BACKUPS_ADDRESS)]


def test_what_was_settled_hides_nothing_beside_it(tmp_path: Path) -> None:
    """Of a run that left two open, the other still is."""
    with Journal(tmp_path, "run-1", now) as journal:
        journal.begin(OPENING)
        journal.started(AUDIT)
        journal.started(BACKUPS)
    write(tmp_path, "run-2", outcome(BACKUPS))
    assert ends(tmp_path) == [("run-1", AUDIT.address)]


def test_the_live_database_is_meant_whatever_its_handle(tmp_path: Path) -> None:
    """A handle may stand for another database by now, and a database may have another handle."""
    begun(tmp_path, "run-1", AUDIT)
    assert ends(tmp_path, shop=evolve(SHOP, addon="ad-other")) == []
    assert ends(tmp_path, shop=evolve(SHOP, region="osc-secnum-fr1")) == []
    renamed = evolve(AUDIT.address, database="store")
    assert ends(tmp_path, store=evolve(SHOP, app="store-web")) == [("run-1", renamed)]
    other = evolve(AUDIT, address=renamed, change=Create(address=renamed, after={}))
    opening = evolve(OPENING, databases={"store": SHOP})
    write(tmp_path, "run-2", outcome(other), opening=opening)
    assert ends(tmp_path, store=SHOP) == []


def test_an_end_on_a_database_that_its_run_does_not_name_is_of_none(tmp_path: Path) -> None:
    """A journal that somebody edited says nothing of any live database."""
    begun(tmp_path, "run-1", AUDIT, evolve(OPENING, databases={}))
    assert ends(tmp_path, shop=SHOP) == []


def test_each_order_is_open_until_it_is_settled(tmp_path: Path) -> None:
    """Another order of the same database says nothing of it; one that cannot be known is closed."""
    opening = evolve(OPENING, databases={"shop-web/ad-shop": SHOP})
    for ident in ("run-1", "run-2"):
        with Journal(tmp_path, ident, now) as journal:
            journal.begin(opening)
            journal.started(RESET)
    address = Address(database="shop")
    assert ends(tmp_path) == [("run-2", address), ("run-1", address)]
    with Journal(tmp_path, "run-3", now) as journal:
        journal.begin(OPENING)
        for run in ("run-1", "run-2"):
            found = Resolution(
                run=run, address=Address(database="shop-web/ad-shop"), verb="order", done=None
            )
            journal.settled(found)
    assert ends(tmp_path) == []
    first = past_runs(tmp_path).runs[2]
    assert (first.state, first.results) == (RunState.INTERRUPTED, {Result.UNKNOWN: 1})
    assert (first.settled, first.settled_by) == (False, ("run-3",))
    assert first.actions[0].message == "read again by a later run: it cannot be known"


OPENED = evolve(OPENING, databases={RESET.database: SHOP})


OTHER = evolve(RESET, call=action("reset-database", {"database_name": "b"}, effect=Effect.CHANGE))


def run(directory: Path, ident: str, order: Order = RESET, result: Result | None = None) -> None:
    """The journal of a command; without a result it was killed."""
    with Journal(directory, ident, now) as journal:
        journal.begin(OPENED)
        journal.started(order)
        if result is not None:
            journal.finished(OrderOutcome(order=order, result=result))
            journal.end({})


def found(directory: Path, ident: str, about: str, *, done: bool | None, answered: bool) -> None:
    """The journal of a run that found out about another."""
    with Journal(directory, ident, now) as journal:
        journal.begin(OPENED)
        journal.settled(
            Resolution(
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
    assert (end.run.id, end.handle, end.action.body) == ("run-1", "shop", RESET.call.body)
    assert end.is_order(RESET.call)
    assert not end.is_order(OTHER.call)
    run(tmp_path, "run-4", RESET, Result.DONE)
    assert waiting(tmp_path) == ()


def test_what_a_run_did_after_it_does_not_hide_a_command(tmp_path: Path) -> None:
    """A backup, of which another journal could tell."""
    with Journal(tmp_path, "run-1", now) as journal:
        journal.begin(OPENED)
        journal.started(RESET)
        journal.started(evolve(RESET, call=BACK_UP))
    assert [one.action.request for one in waiting(tmp_path)] == [str(RESET.call)]


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
        assert end.action.result is (Result.DONE if done else Result.UNKNOWN)


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
    raw(tmp_path, "run-1", {**FIRST, "databases": databases}, started)
    (end,) = waiting(tmp_path)
    assert end.is_order(RESET.call)
    assert end.is_order(OTHER.call)
