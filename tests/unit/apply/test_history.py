"""All journals: runs in their order, what later ones found out, closed ones, plan files applied before."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve
from builders import desired, observed
from unit.apply.journals import (
    AUDIT,
    BACKUPS,
    BACKUPS_ADDRESS,
    NOON,
    OPENING,
    begun,
    now,
    outcome,
    write,
)

from reconcile.apply import history
from reconcile.apply.history import (
    CLOCK_SKEW,
    KEPT_FOR,
    LEAST,
    MOST,
    applied_before,
    in_doubt,
    open_history,
    past_runs,
    read_run,
    runs_of_plan,
)
from reconcile.apply.journal import Journal
from reconcile.apply.open_ends import open_ends
from reconcile.apply.replay import (
    HistoryError,
)
from reconcile.kinds.backups import Backups
from reconcile.model.history import (
    History,
    Opening,
    PastAction,
    PastRun,
    Resolution,
    RunState,
    UnreadableJournal,
)
from reconcile.model.run import Outcome, Result
from reconcile.model.state import ITSELF
from reconcile.plan.build import plan_database


def test_a_folder_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    """Nobody shall believe that nothing ever ran."""
    (tmp_path / "runs").symlink_to(tmp_path / "runs")
    with pytest.raises(HistoryError, match=f"cannot read the journals in '{tmp_path}': "):
        past_runs(tmp_path)


@pytest.mark.parametrize("place", ["nowhere", "file"])
def test_where_no_journal_can_be_there_is_none(tmp_path: Path, place: str) -> None:
    """No run has been there."""
    (tmp_path / "file").touch()
    assert past_runs(tmp_path / place).runs == ()


def test_runs_come_newest_first_and_no_more_than_asked(tmp_path: Path) -> None:
    """Names begin with the time; other files are none of ours."""
    for ident in ("20261121T000000Z-aa", "20261123T000000Z-bb", "20261122T000000Z-cc"):
        write(tmp_path, ident)
    (tmp_path / "runs" / "notes.txt").touch()
    ids = [run.id for run in past_runs(tmp_path).runs]
    assert ids == ["20261123T000000Z-bb", "20261122T000000Z-cc", "20261121T000000Z-aa"]
    assert [run.id for run in past_runs(tmp_path, 2).runs] == ids[:2]


@pytest.mark.parametrize(("done", "result"), [(True, Result.DONE), (False, Result.FAILED)])
def test_what_a_later_run_found_out_is_told_of_the_earlier(
    tmp_path: Path, done: bool, result: Result
) -> None:
    """Only of that action, only where it was open, and never by the earlier journal alone."""
    path = begun(tmp_path, "run-1", AUDIT)
    begun(tmp_path, "run-0", AUDIT)
    found = Resolution(run="run-1", address=AUDIT.address, verb="create", done=done)
    with Journal(tmp_path, "run-2", now) as journal:
        journal.begin(OPENING)
        journal.settled(found)
    latest, settled, other = past_runs(tmp_path).runs
    assert [one.settled_by for one in (latest, settled, other)] == [(), ("run-2",), ()]
    assert [one.settled for one in (latest, settled, other)] == [False, True, False]
    assert latest.settlements == (found,)
    assert settled.actions[0].result is result
    said = "it was done" if done else "it was not done"
    assert settled.actions[0].message == f"read again by a later run: {said}"
    assert other.actions[0].result is Result.UNKNOWN
    assert read_run(path).actions[0].result is Result.UNKNOWN


def test_what_was_known_is_not_settled(tmp_path: Path) -> None:
    """A later run cannot undo what a run itself saw."""
    write(tmp_path, "run-1", outcome(AUDIT, Result.FAILED, "HTTP 422"))
    with Journal(tmp_path, "run-2", now) as journal:
        journal.begin(OPENING)
        journal.settled(Resolution(run="run-1", address=AUDIT.address, verb="create", done=True))
    assert past_runs(tmp_path).runs[1].actions[0].message == "HTTP 422"


def completed(directory: Path, plan_id: str, made: datetime) -> PastRun | None:
    """The run that did all of a plan that was made at a time."""
    return applied_before(runs_of_plan(directory, plan_id), plan_id, made)


@pytest.mark.parametrize(
    ("outcomes", "is_completed"),
    [
        ([outcome(AUDIT), outcome(BACKUPS)], True),
        ([outcome(AUDIT), outcome(BACKUPS, Result.ALREADY_DONE)], True),
        ([outcome(AUDIT), outcome(BACKUPS, Result.FAILED)], False),
        ([outcome(AUDIT), outcome(BACKUPS, Result.STARTED)], False),
        ([outcome(AUDIT)], False),
        ([], False),
    ],
)
def test_a_plan_is_completed_by_a_run_that_did_all_of_it(
    tmp_path: Path, outcomes: list[Outcome], is_completed: bool
) -> None:
    """Every action that was planned, in a run that came to its end."""
    write(tmp_path, "run-1", *outcomes)
    run = completed(tmp_path, OPENING.plan_id, NOON - timedelta(seconds=1))
    assert (run.id if run else None) == ("run-1" if is_completed else None)


def test_a_plan_whose_last_action_a_later_run_found_done_is_completed(tmp_path: Path) -> None:
    """The run was killed after the effect; the run that read it again was of another plan."""
    with Journal(tmp_path, "run-1", now) as journal:
        journal.begin(OPENING)
        journal.started(AUDIT)
        journal.finished(outcome(AUDIT))
        journal.started(BACKUPS)
    before = NOON - timedelta(seconds=1)
    assert completed(tmp_path, OPENING.plan_id, before) is None
    with Journal(tmp_path, "run-2", now) as journal:
        journal.begin(evolve(OPENING, plan_id="3" * 64, actions=0))
        journal.settled(Resolution(run="run-1", address=BACKUPS_ADDRESS, verb="update", done=True))
        journal.end({})
    for _look in ("without an index", "with an index"):
        found = completed(tmp_path, OPENING.plan_id, before)
        assert found is not None
        assert (found.id, found.state) == ("run-1", RunState.INTERRUPTED)
        open_history(tmp_path, NOON)


DAY = timedelta(days=1)


def ident(age: timedelta, number: int = 0) -> str:
    """The id of a run that began so long ago."""
    return f"{NOON - age:%Y%m%dT%H%M%SZ}-{number:05x}00"


def journals(directory: Path) -> list[str]:
    """The ids of the journals that there are."""
    return sorted(path.stem for path in (directory / "runs").glob("*.jsonl"))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The journals that are read from now on, by id."""
    ids: list[str] = []

    def noted(path: Path) -> PastRun:
        ids.append(path.stem)
        return read_run(path)

    monkeypatch.setattr(history, "read_run", noted)
    return ids


