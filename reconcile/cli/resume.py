"""Before an apply begins: what earlier runs left open is read, told, and settled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import evolve

from reconcile.apply.history import OpenEnd, open_ends
from reconcile.apply.journal_lines import HistoryError
from reconcile.apply.resume import action_of, settlement
from reconcile.cli.again import Again
from reconcile.cli.record import addons
from reconcile.cli.world import World
from reconcile.model.history import RunState, Settlement
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.run import follow_command
from reconcile.plan.intent import NotOursError


def settle_earlier(
    plan: Plan, again: Again, directory: Path, world: World
) -> tuple[Settlement, ...]:
    """What became of actions that earlier runs on these databases do not know the end of.

    Only what they were about is read again. What that does not tell stays open.
    """
    try:
        ends = open_ends(directory, addons(plan))
    except HistoryError as error:
        world.tell(f"note: what earlier runs left open is not known: {error}")
        return ()
    for end in ends:
        world.tell(f"note: {_left_open(end)}; what it came to is read now")
    databases = {one.handle: one for one in plan.databases}
    found: list[Settlement] = []
    for handle in sorted({end.deed.address.database for end in ends}):
        about = [end for end in ends if end.deed.address.database == handle]
        found += _settled(databases[handle], about, again, world)
    for one in found:
        became = "was done" if one.done else "was not done"
        world.tell(f"note: {one.verb} {one.address} of run {one.run} {became}")
    known = {(one.run, one.address, one.verb) for one in found}
    for end in ends:
        if (end.run.id, end.deed.address, end.deed.verb) not in known:
            world.tell(f"note: {_still_open(end)}")
    return tuple(found)


def _settled(
    plan: DatabasePlan, ends: list[OpenEnd], again: Again, world: World
) -> Iterator[Settlement]:
    actions = tuple(action_of(end, world.now().date()) for end in ends)
    try:
        now = again.database(evolve(plan, items=actions))
    except NotOursError:  # a version of the tool that knew other changes wrote it
        return
    for end, action in zip(ends, actions, strict=True):
        known = settlement(end, action, now)
        if known is not None:
            yield known


def _still_open(end: OpenEnd) -> str:
    """What a look does not tell yet, and how to learn it where the provider is at it."""
    deed = end.deed
    said = f"{deed.verb} {deed.address} of run {end.run.id} is still open"
    if deed.operation is None:
        return said
    return f"{said}; follow it with: {follow_command(deed.operation, deed.address.database)}"


def _left_open(end: OpenEnd) -> str:
    deed = f"{end.deed.verb} {end.deed.address}"
    if end.run.state is RunState.INTERRUPTED:
        return f"run {end.run.id} was interrupted while it did {deed}"
    return f"run {end.run.id} did not learn what became of {deed}"
