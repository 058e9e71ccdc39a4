"""The parameters that several commands have, and how their values become Options."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import reduce
from pathlib import Path
from typing import Any, Generic, TypeVar

import click

from reconcile.apply.allowance import Allow
from reconcile.cli.options import (
    ChangeOptions,
    ListOptions,
    OneOffOptions,
    Output,
    ReportFile,
)
from reconcile.workflow.commands import OneOffCommand
from reconcile.workflow.process import (
    DEFAULT_PATHS,
    Consent,
    Named,
    Override,
    Safeguard,
    Selection,
    Waiting,
)

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

FORMATS = ("text", "json")


class InOrder(click.Group):
    """Lists its commands in the order of a day's work, not of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the base's
        """The names in the order in which they were added."""
        return list(self.commands)


class Value(click.ParamType[T], Generic[T]):
    """A value that `read` makes of a text; its ValueError says what to write instead."""

    def __init__(self, name: str, read: Callable[[str], T]) -> None:
        self.name, self._read = name, read

    def convert(self, value: Any, param: Any, ctx: Any) -> T:
        """Read one value, or say what is wrong with it; a default is one already."""
        if not isinstance(value, str):
            return value  # type: ignore[no-any-return]
        try:
            return self._read(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def _path(text: str) -> Path:
    if not text:  # as of a variable that is not set
        raise ValueError("the path is empty")
    return Path(text)


def _override(text: str) -> Override:
    from reconcile.guard import WAIVABLE  # noqa: PLC0415 - help needs no guard and no kind

    code, _equals, plan = text.partition("=")
    if code not in WAIVABLE:
        raise ValueError(f"{code!r:.60} cannot be overridden: {', '.join(WAIVABLE)} can")
    if not re.fullmatch("[0-9a-f]{8,64}", plan):
        raise ValueError(f"{text!r:.80}: write the flag that the plan shows")
    return Override(code=code, plan=plan)


def _report(text: str) -> ReportFile:
    word, equals, path = text.partition("=")
    if not equals or word not in FORMATS or not path:
        raise ValueError(f"{text!r}: write text=PATH or json=PATH")
    return ReportFile(format=word, path=Path(path))


def _moment(text: str) -> datetime:
    """A point in time, ISO 8601 with a zone; in UTC."""
    wanted = "write it as 2026-11-22T10:00:00Z"
    try:
        moment = datetime.fromisoformat(text)
        in_utc = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no time: {wanted}") from None
    if len(text) <= len("2026-11-22"):
        raise ValueError(f"{text!r} has no time of day: {wanted}")
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone: write Z for UTC, or +01:00")
    return in_utc


_MOST_DIGITS = 18


def whole_number(low: int, high: int) -> Value[int]:
    """A whole number within bounds, with a message that says them."""

    def read(text: str) -> int:
        # The length first: a number of thousands of digits is refused by int() itself.
        number = int(text) if re.fullmatch(f"[0-9]{{1,{_MOST_DIGITS}}}", text) else -1
        if not low <= number <= high:
            raise ValueError(f"{text[:20]!r}: write a whole number from {low} to {high}")
        return number

    return Value("N", read)


_DURATION = re.compile(
    r"(?:([0-9]{1,6})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m(?:in)?)?(?:([0-9]{1,6}(?:\.[0-9]{1,3})?)s)?"
    r"(?:([0-9]{1,9})ms)?"
)
_SECONDS = (86_400.0, 3_600.0, 60.0, 1.0, 0.001)
_LONGEST_DAYS = 366
"""The system's own waits end at some length, and no run or plan lasts for so long."""


def duration(least: float = 0.0) -> Value[float]:
    """A length of time in units, such as 30s or 1h30m; in seconds, `least` or more, at most a year."""

    def read(text: str) -> float:
        match = _DURATION.fullmatch(text.replace(" ", ""))
        if match is None or not any(match.groups()):
            raise ValueError(f"{text!r}: write a duration with units, such as 30s or 1h30m")
        seconds = sum(
            float(part) * size for part, size in zip(match.groups(), _SECONDS, strict=True) if part
        )
        if seconds < least:
            raise ValueError(f"{text!r}: write {least:g}s or more")
        if seconds > _LONGEST_DAYS * _SECONDS[0]:
            raise ValueError(f"{text!r}: write {_LONGEST_DAYS}d or less")
        return seconds

    return Value("DURATION", read)


PATH = Value("PATH", _path)
ALLOW = Value("RISK[=ADDRESS]", Allow.parse)
MOMENT = Value("TIME", _moment)


def options(*parameters: Callable[[F], F]) -> Callable[[F], F]:
    """Parameters that stand together, in the order of the help."""
    return lambda command: reduce(lambda made, one: one(made), reversed(parameters), command)


def about_one(
    group: click.Group, name: str, *parameters: Callable[[Any], Any]
) -> Callable[[Callable[..., Any]], click.Command]:
    """A command of a group about one database; its own parameters stand before those of results."""

    def decorate(function: Callable[..., Any]) -> click.Command:
        return group.command(name)(options(names_one, *parameters, reports)(function))

    return decorate


takes_paths = click.argument("paths", nargs=-1, type=PATH, metavar="[PATH]...")

_config = click.option(
    "--config", type=PATH, metavar="FILE", help="Read this, not the nearest reconcile.yaml."
)

selects = options(
    _config,
    click.option(
        "--only",
        multiple=True,
        metavar="GLOB|label:K=V",
        help="Take only databases by handle or label. Repeatable.",
    ),
    click.option(
        "--exclude",
        multiple=True,
        metavar="GLOB|label:K=V",
        help="Leave out databases by handle or label. Repeatable.",
    ),
)
"""Which databases, the same everywhere."""

finds_handles = options(
    click.option(
        "--specs", multiple=True, type=PATH, metavar="PATH", help="Where handles are looked up."
    ),
    _config,
)

names_one = options(click.argument("database", metavar="HANDLE|APP/ADDON"), finds_handles)
"""The database that a command is about, as its first argument."""

keeps_journals = click.option(
    "--state-dir", type=PATH, metavar="DIR", help="Where journals are kept."
)

changes = options(
    click.option("--dry-run", is_flag=True, help="Print the exact request, send nothing."),
    keeps_journals,
)
"""Of everything that changes one database at a person's word."""

confirms = click.option(
    "--confirm", metavar="NAME", help="Do not ask: the name of what loses its data."
)
"""What takes the place of an answer where data is affected."""

agrees = click.option("--yes", is_flag=True, help="Do not ask.")
"""What takes the place of an answer elsewhere."""

repeats = click.option(
    "--again",
    metavar="RUN",
    help="Do it although this run may have done it, and what became of it is not known.",
)

overrides = click.option(
    "--override",
    multiple=True,
    type=Value("CODE=PLAN", _override),
    help="Override a guard for the plan with this id, as its finding says. Repeatable.",
)

bounded = click.option(
    "--max-wait",
    type=duration(),
    metavar="DURATION",
    help="Do not begin what would take longer; send nothing after it. As in 5m.",
)

waits = options(
    click.option(
        "--timeout",
        type=duration(),
        default=3600.0,
        metavar="DURATION",
        help="Wait no longer than this for an operation. Default: 1h.",
    ),
    click.option("--no-wait", is_flag=True, help="Do not wait for the end of operations."),
)
"""Of what goes on after the provider's answer."""

secures = options(
    click.option(
        "--backup-first",
        is_flag=True,
        help="Back up a database before the first action that disrupts it or loses data.",
    ),
    click.option(
        "--roll-backups",
        is_flag=True,
        help="With --backup-first: let the oldest manual backup go where the plan is full.",
    ),
)

reports = options(
    click.option(
        "--format",
        type=click.Choice(FORMATS),
        default="text",
        show_default=True,
        help="What goes to stdout.",
    ),
    click.option(
        "--report",
        "reports",
        multiple=True,
        type=Value("FORMAT=PATH", _report),
        help="Also write a report to a file: text=PATH or json=PATH. Repeatable.",
    ),
    click.option("-v", "--verbose", is_flag=True, help="Show each request on stderr."),
    click.option("--no-color", is_flag=True, help="No colour; NO_COLOR does the same."),
)
"""Where results go, the same everywhere."""

ParameterValues = dict[str, Any]
"""The values of a command line by name; what becomes a value of Options is taken out."""


def selection_of(given: ParameterValues, paths: Sequence[Path]) -> Selection:
    """Take the values of `selects` or `finds_handles` out of what was given."""
    return Selection(
        paths=tuple(paths) or DEFAULT_PATHS,
        config=given.pop("config"),
        only=given.pop("only", ()),
        exclude=given.pop("exclude", ()),
    )


def output_of(given: ParameterValues) -> Output:
    """Take the values of `reports` out of what was given."""
    return Output(
        **{name: given.pop(name) for name in ("format", "reports", "verbose", "no_color")}
    )


def named_of(given: ParameterValues) -> Named:
    """Take the values of `names_one` out of what was given."""
    selection = selection_of(given, given.pop("specs"))
    return Named(name=given.pop("database"), selection=selection)


def waiting_of(given: ParameterValues) -> Waiting:
    """Take the values of `waits` out of what was given."""
    return Waiting(wait=not given.pop("no_wait"), patience=given.pop("timeout"))


def safeguard_of(given: ParameterValues, waiting: Waiting) -> Safeguard:
    """Take the values of `secures` out of what was given. Raises UsageError for no use of one."""
    safeguard = Safeguard(
        backup_first=given.pop("backup_first"), roll_backups=given.pop("roll_backups")
    )
    if safeguard.backup_first and not waiting.wait:
        raise click.UsageError("--backup-first waits for the backup: take --no-wait out")
    if safeguard.roll_backups and not safeguard.backup_first:
        raise click.UsageError("--roll-backups is about the backup of --backup-first: say both")
    return safeguard


def listing(given: ParameterValues, kind: str) -> ListOptions:
    """Read the live state of a managed kind."""
    return ListOptions(database=named_of(given), output=output_of(given), kind=kind)


def change(
    given: ParameterValues, kind: str, value: object, *, gone: str | None = None
) -> ChangeOptions:
    """Change a managed kind to what a spec would say."""
    return ChangeOptions(kind=kind, value=value, gone=gone, **_one_off(given))


def one_off(given: ParameterValues, wanted: OneOffCommand) -> OneOffOptions:
    """A one-off command, with how it waits."""
    waiting = waiting_of(given) if "no_wait" in given else Waiting()
    return OneOffOptions(command=wanted, waiting=waiting, **_one_off(given))


def _one_off(given: ParameterValues) -> ParameterValues:
    """What all one-off commands have."""
    return {
        "database": named_of(given),
        "output": output_of(given),
        "override": given.pop("override", ()),
        "consent": Consent(
            yes=given.pop("yes", False),
            confirm=given.pop("confirm", None),
            again=given.pop("again", None),
            dry_run=given.pop("dry_run"),
        ),
        "state_dir": given.pop("state_dir"),
    }


def absent(name: str, command: str) -> dict[str, object]:
    """What a spec would say to have something gone; the approval is the command, and does not end."""
    reason = f"requested by reconcile {command}"
    return {"absent": [{"name": name, "reason": reason, "until": date.max}]}
