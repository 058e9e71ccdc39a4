"""argv → Options: schemas for editors, and a service to try things out on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from reconcile.cli.options import SandboxOptions, SchemaOptions
from reconcile.cli.value_types import PATH, WholeNumber


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
    "--port", type=WholeNumber(0, 65535), default=0, show_default=True, help="0: a free one."
)
@click.option("--token", metavar="TOKEN", help="The API token to accept. Default: a random one.")
@click.option(
    "--rate-limit",
    type=WholeNumber(0, 1_000_000),
    default=60,
    show_default=True,
    metavar="N",
    help="Requests a minute on the API host, as the provider's. 0: no limit.",
)
@click.option(
    "--token-life",
    type=WholeNumber(1, 1_000_000),
    default=3600,
    show_default=True,
    metavar="SECONDS",
    help="How long the tokens live that it hands out.",
)
@click.option(
    "--operation-seconds",
    type=WholeNumber(0, 86_400),
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
