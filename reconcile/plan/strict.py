"""JSON text → document classes: nothing coerced, nothing unknown, the first fault with its place.

What is read may be anybody's work: a fault is a PlanFileError, and never another exception.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from attrs import NOTHING, fields, frozen, has

from reconcile.errors import ExitStatus, ReconcileError
from reconcile.model.constraint import quoted

T = TypeVar("T")

LARGEST = 64 * 1024 * 1024
"""Bytes of a plan file: a plan of thousands of databases has a few millions."""

_MOST_DIGITS = 18


class PlanFileError(ReconcileError):
    """A plan file that cannot be believed, and why."""

    status = ExitStatus.INVALID


@frozen
class Place:
    """Where in a document something stands: `body.databases[0].items[2].risk`."""

    path: str = ""

    def key(self, name: str) -> Place:
        """The place of a key of a mapping; a strange one is quoted."""
        shown = name if name.isidentifier() else f"[{quoted(name)}]"
        return Place(f"{self.path}.{shown}" if self.path and shown == name else self.path + shown)

    def index(self, number: int) -> Place:
        """The place of an entry of a list."""
        return Place(f"{self.path}[{number}]")

    def fault(self, what: str) -> PlanFileError:
        """What is wrong there."""
        return PlanFileError(f"{self.path}: {what}" if self.path else what)


def decoded(text: bytes) -> object:
    """The plain value of a JSON text. Raises PlanFileError for any that a plan file is not."""
    if len(text) > LARGEST:
        raise PlanFileError(f"it is larger than the {LARGEST} bytes that a plan file may have")
    try:
        return json.loads(
            text.decode(),
            object_pairs_hook=_unique,
            parse_int=_whole,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
    except UnicodeDecodeError as error:
        raise PlanFileError(f"it is not UTF-8 text, at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise PlanFileError(
            f"it is not valid JSON, at line {error.lineno}, column {error.colno}: {error.msg}"
        ) from None
    except RecursionError:
        raise PlanFileError("it is nested deeper than any plan file") from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if not _is_text(key):
            raise PlanFileError("a key holds half of a character, which no text does")
        if key in found:
            raise PlanFileError(f"the key {quoted(key)} stands twice in one mapping")
        found[key] = value
    return found


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise PlanFileError(
            f"the number {digits[:_MOST_DIGITS]}… is larger than any in a plan file"
        )
    return int(digits)


def _no_number(text: str) -> object:
    raise PlanFileError(f"the number {text:.20} is not whole, and all in a plan file are")


def structured(cls: type[T], value: object, place: Place) -> T:
    """A plain value as an attrs class. Raises PlanFileError where it is of another shape."""
    made: T = _read(cls, value, place)
    return made


def _read(hint: Any, value: object, place: Place) -> Any:
    if hint in _SCALARS:
        return _scalar(hint, value, place)
    reader = _READERS.get(get_origin(hint))
    if reader is not None:
        return reader(get_args(hint), value, place)
    if issubclass(hint, Enum):
        return hint(_among([member.value for member in hint], value, place))
    return _object(hint, value, place) if has(hint) else _moment(hint, value, place)


_SCALARS = {str: "a text", int: "a whole number", bool: "true or false", NoneType: "null"}


def _scalar(hint: type, value: object, place: Place) -> object:
    if type(value) is not hint:
        raise place.fault(f"{_shown(value)} where {_SCALARS[hint]} is due")
    if isinstance(value, str) and not _is_text(value):
        raise place.fault("half of a character, which no text holds")
    return value


def _is_text(value: str) -> bool:
    """Whether a text can be written: JSON may name the half of a surrogate pair alone."""
    return not any("\ud800" <= char <= "\udfff" for char in value)


def _shown(value: object) -> str:
    """A value in a few characters, as JSON spells it."""
    match value:
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case str():
            return quoted(value)
        case _:
            return json.dumps(value)


def _among(known: list[str], value: object, place: Place) -> str:
    if not isinstance(value, str) or value not in known:
        raise place.fault(f"{_shown(value)} is none of {', '.join(known)}")
    return value


def _moment(hint: type[date], value: object, place: Place) -> date:
    """A date, or a time in UTC, in the one spelling that is written."""
    what = "a time in UTC" if hint is datetime else "a date"
    text = _scalar(str, value, place)
    try:
        moment = hint.fromisoformat(str(text))
    except ValueError:
        raise place.fault(f"{_shown(value)} is not {what}") from None
    zoned = not isinstance(moment, datetime) or moment.tzinfo is UTC
    if not zoned or moment.isoformat() != text:
        raise place.fault(f"{_shown(value)} is not {what}")
    return moment


def _object(cls: type, value: object, place: Place) -> object:
    if not isinstance(value, dict):
        raise place.fault(f"{_shown(value)} where a mapping is due")
    hints = _hints(cls)
    for key in value:
        if key not in hints:
            raise place.fault(f"unknown key {quoted(key)}")
    for attribute in fields(cls):
        if attribute.default is NOTHING and attribute.name not in value:
            raise place.fault(f"the key {attribute.name!r} is missing")
    return cls(**{key: _read(hints[key], one, place.key(key)) for key, one in value.items()})


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _literal(choices: tuple[Any, ...], value: object, place: Place) -> str:
    return _among(list(choices), value, place)


def _list(arguments: tuple[Any, ...], value: object, place: Place) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise place.fault(f"{_shown(value)} where a list is due")
    return tuple(_read(arguments[0], part, place.index(n)) for n, part in enumerate(value))


def _mapping(arguments: tuple[Any, ...], value: object, place: Place) -> dict[str, object]:
    if not isinstance(value, dict):
        raise place.fault(f"{_shown(value)} where a mapping is due")
    return {key: _read(arguments[1], part, place.key(key)) for key, part in value.items()}


def _union(members: tuple[Any, ...], value: object, place: Place) -> object:
    """One of several types: the JSON type tells which, of classes their first key."""
    classes = [one for one in members if has(one)]
    if len(classes) > 1 and isinstance(value, dict):
        return _tagged(classes, value, place)
    for member in members:
        if _fits(member, value):
            return _read(member, value, place)
    raise place.fault(f"{_shown(value)} cannot stand here")


def _tagged(classes: list[Any], value: dict[str, object], place: Place) -> object:
    """One of several classes, each of which has another word under one key."""
    tag = next(iter(_hints(classes[0])))
    by_word = {get_args(_hints(one)[tag])[0]: one for one in classes}
    word = _among(list(by_word), value.get(tag), place.key(tag))
    return _object(by_word[word], value, place)


def _fits(hint: Any, value: object) -> bool:
    """Whether a value is of the JSON type of a hint."""
    if get_origin(hint) is tuple:
        return isinstance(value, list) and all(_fits(get_args(hint)[0], one) for one in value)
    if has(hint):
        return isinstance(value, dict)
    return isinstance(value, str) if issubclass(hint, Enum | date) else type(value) is hint


_READERS: Mapping[Any, Callable[[tuple[Any, ...], object, Place], object]] = {
    Literal: _literal,
    Union: _union,
    UnionType: _union,
    tuple: _list,
    Mapping: _mapping,
}
