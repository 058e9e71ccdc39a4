"""A look at the databases of a saved plan before anything of it is shown, asked or judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import evolve, field, frozen

from reconcile.apply.allowance import Allow, Allowance
from reconcile.apply.execute import DryRunExecutor
from reconcile.apply.loop import Loop
from reconcile.model.change import ActionKey, Risk
from reconcile.model.item import Action, Item
from reconcile.model.plan import DatabasePlan, Plan, Proposal
from reconcile.model.run import Outcome, Result
from reconcile.observe.estimate import looks_of
from reconcile.plan.intent import intended
from reconcile.workflow.apply_plan_file import Taken
from reconcile.workflow.cost import announce_reading
from reconcile.workflow.propose import About, Judging, judge
from reconcile.workflow.reread import Again

_EVERYTHING = Allowance(allows=tuple(Allow(risk=risk) for risk in Risk), attended=True)
_KNOWN = frozenset({Result.ALREADY_DONE, Result.STALE, Result.BLOCKED})


@frozen(kw_only=True)
class Looked:
    """A plan as it stands by now: `proposal` holds what is still to be done.

    `known` holds the outcomes of the other actions. `looks` are the databases that were looked at,
    by handle, each planned anew.
    """

    proposal: Proposal
    known: Mapping[ActionKey, Outcome] = field(factory=dict)
    looks: Mapping[str, DatabasePlan] = field(factory=dict)


def look_and_judge(
    saved: Taken,
    again: Again,
    about: About,
    judging: Judging,
    *,
    shown: bool,
) -> Looked:
    """What of a saved plan is still to be done, and what the guards say of it.

    Nothing is looked at of a plan that is refused as a whole.
    """
    if saved.proposal.refused:
        return Looked(proposal=saved.proposal)
    looked = look(saved, again, about, shown=shown)
    # What an unsigned file says of its targets proves nothing: the specs are compared with them.
    fleet = again.fleet if saved.signed else evolve(again.fleet, desired=())
    judged = judge(
        looked.proposal,
        fleet,
        again.reads,
        again.process,
        evolve(judging, needs_spec=not saved.signed),
    )
    return evolve(looked, proposal=judged)


def look(saved: Taken, again: Again, about: About, *, shown: bool) -> Looked:
    """Find out what of a saved plan is still to be done.

    Without `shown` nobody sees the plan, and only what guards judge is looked at: the databases in
    which something other than safe is to be done. The loop looks at each of the others itself. What
    the look costs is shown before. Raises CannotFitError where it takes too long.
    """
    plan = saved.proposal.plan
    chosen = [one for one in plan.databases if one.actions and (shown or _is_risky(one))]
    if chosen:
        asked = [intended(one, one.actions) for one in chosen]
        announce_reading(asked, again.reads, about, again.process, requests_of=looks_of)
    looks: dict[str, DatabasePlan] = {}
    outcomes = Loop(
        proposal=Proposal(plan=Plan(databases=tuple(chosen))),
        allowance=_EVERYTHING,
        executor=DryRunExecutor(),
        dropped=saved.dropped,
        workers=again.reads.workers,
        recheck=_once(again, looks),
        stop=again.process.interruption.stop,
    ).run()
    ready = {one.action.key for one in outcomes if one.result is Result.NOT_SENT}
    databases = tuple(
        _as_it_is(one, looks[one.handle], ready, saved) if one.handle in looks else one
        for one in plan.databases
    )
    return Looked(
        proposal=evolve(saved.proposal, plan=Plan(databases=databases)),
        known={one.action.key: one for one in outcomes if one.result in _KNOWN},
        looks=looks,
    )


def _is_risky(database: DatabasePlan) -> bool:
    return any(action.risk is not Risk.SAFE for action in database.actions)


def _once(again: Again, looks: dict[str, DatabasePlan]) -> Callable[[DatabasePlan], DatabasePlan]:
    """One look at each database: nothing is sent in between."""

    def recheck(database: DatabasePlan) -> DatabasePlan:
        if database.handle not in looks:
            looks[database.handle] = again.database(database)
        return looks[database.handle]

    return recheck


def _as_it_is(
    database: DatabasePlan, now: DatabasePlan, ready: set[ActionKey], saved: Taken
) -> DatabasePlan:
    """A database with what is still to be done there."""

    def is_left(entry: Item) -> bool:
        if isinstance(entry, Action):
            return entry.key in ready
        return entry.address not in saved.dropped

    if now.error is not None:
        return evolve(database, items=(), error=now.error, unauthenticated=now.unauthenticated)
    return evolve(database, version=now.version, items=tuple(filter(is_left, database.items)))
