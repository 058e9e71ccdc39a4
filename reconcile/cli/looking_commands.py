"""argv → Options: what is live, what a saved plan says, and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from reconcile.cli.options import ExplainOptions, ShowOptions, ShowPlanOptions
from reconcile.cli.parameters import finds_handles, output_of, reports
from reconcile.cli.value_types import PATH
from reconcile.workflow.process import DEFAULT_PATHS, Selection


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="HANDLE|APP/ADDON...")
@finds_handles
@reports
def show(
    names: Sequence[str], specs: Sequence[Path], config: Path | None, **given: Any
) -> ShowOptions:
    """Show the live state of databases, with every attribute.

    \b
    Examples:
      reconcile show shop
      reconcile show shop-web/shop-web-4821 --format json
    """
    return ShowOptions(
        names=tuple(names),
        selection=Selection(paths=tuple(specs) or DEFAULT_PATHS, config=config),
        output=output_of(given),
    )


@click.command("show-plan")
@click.argument("file", type=PATH)
@reports
def show_plan(file: Path, **given: Any) -> ShowPlanOptions:
    """Show a saved plan, offline and without credentials.

    \b
    Example:
      reconcile show-plan shop.plan.json
    """
    return ShowPlanOptions(file=file, output=output_of(given))


@click.command()
@click.argument("subject", metavar="CODE|ADDRESS")
@finds_handles
@reports
def explain(
    subject: str, specs: Sequence[Path], config: Path | None, **given: Any
) -> ExplainOptions:
    """Explain a code, or what a plan makes of an address.

    A code is explained offline. An address is a handle, handle/kind or handle/kind/name; only what
    it is about is read.

    \b
    Examples:
      reconcile explain G105
      reconcile explain shop
      reconcile explain shop/logical_databases/legacy
    """
    return ExplainOptions(
        subject=subject,
        selection=Selection(paths=tuple(specs) or DEFAULT_PATHS, config=config),
        output=output_of(given),
    )
