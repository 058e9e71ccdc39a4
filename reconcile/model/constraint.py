"""Constraints on a value of a spec, declared once and used twice: to check it, to describe it.

A type such as `Annotated[int, Between(0, 23)]` is checked by the strict converter and written
into the JSON Schema.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, Protocol

from attrs import Attribute, field, fields, frozen, has

from reconcile.model.text import is_seen, nearest

KeyPath = tuple[str | int, ...]
"""The keys and indexes that lead from a document, or from a value in it, to a value."""


class InvalidValueError(ValueError):
    """A value of the right type that cannot be meant. `hint` says what to write instead.

    `path` leads from the checked value to the part that is wrong. `is_warning` where it may be meant,
    and is mostly a slip.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        code: str = "S104",
        path: KeyPath = (),
        is_warning: bool = False,
    ) -> None:
        super().__init__(message)
        self.hint = hint
        self.code = code
        self.path = path
        self.is_warning = is_warning


class NotByDefaultError(InvalidValueError):
    """What a spec may say of its own database, and no default for many."""

    def __init__(self, what: str, *, path: KeyPath = ()) -> None:
        super().__init__(
            f"a default may not {what}",
            hint="write it into the spec of the database that it is about",
            code="S304",
            path=path,
        )


_LONGEST_QUOTE = 60
_MOST_LISTED = 12


def quoted(value: str) -> str:
    """A value in quotes, cut where it is too long for a sentence."""
    return repr(value) if len(value) <= _LONGEST_QUOTE else f"{value[:_LONGEST_QUOTE]!r}…"


class Constraint(Protocol):
    """What a type may carry in `Annotated`."""

    def check(self, value: Any) -> None:
        """Raise InvalidValueError when the value does not fit."""

    def schema(self) -> Mapping[str, object]:
        """The same rule in JSON Schema's words."""


@frozen
class Between:
    """A whole number within bounds, both included."""

    low: int
    high: int
    meaning: str

    def check(self, value: int) -> None:
        """Raise InvalidValueError outside the bounds."""
        if not self.low <= value <= self.high:
            raise InvalidValueError(
                f"{value} is no {self.meaning}",
                hint=f"write a number from {self.low} to {self.high}",
            )

    def schema(self) -> Mapping[str, object]:
        """Minimum and maximum."""
        return {"minimum": self.low, "maximum": self.high}


@frozen
class Matching:
    """Text of a form; `hint` says the form in words."""

    pattern: str
    meaning: str
    hint: str
    longest: int = 255

    def check(self, value: str) -> None:
        """Raise InvalidValueError when the text has another form or is too long."""
        if len(value) > self.longest or not re.fullmatch(self.pattern, value):
            raise InvalidValueError(f"{quoted(value)} is no {self.meaning}", hint=self.hint)

    def schema(self) -> Mapping[str, object]:
        """Pattern and greatest length."""
        return {"pattern": f"^(?:{self.pattern})$", "maxLength": self.longest}


@frozen
class Readable(Matching):
    """Text of a form that a person can read: each character can be seen, or is a space between words.

    `joiners` are characters that may stand in it and cannot be seen.
    """

    joiners: str = ""

    def check(self, value: str) -> None:
        """Raise InvalidValueError when the text has another form, is too long or hides something."""
        super().check(value)
        if any(not is_seen(char) and char not in self.joiners for char in value):
            raise InvalidValueError(f"{quoted(value)} is no {self.meaning}", hint=self.hint)


@frozen
class Secretless(Matching):
    """Text of a form; what has another form may be a secret, and is not quoted."""

    def check(self, value: str) -> None:
        """Raise InvalidValueError when the text has another form or is too long."""
        if len(value) > self.longest or not re.fullmatch(self.pattern, value):
            raise InvalidValueError(f"the text is no {self.meaning}", hint=self.hint)


@frozen
class OneOf:
    """One word of a closed list; case does not matter."""

    choices: frozenset[str] = field(repr=False)
    meaning: str

    def check(self, value: str) -> None:
        """Raise InvalidValueError, with the nearest known word, for any other."""
        # Letters of other alphabets have capitals in this one, and are none of it to a server.
        if value.isascii() and value.strip().upper() in self.choices:
            return
        near = nearest(value.strip().upper(), self.choices)
        hint = f"did you mean {near!r}?" if near else self._list()
        raise InvalidValueError(f"{quoted(value)} is no {self.meaning}", hint=hint)

    def _list(self) -> str:
        if len(self.choices) > _MOST_LISTED:
            return f"none of the {len(self.choices)} known ones is like it"
        return f"known: {', '.join(sorted(self.choices))}"

    def schema(self) -> Mapping[str, object]:
        """The words as examples for completion: their case is free, an enum would refuse some."""
        return {"examples": sorted(self.choices)}


@frozen(kw_only=True)
class Only:
    """The one value that a default may give; `what` is what any other would do."""

    value: bool | Enum
    what: str

    def check(self, value: object) -> None:
        """Raise InvalidValueError for any other value."""
        if value is not self.value:
            raise NotByDefaultError(self.what)

    def schema(self) -> Mapping[str, object]:
        """The value."""
        return {"const": self.value.value if isinstance(self.value, Enum) else self.value}


@frozen(kw_only=True)
class Empty:
    """A list in which a default may name nothing; `what` is what an entry would do."""

    what: str

    def check(self, value: tuple[object, ...]) -> None:
        """Raise InvalidValueError for a list with entries."""
        if value:
            raise NotByDefaultError(self.what)

    def schema(self) -> Mapping[str, object]:
        """No entry."""
        return {"maxItems": 0}


@frozen
class ShortForm:
    """What a class may be written as instead of a mapping: the value of its field `key`.

    `only` where the mapping itself is no accepted spelling; `separator` where one string may
    stand for the list.
    """

    key: str
    only: bool = False
    separator: str | None = None


def described(
    description: str,
    *,
    examples: tuple[object, ...] = (),
    default: Any = ...,
    factory: Any = None,
    converter: Any = None,
    by_default: Constraint | None = None,
    secret: bool = False,
) -> Any:
    """An attrs field with the words that the JSON Schema shows in an editor.

    `converter` brings what is written into one spelling, once it was checked. `by_default` is what a
    default of the project may say here, where that is not all. `secret` where somebody may have written a secret by mistake: what stands there is shown in no message.
    """
    metadata = {
        "description": description,
        "examples": examples,
        "by_default": by_default,
        "secret": secret,
    }
    if factory is not None:
        return field(factory=factory, metadata=metadata)
    if default is ...:
        return field(converter=converter, metadata=metadata)
    return field(default=default, converter=converter, metadata=metadata)


def short_form(cls: type) -> ShortForm | None:
    """The short form that a spec class declares as `__short_form__`."""
    return getattr(cls, "__short_form__", None)


def limit_by_default(attribute: Attribute[Any]) -> Constraint | None:
    """What a default may say of a field made by `described`; None where that is all."""
    limit: Constraint | None = attribute.metadata.get("by_default")
    return limit


def secret_fields(cls: type) -> frozenset[str]:
    """The fields of a class whose values are shown in no message."""
    described_fields = fields(cls) if has(cls) else ()
    return frozenset(one.name for one in described_fields if one.metadata.get("secret"))


def description_of(attribute: Attribute[Any]) -> str:
    """The words of a field made by `described`."""
    return str(attribute.metadata.get("description", ""))
