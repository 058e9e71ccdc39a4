"""Before a run begins: what earlier runs left open is read, told, and settled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import define, evolve, frozen

from reconcile.api.reads import Reads
from reconcile.apply.execute import Following
from reconcile.apply.history import open_history, settled_deed
from reconcile.apply.journal import Journal
from reconcile.apply.open_ends import OpenEnd, open_ends, unanswered
from reconcile.apply.replay import HistoryError
from reconcile.apply.resolve import action_of, order_settlement, settlement
from reconcile.errors import ReconcileError
from reconcile.model.address import Address
from reconcile.model.history import History, RunState, Settlement
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.request import Call
from reconcile.model.run import Result, follow_command
from reconcile.model.target import Target
from reconcile.observe.found import Lookups
from reconcile.plan.intent import NotOursError
from reconcile.workflow.fleet import Fleet
from reconcile.workflow.process import Process
from reconcile.workflow.record import addons, opening, run_id
from reconcile.workflow.reread import Again

_Name = tuple[str, Address, str]
"""The run, the address and the verb of what was left open."""


@frozen(kw_only=True)
class Earlier:
    """What earlier runs left open: what was found out, and what still goes on.

    `orders` are the one-off commands that their runs left open and that no run answered, with what
    is known of them by now.
    """

    settled: tuple[Settlement, ...] = ()
    open: tuple[OpenEnd, ...] = ()
    orders: tuple[OpenEnd, ...] = ()

    def order(self, call: Call) -> OpenEnd | None:
        """The last command that sent the same request, where its own run left it open.

        It was done, or it is not known; None also where it was not done.
        """
        same = (end for end in self.orders if end.is_order(call))
        return next((end for end in same if end.deed.result is not Result.FAILED), None)


@define
class Findings:
    """What earlier runs left open; `found` is what of it was found out and is in no journal yet."""

    earlier: Earlier
    found: tuple[Settlement, ...]

    def answer(self, end: OpenEnd) -> None:
        """Take in that a command was done, and that this run reports it to who gave it again."""
        answered = evolve(end.settled(done=True), answered=True)
        others = (one for one in self.found if (one.run, one.verb) != (answered.run, answered.verb))
        self.found = (*others, answered)

    def write(self, journal: Journal) -> None:
        """Put them into the journal of a run. Raises JournalError."""
        for one in self.found:
            journal.settled(one)
        self.found = ()


@contextmanager
def written_down(
    earlier: Earlier, command: str, plan: Plan, directory: Path, process: Process
) -> Iterator[Findings]:
    """What was found out, for the journal of the run; if it makes none, as a run that does nothing."""
    findings = Findings(earlier=earlier, found=earlier.settled)
    try:
        yield findings
    finally:
        if findings.found:
            _record(findings, command, plan, directory, process)


def _record(
    findings: Findings, command: str, plan: Plan, directory: Path, process: Process
) -> None:
    try:
        with Journal(directory, run_id(process), process.now) as journal:
            journal.begin(opening(command, addons(plan), None, actions=0))
            findings.write(journal)
            journal.end({})
    except ReconcileError as error:
        process.tell(f"note: what was found out about earlier runs is not written down: {error}")


def settle_earlier(plan: Plan, again: Again, directory: Path, process: Process) -> Earlier:
    """What became of deeds of earlier runs on these databases whose end they do not know.

    Only what they were about is read again. What goes on, or cannot be read now, stays open; what
    cannot be known is said once.
    """
    try:
        history = open_history(directory, process.now())
    except HistoryError as error:
        process.tell(f"warning: what earlier runs left open is not known: {error}")
        return Earlier()
    _warn(history, directory, process)
    ends = open_ends(history.runs, addons(plan))
    for end in ends:
        process.tell(f"note: {_left_open(end)}; what it came to is read now")
    databases = {one.handle: one for one in plan.databases}
    found: list[Settlement] = []
    for handle in dict.fromkeys(sorted(end.handle for end in ends)):
        about = [end for end in ends if end.handle == handle]
        found += _settled(databases[handle], about, again, process)
    known = {(one.run, one.address, one.verb): one for one in found}
    for end in ends:
        process.tell(f"note: run {end.run.id}: {_said(end)}: {_became(end, known.get(_name(end)))}")
    return Earlier(
        settled=tuple(found),
        open=tuple(end for end in ends if _name(end) not in known),
        orders=_orders(history, plan, found),
    )


def is_repeated(
    call: Call,
    plan: Plan,
    directory: Path,
    process: Process,
    *,
    earlier: Earlier,
    before: OpenEnd | None,
) -> bool:
    """Whether another run sent the same request since `earlier` was read; asked under the lock.

    `before` is what `earlier` told of it.
    """
    try:
        history = open_history(directory, process.now())
    except HistoryError:
        return False  # it was said before
    now = evolve(earlier, orders=_orders(history, plan, earlier.settled)).order(call)
    return (now and now.run.id) != (before and before.run.id)


def _orders(history: History, plan: Plan, found: Iterable[Settlement]) -> tuple[OpenEnd, ...]:
    """The one-off commands that no run answered, with what was found out about them."""
    known = {(one.run, one.address, one.verb): one for one in found}
    ends = unanswered(history.runs, addons(plan))
    return tuple(
        evolve(end, deed=settled_deed(end.deed, known[_name(end)])) if _name(end) in known else end
        for end in ends
    )


def again_of(fleet: Fleet, reads: Reads, process: Process) -> Again:
    """What it takes to read the database of a one-off command again."""
    return Again(fleet=fleet, reads=reads, process=process, lookups=Lookups(reads.client.call))


def plan_of(handle: str, target: Target) -> Plan:
    """A plan of one database in which there is nothing to do."""
    engine = target.engine.value if target.engine else ""
    database = DatabasePlan(handle=handle, engine=engine, app=target.app, target=target)
    return Plan(databases=(database,))


def _warn(history: History, directory: Path, process: Process) -> None:
    """Name the journals that may hold what nobody can read."""
    for one in history.in_doubt:
        path = directory / "runs" / f"{one.id}.jsonl"
        process.tell(
            f"warning: {str(path)!r}: {one.reason}; what its run left open may not be known: check"
            " its databases, then move the file away"
        )


def _name(end: OpenEnd) -> _Name:
    return end.run.id, end.deed.address, end.deed.verb


def _settled(
    plan: DatabasePlan, ends: Sequence[OpenEnd], again: Again, process: Process
) -> Iterator[Settlement]:
    yield from _settled_changes(plan, [end for end in ends if end.deed.change], again, process)
    for end in ends:
        if end.deed.change is None:
            yield from _settled_order(plan, end, again)


def _settled_changes(
    plan: DatabasePlan, ends: Sequence[OpenEnd], again: Again, process: Process
) -> Iterator[Settlement]:
    if not ends:
        return
    actions = tuple(action_of(end, process.now().date()) for end in ends)
    try:
        now = again.database(evolve(plan, items=actions))
    except NotOursError:  # a version of the tool that knew other changes wrote it
        return
    for end, action in zip(ends, actions, strict=True):
        known = settlement(end, action, now)
        if known is not None:
            yield known


def _settled_order(plan: DatabasePlan, end: OpenEnd, again: Again) -> Iterable[Settlement]:
    """What became of a one-off command or a backup; nothing where it goes on or cannot be read."""
    if end.deed.damaged and not end.deed.request:
        return [end.settled(done=None)]
    if plan.target is None:
        return []
    try:
        known = order_settlement(end, plan.target, Following(client=again.reads.client, wait=False))
    except ReconcileError:
        return []
    return [known] if known else []


def _said(end: OpenEnd) -> str:
    deed = end.deed
    return deed.what or (str(deed.address) if deed.damaged else f"{deed.verb} {deed.address}")


def _became(end: OpenEnd, found: Settlement | None) -> str:
    """What is known of it now, and how to learn more where the provider is at it."""
    if found is None:
        follow = end.deed.operation and follow_command(end.deed.operation, end.handle)
        return f"still open; follow it with: {follow}" if follow else "still open"
    if found.done is None:
        return "what became of it cannot be known: check it yourself"
    return "it was done" if found.done else "it was not done"


def _left_open(end: OpenEnd) -> str:
    if end.run.state is RunState.INTERRUPTED:
        return f"run {end.run.id} was interrupted while it did {_said(end)}"
    return f"run {end.run.id} did not learn what became of {_said(end)}"
