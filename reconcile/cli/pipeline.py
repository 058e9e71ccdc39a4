"""The stages between the specs and a report: read, plan, put before the guards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import ceil
from threading import Event

from attrs import evolve, frozen

from reconcile.api.reads import Reads, connect_reading
from reconcile.api.surroundings import Surroundings
from reconcile.cli.fleet import Fleet, InvalidSpecsError
from reconcile.cli.options import Output, Override
from reconcile.cli.progress import Countdown, progress
from reconcile.cli.project import claims_of
from reconcile.cli.world import World
from reconcile.errors import ReconcileError
from reconcile.guard.context import Context
from reconcile.guard.review import override_flag, review
from reconcile.guard.would_run import Permits, would_run
from reconcile.model.cost import Estimate, Spent
from reconcile.model.plan import Plan, Proposal
from reconcile.model.state import Desired, Observation, Observed
from reconcile.observe.estimate import estimate, reads_of
from reconcile.observe.evidence import NO_WINDOWS, Windows, gather
from reconcile.observe.observer import observe
from reconcile.plan.build import build_plan
from reconcile.plan.claims import duplicates
from reconcile.plan.digest import plan_id
from reconcile.plan.verify import verify
from reconcile.report.words import about_so_long, count, duration
from reconcile.spec.config import Config


@frozen(kw_only=True)
class About:
    """What a connection is for: the project, how many databases, and how long it may take."""

    config: Config
    databases: int
    max_wait: float | None = None


def surroundings(about: About, output: Output, world: World) -> Surroundings:
    """What a connection takes from the process and the project.

    From here on a first signal only sets `stop`: the command ends with a summary.
    """
    world.interruption.heeded.set()
    return Surroundings(
        environment=world.environment,
        region=about.config.region,
        notify=world.tell,
        countdown=Countdown(world).tell,
        trace=world.tell if output.verbose else None,
        stop=world.interruption.stop,
        budget=about.config.request_budget,
        longest=about.max_wait,
        tokens=world.tokens_dir(),
        requests=world.requests_dir(),
        databases=about.databases,
    )


def reading(about: About, output: Output, world: World) -> Reads:
    """A connection that cannot change anything; close it, or use `with`."""
    return connect_reading(surroundings(about, output, world))


def tell_warnings(fleet: Fleet, world: World) -> None:
    """Say what was found in valid specs: it holds, and will be an error."""
    for one in fleet.findings:
        world.tell(f"{one.location}: {one.severity.value}: {one.message} [{one.code}]")


def foretell(
    desired: Sequence[Desired],
    reads: Reads,
    about: About,
    world: World,
    *,
    requests_of: Callable[[Desired], int] = reads_of,
) -> None:
    """Say what reading these databases will cost, and bound how long it may take.

    `requests_of` as in `estimate`. Raises CannotFitError where it takes too long.
    """
    foreseen = estimate(
        desired,
        in_hand=reads.in_hand((one.app, one.addon) for one in desired),
        budget=about.config.request_budget,
        recent=reads.recent(),
        requests_of=requests_of,
    )
    what = f"reading {count(len(desired), 'database')}"
    most = _most(foreseen)
    bound = "" if about.max_wait else f", at most {duration(most)}"
    so_long = about_so_long(foreseen.seconds)
    world.tell(f"{what}: {count(foreseen.total, 'request')}, {so_long}{bound}")
    refuse_too_long(what, foreseen, about.max_wait)
    reads.bound(most)


def _most(foreseen: Estimate) -> float:
    """Seconds that reading may take without --max-wait, in whole minutes."""
    return max(_LEAST_BOUND, ceil(_MARGIN * foreseen.seconds / _MINUTE) * _MINUTE)


_MARGIN = 3
"""Times what is foreseen: the provider may be slow."""
_MINUTE = 60.0
_LEAST_BOUND = 10 * _MINUTE


def refuse_too_long(
    what: str, foreseen: Estimate, max_wait: float | None, *, passed: float = 0.0
) -> None:
    """Raise CannotFitError for what takes longer than a person wants to wait.

    `passed` are the seconds for which the run has gone on already.
    """
    if max_wait is not None and passed + foreseen.seconds > max_wait:
        left = "what is left of " if passed else ""
        raise CannotFitError(
            f"{what} takes about {duration(foreseen.seconds)}, longer than {left}--max-wait"
            f" {duration(max_wait)}: nothing was begun, take fewer databases with --only"
        )


class CannotFitError(ReconcileError):
    """What was asked for takes longer than a person wants to wait; nothing of it was begun."""


Notice = Callable[[Plan, Mapping[str, Observation]], None]
"""Looks at a plan and what it was made of, before the guards judge it."""


def propose(
    fleet: Fleet,
    reads: Reads,
    world: World,
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
    plan, observed = _read(fleet, reads, world, stop=stop)
    if notice is not None:
        notice(plan, observed)
    return judge(
        Proposal(plan=plan, id=plan_id(plan)),
        fleet,
        reads,
        world,
        stop=stop,
        overrides=overrides,
        backup_first=backup_first,
        permits=permits,
    )


def judge(
    proposal: Proposal,
    fleet: Fleet,
    reads: Reads,
    world: World,
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
        now=world.now(),
        plan_id=ident,
        fleet=fleet.whole,
        policy=fleet.config.policy,
        evidence=gather(plan, reads, windows=windows, stop=stop),
        overrides=frozenset(_counting(overrides, ident, world)),
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
    world: World,
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
        now=world.now(),
        plan_id=before.id,
        fleet=fleet.whole,
        policy=fleet.config.policy,
        evidence=gather(running, reads, windows=windows, stop=stop),
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


def _counting(overrides: Sequence[Override], ident: str, world: World) -> Iterator[str]:
    """The codes that are overridden for this plan; it is told of those that are for another."""
    for one in overrides:
        if ident.startswith(one.plan):
            yield one.code
        else:
            flag, own = override_flag(one.code, one.plan), override_flag(one.code, ident)
            world.tell(f"note: {flag} is for another plan, and does not count; this one is {own}")


def read_plan(fleet: Fleet, reads: Reads, world: World, *, stop: Event) -> Plan:
    """Read the databases and plan them: without the guards, and the reads that only they need.

    Raises PlanDefectError for a plan that would not converge.
    """
    return _read(fleet, reads, world, stop=stop)[0]


def _read(
    fleet: Fleet, reads: Reads, world: World, *, stop: Event
) -> tuple[Plan, Mapping[str, Observation]]:
    desired = fleet.desired
    with progress(world, "read", len(desired)) as shown:
        observed = observe(
            desired,
            reads,
            inspect=world.sql.inspect,
            stop=stop,
            progress=lambda handle, _state: shown.advance(handle),
        )
    observed = {one.handle: _after_all_looks(one, observed[one.handle], world) for one in desired}
    plan = build_plan(desired, observed)
    verify(desired, observed, plan)
    return plan, observed


def _after_all_looks(desired: Desired, observed: Observation, world: World) -> Observation:
    """A database as it was read, but for a connection that leads to another one's database."""
    if not isinstance(observed, Observed) or desired.connection is None:
        return observed
    reach = observed.facts.reach
    if reach is None:
        return observed
    settled = world.sql.after_all(desired.connection, observed.target.addon, reach)
    return evolve(observed, facts=evolve(observed.facts, reach=settled))


def tell_cost(spent: Spent, world: World) -> None:
    """Say what the run cost."""
    if not spent.total:
        return
    hosts = ", ".join(f"{number} {host}" for host, number in spent.requests.items() if number)
    parts = [f"{count(spent.total, 'request')} sent: {hosts}"]
    if spent.retries:
        parts.append(f"{count(spent.retries, 'repetition')} among them")
    waited = max(spent.waited.values(), default=0.0)
    if waited >= _WORTH_SAYING:
        parts.append(f"{duration(waited)} waited")
    world.tell("; ".join(parts))


_WORTH_SAYING = 1.0
"""Seconds."""
