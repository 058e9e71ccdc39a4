"""`reconcile validate`: specs only, offline; and what is wrong with specs, for every command."""

from __future__ import annotations

from reconcile.cli.options import Output, ValidateOptions
from reconcile.cli.present import Renderers, present
from reconcile.cli.world import World
from reconcile.errors import ExitStatus
from reconcile.report.findings_text import validation_text
from reconcile.report.plan_json import findings_json
from reconcile.workflow.fleet import Fleet, read_fleet


def run(options: ValidateOptions, world: World) -> ExitStatus:
    """Check the specs and show every finding."""
    fleet = read_fleet(options.selection, today=world.today())
    return present_findings(fleet, options.output, world)


def present_findings(fleet: Fleet, output: Output, world: World) -> ExitStatus:
    """Show the findings on the specs."""
    status = ExitStatus.DONE if fleet.valid else ExitStatus.INVALID
    databases = len(fleet.desired)
    renderers: Renderers = {
        "text": lambda look: validation_text(
            fleet.findings, files=fleet.files, databases=databases, look=look
        ),
        "json": lambda _look: findings_json(
            fleet.findings, status=status, files=fleet.files, databases=databases
        ),
    }
    return present(renderers, output, world, status=status)
