"""Manual steps as a person runs them, one after the other, as they are shown."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from reconcile.model.item import Item, ManualStep
from reconcile.model.plan import DatabasePlan, Proposal
from reconcile.model.sql import dropping_all, drops_an_extension


def as_run(database: DatabasePlan, proposal: Proposal) -> tuple[Item, ...]:
    """The items of a database; the first step that drops an extension drops those of the others.

    PostgreSQL refuses to drop an extension before those that depend on it, unless one statement
    drops both. Which ones depend on it is not known without a connection. What a guard refuses stays
    out of the statement.
    """
    drops = [
        entry
        for entry in database.items
        if isinstance(entry, ManualStep)
        and drops_an_extension(entry.statements)
        and proposal.refusal(entry) is None
    ]
    return tuple(
        _shown(entry, drops) if isinstance(entry, ManualStep) and entry in drops else entry
        for entry in database.items
    )


def _shown(step: ManualStep, drops: Sequence[ManualStep]) -> ManualStep:
    first = drops[0]
    if step == first:
        return evolve(step, statements=(dropping_all(one.statements[0] for one in drops),))
    return evolve(step, statements=(), done_by=first.address)
