"""G111: nothing is lost while a spec that may protect it cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.guard.context import Context
from reconcile.model.change import Risk
from reconcile.model.finding import Finding
from reconcile.model.plan import Plan
from reconcile.model.project import Claim


def unread_specs(plan: Plan, context: Context) -> Iterator[Finding]:
    """Refuse what loses data where a spec of the application cannot be read or resolved."""
    for database in plan.databases:
        why = _doubt(context.claim_to(database.handle))
        for action in database.doable:
            if why is not None and action.risk is Risk.LOSSY:
                yield Finding(
                    code="G111",
                    message=why,
                    location=action.origin.location,
                    hint="correct that spec: it may protect this database",
                    address=action.address,
                )


def _doubt(claim: Claim) -> str | None:
    """Why it is not known whether a database is protected; None where it is known."""
    if not claim.unsure:
        return None
    first, *others = claim.unsure
    more = f", and {len(others)} more" if others else ""
    return (
        f"this would lose data, and the spec at {first.location} cannot be read or resolved:"
        f" {first.message}{more}"
    )
