"""The stages that commands chain: specs → desired → observed → plan → proposal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from attrs import frozen

from reconcile.api.connection import Connection, connect_reading
from reconcile.api.reads import ReadClient
from reconcile.cli.options import Output, Selection
from reconcile.cli.progress import progress
from reconcile.cli.select import select
from reconcile.cli.world import World
from reconcile.errors import ExitStatus, ReconcileError
from reconcile.guard.context import Context
from reconcile.guard.review import review
from reconcile.model.finding import Finding, Severity
from reconcile.model.plan import Plan, Proposal
from reconcile.model.state import Desired
from reconcile.observe.observer import observe
from reconcile.plan.build import build_plan
from reconcile.spec.config import Config, load_config
from reconcile.spec.load import load_specs


@frozen(kw_only=True)
class Fleet:
    """What the specs say, before anything was asked of the provider."""

    config: Config
    desired: tuple[Desired, ...]
    findings: tuple[Finding, ...]
    files: int

    @property
    def valid(self) -> bool:
        """Whether no finding is an error."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)


class InvalidSpecsError(ReconcileError):
    """Specs that cannot be acted on; `fleet` has the findings."""

    status = ExitStatus.INVALID

    def __init__(self, fleet: Fleet) -> None:
        super().__init__("the specs are not valid")
        self.fleet = fleet


def read_fleet(selection: Selection) -> Fleet:
    """Read the specs and what is common to them; every finding at once."""
    config, config_findings = load_config(selection.config)
    loaded = load_specs(selection.paths, config=config)
    return Fleet(
        config=config,
        desired=loaded.desired,
        findings=(*config_findings, *loaded.findings),
        files=loaded.files,
    )


def valid_fleet(selection: Selection) -> Fleet:
    """The same, of the selected databases. Raises InvalidSpecsError, UsageError."""
    fleet = read_fleet(selection)
    if not fleet.valid:
        raise InvalidSpecsError(fleet)
    return Fleet(
        config=fleet.config,
        desired=select(fleet.desired, selection),
        findings=fleet.findings,
        files=fleet.files,
    )


@contextmanager
def reading(config: Config, output: Output, world: World) -> Iterator[ReadingConnection]:
    """A connection that cannot change anything, closed at the end."""
    with _closing(connect_reading, config, output, world) as connection:
        yield connection


@contextmanager
def writing(config: Config, output: Output, world: World) -> Iterator[WritingConnection]:
    """A connection that can, closed at the end."""
    with _closing(connect_writing, config, output, world) as connection:
        yield connection


def propose(desired: Sequence[Desired], reads: ReadClient, world: World) -> Proposal:
    """Read, plan, and put the plan before the guards."""
    with progress(world.stderr, "read", len(desired)) as shown:
        observed = observe(
            desired,
            reads,
            stop=world.interruption.stop,
            progress=lambda handle, _state: shown.advance(handle),
        )
    return review(build_plan(desired, observed), Context(today=world.now().date()))


def tell_requests(requests: Mapping[str, int], world: World) -> None:
    """Say what the run cost."""
    parts = ", ".join(f"{number} {host}" for host, number in requests.items() if number)
    if parts:
        world.tell(f"{count(sum(requests.values()), 'request')} sent: {parts}")
