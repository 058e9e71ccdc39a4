"""What the project says about live databases: its specs, and where needed a listing."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from reconcile.api.reads import Reads
from reconcile.errors import ReconcileError
from reconcile.model.change import Risk
from reconcile.model.engine import Engine
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.project import Claim, resolved
from reconcile.plan.claims import Listing, Specs, claim, spelled_otherwise
from reconcile.workflow.fleet import Fleet


def claims_of(plan: Plan, fleet: Fleet, reads: Reads) -> Mapping[str, Claim]:
    """What the specs of the project say about each live database of a plan, by handle.

    The addons of an application are listed only where something depends on them, once a run.
    """
    live = {
        one.handle: evolve(one.target, engine=one.target.engine or Engine.parse(one.engine))
        for one in plan.databases
        if one.target is not None
    }
    loses = {one.handle: _loses(one) for one in plan.databases}
    found = {one.location: live.get(one.handle) for one in fleet.desired}
    listings: dict[str, Listing] = {}
    pairs = [(target, loses[handle]) for handle, target in live.items()]
    for spec in spelled_otherwise(fleet.project, found, pairs):
        if spec.app not in listings:
            listings[spec.app] = _listed(spec.app, reads)
        listed = listings[spec.app]
        addon = None if isinstance(listed, str) else resolved(spec, listed)
        if addon is not None:
            found[spec.location] = evolve(pairs[0][0], addon=addon)
    specs = Specs(fleet.project, found)
    asked = {
        handle: specs.candidates(target, loses=loses[handle]) for handle, target in live.items()
    }
    apps = sorted({app for one in asked.values() for app in one.apps} - listings.keys())
    listings |= {app: _listed(app, reads) for app in apps}
    return {handle: claim(one, specs, listings) for handle, one in asked.items()}


def _loses(database: DatabasePlan) -> bool:
    return any(entry.risk is Risk.LOSSY for entry in database.doable)


def _listed(app: str, reads: Reads) -> Listing:
    try:
        return reads.targets.addons(app)
    except ReconcileError as error:
        return str(error)
