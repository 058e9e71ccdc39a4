"""G101, G111: a database loses nothing that a spec protects, or may protect: whatever the flags."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from reconcile.guard.context import Context
from reconcile.model.change import Risk
from reconcile.model.finding import Finding
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.project import Claim


def protected_databases(plan: Plan, context: Context) -> Iterator[Finding]:
    """Refuse what loses data on a protected database, by hand or not.

    Any spec of the project that means the live database can protect it. Where a spec of its application
    cannot be read or resolved, it is not known whether one does.
    """
    for database in plan.databases:
        why = _protection(database, context.claim_to(database.handle))
        for action in database.doable:
            if why is not None and action.risk is Risk.LOSSY:
                yield evolve(why, location=action.origin.location, address=action.address)


def _protection(database: DatabasePlan, claim: Claim) -> Finding | None:
    """Why a database may lose nothing; None where nothing protects it."""
    spec = next((one for one in claim.specs if one.protect), None)
    if not database.protect and spec is None:
        return _doubt(claim) if claim.unsure else None
    says = "the database is protected, and this would lose data"
    if spec is not None and not database.protect:
        says = f"{says}: the spec of {spec.handle!r} at {spec.location} protects this live database"
    hint = "no flag lifts this; first take `protect: true` out of the spec"
    return Finding(code="G101", message=says, hint=hint)


def _doubt(claim: Claim) -> Finding:
    first, *others = claim.unsure
    more = f", and {len(others)} more" if others else ""
    return Finding(
        code="G111",
        message=(
            f"this would lose data, and the spec at {first.location} cannot be read or resolved:"
            f" {first.message}{more}"
        ),
        hint="correct that spec: it may protect this database",
    )
