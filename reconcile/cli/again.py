"""Reading a second time: before data goes, and after something was done."""

from __future__ import annotations

from threading import Event

from attrs import evolve, frozen

from reconcile.api.reads import Reads
from reconcile.cli.fleet import Fleet
from reconcile.cli.pipeline import propose
from reconcile.cli.world import World
from reconcile.errors import ReconcileError
from reconcile.model.finding import Finding
from reconcile.model.plan import DatabasePlan, Plan, Proposal
from reconcile.model.run import Outcome, Result
from reconcile.model.state import Desired
from reconcile.observe.lookups import Lookups
from reconcile.observe.observer import observe_database
from reconcile.plan.build import plan_database

_TOUCHED = frozenset({Result.DONE, Result.STARTED, Result.FAILED, Result.UNKNOWN, Result.STALE})


@frozen(kw_only=True)
class Again:
    """What it takes to read the databases of a plan again."""

    fleet: Fleet
    reads: Reads
    world: World
    lookups: Lookups

    def database(self, before: DatabasePlan) -> DatabasePlan:
        """Plan the touched kinds of one database anew."""
        desired = self.touched(before)
        return plan_database(desired, observe_database(desired, self.reads, self.lookups))

    def touched(self, plan: DatabasePlan) -> Desired:
        """What is wanted of the kinds that a plan acts on: no request is spent on others."""
        desired = next(one for one in self.fleet.desired if one.handle == plan.handle)
        kinds = {action.address.kind for action in plan.actions}
        wanted = {name: value for name, value in desired.kinds.items() if name in kinds}
        return evolve(desired, kinds=wanted)

    def proposal(self, before: Proposal, outcomes: tuple[Outcome, ...]) -> Proposal | None:
        """Plan the databases again that were touched; None where none was.

        Also after an interruption: the summary shall be true. What cannot be read is unknown.
        """
        touched = {o.action.address.database for o in outcomes if o.result in _TOUCHED}
        if not touched:
            return None
        kept = tuple(one for one in before.findings if not _concerns(one, touched))
        desired = tuple(one for one in self.fleet.desired if one.handle in touched)
        try:
            again = propose(
                evolve(self.fleet, desired=desired), self.reads, self.world, stop=Event()
            )
        except ReconcileError as error:
            again = _unread(before, touched, str(error))
        fresh = {plan.handle: plan for plan in again.plan.databases}
        databases = tuple(fresh.get(plan.handle, plan) for plan in before.plan.databases)
        return Proposal(plan=Plan(databases=databases), findings=(*kept, *again.findings))


def _concerns(finding: Finding, handles: set[str]) -> bool:
    return finding.address is not None and finding.address.database in handles


def _unread(before: Proposal, handles: set[str], reason: str) -> Proposal:
    return Proposal(
        plan=Plan(
            databases=tuple(
                evolve(plan, items=(), unmanaged=(), error=f"not read again: {reason}")
                for plan in before.plan.databases
                if plan.handle in handles
            )
        )
    )