def test_a_run_reads_what_is_new_or_open(tmp_path: Path, opened: list[str]) -> None:
    """However many journals there are: as many files as were written or left open since."""
    for number in range(300):
        write(tmp_path, ident(DAY, number), outcome(AUDIT))
    other = evolve(OPENING.databases["shop"], addon="ad-other")
    begun(tmp_path, ident(2 * DAY), BACKUPS, evolve(OPENING, databases={"shop": other}))
    open_history(tmp_path, NOON)
    assert len(opened) == 301
    opened.clear()
    write(tmp_path, ident(DAY / 2), outcome(AUDIT))
    for expected in ([ident(DAY / 2), ident(2 * DAY)], [ident(2 * DAY)]):
        assert [run.id for run in open_history(tmp_path, NOON).runs] == expected
        assert opened == expected
        opened.clear()


def test_only_the_runs_of_a_plan_are_read(tmp_path: Path, opened: list[str]) -> None:
    """Of closed journals, besides those that may be in doubt."""
    write(tmp_path, "run-1", outcome(AUDIT))
    write(tmp_path, "run-2", outcome(AUDIT), opening=evolve(OPENING, plan_id="other"))
    begun(tmp_path, "run-3", BACKUPS, evolve(OPENING, plan_id="third"))
    open_history(tmp_path, NOON)
    opened.clear()
    assert [run.id for run in runs_of_plan(tmp_path, "other").runs] == ["run-3", "run-2"]
    assert opened == ["run-3", "run-2"]


