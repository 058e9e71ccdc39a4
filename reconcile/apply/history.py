"""What past runs did: every journal of a state directory, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path

from attrs import evolve, frozen

from reconcile.apply.journal_lines import HistoryError, NothingSentError, read_lines
from reconcile.apply.replay import replay
from reconcile.model.address import Address
from reconcile.model.history import (
    Addon,
    History,
    PastDeed,
    PastRun,
    RunState,
    Settlement,
    Unreadable,
)
from reconcile.model.run import TRIED, Result

_Named = tuple[str, Address, str]
_Found = tuple[str, Settlement]


@frozen(kw_only=True)
class OpenEnd:
    """A deed of a run that is over, of which nobody knows yet what became of it."""

    run: PastRun
    deed: PastDeed


def read_run(path: Path) -> PastRun:
    """Read one journal alone, without what later runs found out. Raises HistoryError."""
    return replay(path.stem, read_lines(path))


def past_runs(directory: Path, limit: int | None = None) -> History:
    """Read the journals below a state directory, newest first; `limit` of them at most.

    What later runs found out about earlier ones is told of these. A file that tells of no run is
    told with its reason. Raises HistoryError where the folder itself cannot be read.
    """
    runs: list[PastRun] = []
    unreadable: list[Unreadable] = []
    found: dict[_Named, _Found] = {}
    for path in islice(_journals(directory), limit):
        try:
            run = read_run(path)
        except HistoryError as error:
            harmless = isinstance(error, NothingSentError)
            unreadable.append(Unreadable(id=path.stem, reason=str(error), harmless=harmless))
            continue
        found |= {(one.run, one.address, one.verb): (run.id, one) for one in run.settlements}
        runs.append(_settled(run, found))
    return History(runs=tuple(runs), unreadable=tuple(unreadable))


def completed_plans(directory: Path, plan_id: str, after: datetime) -> PastRun | None:
    """The latest run that did all of a plan, and ended after a time (UTC). Raises HistoryError."""
    return next(
        (
            run
            for run in past_runs(directory).runs
            if run.opening.plan_id == plan_id
            and run.completed
            and run.ended is not None
            and run.ended > after
        ),
        None,
    )


def open_ends(directory: Path, databases: Mapping[str, Addon]) -> tuple[OpenEnd, ...]:
    """The actions on these live databases of which nobody knows what became of them.

    Of each address only what was tried last counts. Orders are not among them, nor what is done by
    a run that goes on. Raises HistoryError.
    """
    known: set[Address] = set()
    ends: list[OpenEnd] = []
    for run in past_runs(directory).runs:
        here = {name for name, one in run.opening.databases.items() if databases.get(name) == one}
        for deed in reversed(run.deeds):
            if deed.address in known or deed.address.database not in here:
                continue
            if deed.result in TRIED:
                known.add(deed.address)
            if deed.result is Result.UNKNOWN and deed.change and run.state is not RunState.RUNNING:
                ends.append(OpenEnd(run=run, deed=deed))
    return tuple(ends)


def _journals(directory: Path) -> Iterator[Path]:
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
        deeds.append(_settled_deed(deed, settlement))
    return evolve(run, deeds=tuple(deeds), settled_by=tuple(dict.fromkeys(settled_by)))


def _settled_deed(deed: PastDeed, settlement: Settlement) -> PastDeed:
    done = "it was done" if settlement.done else "it was not done"
    return evolve(
        deed,
        result=Result.DONE if settlement.done else Result.FAILED,
        message=f"read again by a later run: {done}",
    )
