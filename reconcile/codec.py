"""The model's own classes as JSON and back: the only door to cattrs besides that of the specs.

An address and a version are texts, an Enum is its value, a date is as ISO 8601 writes it, a tuple a
list, a set a sorted list. A change says what it is under `verb`, an item under `type`. Every fault is a
CodecError with its place.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from attrs import has

from reconcile.model.address import Address
from reconcile.model.change import Create, Delete, Update
from reconcile.model.constraint import quoted
from reconcile.model.engine import Version
from reconcile.model.item import Action, Blocked, ManualStep, Pending
from reconcile.model.postgresql import NoSqlAccess, SqlAccess
from reconcile.model.state import NotOffered, Unreadable

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")
_Hook = Callable[[Any, Any], Any]

_MOST_DIGITS = 18
_MOST_FAULTS = 3

TAGS: Mapping[type, tuple[str, str]] = {
    Create: ("verb", "create"),
    Update: ("verb", "update"),
    Delete: ("verb", "delete"),
    Action: ("type", "action"),
    ManualStep: ("type", "manual_step"),
    Blocked: ("type", "blocked"),
    Pending: ("type", "pending"),
    NotOffered: ("unknown", "not_offered"),
    Unreadable: ("unknown", "unreadable"),
    SqlAccess: ("reach", "reached"),
    NoSqlAccess: ("reach", "unreached"),
}
"""The key and the word by which the classes of a closed union are told apart."""


class CodecError(ValueError):
    """A text or a plain value that is not of the shape that is asked for, with the place of each fault."""


def decoded(text: bytes) -> object:
    """The plain value of a JSON text.

    Raises CodecError for what this tool never writes: a key twice in one mapping, a number that is not
    whole, half of a character.
    """
    try:
        return json.loads(
            text.decode(),
            object_pairs_hook=_unique,
            parse_int=_whole,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
    except UnicodeDecodeError as error:
        raise CodecError(f"it is not UTF-8 text, at byte {error.start}") from None
    except json.JSONDecodeError as error:
        place = f"at line {error.lineno}, column {error.colno}"
        raise CodecError(f"it is not valid JSON, {place}: {error.msg}") from None
    except RecursionError:
        raise CodecError("it is nested deeper than anything that this tool writes") from None


def canonical(value: object) -> bytes:
    """The one spelling of a plain value: sorted keys, no blanks, ASCII only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


Omitted = frozenset[tuple[type, str]]
"""Fields of classes that are not written."""


def plain(value: object, *, omitted: Omitted = frozenset()) -> Any:
    """A value of the model as JSON holds it, with every field but those that are omitted."""
    return _converter(strict=True, omitted=omitted).unstructure(value)


def structured(cls: type[T], value: object, *, at: str = "") -> T:
    """A plain value as a class of the model: nothing coerced, no key unknown.

    `at` is the place of the value in its document. Raises CodecError.
    """
    return _structured(cls, value, at, strict=True)


def tolerant(cls: type[T], value: object, *, at: str = "") -> T:
    """As `structured`, for what another version may have written: keys that are not known are passed over."""
    return _structured(cls, value, at, strict=False)


def key_at(place: str, name: str) -> str:
    """The place of a key of a mapping, as in `body.databases[0].risk`; a strange one is quoted."""
    shown = name if name.isidentifier() else f"[{quoted(name)}]"
    return f"{place}.{shown}" if place and shown == name else place + shown


def shown(value: object) -> str:
    """A plain value in a few characters, as JSON spells it."""
    match value:
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case str():
            return quoted(value)
        case _:
            return json.dumps(value)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if not _is_text(key):
            raise CodecError("a key holds half of a character, which no text does")
        if key in found:
            raise CodecError(f"the key {quoted(key)} stands twice in one mapping")
        found[key] = value
    return found


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise CodecError(f"the number {digits[:_MOST_DIGITS]}… is larger than any that is written")
    return int(digits)


def _no_number(text: str) -> object:
    raise CodecError(f"the number {text:.20} is not whole, and all that are written are")


def _is_text(value: str) -> bool:
    """Whether a text can be written: JSON may name the half of a surrogate pair alone."""
    return not any("\ud800" <= char <= "\udfff" for char in value)


def _structured(cls: type[T], value: object, at: str, *, strict: bool) -> T:
    from cattrs.errors import BaseValidationError  # noqa: PLC0415 - loaded where a value is read

    try:
        return _converter(strict=strict).structure(value, cls)
    except (BaseValidationError, ValueError) as error:
        faults = list(_faults(error, at))
    more = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
    raise CodecError("; ".join(faults[:_MOST_FAULTS]) + more)