def test_a_journal_that_another_run_prunes_meanwhile_hides_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is gone, and not in doubt."""
    for name in ("run-1", "run-2"):
        write(tmp_path, name, outcome(AUDIT))

    def late(path: Path) -> PastRun:
        if path.stem == "run-2":
            path.unlink()
        return read_run(path)

    monkeypatch.setattr(history, "read_run", late)
    found = open_history(tmp_path, NOON)
    assert ([run.id for run in found.runs], found.unreadable) == (["run-1"], ())


def _nothing(path: Path) -> None:
    path.unlink()


def _half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _list(path: Path) -> None:
    path.write_text("[]", encoding="utf-8")


def _odd(path: Path) -> None:
    path.write_text('{"runs": {"x": 1, "run-1": {"file": [1], "settles": 5}}}', encoding="utf-8")


def _deep(path: Path) -> None:
    path.write_text("[" * 100_000, encoding="utf-8")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("spoil", [_nothing, _half, _list, _odd, _deep, _folder])
def test_an_index_that_makes_no_sense_costs_reading_alone(
    tmp_path: Path, opened: list[str], spoil: Callable[[Path], None]
) -> None:
    """What is open is found all the same."""
    write(tmp_path, "run-1", outcome(AUDIT))
    begun(tmp_path, "run-2", BACKUPS)
    before = open_history(tmp_path, NOON)
    spoil(tmp_path / "runs" / "index.json")
    opened.clear()
    assert open_history(tmp_path, NOON).runs[0] == before.runs[0]
    assert opened == ["run-2", "run-1"]
    assert [path.name for path in (tmp_path / "runs").glob(".*")] == []


def test_a_journal_that_is_another_by_now_is_read_again(tmp_path: Path) -> None:
    """One byte of a closed journal is damaged: it is in doubt."""
    path = write(tmp_path, "run-1", outcome(AUDIT))
    assert open_history(tmp_path, NOON).in_doubt == ()
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"result": "done"', b'"result": "dane"'))
    assert [one.id for one in open_history(tmp_path, NOON).in_doubt] == ["run-1"]


def test_a_folder_that_cannot_be_written_is_read(tmp_path: Path, opened: list[str]) -> None:
    """The index stays behind, which costs reading alone."""
    write(tmp_path, "run-1", outcome(AUDIT))
    (tmp_path / "runs" / "index.json").mkdir()
    (tmp_path / "runs" / "index.json" / "full").touch()
    for _look in range(2):
        assert [run.id for run in open_history(tmp_path, NOON).runs] == ["run-1"]
    assert opened == ["run-1", "run-1"]


def shortened(monkeypatch: pytest.MonkeyPatch, **limits: int) -> None:
    """Let fewer journals be many."""
    for name, value in limits.items():
        monkeypatch.setattr(f"reconcile.apply.history.{name}", value)


def test_old_journals_are_pruned_by_age(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest stay whatever their age; what is open, damaged or not ours stays as well."""
    assert (MOST, LEAST, KEPT_FOR) == (1000, 100, 90 * DAY)
    shortened(monkeypatch, LEAST=2)
    old = 90 * DAY + timedelta(seconds=1)
    write(tmp_path, ident(old), outcome(AUDIT))
    begun(tmp_path, ident(old, 1), BACKUPS)
    damaged = write(tmp_path, ident(old, 2), outcome(AUDIT))
    damaged.write_bytes(damaged.read_bytes().replace(b'"done"', b'"dune"'))
    for name in ("notes", "99999999T999999Z-0"):
        write(tmp_path, name)
    write(tmp_path, ident(90 * DAY, 3), outcome(AUDIT))
    for number in (4, 5):
        write(tmp_path, ident(DAY, number))
    before = journals(tmp_path)
    open_history(tmp_path, NOON)
    assert journals(tmp_path) == [one for one in before if one != ident(old)]
    document = json.loads((tmp_path / "runs" / "index.json").read_bytes())
    assert ident(old) not in document["runs"]


def test_the_index_is_private(tmp_path: Path) -> None:
    """It names databases: nobody else may read it, whatever the umask."""
    write(tmp_path, "run-1", outcome(AUDIT))
    before = os.umask(0)
    try:
        open_history(tmp_path, NOON)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "runs" / "index.json").stat().st_mode) == 0o600


def test_what_stays_keeps_no_younger_journal_from_being_pruned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest is open, the next tells what became of a newer one: the third goes all the same."""
    shortened(monkeypatch, LEAST=2)
    begun(tmp_path, ident(93 * DAY), BACKUPS)
    other = evolve(OPENING, databases={"shop": evolve(OPENING.databases["shop"], addon="ad-2")})
    settled = write(tmp_path, ident(DAY, 4), outcome(AUDIT), opening=other)
    with Journal(tmp_path, ident(92 * DAY, 1), lambda: NOON) as journal:
        journal.begin(other)
        found = Resolution(run=settled.stem, address=AUDIT.address, verb="create", done=True)
        journal.settled(found)
        journal.end({})
    write(tmp_path, ident(91 * DAY, 2), outcome(AUDIT), opening=other)
    write(tmp_path, ident(DAY, 5), opening=other)
    stays = {ident(93 * DAY), ident(92 * DAY, 1), ident(DAY, 4), ident(DAY, 5)}
    open_history(tmp_path, NOON)
    assert set(journals(tmp_path)) == stays


def test_many_journals_are_pruned_by_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never those of the last week: a saved plan may not be applied twice."""
    shortened(monkeypatch, LEAST=1, MOST=3)
    ages = [8 * DAY, 8 * DAY, 7 * DAY, 6 * DAY, DAY, DAY]
    ids = [ident(age, number) for number, age in enumerate(ages)]
    for one in ids:
        write(tmp_path, one)
    open_history(tmp_path, NOON)
    assert journals(tmp_path) == sorted(ids[2:])


