"""argv → Options: the commands and their help."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from reconcile import __version__
from reconcile.cli import activity_commands as activity
from reconcile.cli import settings_commands as settings
from reconcile.cli.options import (
    DEFAULT_PATHS,
    ApplyOptions,
    DriftOptions,
    Options,
    PlanOptions,
    SandboxOptions,
    SchemaOptions,
    Selection,
    ShowOptions,
    ValidateOptions,
)
from reconcile.cli.parameters import (
    InOrder,
    bounded,
    output_of,
    reports,
    selection_of,
    selects,
    takes_paths,
    waiting_of,
    waits,
)
from reconcile.cli.value_types import PATH, AllowType, WholeNumber
from reconcile.errors import ExitStatus, PageError, UsageError

PROGRAM = "reconcile"


class Shown(Exception):  # noqa: N818 - not an error: help or a version was asked for
    """Help or the version was printed; nothing is left to do."""


def parse(argv: Sequence[str]) -> Options:
    """Read a command line. Raises UsageError, or Shown after printing help or the version."""
    try:
        options = _group.main(args=list(argv), prog_name=PROGRAM, standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        raise PageError(error.format_message(), ExitStatus.USAGE) from error
    except click.ClickException as error:
        raise UsageError(_usage(error, argv)) from error
    if options is None or isinstance(options, int):
        raise Shown
    return options  # type: ignore[no-any-return]


_GUESSES = re.compile(r"\.? \(?Did you mean (?:one of: )?([^?]+)\?\)?")


def _guess(match: re.Match[str]) -> str:
    return f": did you mean {match[1].replace(', ', ' or ')}?"


def _usage(error: click.ClickException, argv: Sequence[str]) -> str:
    """Click's message in our form, with the command whose help explains it."""
    message = error.format_message().rstrip(".")
    sentence = _GUESSES.sub(_guess, message[:1].lower() + message[1:])
    program = " ".join((PROGRAM, *_command_words(argv)))
    return f"{sentence}{' See' if sentence.endswith('?') else '; see'} {program} --help"


def _command_words(argv: Sequence[str]) -> Iterator[str]:
    """The command and its subcommand: click does not always say in which one it was."""
    within: click.Command | None = _group
    for word in argv:
        if isinstance(within, click.Group) and word in within.commands:
            yield word
            within = within.commands[word]


@click.group(
    name=PROGRAM,
    cls=InOrder,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog="Exit status: 0 done, 1 failed, 2 something remains, 3 refused, 4 failed after an"
    " effect, 64 usage, 65 invalid specs, 77 not authenticated.",
)
@click.version_option(__version__, message=f"{PROGRAM} %(version)s")
def _group() -> None:
    """Keep a fleet of managed databases the way YAML specs say.

    Specs are read from ./specs unless paths are given. SCALINGO_API_TOKEN holds the API token.
    """


@_group.command()
@takes_paths
@selects
@reports
def validate(paths: Sequence[Path], **given: Any) -> ValidateOptions:
    """Check specs, offline and without credentials.

    \b
    Examples:
      reconcile validate
      reconcile validate specs/shop.yaml --format json
    """
    return ValidateOptions(selection=selection_of(given, paths), output=output_of(given))


@_group.command()
@takes_paths
@click.option(
    "--detailed-exitcode", is_flag=True, help="Exit with 2 when something remains to be done."
)
@bounded
@selects
@reports
def plan(
    paths: Sequence[Path], *, detailed_exitcode: bool, max_wait: float | None, **given: Any
) -> PlanOptions:
    """Show what apply would do, and change nothing.

    \b
    Examples:
      reconcile plan
      reconcile plan --only shop --only 'label:env=production'
      reconcile plan --detailed-exitcode --report json=plan.json
    """
    return PlanOptions(
        selection=selection_of(given, paths),
        output=output_of(given),
        detailed_exitcode=detailed_exitcode,
        max_wait=max_wait,
    )


@_group.command()
@takes_paths
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Print the exact requests, send none of them.")
@click.option(
    "--allow",
    multiple=True,
    type=AllowType(),
    help="Allow weakens, disruptive or lossy actions, everywhere or at one address. Repeatable.",
)
@click.option("--state-dir", type=PATH, metavar="DIR", help="Where journals are kept.")
@waits
@bounded
@selects
@reports
def apply(paths: Sequence[Path], **given: Any) -> ApplyOptions:
    """Do what plan shows, as far as it is safe or allowed.

    Asks first; without a terminal it needs --yes. Without a terminal, --allow lossy counts only
    for a named address.

    \b
    Examples:
      reconcile apply
      reconcile apply --dry-run
      reconcile apply --yes --allow weakens
      reconcile apply --yes --allow lossy=shop/logical_databases/legacy
    """
    return ApplyOptions(
        selection=selection_of(given, paths),
        output=output_of(given),
        waiting=waiting_of(given),
        **given,
    )


@_group.command()
@takes_paths
@bounded
@selects
@reports
def drift(paths: Sequence[Path], *, max_wait: float | None, **given: Any) -> DriftOptions:
    """Find what differs, for cron: exit with 2 if anything does.

    \b
    Example:
      reconcile drift --report json=drift.json
    """
    return DriftOptions(
        selection=selection_of(given, paths), output=output_of(given), max_wait=max_wait
    )


@_group.command()
@click.argument("names", nargs=-1, required=True, metavar="HANDLE|APP/ADDON...")
@click.option(
    "--specs", multiple=True, type=PATH, metavar="PATH", help="Where handles are looked up."
)
@click.option(
    "--config", type=PATH, metavar="FILE", help="Read this, not the nearest reconcile.yaml."
)
@reports
def show(
    names: Sequence[str], specs: Sequence[Path], config: Path | None, **given: Any
) -> ShowOptions:
    """Show the live state of databases, with every attribute.

    \b
    Examples:
      reconcile show shop
      reconcile show shop-web/ad-7f6c1f0a --format json
    """
    return ShowOptions(
        names=tuple(names),
        selection=Selection(paths=tuple(specs) or DEFAULT_PATHS, config=config),
        output=output_of(given),
    )


for _command in (
    settings.databases,
    settings.sql_mode,
    settings.extensions,
    activity.queries,
    activity.stats,
    settings.retention,
    settings.backups,
    activity.upgrade,
    activity.restore,
    activity.operation,
):
    _group.add_command(_command)


@_group.command()
@click.argument("name", required=False)
@click.option(
    "--write", "directory", type=PATH, metavar="DIR", help="Write all schemas into a directory."
)
def schema(name: str | None, directory: Path | None) -> SchemaOptions:
    """Print a JSON Schema.

    NAME is spec, config, plan, run, findings, states, listing, queries, statistics, operation or
    done.

    \b
    Example:
      reconcile schema spec > spec.schema.json
    """
    return SchemaOptions(name=name, directory=directory)


@_group.command()
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
@click.option("--until-eof", is_flag=True, help="Stop when stdin closes.")
def sandbox(**given: Any) -> SandboxOptions:
    """Serve the provider's API on a loopback port, for trials.

    Prints what to export in another terminal, and serves until Ctrl-C.

    \b
    Example:
      reconcile sandbox --fleet demo/fleet.yaml
    """
    return SandboxOptions(**given)
