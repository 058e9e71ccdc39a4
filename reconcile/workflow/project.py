"""What the project says about live databases: its specs, and where needed a listing."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from reconcile.api.reads import Reads
from reconcile.errors import ReconcileError
from reconcile.model.change import Risk
from reconcile.model.engine import Engine
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.project import Claim
from reconcile.plan.claims import Listing, Specs, claim
from reconcile.workflow.fleet import Fleet


def claims_of(plan: Plan, fleet: Fleet, reads: Reads) -> Mapping[str, Claim]:
    """What the specs of the project say about each live database of a plan, by handle.

    The addons of an application are listed only where something depends on them, once a run.
    """
    live = {one.handle: one.target for one in plan.databases}
    specs = Specs(fleet.project, {one.location: live.get(one.handle) for one in fleet.desired})
    asked = {
        one.handle: specs.candidates(
            evolve(one.target, engine=one.target.engine or Engine.parse(one.engine)),
            loses=_loses(one),
        )
        for one in plan.databases
        if one.target is not None
    }
    apps = sorted({app for one in asked.values() for app in one.apps})
    listings = {app: _listed(app, reads) for app in apps}
    return {handle: claim(one, specs, listings) for handle, one in asked.items()}


def _loses(database: DatabasePlan) -> bool:
    return any(entry.risk is Risk.LOSSY for entry in database.doable)


def _listed(app: str, reads: Reads) -> Listing:
    try:
        return reads.targets.addons(app)
    except ReconcileError as error:
        return str(error)
