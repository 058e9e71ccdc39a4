"""G103: a database is the one that its spec pins, or nothing happens to it."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.guard.guard import Context, Guard
from reconcile.model.address import Address
from reconcile.model.finding import Finding
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.project import Claim
from reconcile.model.target import Pins, Target


def _other_databases(plan: Plan, context: Context) -> Iterator[Finding]:
    """Refuse every database that is not the pinned one, also where nothing is to be done."""
    for database in plan.databases:
        for why in _wrong_pins(database, context.claim_to(database.handle)):
            yield Finding(
                code="G103",
                message=why,
                hint="check app and addon in the spec; change the pin only if another is meant",
                address=Address(database=database.handle),
            )


def _wrong_pins(database: DatabasePlan, claim: Claim) -> Iterator[str]:
    """How a live database differs from what its own spec pins, and then any other of the project."""
    if database.target is None:
        return
    yield from _differences(database.target, database.pins, "the spec")
    for spec in claim.specs:
        if spec.pins != database.pins:
            place = f"the spec of {spec.handle!r} at {spec.location}"
            yield from _differences(database.target, spec.pins, place)


def _differences(target: Target, pins: Pins, spec: str) -> Iterator[str]:
    for what, live, pinned in (
        ("resource id", target.resource_id, pins.resource_id),
        ("region", target.region, pins.region),
    ):
        if pinned not in {None, live}:
            yield f"the {what} of the live database is {live!r}, {spec} pins {pinned!r}"


OTHER_DATABASE = Guard(
    code="G103",
    meaning="the live database is not the one that the spec pins by resource id or region",
    why="Names are used again: an addon that was deleted and made anew answers to the same app and"
    " engine. A spec that pins the resource id or the region is about one database only.",
    advice="Find out which database it is; if it is the right one, correct the pin in the spec.",
    check=_other_databases,
)
