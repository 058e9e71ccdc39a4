"""The stages that commands chain: specs → desired → observed → plan → proposal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import evolve, frozen

from reconcile.api.reads import Reads
from reconcile.cli.options import Selection
from reconcile.cli.progress import progress
from reconcile.cli.select import select
from reconcile.cli.world import World
from reconcile.guard.context import Context
from reconcile.guard.review import review
from reconcile.model.finding import Finding, Severity
from reconcile.model.plan import Proposal
from reconcile.model.state import Desired
from reconcile.observe.observer import observe
from reconcile.plan.build import build_plan
from reconcile.report.words import count
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


def read_fleet(selection: Selection, *, needed: bool = True) -> Fleet:
    """Read the specs and what is common to them; every finding at once.

    Of valid specs the selected databases. Where the specs are not `needed`, only what is common.
    Raises UsageError for a selection of none.
    """
    config, config_findings = load_config(selection.config)
    if not needed:
        return Fleet(config=config, desired=(), findings=config_findings, files=0)
    loaded = load_specs(selection.paths, config=config)
    fleet = Fleet(
        config=config,
        desired=loaded.desired,
        findings=(*config_findings, *loaded.findings),
        files=loaded.files,
    )
    return evolve(fleet, desired=select(fleet.desired, selection)) if fleet.valid else fleet


def propose(desired: Sequence[Desired], reads: Reads, world: World) -> Proposal:
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
