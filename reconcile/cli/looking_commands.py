"""argv → Options: what is live, what was planned or done, and tools to try things out with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from reconcile.cli.options import (
    ExplainOptions,
    RunsOptions,
    SandboxOptions,
    SchemaOptions,
    ShowOptions,
    ShowPlanOptions,
)
from reconcile.cli.parameters import (
    PATH,
    InOrder,
    finds_handles,
    keeps_journals,
    output_of,
    reports,
    selection_of,
    whole_number,
)
from reconcile.errors import UsageError


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="HANDLE|APP/ADDON...")
@finds_handles
@reports
def show(names: Sequence[str], specs: Sequence[Path], **given: Any) -> ShowOptions:
    """Show the live state of databases, with every attribute.

    \b
    Examples:
      reconcile show shop
      reconcile show shop-web/shop-web-4821 --format json
    """
    return ShowOptions(
        names=tuple(names),
        selection=selection_of(given, specs),
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
def explain(subject: str, specs: Sequence[Path], **given: Any) -> ExplainOptions:
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
        selection=selection_of(given, specs),
        output=output_of(given),
    )


@click.group(cls=InOrder, invoke_without_command=True)
@click.option(
    "--limit",
    type=whole_number(1, 1_000_000),
    default=20,
    show_default=True,
    metavar="N",
    help="How many runs, the newest first.",
)
@keeps_journals
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
@keeps_journals
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


@click.command()
@click.argument("name", required=False)
@click.option(
    "--write", "directory", type=PATH, metavar="DIR", help="Write all schemas into a directory."
)
def schema(name: str | None, directory: Path | None) -> SchemaOptions:
    """Print a JSON Schema.

    NAME is spec, config, plan, run, findings, states, listing, queries, statistics, operation,
    done, explanation, runs, past_run or plan_file.

    \b
    Example:
      reconcile schema spec > spec.schema.json
    """
    return SchemaOptions(name=name, directory=directory)


@click.command()
@click.option("--fleet", type=PATH, metavar="FILE", help="The fleet to serve, as YAML.")
@click.option(
    "--port", type=whole_number(0, 65535), default=0, show_default=True, help="0: a free one."
)
@click.option("--token", metavar="TOKEN", help="The API token to accept. Default: a random one.")
@click.option(
    "--rate-limit",
    type=whole_number(0, 1_000_000),
    default=60,
    show_default=True,
    metavar="N",
    help="Requests a minute on the API host, as the provider's. 0: no limit.",
)
@click.option(
    "--token-life",
    type=whole_number(1, 1_000_000),
    default=3600,
    show_default=True,
    metavar="SECONDS",
    help="How long the tokens live that it hands out.",
)
@click.option(
    "--operation-seconds",
    type=whole_number(0, 86_400),
    default=3,
    show_default=True,
    metavar="SECONDS",
    help="How long an upgrade, a restore, a feature or a backup takes.",
)
@click.option(
    "--engines",
    type=click.Choice(["memory", "real"]),
    default="memory",
    show_default=True,
    help="Where the contents are: by rules in memory, or on a real server per database.",
)
@click.option(
    "--engines-dir",
    type=PATH,
    metavar="DIR",
    help="With real engines: the servers that `make engines` got. Default: .engines.",
)
@click.option("--until-eof", is_flag=True, help="Stop when stdin closes.")
def sandbox(**given: Any) -> SandboxOptions:
    """Serve the provider's API on a loopback port, for trials.

    Prints what to export in another terminal, and serves until Ctrl-C.

    \b
    Examples:
      reconcile sandbox --fleet demo/fleet.yaml
      reconcile sandbox --fleet demo/fleet.yaml --engines real
    """
    return SandboxOptions(**given)
