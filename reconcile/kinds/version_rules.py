"""What a spec may ask of an engine's version, and whether a version is that.

A version that is written without a build means all builds, `17.4` all of 17.4, `17` all of 17: of
what is not said nothing is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import assert_never

from attrs import frozen

from reconcile.model.constraint import InvalidValueError, quoted
from reconcile.model.engine import Version

LATEST_MINOR = "latest-minor"

_NUMBERS = r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,2}|[0-9]{1,9}(?:\.[0-9]{1,9}){2}-[0-9]{1,9}"
_FORM = re.compile(rf"(?P<least>>= ?)?(?P<version>{_NUMBERS})")


@frozen
class Exactly:
    """These parts: one to four, of major, minor, patch and build."""

    parts: tuple[int, ...]

    def part_of(self, version: Version) -> tuple[int, ...]:
        """As many parts of a version as are asked for."""
        return version.parts[: len(self.parts)]


@frozen
class AtLeast:
    """This version or a newer one."""

    version: Version


@frozen
class LatestMinor:
    """The last version of the major that runs."""


Rule = Exactly | AtLeast | LatestMinor


def parse_rule(text: str) -> Rule:
    """Read a rule as specs write it. Raises InvalidValueError for another text."""
    if text == LATEST_MINOR:
        return LatestMinor()
    match = _FORM.fullmatch(text)
    if match is None:
        raise InvalidValueError(
            f"{quoted(text)} is no version to ask for",
            hint=f"write an exact one as in 17.4.0-1 or 17.4, a minimum as in >=17.4, or"
            f" {LATEST_MINOR}",
        )
    numbers = tuple(int(part) for part in re.split(r"[.-]", match["version"]))
    if match["least"] is None:
        return Exactly(numbers)
    major, minor, patch, build = (*numbers, 0, 0, 0)[:4]
    return AtLeast(Version(major=major, minor=minor, patch=patch, build=build))


def is_met(rule: Rule, live: Version) -> bool | None:
    """Whether a version is what a rule asks for; None where what comes next decides."""
    match rule:
        case Exactly(parts=parts):
            return rule.part_of(live) == parts
        case AtLeast(version=version):
            return live >= version
        case LatestMinor():
            return None
        case _:
            assert_never(rule)


def is_past(rule: Rule, version: Version) -> bool:
    """Whether a version is newer than all that a rule allows."""
    return isinstance(rule, Exactly) and rule.part_of(version) > rule.parts


@frozen
class RuleText:
    """A constraint: an exact version, a minimum, or latest-minor."""

    def check(self, value: str) -> None:
        """Raise InvalidValueError for another text."""
        parse_rule(value)

    def schema(self) -> Mapping[str, object]:
        """The form."""
        return {"pattern": rf"^(?:{LATEST_MINOR}|(?:>= ?)?(?:{_NUMBERS}))$"}
