"""G101, G111: a database loses nothing that a spec protects, or may protect: whatever the flags."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from reconcile.guard.guard import Context, Guard
from reconcile.model.change import Risk
from reconcile.model.finding import Finding
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.project import Claim
from reconcile.model.state import Desired


def _protected(plan: Plan, context: Context) -> Iterator[Finding]:
    """Refuse what loses data on a protected database, by hand or not.

    Any spec of the project that means the live database can protect it.
    """
    for database in plan.databases:
        spec = _protecting(context.claim_to(database.handle))
        if database.protect or spec is not None:
            says = "the database is protected, and this would lose data"
            if spec is not None and not database.protect:
                says = f"{says}: the spec of {spec.handle!r} at {spec.location} protects this live database"
            yield from _refuse(
                database,
                Finding(
                    code="G101",
                    message=says,
                    hint="no flag overrides this; first take `protect: true` out of the spec",
                ),
            )


def _unreadable(plan: Plan, context: Context) -> Iterator[Finding]:
    """Refuse the same where a spec of the application cannot be read or resolved."""
    for database in plan.databases:
        claim = context.claim_to(database.handle)
        if claim.unsure and not database.protect and _protecting(claim) is None:
            first, *others = claim.unsure
            more = f", and {len(others)} more" if others else ""
            yield from _refuse(
                database,
                Finding(
                    code="G111",
                    message=(
                        f"this would lose data, and the spec at {first.location} cannot be read or"
                        f" resolved: {first.message}{more}"
                    ),
                    hint="correct that spec: it may protect this database",
                ),
            )


def _protecting(claim: Claim) -> Desired | None:
    return next((spec for spec in claim.specs if spec.protect), None)


def _refuse(database: DatabasePlan, why: Finding) -> Iterator[Finding]:
    for step in database.doable:
        if step.risk is Risk.LOSSY:
            yield evolve(why, location=step.origin.location, address=step.address)


PROTECTED = Guard(
    code="G101",
    meaning="the database is protected, and the action would lose data",
    why="The key `protect` is a promise that a database keeps its data whatever is typed on a"
    " command line. A flag that overrode it would make it a warning. The promise holds for the"
    " live database: any spec of the project that means it counts, also one that is not"
    " selected.",
    advice="Take `protect: true` out of every spec of the project that means this live database, in a"
    " separate change that somebody reviews.",
    check=_protected,
)


UNREADABLE_SPEC = Guard(
    code="G111",
    meaning="the action would lose data, and a spec of its application cannot be read or resolved",
    why="Any spec of the project can protect a database. If a spec of the application has an error,"
    " or leads to no addon, it is not known what it protects.",
    advice="Correct the spec that the message names, or remove it.",
    check=_unreadable,
)
