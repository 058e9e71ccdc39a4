"""`reconcile plan` and `reconcile drift`: read, compare, show. Neither can change anything."""

from __future__ import annotations

from attrs import evolve

from reconcile.cli.exits import reading_status
from reconcile.cli.fleet import Fleet, read_fleet
from reconcile.cli.options import DriftOptions, PlanOptions
from reconcile.cli.pipeline import ClashError, propose, reading, tell_requests
from reconcile.cli.present import present, present_findings
from reconcile.cli.world import World
from reconcile.errors import ExitStatus
from reconcile.report.plan_text import plan_text
from reconcile.report.to_json import plan_json


def run(options: PlanOptions | DriftOptions, world: World) -> ExitStatus:
    """Show the plan; what remains counts for drift, and for plan if asked."""
    fleet = read_fleet(options.selection)
    if not fleet.valid:
        return present_findings(fleet, options.output, world)
    try:
        return _show(fleet, options, world)
    except ClashError as clash:
        return present_findings(evolve(fleet, findings=clash.findings), options.output, world)


def _show(fleet: Fleet, options: PlanOptions | DriftOptions, world: World) -> ExitStatus:
    with reading(fleet.config, options.output, world) as reads:
        proposal = propose(fleet.desired, reads, world, stop=world.interruption.stop)
        requests = reads.counts()
    counts = isinstance(options, DriftOptions) or options.detailed_exitcode
    status = world.interruption.status or reading_status(proposal, remains_counts=counts)
    renderers = {
        "text": lambda look: plan_text(proposal, look),
        "json": lambda _look: plan_json(proposal, status=status, requests=requests),
    }
    status = present(renderers, options.output, world, status=status)
    tell_requests(requests, world)
    return status
