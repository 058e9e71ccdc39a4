"""The stages between the specs and a report: read, plan, put before the guards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Event

from reconcile.api.reads import Reads, connect_reading
from reconcile.api.surroundings import Surroundings
from reconcile.cli.options import Output
from reconcile.cli.progress import progress
from reconcile.cli.world import World
from reconcile.errors import ExitStatus, ReconcileError
from reconcile.guard.context import Context
from reconcile.guard.review import review
from reconcile.model.finding import Finding
from reconcile.model.plan import Proposal
from reconcile.model.state import Desired
from reconcile.observe.observer import observe
from reconcile.plan.build import build_plan
from reconcile.plan.twins import twins
from reconcile.report.words import count
from reconcile.spec.config import Config


class ClashError(ReconcileError):
    """Specs that cannot both be meant, as only the provider could tell."""

    status = ExitStatus.INVALID

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("; ".join(finding.message for finding in findings))
        self.findings = findings


def surroundings(config: Config, output: Output, world: World) -> Surroundings:
    """What a connection takes from the process and the project."""
    return Surroundings(
        environment=world.environment,
        region=config.region,
        notify=world.tell,
        trace=world.tell if output.verbose else None,
        stop=world.interruption.stop,
    )


def reading(config: Config, output: Output, world: World) -> Reads:
    """A connection that cannot change anything; close it, or use `with`."""
    return connect_reading(surroundings(config, output, world))


def propose(desired: Sequence[Desired], reads: Reads, world: World, *, stop: Event) -> Proposal:
    """Read, plan, and put the plan before the guards. Once `stop` is set nothing more is read.

    Raises ClashError for specs that turn out to mean one live database.
    """
    with progress(world, "read", len(desired)) as shown:
        observed = observe(
            desired,
            reads,
            stop=stop,
            progress=lambda handle, _state: shown.advance(handle),
        )
    plan = build_plan(desired, observed)
    clashes = tuple(twins(desired, plan))
    if clashes:
        raise ClashError(clashes)
    return review(plan, Context(today=world.now().date()))


def tell_requests(requests: Mapping[str, int], world: World) -> None:
    """Say what the run cost."""
    parts = ", ".join(f"{number} {host}" for host, number in requests.items() if number)
    if parts:
        world.tell(f"{count(sum(requests.values()), 'request')} sent: {parts}")