def test_what_tells_of_another_run_stays_as_long_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run left two actions open, and only one of them was settled."""
    shortened(monkeypatch, LEAST=0)
    first, second = ident(100 * DAY), ident(99 * DAY)
    with Journal(tmp_path, first, lambda: NOON) as journal:
        journal.begin(OPENING)
        journal.started(AUDIT)
        journal.started(BACKUPS)

    def settles(run: str, entry: Mapping[str, object]) -> None:
        with Journal(tmp_path, run, lambda: NOON) as journal:
            journal.begin(evolve(OPENING, actions=0))
            journal.settled(Resolution(run=first, done=True, **entry))  # type: ignore[arg-type]
            journal.end({})

    settles(second, {"address": AUDIT.address, "verb": "create"})
    for _look in range(2):
        ends = open_ends(open_history(tmp_path, NOON).runs, OPENING.databases)
        assert [end.address for end in ends] == [BACKUPS.address]
    assert journals(tmp_path) == [first, second]
    settles(ident(DAY), {"address": BACKUPS.address, "verb": "update"})
    open_history(tmp_path, NOON)
    assert journals(tmp_path) == [ident(DAY)]


MADE = datetime(2026, 11, 23, 12, tzinfo=UTC)


IDENT = "7" * 64


SECOND = timedelta(seconds=1)


LIVE = {"backups": {ITSELF: {"enabled": False, "hours": (3,)}}}


(ACTION,) = plan_database(desired({"backups": Backups(enabled=True)}), observed(LIVE)).actions


def run_of(
    at: datetime = MADE, *, made: str = "", command: str = "apply --plan", plan_id: str = IDENT
) -> PastRun:
    """A run that did all of a plan."""
    opening = Opening(version="0.1.0", command=command, plan_id=plan_id, plan_made=made, actions=1)
    action = PastAction(address=ACTION.address, change=ACTION.change, result=Result.DONE)
    return PastRun(
        id=f"{at:%Y%m%dT%H%M%SZ}-0123456",
        opening=opening,
        began=at,
        ended=at,
        state=RunState.ENDED,
        actions=(action,),
    )


@pytest.mark.parametrize(
    ("run", "found"),
    [
        (run_of(made=MADE.isoformat()), True),
        (run_of(MADE - timedelta(days=9), made=MADE.isoformat()), True),
        (run_of(MADE + SECOND, made=(MADE + SECOND).isoformat()), False),
        (run_of(MADE + SECOND, plan_id="8" * 64), False),
        (run_of(MADE - CLOCK_SKEW + SECOND), True),
        (run_of(MADE - CLOCK_SKEW), False),
        (run_of(MADE + SECOND, command="apply"), True),
        (run_of(MADE, command="apply"), False),
        (evolve(run_of(MADE - CLOCK_SKEW + SECOND), ended=None), True),
        (evolve(run_of(), state=RunState.RUNNING), False),
        (evolve(run_of(), opening=evolve(run_of().opening, actions=0)), False),
    ],
)
def test_a_run_tells_which_file_it_applied(run: PastRun, found: bool) -> None:
    """By the time at which the file was made, whatever the clocks; earlier journals by their end."""
    assert applied_before(History(runs=(run,)), IDENT, MADE) == (run if found else None)


@pytest.mark.parametrize(
    ("history", "found"),
    [
        (History(), False),
        (History(unreadable=(UnreadableJournal(id="20261123T120001Z-0123456", reason="x"),)), True),
        (History(unreadable=(UnreadableJournal(id="20261123T115501Z-0123456", reason="x"),)), True),
        (
            History(unreadable=(UnreadableJournal(id="20261123T115500Z-0123456", reason="x"),)),
            False,
        ),
        (History(unreadable=(UnreadableJournal(id="by hand", reason="x"),)), True),
        (History(unreadable=(UnreadableJournal(id="x", reason="x", harmless=True),)), False),
        (History(runs=(run_of(),)), False),
        (History(runs=(evolve(run_of(), unread=1),)), True),
        (History(runs=(evolve(run_of(plan_id="8" * 64), unread=1),)), False),
        (History(runs=(evolve(run_of(made=(MADE - SECOND).isoformat()), unread=1),)), False),
        (History(runs=(evolve(run_of(made=MADE.isoformat()), unread=1),)), True),
    ],
)
def test_a_journal_that_cannot_be_read_may_tell_of_it(history: History, found: bool) -> None:
    """Unless it is of another plan, or older than the file."""
    assert bool(in_doubt(history, IDENT, MADE)) is found
