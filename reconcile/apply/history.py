"""What past runs did: every journal of a state directory, newest first."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from attrs import define, evolve

from reconcile.apply.open_ends import open_databases, touched, with_unanswered
from reconcile.apply.replay import HistoryError, NothingSentError, read_lines, replay
from reconcile.files import read_file, replace_file
from reconcile.model.address import Address
from reconcile.model.history import (
    History,
    Live,
    PastAction,
    PastRun,
    Resolution,
    RunState,
    UnreadableJournal,
)
from reconcile.model.run import Result

_Named = tuple[str, Address, str]
_Found = tuple[str, Resolution]


def read_run(path: Path) -> PastRun:
    """Read one journal alone, without what later runs found out. Raises HistoryError."""
    return replay(path.stem, read_lines(path))


def past_runs(directory: Path, limit: int | None = None) -> History:
    """Read the journals below a state directory, newest first; `limit` of them at most.

    What later runs found out about earlier ones is told of these. A file that tells of no run is
    told with its reason. Raises HistoryError where the folder itself cannot be read.
    """
    return _history(islice(journals(directory), limit))


def open_history(directory: Path, now: datetime) -> History:
    """The past runs that may have left something open, newest first. Raises HistoryError.

    The index beside the journals says which are closed, and is brought up to date: a run costs as
    many files as were written or left open since the last one, not as many as there are. Old journals
    are pruned; `now` is in UTC.
    """
    index = Index.read(directory)
    paths = [*journals(directory)]
    history = _history(path for path in paths if not index.is_closed(path))
    index.add(history, paths)
    index.prune(paths, now)
    index.write()
    return history


def runs_of_plan(directory: Path, plan_id: str) -> History:
    """The runs of a plan, newest first, among others. Raises HistoryError.

    All journals are in it that are not known to be closed, so that it tells which are in doubt.
    """
    index = Index.read(directory)
    paths = [*journals(directory)]
    chosen = {one.stem for one in paths if index.plan_of(one) in {None, plan_id}}
    return _history(one for one in paths if one.stem in chosen or index.settles(one, chosen))


def _history(paths: Iterable[Path]) -> History:
    """What journals tell, which come newest first."""
    runs: list[PastRun] = []
    unreadable: list[UnreadableJournal] = []
    found: dict[_Named, _Found] = {}
    for path in paths:
        try:
            run = read_run(path)
        except HistoryError as error:
            if not os.path.lexists(path):  # pruned meanwhile
                continue
            harmless = isinstance(error, NothingSentError)
            unreadable.append(UnreadableJournal(id=path.stem, reason=str(error), harmless=harmless))
            continue
        for one in reversed(run.settlements):
            found.setdefault(one.name, (run.id, one))
        runs.append(_resolved(run, found))
    return History(runs=tuple(runs), unreadable=tuple(unreadable))


def journals(directory: Path) -> Iterator[Path]:
    """The journals, newest first: their names begin with the time."""
    try:
        paths = sorted((directory / "runs").iterdir(), reverse=True)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise HistoryError(
            f"cannot read the journals in {str(directory)!r}: {error.strerror}"
        ) from error
    yield from (path for path in paths if path.suffix == ".jsonl")


def _resolved(run: PastRun, found: Mapping[_Named, _Found]) -> PastRun:
    """A run with what later ones found out; only of the last action of a name nothing is known."""
    actions: list[PastAction] = []
    settled_by: list[str] = []
    for action in run.actions:
        later = found.get((run.id, action.address, action.verb))
        if later is None or action.result is not Result.UNKNOWN:
            actions.append(action)
            continue
        by, settlement = later
        settled_by.append(by)
        actions.append(resolved_action(action, settlement))
    return evolve(run, actions=tuple(actions), settled_by=tuple(dict.fromkeys(settled_by)))


def resolved_action(action: PastAction, found: Resolution) -> PastAction:
    """An action that its run left open, with what a later look found out."""
    result, said = _FOUND[found.done]
    return evolve(action, result=result, message=f"read again by a later run: {said}", later=found)


_FOUND: Mapping[bool | None, tuple[Result, str]] = {
    True: (Result.DONE, "it was done"),
    False: (Result.FAILED, "it was not done"),
    None: (Result.UNKNOWN, "it cannot be known"),
}


KEPT_FOR = timedelta(days=90)
"""How long a journal is kept."""
KEPT_IN_ANY_CASE = timedelta(days=7)
"""How long a journal is kept, however many there are."""
MOST, LEAST = 1000, 100
"""How many journals are kept: no more of those older than a week, and the newest whatever their age."""

_LARGEST = 64 << 20
_Entry = Mapping[str, Any]


@define
class Index:
    """The closed journals of a state directory, by id; `changed` where the file is behind."""

    path: Path
    entries: dict[str, _Entry]
    changed: bool = False

    @classmethod
    def read(cls, directory: Path) -> Index:
        """Read the index; what makes no sense says nothing."""
        path = directory / "runs" / "index.json"
        runs: object = None
        with suppress(OSError, ValueError, RecursionError):
            document = json.loads(read_file(path, _LARGEST))
            runs = document.get("runs") if isinstance(document, dict) else None
        entries = runs if isinstance(runs, dict) else {}
        known: dict[str, _Entry] = {
            ident: entry for ident, entry in entries.items() if isinstance(entry, dict)
        }
        return cls(path=path, entries=known)

    def is_closed(self, path: Path) -> bool:
        """Whether a journal is one that was found to be closed, and is as it was then."""
        entry = self.entries.get(path.stem)
        return entry is not None and entry.get("file") == _file(path)

    def plan_of(self, path: Path) -> str | None:
        """The id of the plan that a closed journal tells of; None for another journal."""
        return str(self.entries[path.stem].get("plan")) if self.is_closed(path) else None

    def settles(self, path: Path, runs: Iterable[str]) -> bool:
        """Whether a closed journal tells what became of actions of one of these runs.

        Raises KeyError for a journal that the index does not name.
        """
        told = self.entries[path.stem].get("settles")
        return isinstance(told, list) and not set(runs).isdisjoint(map(str, told))

    def add(self, history: History, paths: Sequence[Path]) -> None:
        """Take in the closed runs of what was read; drop those whose journals are gone."""
        there = {path.stem: path for path in paths}
        gone = self.entries.keys() - there.keys()
        for ident in gone:
            del self.entries[ident]
        closed = _closed(history.runs)
        for run in closed:
            self.entries[run.id] = {
                "file": _file(there[run.id]),
                "plan": run.opening.plan_id,
                "settles": sorted({one.run for one in run.settlements}),
            }
        self.changed = self.changed or bool(gone or closed)

    def write(self) -> None:
        """Put the index on disk, whole or not at all; where that cannot be done, it stays behind."""
        if not self.changed:
            return
        with suppress(OSError):
            replace_file(self.path, json.dumps({"runs": self.entries}).encode(), private=True)

    def prune(self, paths: Sequence[Path], now: datetime) -> None:
        """Delete old journals; `paths` are all, newest first, `now` is in UTC.

        One that is not closed stays, and one that tells what became of another that stays.
        """
        staying = {path.stem for path in paths}
        for place, path in reversed([*enumerate(paths)]):
            age = now - _began(path.stem)
            old = age > KEPT_FOR or (place >= MOST and age > KEPT_IN_ANY_CASE)
            if place < LEAST or not old or not self.is_closed(path):
                continue
            if self.settles(path, staying - {path.stem}):
                continue
            with suppress(OSError):
                path.unlink()
                staying.discard(path.stem)
                del self.entries[path.stem]
                self.changed = True


def _closed(runs: Sequence[PastRun]) -> list[PastRun]:
    """The runs that tell nothing of what is open, also not of what an older run left open.

    A command that is not answered keeps its own journal open, and those that tell what became of it.
    """
    left, waiting = open_databases(runs), with_unanswered(runs)
    still: set[Live] = set()
    closed: list[PastRun] = []
    for run in reversed(runs):
        still |= left.get(run.id, set())
        tells = run.id in left or not still.isdisjoint(touched(run))
        tells = tells or run.id in waiting
        tells = tells or any(one.run in left or one.run in waiting for one in run.settlements)
        if not tells and not run.unread and run.state is not RunState.RUNNING:
            closed.append(run)
    return closed


def _file(path: Path) -> list[int]:
    """What tells whether a file is as it was; nothing where there is none."""
    try:
        seen = path.lstat()
    except OSError:
        return []
    return [seen.st_ino, seen.st_size, seen.st_mtime_ns]


def _began(ident: str) -> datetime:
    """When a run began, by its id (UTC); the last possible time for an id without one."""
    try:
        return datetime.strptime(ident.partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)


CLOCK_SKEW = timedelta(minutes=5)
"""How far the clocks of two machines may differ."""

FROM_FILE = "apply --plan"
"""The command of a run that applies a plan file."""


def applied_before(history: History, plan_id: str, made: datetime) -> PastRun | None:
    """The latest run that did all of the plan file that was made at a time (UTC)."""
    return next(
        (
            run
            for run in history.runs
            if run.opening.plan_id == plan_id and run.completed and _may_be_of(run, made)
        ),
        None,
    )


def in_doubt(history: History, plan_id: str, made: datetime) -> tuple[str, ...]:
    """The ids of the runs whose journals cannot be read and may tell of that plan file."""
    others = {
        run.id
        for run in history.runs
        if run.opening.plan_id != plan_id or not _may_be_of(run, made)
    }
    doubtful = {one.id for one in history.in_doubt} - others
    return tuple(sorted(ident for ident in doubtful if _began(ident) > made - CLOCK_SKEW))


def _may_be_of(run: PastRun, made: datetime) -> bool:
    """Whether a run may have applied a file; journals of earlier versions do not tell which."""
    if run.opening.plan_made:
        return run.opening.plan_made == made.isoformat()
    last = run.ended or run.began
    if run.opening.command == FROM_FILE:
        return last > made - CLOCK_SKEW
    return last > made
