"""The stages between the specs and a report: read, plan, put before the guards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import ceil
from threading import Event

from attrs import evolve, frozen

from reconcile.api.reads import Reads, connect_reading
from reconcile.api.surroundings import Surroundings
from reconcile.api.writes import Connection, connect_writing
from reconcile.errors import ReconcileError
from reconcile.guard.guard import Context
from reconcile.guard.review import Permits, override_flag, review, would_run
from reconcile.model.cost import Estimate
from reconcile.model.plan import Plan, Proposal
from reconcile.model.state import Desired, Observation, Observed
from reconcile.model.text import about_so_long, count, duration
from reconcile.observe.estimate import estimate, reads_of
from reconcile.observe.observer import observe
from reconcile.observe.recovery import NO_WINDOWS, Windows, gather
from reconcile.plan.build import build_plan
from reconcile.plan.claims import Listing, claims_of, duplicates
from reconcile.plan.document import plan_id
from reconcile.plan.verify import verify
from reconcile.spec.config import Config
from reconcile.workflow.fleet import Fleet, InvalidSpecsError
from reconcile.workflow.process import Override, Process


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
        clock=process.clock,
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
    reads = connect_reading(surroundings(about, process))
    bound(reads, about.databases)
    return reads


def writing(about: About, process: Process) -> Connection:
    """A connection that can change something; close it, or use `with`."""
    connection = connect_writing(surroundings(about, process))
    bound(connection, about.databases)
    return connection


def bound(connection: Reads | Connection, databases: int, waits: float = 0.0) -> None:
    """Send nothing after the time that is enough for so many databases, and for `waits`.

    Where --max-wait says how long a run may take, that holds. To be called while no request is under
    way.
    """
    connection.bound(max(LEAST_BOUND, databases * MINUTE) + waits)


MINUTE = 60.0
LEAST_BOUND = 10 * MINUTE


class CannotFitError(ReconcileError):
    """What was asked for takes longer than a person wants to wait; nothing of it was begun."""


def announce_reading(
    desired: Sequence[Desired],
    reads: Reads,
    about: About,
    process: Process,
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
    what, most = f"reading {count(len(desired), 'database')}", most_seconds(foreseen)
    announce(what, foreseen, most, about.max_wait, process)
    refuse_too_long(what, foreseen, about.max_wait)
    reads.bound(most, CHANGED)


def most_seconds(foreseen: Estimate) -> float:
    """Seconds that requests may take without --max-wait, in whole minutes."""
    return max(LEAST_BOUND, ceil(_MARGIN * foreseen.seconds / MINUTE) * MINUTE)


CHANGED = ": --max-wait allows another time"
_MARGIN = 3
"""Times the estimate: the provider may be slow."""


def announce(
    what: str, foreseen: Estimate, most: float, max_wait: float | None, process: Process
) -> None:
    """Say what something will cost, and how long it may take at most."""
    at_most = "" if max_wait else f", at most {duration(most)}"
    requests, so_long = count(foreseen.total, "request"), about_so_long(foreseen.seconds)
    process.tell(f"{what}: {requests}, {so_long}{at_most}")


def refuse_too_long(
    what: str, foreseen: Estimate, max_wait: float | None, *, passed: float = 0.0
) -> None:
    """Raise CannotFitError for what takes longer than a person wants to wait."""
    if max_wait is not None and passed + foreseen.seconds > max_wait:
        left = "what is left of " if passed else ""
        raise CannotFitError(
            f"{what} takes about {duration(foreseen.seconds)}, longer than {left}--max-wait"
            f" {duration(max_wait)}: nothing was begun, take fewer databases with --only"
        )


def tell_warnings(fleet: Fleet, process: Process) -> None:
    """Say what was found in valid specs: it holds, and will be an error."""
    for one in fleet.findings:
        process.tell(f"{one.location}: {one.severity.value}: {one.message} [{one.code}]")


Notice = Callable[[Plan, Mapping[str, Observation]], None]
"""Looks at a plan and what it was made of, before the guards judge it."""


@frozen(kw_only=True)
class Judging:
    """How the guards judge a plan: as `Context`, `review` and `gather` have it."""

    overrides: Sequence[Override] = ()
    backup_first: bool = False
    permits: Permits | None = None
    needs_spec: bool = False
    windows: Windows = NO_WINDOWS


AS_SHOWN = Judging()
"""As if everything were allowed, and nothing overridden."""


@frozen(kw_only=True)
class Planner:
    """Reads a fleet over a connection, plans it, and puts the plan before the guards."""

    fleet: Fleet
    reads: Reads
    process: Process

    def propose(self, judging: Judging = AS_SHOWN, *, notice: Notice | None = None) -> Proposal:
        """Read, plan, and put the plan before the guards; `notice` is called with what was read.

        After an interruption nothing more is read. Raises as `judge`.
        """
        plan, observed = self._read(self.process.interruption.stop)
        if notice is not None:
            notice(plan, observed)
        return self.judge(Proposal(plan=plan, id=plan_id(plan)), judging)

    def judge(self, proposal: Proposal, judging: Judging = AS_SHOWN) -> Proposal:
        """Read what the guards need for a plan, and put it before them.

        What was found of the plan before stays. Raises InvalidSpecsError for specs of the project
        that turn out to mean one live database; for a one-off command, only if it would change
        something.
        """
        plan, fleet = proposal.plan, self.fleet
        claims = claims_of(plan, fleet.desired, fleet.project, lambda app: _listed(app, self.reads))
        clashes = duplicates(plan, claims)
        if clashes and not fleet.is_one_off:
            raise InvalidSpecsError(evolve(fleet, findings=clashes))
        context = evolve(
            self._context(plan, judging),
            plan_id=proposal.id,
            overrides=frozenset(_counting(judging.overrides, proposal.id, self.process)),
            claims=claims,
            needs_spec=judging.needs_spec,
        )
        judged = review(plan, context, judging.permits)
        if clashes and any(judged.refusal(action) is None for action in plan.actions):
            raise InvalidSpecsError(evolve(fleet, findings=clashes))
        return evolve(judged, findings=(*proposal.findings, *judged.findings))

    def judge_again(self, before: Proposal, judging: Judging) -> Proposal:
        """Put what would run before the guards once more, at the time of now.

        Approvals end and backups age while a person thinks. What was refused or overridden before
        stays so. Only databases that would lose something cost requests.
        """
        running = would_run(before, judging.permits or (lambda _action: True))
        context = evolve(
            self._context(running, judging),
            plan_id=before.id,
            overrides=frozenset(before.overridden),
        )
        known = {(one.code, one.address, one.severity) for one in before.findings}
        fresh = (
            one
            for one in review(running, context).findings
            if (one.code, one.address, one.severity) not in known
        )
        return evolve(before, findings=(*before.findings, *fresh))

    def read_plan(self, *, stop: Event) -> Plan:
        """Read the databases and plan them: without the guards, and the reads that only they need.

        Raises PlanDefectError for a plan that would not converge.
        """
        return self._read(stop)[0]

    def _read(self, stop: Event) -> tuple[Plan, Mapping[str, Observation]]:
        desired, process = self.fleet.desired, self.process
        with process.progress("read", len(desired)) as shown:
            observed = observe(
                desired,
                self.reads,
                inspect=process.sql.inspect,
                stop=stop,
                progress=lambda handle, _state: shown.advance(handle),
            )
        observed = {
            one.handle: _after_all_looks(one, observed[one.handle], process) for one in desired
        }
        plan = build_plan(desired, observed)
        verify(desired, observed, plan)
        return plan, observed

    def _context(self, plan: Plan, judging: Judging) -> Context:
        """What the guards judge a plan by; databases that would lose something cost requests."""
        stop = self.process.interruption.stop
        return Context(
            now=self.process.now(),
            fleet=self.fleet.whole,
            policy=self.fleet.config.policy,
            recovery_points=gather(plan, self.reads, windows=judging.windows, stop=stop),
            backup_first=judging.backup_first,
        )


def _counting(overrides: Sequence[Override], ident: str, process: Process) -> Iterator[str]:
    """The codes that are overridden for this plan; it is told of those that are for another."""
    for one in overrides:
        if ident.startswith(one.plan):
            yield one.code
        else:
            flag, own = override_flag(one.code, one.plan), override_flag(one.code, ident)
            process.tell(f"note: {flag} is for another plan, and does not count; this one is {own}")


def _after_all_looks(desired: Desired, observed: Observation, process: Process) -> Observation:
    """A database as it was read, but for a connection that leads to another one's database."""
    if not isinstance(observed, Observed) or desired.connection is None:
        return observed
    reach = observed.facts.reach
    if reach is None:
        return observed
    settled = process.sql.after_all(desired.connection, observed.target.addon, reach)
    return evolve(observed, facts=evolve(observed.facts, reach=settled))


def _listed(app: str, reads: Reads) -> Listing:
    try:
        return reads.targets.addons(app)
    except ReconcileError as error:
        return str(error)
