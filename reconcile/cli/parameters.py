"""The parameters that several commands have, and how their values become Options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from reconcile.cli.options import Output
from reconcile.cli.value_types import FORMATS, PATH, DurationType, OverrideType, ReportType
from reconcile.workflow.process import DEFAULT_PATHS, Consent, Named, Safeguard, Selection, Waiting

F = TypeVar("F", bound=Callable[..., Any])


class InOrder(click.Group):
    """Lists its commands in the order of a day's work, not of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the base's
        """The names in the order in which they were added."""
        return list(self.commands)


def takes_paths(command: F) -> F:
    """The paths of specs."""
    return click.argument("paths", nargs=-1, type=PATH, metavar="[PATH]...")(command)


def selects(command: F) -> F:
    """The options that choose databases, the same everywhere."""
    for option in (
        click.option(
            "--exclude",
            multiple=True,
            metavar="GLOB|label:K=V",
            help="Leave out databases by handle or label. Repeatable.",
        ),
        click.option(
            "--only",
            multiple=True,
            metavar="GLOB|label:K=V",
            help="Take only databases by handle or label. Repeatable.",
        ),
        click.option(
            "--config", type=PATH, metavar="FILE", help="Read this, not the nearest reconcile.yaml."
        ),
    ):
        command = option(command)
    return command


def names_one(command: F) -> F:
    """The database that a command is about, as its first argument."""
    return click.argument("database", metavar="HANDLE|APP/ADDON")(finds_handles(command))


def finds_handles(command: F) -> F:
    """The options that say where handles are looked up."""
    for option in (
        click.option(
            "--config", type=PATH, metavar="FILE", help="Read this, not the nearest reconcile.yaml."
        ),
        click.option(
            "--specs", multiple=True, type=PATH, metavar="PATH", help="Where handles are looked up."
        ),
    ):
        command = option(command)
    return command


def changes(command: F) -> F:
    """The options of everything that changes one database at a person's word."""
    for option in (
        click.option("--state-dir", type=PATH, metavar="DIR", help="Where journals are kept."),
        click.option("--dry-run", is_flag=True, help="Print the exact request, send nothing."),
    ):
        command = option(command)
    return command


def confirms(command: F) -> F:
    """The option that takes the place of an answer where data is at stake."""
    return click.option(
        "--confirm", metavar="NAME", help="Do not ask: the name of what loses its data."
    )(command)


def agrees(command: F) -> F:
    """The option that takes the place of an answer elsewhere."""
    return click.option("--yes", is_flag=True, help="Do not ask.")(command)


def repeats(command: F) -> F:
    """The option that has something done although an earlier run may have done it."""
    return click.option(
        "--again",
        metavar="RUN",
        help="Do it although this run may have done it, and what became of it is not known.",
    )(command)


def overrides(command: F) -> F:
    """The option that lifts a guard for one plan only."""
    return click.option(
        "--override",
        multiple=True,
        type=OverrideType(),
        help="Lift a guard for the plan with this id, as its finding says. Repeatable.",
    )(command)


def bounded(command: F) -> F:
    """The option that says how long a run may take."""
    return click.option(
        "--max-wait",
        type=DurationType(),
        metavar="DURATION",
        help="Do not begin what would take longer; send nothing after it. As in 5m.",
    )(command)


def waits(command: F) -> F:
    """The options of what goes on after the provider's answer."""
    for option in (
        click.option("--no-wait", is_flag=True, help="Do not wait for the end of operations."),
        click.option(
            "--timeout",
            type=DurationType(),
            default=3600.0,
            metavar="DURATION",
            help="Wait no longer than this for an operation. Default: 1h.",
        ),
    ):
        command = option(command)
    return command


def secures(command: F) -> F:
    """The options that have a backup made before something is at stake."""
    for option in (
        click.option(
            "--roll-backups",
            is_flag=True,
            help="With --backup-first: let the oldest manual backup go where the plan is full.",
        ),
        click.option(
            "--backup-first",
            is_flag=True,
            help="Back up a database before the first action that disrupts it or loses data.",
        ),
    ):
        command = option(command)
    return command


def reports(command: F) -> F:
    """The options that say where results go, the same everywhere."""
    for option in (
        click.option("--no-color", is_flag=True, help="No colour; NO_COLOR does the same."),
        click.option("-v", "--verbose", is_flag=True, help="Show each request on stderr."),
        click.option(
            "--report",
            "reports",
            multiple=True,
            type=ReportType(),
            help="Also write a report to a file: text=PATH or json=PATH. Repeatable.",
        ),
        click.option(
            "--format",
            type=click.Choice(FORMATS),
            default="text",
            show_default=True,
            help="What goes to stdout.",
        ),
    ):
        command = option(command)
    return command


def selection_of(given: dict[str, Any], paths: Sequence[Path]) -> Selection:
    """Take the values of `selects` out of what was given."""
    return Selection(
        paths=tuple(paths) or DEFAULT_PATHS,
        config=given.pop("config"),
        only=given.pop("only"),
        exclude=given.pop("exclude"),
    )


def output_of(given: dict[str, Any]) -> Output:
    """Take the values of `reports` out of what was given."""
    return Output(
        format=given.pop("format"),
        reports=given.pop("reports"),
        verbose=given.pop("verbose"),
        no_color=given.pop("no_color"),
    )


def named_of(given: dict[str, Any]) -> Named:
    """Take the values of `names_one` out of what was given."""
    selection = Selection(
        paths=tuple(given.pop("specs")) or DEFAULT_PATHS, config=given.pop("config")
    )
    return Named(name=given.pop("database"), selection=selection)


def consent_of(given: dict[str, Any]) -> Consent:
    """Take the values of `changes`, `confirms`, `agrees` and `repeats` out of what was given."""
    return Consent(
        yes=given.pop("yes", False),
        confirm=given.pop("confirm", None),
        again=given.pop("again", None),
        dry_run=given.pop("dry_run"),
    )


def safeguard_of(given: dict[str, Any], waiting: Waiting) -> Safeguard:
    """Take the values of `secures` out of what was given. Raises UsageError for no use of one."""
    safeguard = Safeguard(
        backup_first=given.pop("backup_first"), roll_backups=given.pop("roll_backups")
    )
    if safeguard.backup_first and not waiting.wait:
        raise click.UsageError("--backup-first waits for the backup: take --no-wait out")
    if safeguard.roll_backups and not safeguard.backup_first:
        raise click.UsageError("--roll-backups is about the backup of --backup-first: say both")
    return safeguard


def waiting_of(given: dict[str, Any]) -> Waiting:
    """Take the values of `waits` out of what was given."""
    return Waiting(wait=not given.pop("no_wait"), patience=given.pop("timeout"))
