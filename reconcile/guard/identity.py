"""G103: a database is the one that its spec pins, or nothing happens to it."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.guard.context import Context
from reconcile.model.address import Address
from reconcile.model.finding import Finding
from reconcile.model.plan import DatabasePlan, Plan


def other_databases(plan: Plan, _context: Context) -> Iterator[Finding]:
    """Refuse every database that is not the pinned one, also where nothing is to be done."""
    for database in plan.databases:
        for what, live, pinned in _pinned(database):
            if pinned not in {None, live}:
                yield Finding(
                    code="G103",
                    message=f"the {what} of the live database is {live!r}, the spec pins {pinned!r}",
                    hint="check app and addon in the spec; change the pin only if another is meant",
                    address=Address(database=database.handle),
                )


def _pinned(database: DatabasePlan) -> Iterator[tuple[str, str, str | None]]:
    """What can be pinned, as it is live, and as the spec pins it."""
    target, pins = database.target, database.pins
    if target is not None:
        yield "resource id", target.resource_id, pins.resource_id
        yield "region", target.region, pins.region
