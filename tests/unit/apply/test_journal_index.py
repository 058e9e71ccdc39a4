"""The index of closed journals: a hint that costs nothing when it is wrong, and what is pruned."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve
from unit.apply.test_history import AUDIT, BACKUPS, OPENING, begun, outcome, write

from reconcile.apply import history
from reconcile.apply.history import KEPT_FOR, LEAST, MOST, open_history, read_run, runs_of_plan
from reconcile.apply.journal import Journal
from reconcile.apply.open_ends import open_ends
from reconcile.model.history import PastRun, Settlement

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
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
        found = Settlement(run=settled.stem, address=AUDIT.address, verb="create", done=True)
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
            journal.settled(Settlement(run=first, done=True, **entry))  # type: ignore[arg-type]
            journal.end({})

    settles(second, {"address": AUDIT.address, "verb": "create"})
    for _look in range(2):
        ends = open_ends(open_history(tmp_path, NOON).runs, OPENING.databases)
        assert [end.address for end in ends] == [BACKUPS.address]
    assert journals(tmp_path) == [first, second]
    settles(ident(DAY), {"address": BACKUPS.address, "verb": "update"})
    open_history(tmp_path, NOON)
    assert journals(tmp_path) == [ident(DAY)]
