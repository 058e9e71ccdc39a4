"""argv → Options: what past runs did."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from reconcile.cli.options import RunsOptions
from reconcile.cli.parameters import InOrder, output_of, reports
from reconcile.cli.value_types import PATH, WholeNumber
from reconcile.errors import UsageError

_STATE_DIR = click.option("--state-dir", type=PATH, metavar="DIR", help="Where journals are kept.")


@click.group(cls=InOrder, invoke_without_command=True)
@click.option(
    "--limit",
    type=WholeNumber(1, 1_000_000),
    default=20,
    show_default=True,
    metavar="N",
    help="How many runs, the newest first.",
)
@_STATE_DIR
@reports
@click.pass_context
def runs(
    context: click.Context, /, *, limit: int, state_dir: Path | None, **given: Any
) -> RunsOptions:
    """List the runs that were begun, without credentials.

    \b
    Examples:
      reconcile runs
      reconcile runs show latest
    """
    if context.invoked_subcommand is not None:
        _refuse_options(context)
    return RunsOptions(output=output_of(given), limit=limit, state_dir=state_dir)


def _refuse_options(context: click.Context) -> None:
    """Options of the list say nothing of one run: they would be dropped without a word."""
    for name in context.params:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(f"{option} before 'show' is about the list: write it after, or not")


@runs.command("show")
@click.argument("ident", metavar="ID|latest")
@_STATE_DIR
@reports
def _show_run(ident: str, *, state_dir: Path | None, **given: Any) -> RunsOptions:
    """Show one run: each action, what became of it, and what cannot come back.

    The beginning of an id is enough where it is the only one that begins so.

    \b
    Examples:
      reconcile runs show latest
      reconcile runs show 20261123T104207Z-a1b2c3 --format json
    """
    return RunsOptions(output=output_of(given), ident=ident, state_dir=state_dir)
