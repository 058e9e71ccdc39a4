"""Results to stdout and to report files."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reconcile.cli.fleet import Fleet
from reconcile.cli.options import Output
from reconcile.cli.world import World
from reconcile.errors import ExitStatus, ReconcileError
from reconcile.report.findings_text import validation_text
from reconcile.report.page import Look
from reconcile.report.to_json import findings_json

Renderers = Mapping[str, Callable[[Look], str]]
"""How one result is rendered, by format; a format without a look ignores it."""


def present(renderers: Renderers, output: Output, world: World) -> None:
    """Print a result in the format asked for, and write the other reports.

    Files are written without colour and unwrapped. Raises ReconcileError when one cannot be.
    """
    look = Look(colour=world.wants_colour(world.stdout, output), width=world.width(world.stdout))
    world.stdout.write(renderers[output.format](look))
    world.stdout.flush()
    for report in output.reports:
        try:
            report.path.write_text(renderers[report.format](Look()), encoding="utf-8")
        except OSError as error:
            raise ReconcileError(
                f"cannot write the report {str(report.path)!r}: {error.strerror}"
            ) from error


def present_findings(fleet: Fleet, output: Output, world: World) -> ExitStatus:
    """Show the findings on the specs as the result of a command."""
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
    present(renderers, output, world)
    return status
