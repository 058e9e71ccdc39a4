"""Before a run begins: what earlier runs left open is read, told, and settled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from attrs import evolve, frozen

from reconcile.api.reads import Reads
from reconcile.apply.history import open_history
from reconcile.apply.journal_lines import HistoryError
from reconcile.apply.live import Following
from reconcile.apply.open_ends import OpenEnd, open_ends
from reconcile.apply.resume import action_of, settled_as, settlement
from reconcile.apply.resume_orders import order_settlement
from reconcile.cli.again import Again
from reconcile.cli.fleet import Fleet
from reconcile.cli.record import addons
from reconcile.cli.world import World
from reconcile.errors import ReconcileError
from reconcile.model.history import ORDER, History, RunState, Settlement
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.run import follow_command
from reconcile.model.target import Target
from reconcile.observe.lookups import Lookups
from reconcile.plan.intent import NotOursError


@frozen(kw_only=True)
class Earlier:
    """What earlier runs left open: what was found out, and what still goes on."""

    settled: tuple[Settlement, ...] = ()
    open: tuple[OpenEnd, ...] = ()


def settle_earlier(plan: Plan, again: Again, directory: Path, world: World) -> Earlier:
    """What became of deeds of earlier runs on these databases whose end they do not know.

    Only what they were about is read again. What goes on, or cannot be read now, stays open; what
    cannot be known is said once.
    """
    try:
        history = open_history(directory, world.now())
    except HistoryError as error:
        world.tell(f"warning: what earlier runs left open is not known: {error}")
        return Earlier()
    _warn(history, directory, world)
    ends = open_ends(history.runs, addons(plan))
    for end in ends:
        world.tell(f"note: {_left_open(end)}; what it came to is read now")
    databases = {one.handle: one for one in plan.databases}
    found: list[Settlement] = []
    for handle in dict.fromkeys(sorted(end.handle for end in ends)):
        about = [end for end in ends if end.handle == handle]
        found += _settled(databases[handle], about, again, world)
    for one in found:
        world.tell(f"note: {_became(one)}")
    known = {(one.run, one.address, one.verb) for one in found}
    left = tuple(end for end in ends if _name(end) not in known)
    for end in left:
        world.tell(f"note: {_still_open(end)}")
    return Earlier(settled=tuple(found), open=left)


def again_of(fleet: Fleet, reads: Reads, world: World) -> Again:
    """What it takes to read the database of a one-off command again."""
    return Again(fleet=fleet, reads=reads, world=world, lookups=Lookups(reads.client.call))


def plan_of(handle: str, target: Target) -> Plan:
    """A plan of one database in which there is nothing to do."""
    engine = target.engine.value if target.engine else ""
    database = DatabasePlan(handle=handle, engine=engine, app=target.app, target=target)
    return Plan(databases=(database,))


def _warn(history: History, directory: Path, world: World) -> None:
    """Name the journals that may hold what nobody can read."""
    for one in history.in_doubt:
        path = directory / "runs" / f"{one.id}.jsonl"
        world.tell(
            f"warning: {str(path)!r}: {one.reason}; what its run left open may not be known: check"
            " its databases, then move the file away"
        )


def _name(end: OpenEnd) -> tuple[str, object, str]:
    return end.run.id, end.deed.address, end.deed.verb


def _settled(
    plan: DatabasePlan, ends: Sequence[OpenEnd], again: Again, world: World
) -> Iterator[Settlement]:
    yield from _settled_changes(plan, [end for end in ends if end.deed.change], again, world)
    for end in ends:
        if end.deed.change is None:
            yield from _settled_order(plan, end, again)


def _settled_changes(
    plan: DatabasePlan, ends: Sequence[OpenEnd], again: Again, world: World
) -> Iterator[Settlement]:
    if not ends:
        return
    actions = tuple(action_of(end, world.now().date()) for end in ends)
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
        return [settled_as(end, done=None)]
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


def _became(found: Settlement) -> str:
    what = str(found.address) if found.verb == ORDER else f"{found.verb} {found.address}"
    if found.done is None:
        return f"what became of {what} of run {found.run} cannot be known: check it yourself"
    return f"{what} of run {found.run} {'was done' if found.done else 'was not done'}"


def _still_open(end: OpenEnd) -> str:
    """What a look does not tell yet, and how to learn it where the provider is at it."""
    said = f"{_said(end)} of run {end.run.id} is still open"
    if end.deed.operation is None:
        return said
    return f"{said}; follow it with: {follow_command(end.deed.operation, end.handle)}"


def _left_open(end: OpenEnd) -> str:
    if end.run.state is RunState.INTERRUPTED:
        return f"run {end.run.id} was interrupted while it did {_said(end)}"
    return f"run {end.run.id} did not learn what became of {_said(end)}"
