"""What past runs did: every journal of a state directory, newest first."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path

from attrs import evolve

from reconcile.apply.journal_index import Index
from reconcile.apply.journal_lines import HistoryError, NothingSentError, read_lines
from reconcile.apply.replay import replay
from reconcile.model.address import Address
from reconcile.model.history import History, PastDeed, PastRun, Settlement, Unreadable
from reconcile.model.run import Result

_Named = tuple[str, Address, str]
_Found = tuple[str, Settlement]


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
    unreadable: list[Unreadable] = []
    found: dict[_Named, _Found] = {}
    for path in paths:
        try:
            run = read_run(path)
        except HistoryError as error:
            if not os.path.lexists(path):  # pruned meanwhile
                continue
            harmless = isinstance(error, NothingSentError)
            unreadable.append(Unreadable(id=path.stem, reason=str(error), harmless=harmless))
            continue
        found = {(one.run, one.address, one.verb): (run.id, one) for one in run.settlements} | found
        runs.append(_settled(run, found))
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


def _settled(run: PastRun, found: Mapping[_Named, _Found]) -> PastRun:
    """A run with what later ones found out; only of the last deed of a name nothing is known."""
    deeds: list[PastDeed] = []
    settled_by: list[str] = []
    for deed in run.deeds:
        later = found.get((run.id, deed.address, deed.verb))
        if later is None or deed.result is not Result.UNKNOWN:
            deeds.append(deed)
            continue
        by, settlement = later
        settled_by.append(by)
        deeds.append(settled_deed(deed, settlement))
    return evolve(run, deeds=tuple(deeds), settled_by=tuple(dict.fromkeys(settled_by)))


def settled_deed(deed: PastDeed, settlement: Settlement) -> PastDeed:
    """A deed that its run left open, with what a later look found out."""
    deed = evolve(deed, settled=True, answered=settlement.answered)
    if settlement.done is None:
        return evolve(deed, closed=True, message="read again by a later run: it cannot be known")
    done = "it was done" if settlement.done else "it was not done"
    return evolve(
        deed,
        result=Result.DONE if settlement.done else Result.FAILED,
        message=f"read again by a later run: {done}",
    )
