"""The types of values on a command line, each with a message that says what to write."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from reconcile.apply.allowance import Allow
from reconcile.cli.options import ReportFile
from reconcile.workflow.process import Override

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


class OverrideType(click.ParamType[Override]):
    """A guard's code and the beginning of a plan's id."""

    name = "CODE=PLAN"

    def convert(self, value: Any, param: Any, ctx: Any) -> Override:
        """Read one value, or say what is wrong with it."""
        from reconcile.guard import WAIVABLE  # noqa: PLC0415 - help needs no guard and no kind

        code, _equals, plan = str(value).partition("=")
        if code not in WAIVABLE:
            self.fail(f"{code!r:.60} cannot be overridden: {', '.join(WAIVABLE)} can", param, ctx)
        if not re.fullmatch("[0-9a-f]{8,64}", plan):
            self.fail(f"{value!r:.80}: write the flag that the plan shows", param, ctx)
        return Override(code=code, plan=plan)


_MOST_DIGITS = 18


class WholeNumber(click.ParamType[int]):
    """A whole number within bounds, with a message that says them."""

    name = "N"

    def __init__(self, low: int, high: int) -> None:
        self._low, self._high = low, high

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Read one value, or say what is wrong with it."""
        text = str(value)
        # The length first: a number of thousands of digits is refused by int() itself.
        number = int(text) if re.fullmatch(f"[0-9]{{1,{_MOST_DIGITS}}}", text) else -1
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


_DURATION = re.compile(
    r"(?:([0-9]{1,6})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m(?:in)?)?(?:([0-9]{1,6}(?:\.[0-9]{1,3})?)s)?"
    r"(?:([0-9]{1,9})ms)?"
)
_SECONDS = (86_400.0, 3_600.0, 60.0, 1.0, 0.001)
_LONGEST_DAYS = 366
"""The system's own waits end at some length, and no run or plan lasts for so long."""


class DurationType(click.ParamType[float]):
    """A length of time in units, such as 30s or 1h30m; in seconds, `least` or more, at most a year."""

    name = "DURATION"

    def __init__(self, least: float = 0.0) -> None:
        self._least = least

    def convert(self, value: Any, param: Any, ctx: Any) -> float:
        """Read one value, or say what is wrong with it."""
        if isinstance(value, float):
            return value
        match = _DURATION.fullmatch(str(value).replace(" ", ""))
        if match is None or not any(match.groups()):
            self.fail(f"{value!r}: write a duration with units, such as 30s or 1h30m", param, ctx)
        seconds = sum(
            float(part) * size for part, size in zip(match.groups(), _SECONDS, strict=True) if part
        )
        if seconds < self._least:
            self.fail(f"{value!r}: write {self._least:g}s or more", param, ctx)
        if seconds > _LONGEST_DAYS * _SECONDS[0]:
            self.fail(f"{value!r}: write {_LONGEST_DAYS}d or less", param, ctx)
        return seconds


class MomentType(click.ParamType[datetime]):
    """A point in time, ISO 8601 with a zone; in UTC."""

    name = "TIME"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        """Read one value, or say what is wrong with it."""
        try:
            moment = datetime.fromisoformat(str(value))
            in_utc = moment.astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no time: write it as 2026-11-22T10:00:00Z", param, ctx)
        if len(str(value)) <= len("2026-11-22"):
            self.fail(f"{value!r} has no time of day: write it as 2026-11-22T10:00:00Z", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{value!r} has no time zone: write Z for UTC, or +01:00", param, ctx)
        return in_utc
