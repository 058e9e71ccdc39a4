"""Field constraints that are both checked and published in the JSON Schema."""

from __future__ import annotations

import re
from typing import Any

from attrs import Attribute, frozen

from scalingo_sandbox.clock import seconds_of


class FieldError(ValueError):
    """A value outside its field's constraint; `field` names the attribute."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        self.message = message
        super().__init__(message)


@frozen
class Within:
    """An integer between `low` and `high`, both included."""

    low: int
    high: int

    def __call__(self, _: object, attribute: Attribute[Any], value: Any) -> None:
        """Raise FieldError for a value outside."""
        if value is not None and not self.low <= value <= self.high:
            raise FieldError(attribute.name, f"{value} is not between {self.low} and {self.high}")

    def schema(self) -> dict[str, object]:
        """Describe the constraint as JSON Schema keywords."""
        return {"minimum": self.low, "maximum": self.high}


@frozen
class Matches:
    """A string that `pattern` matches as a whole; `wanted` says it in words."""

    pattern: str
    wanted: str

    def __call__(self, _: object, attribute: Attribute[Any], value: Any) -> None:
        """Raise FieldError for a value outside."""
        if value is not None and not re.fullmatch(self.pattern, value, re.ASCII):
            raise FieldError(attribute.name, f"{value!r} is not {self.wanted}")

    def schema(self) -> dict[str, object]:
        """Describe the constraint as JSON Schema keywords."""
        return {"pattern": f"^{self.pattern}$"}


OBJECT_ID = Matches(r"[0-9A-Za-z-]{1,64}", "an id of at most 64 letters, digits and '-'")


@frozen
class Instant:
    """A date and time in ISO 8601, with an offset."""

    def __call__(self, _: object, attribute: Attribute[Any], value: Any) -> None:
        """Raise FieldError for a value outside."""
        if value is None:
            return
        try:
            seconds_of(value)
        except (ValueError, OverflowError):
            message = f"{value!r} is no ISO 8601 time with an offset"
            raise FieldError(attribute.name, message) from None

    def schema(self) -> dict[str, object]:
        """Describe the constraint as JSON Schema keywords."""
        return {"format": "date-time"}


@frozen
class Each:
    """A constraint on every element of a list."""

    member: Within | Matches

    def __call__(self, _: object, attribute: Attribute[Any], value: Any) -> None:
        """Raise FieldError for a value outside."""
        for element in value:
            self.member(None, attribute, element)

    def schema(self) -> dict[str, object]:
        """Describe the constraint as JSON Schema keywords."""
        return {"items": self.member.schema()}


def about(description: str, *examples: object) -> dict[str, object]:
    """Make the metadata that the JSON Schema shows for a field."""
    return {"description": description, "examples": list(examples)}
