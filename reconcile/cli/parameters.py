"""What the commands' parameters have in common: their types, and those that stand everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from reconcile.apply.allowance import Allow
from reconcile.cli.options import DEFAULT_PATHS, Output, ReportFile, Selection

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("text", "json")


class _PathType(click.ParamType[Path]):
    """A path; an empty one, as of a variable that is not set, is none."""

    name = "PATH"

    def convert(self, value: Any, param: Any, ctx: Any) -> Path:
        """Read one value, or say what is wrong with it."""
        if not str(value):
            self.fail("the path is empty", param, ctx)
        return Path(value)


PATH = _PathType()


class AllowType(click.ParamType[Allow]):
    """A risk, everywhere or at one address."""

    name = "RISK[=ADDRESS]"

    def convert(self, value: Any, param: Any, ctx: Any) -> Allow:
        """Read one value, or say what is wrong with it."""
        try:
            return Allow.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class WholeNumber(click.ParamType[int]):
    """A whole number within bounds, with a message that says them."""

    name = "N"

    def __init__(self, low: int, high: int) -> None:
        self._low, self._high = low, high

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Read one value, or say what is wrong with it."""
        text = str(value)
        # The length first: a number of thousands of digits is refused by int() itself.
        number = int(text) if re.fullmatch("[0-9]{1,9}", text) else -1
        if not self._low <= number <= self._high:
            wanted = f"write a whole number from {self._low} to {self._high}"
            self.fail(f"{text[:20]!r}: {wanted}", param, ctx)
        return number


class ReportType(click.ParamType[ReportFile]):
    """A format and the file that takes it."""

    name = "FORMAT=PATH"

    def convert(self, value: Any, param: Any, ctx: Any) -> ReportFile:
        """Read one value, or say what is wrong with it."""
        word, equals, path = value.partition("=")
        if not equals or word not in FORMATS or not path:
            self.fail(f"{value!r}: write text=PATH or json=PATH", param, ctx)
        return ReportFile(format=word, path=Path(path))


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
