"""The stages between the specs and a report: read, plan, put before the guards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Event

from attrs import evolve, frozen

from reconcile.api.reads import Reads, connect_reading
from reconcile.api.surroundings import Surroundings
from reconcile.guard.guard import Context
from reconcile.guard.review import Permits, override_flag, review, would_run
from reconcile.model.plan import Plan, Proposal
from reconcile.model.state import Desired, Observation, Observed
from reconcile.observe.observer import observe
from reconcile.observe.recovery import NO_WINDOWS, Windows, gather
from reconcile.plan.build import build_plan
from reconcile.plan.claims import duplicates
from reconcile.plan.digest import plan_id
from reconcile.plan.verify import verify
from reconcile.spec.config import Config
from reconcile.workflow.fleet import Fleet, InvalidSpecsError
from reconcile.workflow.inputs import Override
from reconcile.workflow.process import Process
from reconcile.workflow.project import claims_of


@frozen(kw_only=True)
class About:
    """What a connection is for: the project, how many databases, and how long it may take."""

    config: Config
    databases: int
    max_wait: float | None = None


def surroundings(about: About, process: Process) -> Surroundings:
    """What a connection takes from the process and the project.

    From here on a first signal only sets `stop`: the command ends with a summary.
    """
    process.interruption.heeded.set()
    return Surroundings(
        environment=process.environment,
        region=about.config.region,
        notify=process.tell,
        countdown=process.countdown(),
        trace=process.tell if process.verbose.is_set() else None,
        stop=process.interruption.stop,
        budget=about.config.request_budget,
        longest=about.max_wait,
        tokens=process.tokens_dir(),
        requests=process.requests_dir(),
        databases=about.databases,
    )


def reading(about: About, process: Process) -> Reads:
    """A connection that cannot change anything; close it, or use `with`."""
    return connect_reading(surroundings(about, process))


def tell_warnings(fleet: Fleet, process: Process) -> None:
    """Say what was found in valid specs: it holds, and will be an error."""
    for one in fleet.findings:
        process.tell(f"{one.location}: {one.severity.value}: {one.message} [{one.code}]")


Notice = Callable[[Plan, Mapping[str, Observation]], None]
"""Looks at a plan and what it was made of, before the guards judge it."""


def propose(
    fleet: Fleet,
    reads: Reads,
    process: Process,
    *,
    stop: Event,
    overrides: Sequence[Override] = (),
    backup_first: bool = False,
    permits: Permits | None = None,
    notice: Notice | None = None,
) -> Proposal:
    """Read, plan, and put the plan before the guards. Once `stop` is set nothing more is read.

    `backup_first` as in Context, `permits` as in `review`; `notice` is called with what was read.
    Raises as `judge`.
    """
    plan, observed = _read(fleet, reads, process, stop=stop)
    if notice is not None:
        notice(plan, observed)
    return judge(
        Proposal(plan=plan, id=plan_id(plan)),
        fleet,
        reads,
        process,
        stop=stop,
        overrides=overrides,
        backup_first=backup_first,
        permits=permits,
    )


def judge(
    proposal: Proposal,
    fleet: Fleet,
    reads: Reads,
    process: Process,
    *,
    stop: Event,
    overrides: Sequence[Override] = (),
    backup_first: bool = False,
    permits: Permits | None = None,
    needs_spec: bool = False,
    windows: Windows = NO_WINDOWS,
) -> Proposal:
    """Read what the guards need for a plan, and put it before them.

    What was found of the plan before stays; `needs_spec` as in Context, `windows` as in `gather`.
    Raises InvalidSpecsError for specs of the project that turn out to mean one live database; for a
    one-off command, only if it would change something.
    """
    plan, ident = proposal.plan, proposal.id
    claims = claims_of(plan, fleet, reads)
    clashes = duplicates(plan, claims)
    if clashes and not fleet.is_one_off:
        raise InvalidSpecsError(evolve(fleet, findings=clashes))
    context = Context(
        now=process.now(),
        plan_id=ident,
        fleet=fleet.whole,
        policy=fleet.config.policy,
        recovery_points=gather(plan, reads, windows=windows, stop=stop),
        overrides=frozenset(_counting(overrides, ident, process)),
        backup_first=backup_first,
        claims=claims,
        needs_spec=needs_spec,
    )
    judged = review(plan, context, permits)
    if clashes and any(judged.refusal(action) is None for action in plan.actions):
        raise InvalidSpecsError(evolve(fleet, findings=clashes))
    return evolve(judged, findings=(*proposal.findings, *judged.findings))


def judge_again(
    before: Proposal,
    fleet: Fleet,
    reads: Reads,
    process: Process,
    *,
    permits: Permits,
    stop: Event,
    backup_first: bool = False,
    windows: Windows = NO_WINDOWS,
) -> Proposal:
    """Put what would run before the guards once more, at the time of now.

    Approvals end and backups age while a person thinks. What was refused before stays so. Only
    databases that would lose something cost requests; `windows` as in `gather`.
    """
    running = would_run(before, permits)
    context = Context(
        now=process.now(),
        plan_id=before.id,
        fleet=fleet.whole,
        policy=fleet.config.policy,
        recovery_points=gather(running, reads, windows=windows, stop=stop),
        overrides=frozenset(before.overridden),
        backup_first=backup_first,
    )
    known = {(one.code, one.address, one.severity) for one in before.findings}
    fresh = (
        one
        for one in review(running, context).findings
        if (one.code, one.address, one.severity) not in known
    )
    return evolve(before, findings=(*before.findings, *fresh))


def _counting(overrides: Sequence[Override], ident: str, process: Process) -> Iterator[str]:
    """The codes that are overridden for this plan; it is told of those that are for another."""
    for one in overrides:
        if ident.startswith(one.plan):
            yield one.code
        else:
            flag, own = override_flag(one.code, one.plan), override_flag(one.code, ident)
            process.tell(f"note: {flag} is for another plan, and does not count; this one is {own}")


def read_plan(fleet: Fleet, reads: Reads, process: Process, *, stop: Event) -> Plan:
    """Read the databases and plan them: without the guards, and the reads that only they need.

    Raises PlanDefectError for a plan that would not converge.
    """
    return _read(fleet, reads, process, stop=stop)[0]


def _read(
    fleet: Fleet, reads: Reads, process: Process, *, stop: Event
) -> tuple[Plan, Mapping[str, Observation]]:
    desired = fleet.desired
    with process.progress("read", len(desired)) as shown:
        observed = observe(
            desired,
            reads,
            inspect=process.sql.inspect,
            stop=stop,
            progress=lambda handle, _state: shown.advance(handle),
        )
    observed = {one.handle: _after_all_looks(one, observed[one.handle], process) for one in desired}
    plan = build_plan(desired, observed)
    verify(desired, observed, plan)
    return plan, observed


def _after_all_looks(desired: Desired, observed: Observation, process: Process) -> Observation:
    """A database as it was read, but for a connection that leads to another one's database."""
    if not isinstance(observed, Observed) or desired.connection is None:
        return observed
    reach = observed.facts.reach
    if reach is None:
        return observed
    settled = process.sql.after_all(desired.connection, observed.target.addon, reach)
    return evolve(observed, facts=evolve(observed.facts, reach=settled))
