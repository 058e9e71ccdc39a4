"""Where in the specs a value was written."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True, order=True)
class Location:
    """A place in a file that a person wrote.

    Line and column count from 1; line 0 means the file, or the folder, as a whole.
    """

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@frozen(kw_only=True)
class Excerpt:
    """The source line of a finding, and how many of its characters from `column` are meant."""

    text: str
    column: int
    width: int


@frozen(kw_only=True)
class Origin:
    """Where a wanted value comes from: a place, and the default that it was taken from, if any."""

    location: Location
    default: str | None = None
