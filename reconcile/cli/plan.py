"""`reconcile plan` and `reconcile drift`: read, compare, show. Neither can change anything."""

from __future__ import annotations

from reconcile.cli.exits import reading_status
from reconcile.cli.fleet import valid_fleet
from reconcile.cli.options import DriftOptions, PlanOptions
from reconcile.cli.pipeline import About, foretell, propose, reading, tell_cost
from reconcile.cli.present import present
from reconcile.cli.world import World
from reconcile.errors import ExitStatus
from reconcile.report.plan_text import plan_text
from reconcile.report.to_json import plan_json


def run(options: PlanOptions | DriftOptions, world: World) -> ExitStatus:
    """Show the plan; what remains counts for drift, and for plan if asked."""
    fleet = valid_fleet(options.selection)
    about = About(config=fleet.config, databases=len(fleet.desired), max_wait=options.max_wait)
    with reading(about, options.output, world) as reads:
        foretell(fleet, reads, about, world)
        proposal = propose(fleet, reads, world, stop=world.interruption.stop)
        spent = reads.spent()
    counts = isinstance(options, DriftOptions) or options.detailed_exitcode
    status = world.interruption.status or reading_status(proposal, remains_counts=counts)
    renderers = {
        "text": lambda look: plan_text(proposal, look),
        "json": lambda _look: plan_json(proposal, status=status, spent=spent),
    }
    status = present(renderers, options.output, world, status=status)
    tell_cost(spent, world)
    return status
