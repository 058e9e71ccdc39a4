"""Emptying a logical database.

Source: the API text, action `reset-database`. The body of its own example names
`delete-database`, which would drop the database: it is never sent for a reset.
"""

from __future__ import annotations

from reconcile.errors import ReconcileError
from reconcile.model.change import Risk
from reconcile.model.order import Deed
from reconcile.model.request import Effect, action
from reconcile.operate.order import ResetDatabase
from reconcile.operate.prepared import Prepared
from reconcile.operate.subject import Subject, rows_of, text

_LIST = action("list-databases", effect=Effect.READ)


def reset(order: ResetDatabase, subject: Subject) -> Prepared:
    """Prepare to empty a logical database. Raises ReconcileError where there is none so named."""
    subject.must_be_settled()
    names = sorted(text(row, "name") for row in rows_of(subject.ask(_LIST), "list-databases"))
    if order.name not in names:
        raise ReconcileError(
            f"{subject.name!r} has no logical database {order.name!r}: it has"
            f" {', '.join(map(repr, names)) or 'none'}"
        )
    deed = Deed(
        database=subject.name,
        target=subject.target,
        what=f"reset logical database {order.name!r} of {subject.name}",
        call=order.call,
        risk=Risk.LOSSY,
        stakes=(f"all data in {order.name!r} is deleted for good; the database itself stays",),
        confirm=order.name,
    )
    # What is in a logical database cannot be read, so a lost answer leaves it open.
    return Prepared(deed=deed)