def _faults(error: BaseException, at: str) -> Iterator[str]:
    """The faults of a group of errors, depth first, each with its place."""
    from cattrs.errors import (  # noqa: PLC0415 - see above
        AttributeValidationNote,
        BaseValidationError,
        ForbiddenExtraKeysError,
        IterableValidationNote,
    )

    if isinstance(error, BaseValidationError):
        for part in error.exceptions:
            place = at
            for note in getattr(part, "__notes__", ()):
                if isinstance(note, AttributeValidationNote):
                    place = key_at(at, note.name)
                if isinstance(note, IterableValidationNote):
                    by_number = isinstance(note.index, int)
                    place = f"{at}[{note.index}]" if by_number else key_at(at, str(note.index))
            yield from _faults(part, at if isinstance(part, KeyError) else place)
    elif isinstance(error, ForbiddenExtraKeysError):
        said = (f"unknown key {quoted(key)}" for key in sorted(error.extra_fields))
        yield from (f"{at}: {one}" if at else one for one in said)
    else:
        what = f"the key {error.args[0]!r} is missing" if isinstance(error, KeyError) else error
        yield f"{at}: {what}" if at else str(what)


@cache
def _converter(*, strict: bool, omitted: Omitted = frozenset()) -> Converter:
    """The converter; a hook that is registered later is asked first."""
    from cattrs import Converter  # noqa: PLC0415 - loaded where a value is written or read

    made = Converter(detailed_validation=True, forbid_extra_keys=strict)
    for scalar, due in _SCALARS.items():
        made.register_structure_hook(scalar, _exactly(scalar, due))
    readers: tuple[tuple[Callable[[Any], bool], Callable[[Any, Converter], _Hook]], ...] = (
        (has, _class_reader),
        (_is_enum, lambda hint, _made: _among({one.value: one for one in hint})),
        (_of(Literal), lambda hint, _made: _among({one: one for one in get_args(hint)})),
        (_of(tuple), _list_reader),
        (_of(frozenset), _set_reader),
        (_of(Mapping), _mapping_reader),
        (_of(Union, UnionType), _union_reader),
        (_of(Annotated), lambda hint, made: made.get_structure_hook(get_args(hint)[0])),
    )
    for fits, reader in readers:
        made.register_structure_hook_factory(fits, reader)
    made.register_structure_hook_func(lambda hint: hint is object, lambda value, _hint: value)
    made.register_unstructure_hook_factory(has, lambda cls: _class_writer(cls, made, omitted))
    made.register_unstructure_hook_factory(_of(frozenset), lambda _hint: sorted)
    made.register_unstructure_hook(frozenset, sorted)
    made.register_unstructure_hook_func(_of(Union, UnionType), made.unstructure)
    texts: tuple[tuple[Any, Callable[[str], object], Callable[[Any], str]], ...] = (
        (date, _day, date.isoformat),
        (datetime, _moment, datetime.isoformat),
        (Address, Address.parse, str),
        (Version, _version, str),
    )
    for cls, read, write in texts:
        made.register_structure_hook(cls, _text_reader(read))
        made.register_unstructure_hook(cls, write)
    return made


_SCALARS = {str: "a text", int: "a whole number", bool: "true or false", NoneType: "null"}


def _exactly(scalar: type, due: str) -> _Hook:
    """Take one type and no other: a bool is no int here."""

    def read(value: object, _hint: object) -> object:
        if type(value) is not scalar:
            raise ValueError(f"{shown(value)} where {due} is due")
        if isinstance(value, str) and not _is_text(value):
            raise ValueError("half of a character, which no text holds")
        return value

    return read


def _of(*origins: object) -> Callable[[Any], bool]:
    return lambda hint: get_origin(hint) in origins


def _is_enum(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Enum)


def _among(known: Mapping[Any, object]) -> _Hook:
    def read(value: object, _hint: object) -> object:
        if not isinstance(value, str) or value not in known:
            raise ValueError(f"{shown(value)} is none of {', '.join(map(str, known))}")
        return known[value]

    return read


def _text_reader(read: Callable[[str], object]) -> _Hook:
    take = _exactly(str, _SCALARS[str])
    return lambda value, _hint: read(str(take(value, str)))


def _day(text: str) -> date:
    return _time_of(text, date, "a date")


def _moment(text: str) -> datetime:
    moment = _time_of(text, datetime, "a time in UTC")
    if moment.tzinfo is not UTC:
        raise ValueError(f"{quoted(text)} is not a time in UTC")
    return moment


