"""Reading again: just before an action, and after something was done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from threading import Event

from attrs import Factory, evolve, field, frozen

from reconcile.apply.resolve import resolve_outcomes
from reconcile.errors import ReconcileError
from reconcile.kinds import KIND_BY_NAME
from reconcile.model.address import Address
from reconcile.model.change import Change
from reconcile.model.finding import Finding, Severity
from reconcile.model.item import Pending
from reconcile.model.operation import PAUSES
from reconcile.model.plan import DatabasePlan, Plan, Proposal
from reconcile.model.run import Outcome, Result
from reconcile.model.state import Desired, Observed
from reconcile.model.target import Target
from reconcile.observe.found import Lookups, told_by
from reconcile.observe.observer import observe_database
from reconcile.plan.build import asked, plan_database
from reconcile.plan.document import plan_id
from reconcile.workflow.propose import Planner

_TOUCHED = frozenset(
    {
        Result.DONE,
        Result.STARTED,
        Result.FAILED,
        Result.UNKNOWN,
        Result.ALREADY_DONE,
        Result.STALE,
        Result.BLOCKED,
    }
)


def _lookups(reread: Reread) -> Lookups:
    return Lookups(reread.reads.client.call)


@frozen(kw_only=True)
class Reread(Planner):
    """What it takes to read the databases of a plan again.

    `narrow` are those of which only a plan is known, and no spec: not what is managed there.
    """

    narrow: frozenset[str] = frozenset()
    lookups: Lookups = field(default=Factory(_lookups, takes_self=True), init=False)

    def database(self, before: DatabasePlan) -> DatabasePlan:
        """Plan anew what the actions of a plan ask for: no request is spent on anything else."""
        return self.planned(asked(before, before.actions))

    def planned(self, desired: Desired) -> DatabasePlan:
        """Plan what is asked for on what is live."""
        inspect = self.process.sql.inspect
        return plan_database(desired, observe_database(desired, self.reads, self.lookups, inspect))

    def told_by(self, resource: object, before: DatabasePlan, target: Target) -> Observed | None:
        """What a resource that a change answered with tells of what the plan is about."""
        names = dict.fromkeys(action.address.kind for action in before.actions)
        return told_by(resource, target, [KIND_BY_NAME[name] for name in names])

    def settled(
        self, before: Proposal, outcomes: tuple[Outcome, ...]
    ) -> tuple[Proposal | None, tuple[Outcome, ...]]:
        """What a second read finds, and the outcomes as it settles them.

        An action whose answer was lost may take effect a moment later: its database is read again
        after growing pauses, for some seconds, until it is done or the run is interrupted.
        """
        after = self.proposal(before, outcomes)
        found = resolve_outcomes(outcomes, after.plan) if after else outcomes
        for pause in PAUSES:
            lost = tuple(
                tried
                for tried, now in zip(outcomes, found, strict=True)
                if tried.result is Result.UNKNOWN and now.result is Result.UNKNOWN
            )
            if after is None or not lost or self.process.interruption.stop.wait(pause):
                break
            after = self.proposal(after, lost) or after
            found = resolve_outcomes(outcomes, after.plan)
        return after, found

    def proposal(self, before: Proposal, outcomes: tuple[Outcome, ...]) -> Proposal | None:
        """Plan the databases again that were touched; None where none was.

        Also after an interruption: the summary has to be true. What cannot be read is unknown.
        """
        touched = {o.action.address.database for o in outcomes if o.result in _TOUCHED}
        if not touched:
            return None
        desired = tuple(one for one in self.fleet.desired if one.handle in touched)
        try:
            fleet = evolve(self.fleet, desired=desired)
            fresh_plan = evolve(self, fleet=fleet).read_plan(stop=Event())
        except ReconcileError as error:
            fresh_plan = _unread(before.plan, touched, str(error))
        fresh = {
            plan.handle: evolve(plan, unmanaged=()) if plan.handle in self.narrow else plan
            for plan in fresh_plan.databases
        }
        plan = Plan(databases=tuple(fresh.get(plan.handle, plan) for plan in before.plan.databases))
        return Proposal(plan=plan, findings=tuple(still_true(before, plan)), id=plan_id(plan))


def still_true(before: Proposal, plan: Plan) -> Iterator[Finding]:
    """What the guards said of the run, of databases, and of what is still left as it was planned.

    Only another run puts what is planned otherwise by now before them. An override holds for the
    plan that was applied only, and none for that plan holds for what is left.
    """
    planned, left = _changes(before.plan), _changes(plan)
    for one in before.findings:
        about = one.address
        if one.overridden or (about is None and one.severity is Severity.WARNING):
            continue
        if about is None or not about.kind or left.get(about, []) == planned.get(about):
            yield evolve(one, override=None)


def _changes(plan: Plan) -> Mapping[Address, list[Change | None]]:
    """What is planned about each address."""
    found: dict[Address, list[Change | None]] = {}
    for entry in plan.items():
        change = None if isinstance(entry, Pending) else entry.change
        found.setdefault(entry.address, []).append(change)
    return found


def _unread(plan: Plan, handles: set[str], reason: str) -> Plan:
    return Plan(
        databases=tuple(
            evolve(one, items=(), unmanaged=(), error=f"not read again: {reason}")
            for one in plan.databases
            if one.handle in handles
        )
    )
