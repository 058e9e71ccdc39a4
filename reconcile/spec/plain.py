"""Plain values: what a class may be written as, what a short form stands for, what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, get_origin, get_type_hints

from reconcile.model.constraint import InvalidValueError, ShortForm, quoted
from reconcile.spec.sentences import Due

SCALARS = {str: Due.TEXT, int: Due.NUMBER, bool: Due.FLAG, date: Due.DATE}
"""What is taken as it is, each type and no other."""


_LONGEST_LIST = 4_096
"""Characters of a list that is written as one text."""


class WrongTypeError(ValueError):
    """A value of another type than is due; its place makes the sentence."""

    def __init__(self, due: Due, value: object) -> None:
        super().__init__(due.value)
        self.due = due
        self.value = value


class NotAmongError(ValueError):
    """A value that is none of a closed list."""

    def __init__(self, value: object, known: Iterable[object]) -> None:
        super().__init__(repr(value))
        self.value = value
        self.known = [str(word) for word in known]


def due_of(cls: Any, short: ShortForm | None) -> Due:
    """What a class may be written as, its short form counted."""
    if short is None:
        return Due.MAPPING
    hint = get_type_hints(cls)[short.key]
    if get_origin(hint) is not tuple:
        return Due.MAPPING if get_origin(hint) is Mapping else SCALARS[hint]
    if short.separator:
        return Due.LIST_OR_TEXT
    return Due.LIST if short.only else Due.LIST_OR_MAPPING


def long_form(value: object, short: ShortForm, due: Due) -> object:
    """The value of the field that a short form stands for. Raises WrongTypeError."""
    if isinstance(value, str) and short.separator:
        if len(value) > _LONGEST_LIST:
            raise InvalidValueError(f"{quoted(value)} is too long", hint="write a list")
        return [part.strip() for part in value.split(short.separator)] if value.strip() else []
    plain, composed = type(value), dict if due is Due.MAPPING else list
    if plain is not composed and (plain is dict or due not in SCALARS.values()):
        raise WrongTypeError(due, value)
    return value