_Day = TypeVar("_Day", bound=date)


def _time_of(text: str, cls: type[_Day], what: str) -> _Day:
    """A date or a time in the one spelling that is written."""
    try:
        moment = cls.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{quoted(text)} is not {what}") from None
    if moment.isoformat() != text:
        raise ValueError(f"{quoted(text)} is not {what}")
    return moment


def _version(text: str) -> Version:
    version = Version.parse(text)
    if version is None or str(version) != text:
        raise ValueError(f"{quoted(text)} is no version")
    return version


def _only(plain_type: type, due: str, inner: _Hook) -> _Hook:
    """A hook of cattrs, which takes anything that can be iterated, for one plain type only."""

    def read(value: object, hint: object) -> object:
        if type(value) is not plain_type:
            raise ValueError(f"{shown(value)} where {due} is due")
        return inner(value, hint)

    return read


def _list_reader(hint: Any, converter: Converter) -> _Hook:
    from cattrs.cols import homogenous_tuple_structure_factory  # noqa: PLC0415 - as above

    return _only(list, "a list", homogenous_tuple_structure_factory(hint, converter))


def _set_reader(hint: Any, converter: Converter) -> _Hook:
    inner = _list_reader(tuple[get_args(hint)[0], ...], converter)  # type: ignore[misc]

    def read(value: object, hint: object) -> frozenset[object]:
        listed = inner(value, hint)
        if list(listed) != sorted(set(listed)):
            raise ValueError("the list is not sorted, or names something twice")
        return frozenset(listed)

    return read


def _mapping_reader(hint: Any, converter: Converter) -> _Hook:
    from cattrs.cols import mapping_structure_factory  # noqa: PLC0415 - as above

    return _only(dict, "a mapping", mapping_structure_factory(hint, converter))


def _class_reader(cls: Any, converter: Converter) -> _Hook:
    from cattrs.gen import make_dict_structure_fn  # noqa: PLC0415 - as above

    inner, (tag, word) = make_dict_structure_fn(cls, converter), TAGS.get(cls, ("", ""))

    def read(value: object, hint: object) -> object:
        if not isinstance(value, dict):
            raise ValueError(f"{shown(value)} where a mapping is due")  # noqa: TRY004 - of a text
        if tag:
            _within(tag, _among({word: cls}), value.get(tag))
        return inner({key: one for key, one in value.items() if key != tag} if tag else value, hint)

    return read


def _class_writer(
    cls: Any, converter: Converter, omitted: Omitted
) -> Callable[[Any], dict[str, Any]]:
    from cattrs.gen import make_dict_unstructure_fn, override  # noqa: PLC0415 - as above

    left_out: dict[str, Any] = {name: override(omit=True) for one, name in omitted if one is cls}
    inner = make_dict_unstructure_fn(cls, converter, **left_out)
    tag, word = TAGS.get(cls, ("", ""))
    return (lambda value: {tag: word, **inner(value)}) if tag else inner


def _union_reader(hint: Any, converter: Converter) -> _Hook:
    """One of several types: the JSON type tells which, of classes the word under their tag."""
    members = [one for one in get_args(hint) if one is not NoneType]
    tagged = {TAGS[one][1]: one for one in members if one in TAGS}
    tag = next((TAGS[one][0] for one in members if one in TAGS), "")
    by_word = _among(tagged)

    def member_of(value: object) -> Any:
        if value is None and NoneType in get_args(hint):
            return NoneType
        if len(members) == 1:
            return members[0]
        word = value.get(tag) if tagged and isinstance(value, dict) else None
        if isinstance(word, str) or (isinstance(value, dict) and len(tagged) == len(members)):
            return _within(tag, by_word, word)
        for one in members:
            if _fits(one, value):
                return one
        raise ValueError(f"{shown(value)} cannot stand here")

    def read(value: object, _hint: object) -> object:
        member = member_of(value)
        return converter.get_structure_hook(member)(value, member)

    return read


def _within(key: str, read: _Hook, value: object) -> object:
    try:
        return read(value, None)
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from None


def _fits(hint: Any, value: object) -> bool:
    """Whether a value is of the JSON type of a hint."""
    origin = get_origin(hint)
    if origin is Annotated:
        return _fits(get_args(hint)[0], value)
    if origin is tuple:
        return isinstance(value, list) and all(_fits(get_args(hint)[0], one) for one in value)
    if origin is Mapping or (has(hint) and hint not in {Address, Version}):
        return isinstance(value, dict)
    return type(value) is (hint if hint in _SCALARS else str)
