"""`reconcile plan` and `reconcile drift`: read, compare, show. Neither can change anything."""

from __future__ import annotations

from reconcile.cli.exits import reading_status
from reconcile.cli.options import DriftOptions, PlanOptions
from reconcile.cli.pipeline import propose, reading, valid_fleet
from reconcile.cli.present import present
from reconcile.cli.world import World
from reconcile.errors import ExitStatus
from reconcile.report.plan_text import plan_text
from reconcile.report.to_json import plan_json


def run(options: PlanOptions | DriftOptions, world: World) -> ExitStatus:
    """Show the plan; what remains counts for drift, and for plan if asked."""
    fleet = valid_fleet(options.selection)
    with reading(fleet.config, world) as connection:
        proposal = propose(fleet.desired, connection.reads, world)
        requests = connection.counts()
    counts = isinstance(options, DriftOptions) or options.detailed_exitcode
    status = world.interruption.status or reading_status(proposal, remains_counts=counts)
    renderers = {
        "text": lambda look: plan_text(proposal, look),
        "json": lambda _look: plan_json(proposal, status=status, requests=requests),
    }
    present(renderers, options.output, world)
    tell_requests(requests, world)
    return status
