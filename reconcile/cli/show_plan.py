"""`reconcile show-plan`: what a plan file says, offline and without credentials."""

from __future__ import annotations

from reconcile.cli.options import ShowPlanOptions
from reconcile.cli.present import present
from reconcile.cli.world import World
from reconcile.errors import ExitStatus
from reconcile.model.cost import Spent
from reconcile.report.plan_json import plan_json
from reconcile.report.plan_text import saved_text
from reconcile.workflow.plan_files import read_plan_file


def run(options: ShowPlanOptions, world: World) -> ExitStatus:
    """Show a saved plan, with what the guards said when it was made."""
    read = read_plan_file(options.file, world)
    proposal, record, status = read.saved.proposal, read.record, ExitStatus.DONE
    renderers = {
        "text": lambda look: saved_text(proposal, record, look),
        "json": lambda _look: plan_json(proposal, status=status, spent=Spent(), record=record),
    }
    return present(renderers, options.output, world, status=status)
