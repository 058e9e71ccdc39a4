"""`reconcile validate`: specs only, offline."""

from __future__ import annotations

from reconcile.cli.findings import present_findings
from reconcile.cli.fleet import read_fleet
from reconcile.cli.options import ValidateOptions
from reconcile.cli.world import World
from reconcile.errors import ExitStatus


def run(options: ValidateOptions, world: World) -> ExitStatus:
    """Check the specs and show every finding."""
    fleet = read_fleet(options.selection, today=world.today())
    return present_findings(fleet, options.output, world)
