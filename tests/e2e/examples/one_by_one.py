"""G190: one action for each database in one plan: the smallest guard, for a test.

`test_extending.py` copies this file into `guard/` and adds its line to `GUARDS`.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.guard.guard import Context, Guard
from reconcile.model.address import Address
from reconcile.model.finding import Finding
from reconcile.model.plan import Plan


def _too_many(plan: Plan, _context: Context) -> Iterator[Finding]:
    """Refuse a database with more than one action."""
    for database in plan.databases:
        if len(database.actions) > 1:
            yield Finding(
                code="G190",
                message=f"{len(database.actions)} actions; at most 1 in one plan",
                address=Address(database=database.handle),
                hint="ask for one change after the other",
            )


ONE_BY_ONE = Guard(
    code="G190",
    meaning="a database has more than one action",
    why="Each change is watched before the next one.",
    advice="Ask for one change after the other.",
    waivable=True,
    check=_too_many,
)
