"""`reconcile validate`: specs only, offline."""

from __future__ import annotations

from reconcile.cli.options import ValidateOptions
from reconcile.cli.pipeline import Fleet, read_fleet
from reconcile.cli.present import present
from reconcile.cli.select import select
from reconcile.cli.world import World
from reconcile.errors import ExitStatus
from reconcile.report.findings_text import validation_text
from reconcile.report.to_json import findings_json


def run(options: ValidateOptions, world: World) -> ExitStatus:
    """Check the specs and show every finding."""
    fleet = read_fleet(options.selection)
    if fleet.valid:
        select(fleet.desired, options.selection)
    status = ExitStatus.DONE if fleet.valid else ExitStatus.INVALID
    present(renderers(fleet, status), options.output, world)
    return status
