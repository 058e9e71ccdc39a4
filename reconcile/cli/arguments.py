"""argv → Options: the commands and their help."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import click

from reconcile import __version__
from reconcile.cli import activity_commands as activity
from reconcile.cli import looking_commands as looking
from reconcile.cli import settings_commands as settings
from reconcile.cli.options import (
    ApplyOptions,
    Options,
    PlanOptions,
    ValidateOptions,
)
from reconcile.cli.parameters import (
    ALLOW,
    PATH,
    InOrder,
    bounded,
    duration,
    keeps_journals,
    output_of,
    overrides,
    reports,
    safeguard_of,
    secures,
    selection_of,
    selects,
    takes_paths,
    waiting_of,
    waits,
)
from reconcile.errors import ExitStatus, PageError, UsageError

PROGRAM = "reconcile"


class Shown(Exception):  # noqa: N818 - not an error: help or a version was asked for
    """A page of help, or the version, is to be printed; nothing else is to do."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page


def parse(argv: Sequence[str]) -> Options:
    """Read a command line. Raises UsageError, or Shown with help or the version."""
    page = io.StringIO()
    try:
        with redirect_stdout(page):
            options = _group.main(args=list(argv), prog_name=PROGRAM, standalone_mode=False)
    except SystemExit:  # what completes a word in a shell ends so
        raise Shown(page.getvalue()) from None
    except click.exceptions.NoArgsIsHelpError as error:
        raise PageError(error.format_message(), ExitStatus.USAGE) from error
    except click.Abort:  # how click passes on an interrupt
        raise KeyboardInterrupt from None
    except click.ClickException as error:
        raise UsageError(_usage(error, argv)) from error
    if options is None or isinstance(options, int):
        raise Shown(page.getvalue())
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
    epilog="Exit status: 0 done, 1 failed before any effect, 2 something remains, declined or only"
    " started, 3 refused by a guard, 4 failed after an effect, 64 usage, 65 invalid spec or plan file,"
    " 77 not authenticated, 130 or 143 interrupted.",
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
@click.option("--out", type=PATH, metavar="FILE", help="Also save the plan, for apply --plan.")
@click.option(
    "--expires-in",
    type=duration(least=60.0),
    metavar="DURATION",
    help="How long a saved plan may be applied. Default: 24h.",
)
@overrides
@bounded
@selects
@reports
def plan(paths: Sequence[Path], **given: Any) -> PlanOptions:
    """Show what apply would do, and change nothing.

    \b
    Examples:
      reconcile plan
      reconcile plan --only shop --only 'label:env=production'
      reconcile plan --detailed-exitcode --report json=plan.json
      reconcile plan --out shop.plan.json
    """
    if given["out"] is None and given["expires_in"] is not None:
        raise click.UsageError("--expires-in is about a saved plan: say --out FILE, too")
    return PlanOptions(
        selection=selection_of(given, paths), output=output_of(given), **_named_only(given)
    )


def _named_only(given: dict[str, Any]) -> dict[str, Any]:
    """The values that were named: what was not has the default of its Options."""
    return {name: value for name, value in given.items() if value is not None}


@_group.command()
@takes_paths
@click.option("--plan", type=PATH, metavar="FILE", help="Apply a plan that plan --out saved.")
@click.option(
    "--specs",
    multiple=True,
    type=PATH,
    metavar="PATH",
    help="Where the specs are that answer for --plan. Default: specs.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Print the exact requests, send none of them.")
@click.option(
    "--allow",
    multiple=True,
    type=ALLOW,
    help="Allow weakens, disruptive or lossy actions, everywhere or at one address. Repeatable.",
)
@keeps_journals
@secures
@overrides
@waits
@bounded
@selects
@reports
def apply(paths: Sequence[Path], **given: Any) -> ApplyOptions:
    """Do what plan shows, as far as it is safe or allowed.

    Asks first; without a terminal it needs --yes. Without a terminal, --allow lossy counts only
    for a named address, or with --plan.

    \b
    Examples:
      reconcile apply
      reconcile apply --dry-run
      reconcile apply --yes --allow weakens
      reconcile apply --yes --allow lossy=shop/logical_databases/legacy
      reconcile apply --yes --allow disruptive --backup-first
      reconcile apply --plan shop.plan.json
    """
    chosen = [name for name in ("only", "exclude") if given[name]]
    if given["plan"] is not None and (paths or chosen):
        other = f"--{chosen[0]}" if chosen else "a path"
        raise click.UsageError(f"--plan holds its databases already: take {other} out")
    if given["specs"] and given["plan"] is None:
        raise click.UsageError("--specs is about a saved plan: name specs as paths")
    waiting = waiting_of(given)
    return ApplyOptions(
        selection=selection_of(given, paths),
        output=output_of(given),
        waiting=waiting,
        safeguard=safeguard_of(given, waiting),
        **given,
    )


@_group.command()
@takes_paths
@overrides
@bounded
@selects
@reports
def drift(paths: Sequence[Path], **given: Any) -> PlanOptions:
    """Find what differs, for cron: exit with 2 if anything does.

    \b
    Example:
      reconcile drift --report json=drift.json
    """
    return PlanOptions(
        selection=selection_of(given, paths),
        output=output_of(given),
        detailed_exitcode=True,
        **given,
    )


for _command in (
    looking.show,
    looking.show_plan,
    looking.explain,
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
    looking.runs,
    looking.schema,
    looking.sandbox,
):
    _group.add_command(_command)
