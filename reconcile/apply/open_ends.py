"""What past runs left open: actions of which no journal tells the outcome yet; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve, frozen

from reconcile.model.address import Address
from reconcile.model.history import Addon, Live, PastAction, PastRun, Resolution, RunState
from reconcile.model.request import BACK_UP, Call
from reconcile.model.run import TRIED, Result


@frozen(kw_only=True)
class OpenEnd:
    """An action of a run that is over, without a known outcome; `handle` is its database's name now."""

    run: PastRun
    action: PastAction
    handle: str

    @property
    def address(self) -> Address:
        """The address of the action, by the name that its database has now."""
        return evolve(self.action.address, database=self.handle)

    @property
    def name(self) -> tuple[str, Address, str]:
        """What a settlement of it names."""
        return self.run.id, self.action.address, self.action.verb

    def is_order(self, call: Call) -> bool:
        """Whether it was a one-off command that sent the same request.

        A journal of an earlier version does not tell what the request held: it may be the same.
        """
        told = self.action.body
        return self.action.request == str(call) and told in (None, call.body)

    def resolved(self, *, done: bool | None) -> Resolution:
        """What a journal tells of it, in the words of the run that left it."""
        action = self.action
        return Resolution(run=self.run.id, address=action.address, verb=action.verb, done=done)


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
    databases: Mapping[str, Addon], found: Iterable[tuple[PastRun, PastAction, Live]]
) -> tuple[OpenEnd, ...]:
    handles = {one.live: handle for handle, one in databases.items()}
    return tuple(
        OpenEnd(run=run, action=action, handle=handles[live])
        for run, action, live in found
        if live in handles
    )


def with_unanswered(runs: Iterable[PastRun]) -> frozenset[str]:
    """The ids of the runs with a one-off command that is not answered."""
    return frozenset(run.id for run, _action, _live in _all_unanswered(runs))


def _all_unanswered(runs: Iterable[PastRun]) -> Iterator[tuple[PastRun, PastAction, Live]]:
    known: set[tuple[str, ...]] = set()
    for run in runs:
        for action in reversed(run.actions):
            if not action.request or action.request == str(BACK_UP):
                continue
            live = _live(run, action)
            same = (*live, action.request, json.dumps(action.body))
            if action.unanswered and same not in known and run.state is not RunState.RUNNING:
                yield run, action, live
            known.add(same)


def open_databases(runs: Iterable[PastRun]) -> Mapping[str, set[Live]]:
    """The live databases on which runs left something open, by the run's id."""
    found: dict[str, set[Live]] = {}
    for run, _action, live in _all_open(runs):
        found.setdefault(run.id, set()).add(live)
    return found


def touched(run: PastRun) -> set[Live]:
    """The live databases that a run changed, or tried to."""
    return {
        one.live
        for handle in {action.address.database for action in run.actions if action.result in TRIED}
        if (one := run.opening.databases.get(handle)) is not None
    }


def _all_open(runs: Iterable[PastRun]) -> Iterator[tuple[PastRun, PastAction, Live]]:
    known: set[tuple[Live, Address]] = set()
    for run in runs:
        for action in reversed(run.actions):
            live = _live(run, action)
            about = (live, evolve(action.address, database=""))
            if about in known:
                continue
            if action.result in TRIED and action.change:
                known.add(about)
            unknown = action.result is Result.UNKNOWN and not action.closed
            if unknown and run.state is not RunState.RUNNING:
                yield run, action, live


def _live(run: PastRun, action: PastAction) -> Live:
    """The live database of an action; a unique stand-in where the run does not name it."""
    handle = action.address.database
    addon = run.opening.databases.get(handle)
    return addon.live if addon else ("?", handle)
