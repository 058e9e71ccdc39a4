"""G101: a protected database loses nothing, whatever the flags."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.guard.context import Context
from reconcile.model.change import Risk
from reconcile.model.finding import Finding
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.project import Claim


def protected_databases(plan: Plan, context: Context) -> Iterator[Finding]:
    """Refuse what loses data on a database that any spec of the project protects, by hand or not."""
    for database in plan.databases:
        why = _protection(database, context.claim_to(database.handle))
        for action in database.doable:
            if why is not None and action.risk is Risk.LOSSY:
                yield Finding(
                    code="G101",
                    message=why,
                    location=action.origin.location,
                    hint="no flag lifts this; first take `protect: true` out of the spec",
                    address=action.address,
                )


def _protection(database: DatabasePlan, claim: Claim) -> str | None:
    """Why a database may lose nothing; None where nothing protects it."""
    says = "the database is protected, and this would lose data"
    if database.protect:
        return says
    spec = next((one for one in claim.specs if one.protect), None)
    if spec is None:
        return None
    return f"{says}: the spec of {spec.handle!r} at {spec.location} protects this live database"
