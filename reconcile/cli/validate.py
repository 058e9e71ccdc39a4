"""`reconcile validate`: specs only, offline; and what is wrong with specs, for every command."""

from __future__ import annotations

from reconcile.cli.options import Output, ValidateOptions
from reconcile.cli.present import present
from reconcile.cli.terminal import Terminal
from reconcile.errors import ExitStatus
from reconcile.report.findings_text import validation_text
from reconcile.report.plan_json import findings_json
from reconcile.workflow.fleet import Fleet, read_fleet


def run(options: ValidateOptions, terminal: Terminal) -> ExitStatus:
    """Check the specs and show every finding."""
    fleet = read_fleet(options.selection, today=terminal.today())
    return present_findings(fleet, options.output, terminal)


def present_findings(fleet: Fleet, output: Output, terminal: Terminal) -> ExitStatus:
    """Show the findings on the specs."""
    status = ExitStatus.DONE if fleet.valid else ExitStatus.INVALID
    databases = len(fleet.desired)
    return present(
        output,
        terminal,
        text=lambda look: validation_text(
            fleet.findings, files=fleet.files, databases=databases, look=look
        ),
        json=lambda: findings_json(
            fleet.findings, status=status, files=fleet.files, databases=databases
        ),
        status=status,
    )
