"""Which journals are closed: a hint, so that a run need not read every journal ever written.

A journal is closed once nothing that it tells is open or damaged, or is about what is open. The index
names it with the size and the time of its file. It counts only for just that file: an index that is
missing, old or damaged costs reading, and nothing else. Journals that are closed are pruned by age and
number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from attrs import define

from reconcile.apply.open_ends import Live, open_databases, touched, with_unanswered
from reconcile.files import read_file, replace_file
from reconcile.model.history import History, PastRun, RunState

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
        """Whether a closed journal tells what became of deeds of one of these runs.

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
            age = now - _began(path)
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


def _began(path: Path) -> datetime:
    """When a run began, by its id (UTC); the last possible time for an id without one."""
    try:
        return datetime.strptime(path.stem.partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
