"""Why the specs of the project forbid a one-off command that no spec could hold."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from reconcile.api.reads import Reads
from reconcile.cli.fleet import InvalidSpecsError
from reconcile.cli.named import Known
from reconcile.cli.project import claim_to
from reconcile.guard.identity import wrong_pins
from reconcile.guard.protect import protection
from reconcile.guard.unread_specs import doubt
from reconcile.model.change import Risk
from reconcile.model.deed import Deed
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.project import Claim
from reconcile.model.target import Pins, Target
from reconcile.operate.subject import Subject
from reconcile.plan.claims import duplicates


def why_refused(deed: Deed, known: Known, subject: Subject, reads: Reads) -> str | None:
    """Why a loss, or anything on a database that is pinned otherwise, is refused.

    Raises InvalidSpecsError where several specs of the project mean the database.
    """
    target = _known_target(subject)
    loses = deed.risk is Risk.LOSSY
    claim = claim_to(target, known.fleet, reads, loses=loses)
    database = DatabasePlan(
        handle=deed.database,
        engine=subject.facts.type_name,
        app=target.app,
        target=target,
        protect=known.spec is not None and known.spec.protect,
        pins=known.spec.pins if known.spec else Pins(),
    )
    for why in _refusals(database, claim, loses=loses):
        return why
    clashes = duplicates(Plan(databases=(database,)), {database.handle: claim})
    if clashes:
        raise InvalidSpecsError(evolve(known.fleet, findings=clashes))
    return None


def _refusals(database: DatabasePlan, claim: Claim, *, loses: bool) -> Iterator[str]:
    if loses and (why := protection(database, claim)):
        yield f"{why}: no flag lifts this, first take `protect: true` out of its spec [G101]"
    if loses and (why := doubt(database, claim)):
        yield f"{why} [G111]"
    yield from (f"{why} [G103]" for why in wrong_pins(database, claim))


def _known_target(subject: Subject) -> Target:
    """The target with what only its resource tells where a ready token led to it."""
    target = subject.target
    resource_id = target.resource_id or str(subject.resource.get("resource_id") or "")
    return evolve(target, resource_id=resource_id, engine=target.engine or subject.facts.engine)
