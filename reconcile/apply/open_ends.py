"""What past runs left open: deeds of which no journal tells the outcome yet; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve, frozen

from reconcile.model.address import Address
from reconcile.model.history import Addon, PastDeed, PastRun, RunState
from reconcile.model.run import TRIED, Result


@frozen(kw_only=True)
class OpenEnd:
    """A deed of a run that is over, without a known outcome; `handle` is its database's name now."""

    run: PastRun
    deed: PastDeed
    handle: str

    @property
    def address(self) -> Address:
        """The address of the deed, by the name that its database has now."""
        return evolve(self.deed.address, database=self.handle)


def open_ends(runs: Iterable[PastRun], databases: Mapping[str, Addon]) -> tuple[OpenEnd, ...]:
    """What is open on these live databases, by handle, whatever their handles were then.

    The runs come newest first. Of each address of a kind only what was tried last counts; each order
    counts. What a run does that goes on is not open.
    """
    handles = {(one.region, one.addon): handle for handle, one in databases.items()}
    return tuple(
        OpenEnd(run=run, deed=deed, handle=handles[addon.region, addon.addon])
        for run, deed, addon in _all_open(runs)
        if (addon.region, addon.addon) in handles
    )


Live = tuple[str, str]
"""The region and the addon of a live database."""


def open_databases(runs: Iterable[PastRun]) -> Mapping[str, set[Live]]:
    """The live databases on which runs left something open, by the run's id."""
    found: dict[str, set[Live]] = {}
    for run, _deed, addon in _all_open(runs):
        found.setdefault(run.id, set()).add((addon.region, addon.addon))
    return found


def touched(run: PastRun) -> set[Live]:
    """The live databases that a run changed, or tried to."""
    return {
        (one.region, one.addon)
        for handle in {deed.address.database for deed in run.deeds if deed.result in TRIED}
        if (one := run.opening.databases.get(handle)) is not None
    }


def _all_open(runs: Iterable[PastRun]) -> Iterator[tuple[PastRun, PastDeed, Addon]]:
    known: set[tuple[str, str, Address]] = set()
    for run in runs:
        for deed in reversed(run.deeds):
            handle = deed.address.database
            addon = run.opening.databases.get(handle, Addon(app="", addon=handle, region="?"))
            about = (addon.region, addon.addon, evolve(deed.address, database=""))
            if about in known:
                continue
            if deed.result in TRIED and deed.change:
                known.add(about)
            unknown = deed.result is Result.UNKNOWN and not deed.closed
            if unknown and run.state is not RunState.RUNNING:
                yield run, deed, addon
