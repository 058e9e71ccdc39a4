"""Engines and their versions."""

from __future__ import annotations

import re
from enum import Enum

from attrs import astuple, frozen

_VERSION = re.compile(r"(?P<numbers>[0-9]{1,9}(?:\.[0-9]{1,9}){0,2})(?:-(?P<build>[0-9]{1,9}))?")


class Engine(Enum):
    """The engines that the provider offers, by the id of their addon provider."""

    POSTGRESQL = "postgresql"
    MYSQL = "mysql"
    MONGODB = "mongodb"
    INFLUXDB = "influxdb"
    REDIS = "redis"
    ELASTICSEARCH = "elasticsearch"
    OPENSEARCH = "opensearch"

    @classmethod
    def parse(cls, name: str) -> Engine | None:
        """Find the engine of a provider id or type name, None if it is none that we know.

        Ids may carry a `scalingo-` prefix or an `-ng` suffix.
        """
        plain = name.casefold().removeprefix("scalingo-").removesuffix("-ng")
        return next((engine for engine in cls if engine.value == plain), None)


@frozen(kw_only=True, order=True)
class Version:
    """A version as the provider writes it, `major.minor.patch-build`; missing parts are 0."""

    major: int
    minor: int = 0
    patch: int = 0
    build: int = 0

    @classmethod
    def parse(cls, text: str) -> Version | None:
        """Read `12.6.0-1`, `12.6` or `12`; None if it is no version."""
        match = _VERSION.fullmatch(text.strip())
        if match is None:
            return None
        major, minor, patch = ([int(part) for part in match["numbers"].split(".")] + [0, 0])[:3]
        return cls(major=major, minor=minor, patch=patch, build=int(match["build"] or 0))

    @property
    def parts(self) -> tuple[int, ...]:
        """Major, minor, patch, build."""
        return astuple(self)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}-{self.build}"


@frozen(kw_only=True)
class Step:
    """An upgrade step: from the version that runs to the planned one, None where it is not known."""

    before: str | None
    planned: str | None

    def is_at(self, live: str | None) -> bool:
        """Whether a live version is the planned one; where none is planned, another than before.

        A build that is not known counts for any.
        """
        if live is None or self.planned is None:
            return live is not None and self.before is not None and live != self.before
        now, planned = Version.parse(live), Version.parse(self.planned)
        if now is None or planned is None:
            return live == self.planned
        parts = 4 if now.build and planned.build else 3
        return now.parts[:parts] == planned.parts[:parts]

    def is_past(self, live: str | None) -> bool:
        """Whether a live version is neither the one before the step nor the planned one."""
        return live not in {None, self.before} and not self.is_at(live)

    def missed(self, live: str | None) -> str:
        """What a live version says of a step that did not lead to the planned one."""
        planned = f", planned was {self.planned}" if self.planned else ""
        if live is None:
            return f"the provider does not tell which version is live{planned}"
        if live == self.before:
            return f"the version is still {live}{planned}"
        return f"the provider went to {live}{planned}"
