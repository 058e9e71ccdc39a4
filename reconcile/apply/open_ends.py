"""What past runs left open: deeds of which no journal tells the outcome yet; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve, frozen

from reconcile.model.address import Address
from reconcile.model.history import Addon, Live, PastDeed, PastRun, RunState, Settlement
from reconcile.model.request import BACK_UP, Call
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

    @property
    def name(self) -> tuple[str, Address, str]:
        """What a settlement of it names."""
        return self.run.id, self.deed.address, self.deed.verb

    def is_order(self, call: Call) -> bool:
        """Whether it was a one-off command that sent the same request.

        A journal of an earlier version does not tell what the request held: it may be the same.
        """
        told = self.deed.body
        return self.deed.request == str(call) and told in (None, call.body)

    def settled(self, *, done: bool | None) -> Settlement:
        """What a journal tells of it, in the words of the run that left it."""
        deed = self.deed
        return Settlement(run=self.run.id, address=deed.address, verb=deed.verb, done=done)


def open_ends(runs: Iterable[PastRun], databases: Mapping[str, Addon]) -> tuple[OpenEnd, ...]:
    """What is open on these live databases, by handle, whatever their handles were then.

    The runs come newest first. Of each address of a kind only what was tried last counts; each order
    counts. What a run does that goes on is not open.
    """
    return _on(databases, _all_open(runs))


def unanswered(runs: Iterable[PastRun], databases: Mapping[str, Addon]) -> tuple[OpenEnd, ...]:
    """The one-off commands on these live databases that their own runs left open, newest first.

    Of each command only what was tried last counts. It is answered once the same command reported
    it; one that was not done needs no answer. What later runs found out is in its result.
    """
    return _on(databases, _all_unanswered(runs))


def _on(
    databases: Mapping[str, Addon], found: Iterable[tuple[PastRun, PastDeed, Live]]
) -> tuple[OpenEnd, ...]:
    handles = {one.live: handle for handle, one in databases.items()}
    return tuple(
        OpenEnd(run=run, deed=deed, handle=handles[live])
        for run, deed, live in found
        if live in handles
    )


def with_unanswered(runs: Iterable[PastRun]) -> frozenset[str]:
    """The ids of the runs with a one-off command that is not answered."""
    return frozenset(run.id for run, _deed, _live in _all_unanswered(runs))


def _all_unanswered(runs: Iterable[PastRun]) -> Iterator[tuple[PastRun, PastDeed, Live]]:
    known: set[tuple[str, ...]] = set()
    for run in runs:
        for deed in reversed(run.deeds):
            if not deed.request or deed.request == str(BACK_UP):
                continue
            live = _live(run, deed)
            same = (*live, deed.request, json.dumps(deed.body))
            if deed.unanswered and same not in known and run.state is not RunState.RUNNING:
                yield run, deed, live
            known.add(same)


def open_databases(runs: Iterable[PastRun]) -> Mapping[str, set[Live]]:
    """The live databases on which runs left something open, by the run's id."""
    found: dict[str, set[Live]] = {}
    for run, _deed, live in _all_open(runs):
        found.setdefault(run.id, set()).add(live)
    return found


def touched(run: PastRun) -> set[Live]:
    """The live databases that a run changed, or tried to."""
    return {
        one.live
        for handle in {deed.address.database for deed in run.deeds if deed.result in TRIED}
        if (one := run.opening.databases.get(handle)) is not None
    }


def _all_open(runs: Iterable[PastRun]) -> Iterator[tuple[PastRun, PastDeed, Live]]:
    known: set[tuple[Live, Address]] = set()
    for run in runs:
        for deed in reversed(run.deeds):
            live = _live(run, deed)
            about = (live, evolve(deed.address, database=""))
            if about in known:
                continue
            if deed.result in TRIED and deed.change:
                known.add(about)
            unknown = deed.result is Result.UNKNOWN and not deed.closed
            if unknown and run.state is not RunState.RUNNING:
                yield run, deed, live


def _live(run: PastRun, deed: PastDeed) -> Live:
    """The live database of a deed; a unique stand-in where the run does not name it."""
    handle = deed.address.database
    addon = run.opening.databases.get(handle)
    return addon.live if addon else ("?", handle)
