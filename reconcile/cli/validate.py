"""`reconcile validate`: specs only, offline."""

from __future__ import annotations

from reconcile.cli.fleet import read_fleet
from reconcile.cli.options import ValidateOptions
from reconcile.cli.present import present_findings
from reconcile.cli.world import World
from reconcile.errors import ExitStatus


def run(options: ValidateOptions, world: World) -> ExitStatus:
    """Check the specs and show every finding."""
    return present_findings(read_fleet(options.selection), options.output, world)
