"""G101: a protected database loses nothing, whatever the flags."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.guard.context import Context
from reconcile.model.change import Risk
from reconcile.model.finding import Finding
from reconcile.model.plan import Plan


def protected_databases(plan: Plan, _context: Context) -> Iterator[Finding]:
    """Refuse what loses data on a database whose spec says `protect: true`, by hand or not."""
    for database in plan.databases:
        for action in database.doable:
            if database.protect and action.risk is Risk.LOSSY:
                yield Finding(
                    code="G101",
                    message=f"{database.handle!r} is protected, and this would lose data",
                    location=action.origin.location,
                    hint="no flag lifts this; first take `protect: true` out of the spec",
                    address=action.address,
                )
