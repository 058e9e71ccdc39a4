"""The strict converter, the only door to cattrs: plain values → attrs classes, nothing coerced.

All errors of a value are found at once, each with the path that leads to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from attrs import evolve, fields, frozen, has
from cattrs import Converter
from cattrs.cols import homogenous_tuple_structure_factory as tuple_hook
from cattrs.errors import (
    AttributeValidationNote,
    BaseValidationError,
    ForbiddenExtraKeysError,
    IterableValidationNote,
)
from cattrs.gen import make_dict_structure_fn
from cattrs.gen import mapping_structure_factory as mapping_hook

from reconcile.model.constraint import (
    InvalidValueError,
    KeyPath,
    ShortForm,
    description_of,
    quoted,
    secret_fields,
    short_form,
)
from reconcile.model.finding import Finding
from reconcile.spec.compose import Document
from reconcile.spec.sentences import (
    Due,
    Sentence,
    label,
    missing,
    not_among,
    unknown_key,
    wrong_type,
)
from reconcile.spec.source import Locations, finding, warning

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


T = TypeVar("T")
_Hook = Callable[[Any, Any], Any]
_Factory = Callable[[Any, Converter], _Hook]


@frozen(kw_only=True)
class Converted(Generic[T]):
    """A value, None where findings say why there is none.

    `faulty` are the paths of these findings, from the converted value on.
    """

    value: T | None = None
    findings: tuple[Finding, ...] = ()
    faulty: tuple[KeyPath, ...] = ()


@frozen
class _Leaf:
    """One error of a nested group: where it is, and the class whose key it is about."""

    path: KeyPath
    error: Exception
    cls: Any = None
    at_key: bool = False


def convert(
    document: Document, cls: type[T], *, at: KeyPath = (), value: object = ...
) -> Converted[T]:
    """Convert the value at a path of a document, or `value` in its stead."""
    plain = document.at(at) if value is ... else value
    try:
        return Converted(value=_converter().structure(plain, cls))
    except (BaseValidationError, WrongTypeError, NotAmongError, InvalidValueError) as error:
        secret = {(*at, name) for name in secret_fields(cls)}
        leaves = tuple(_leaves(_Leaf(at, error)))
        return Converted(
            findings=tuple(
                _unshown(document, leaf)
                if leaf.path[: len(at) + 1] in secret
                else _finding(document, leaf)
                for leaf in leaves
            ),
            faulty=tuple(leaf.path[len(at) :] for leaf in leaves),
        )


def refusal(locations: Locations, path: KeyPath, error: InvalidValueError) -> Finding:
    """The finding for what a constraint or a kind refuses; `path` leads to the checked value."""
    mark = locations.find((*path, *error.path))
    make = warning if error.is_warning else finding
    return make(error.code, mark, str(error), error.hint)


def _leaves(leaf: _Leaf) -> Iterator[_Leaf]:
    """The single errors of a group, depth first."""
    error = leaf.error
    if isinstance(error, ForbiddenExtraKeysError):
        for key in sorted(error.extra_fields):
            yield _Leaf((*leaf.path, key), error, error.cl, at_key=True)
    elif isinstance(error, BaseValidationError):
        for part in error.exceptions:
            yield from _leaves(_Leaf(leaf.path + _step(part), part, error.cl, _is_key(part)))
    else:
        yield leaf


def _note(error: Exception) -> AttributeValidationNote | IterableValidationNote | None:
    notes = getattr(error, "__notes__", ())
    known = (AttributeValidationNote, IterableValidationNote)
    return next((note for note in notes if isinstance(note, known)), None)


def _step(error: Exception) -> KeyPath:
    """The component of the path that an error in a group adds, none for the group's own."""
    note = _note(error)
    if note is None:
        return ()
    return (note.name if isinstance(note, AttributeValidationNote) else note.index,)


def _is_key(error: Exception) -> bool:
    """Whether an error is about a mapping's key; cattrs tells it from its value in words only."""
    note = _note(error)
    return note is not None and note.startswith("Structuring mapping key")


def _finding(document: Document, leaf: _Leaf) -> Finding:
    locations = document.locations
    if isinstance(leaf.error, InvalidValueError) and not leaf.at_key:
        return refusal(locations, leaf.path, leaf.error)
    sentence = _sentence(document, leaf)
    mark = locations.find_key(leaf.path) if leaf.at_key else locations.find(leaf.path)
    return finding(sentence.code, mark, sentence.message, sentence.hint)


def _unshown(document: Document, leaf: _Leaf) -> Finding:
    """The finding about what may be a secret: neither the value nor its source line is shown."""
    found = evolve(_finding(document, leaf), excerpt=None)
    if not isinstance(leaf.error, WrongTypeError) or leaf.error.value is None:
        return found
    where = label(document.locations.spelled(leaf.path))
    due = leaf.error.due.value
    hint = f"write {due}; what stands there may be a secret, and is not shown"
    return evolve(found, message=f"{where} is not {due}", hint=hint)


def _sentence(document: Document, leaf: _Leaf) -> Sentence:
    locations, path = document.locations, leaf.path
    match leaf.error:
        case WrongTypeError(due=due, value=value):
            return wrong_type(locations.spelled(path), due, value, locations.quote(path))
        case NotAmongError(value=value, known=known):
            return not_among(locations.spelled(path), value, known)
        case ForbiddenExtraKeysError():
            return unknown_key(str(path[-1]), (attribute.name for attribute in fields(leaf.cls)))
        case KeyError():
            attribute = getattr(fields(leaf.cls), str(path[-1]))
            return missing(locations.spelled(path[:-1]), attribute.name, description_of(attribute))
        case InvalidValueError() as error:
            return Sentence(error.code, str(error), error.hint)
        case error:
            raise error


@cache
def _converter() -> Converter:
    """The converter; a hook that is registered later is asked first."""
    converter = Converter(detailed_validation=True, forbid_extra_keys=True)
    for scalar, due in SCALARS.items():
        converter.register_structure_hook(scalar, _exactly(scalar, due))
    factories: tuple[tuple[Callable[[Any], bool], _Factory], ...] = (
        (has, _class_hook),
        (lambda cls: isinstance(cls, type) and issubclass(cls, Enum), _enum_hook),
        (lambda cls: get_origin(cls) is Literal, _literal_hook),
        (lambda cls: get_origin(cls) is tuple, _only(list, Due.LIST, tuple_hook)),
        (lambda cls: get_origin(cls) is Mapping, _only(dict, Due.MAPPING, mapping_hook)),
        (_is_optional, _optional_hook),
        (lambda cls: get_origin(cls) is Annotated, _constrained_hook),
    )
    for fits, factory in factories:
        converter.register_structure_hook_factory(fits, factory)
    return converter


def _exactly(scalar: type, due: Due) -> _Hook:
    """Take one type and no other: a bool is no int here, a date with a time is no date."""

    def structure(value: object, _cls: object) -> object:
        if type(value) is not scalar:
            raise WrongTypeError(due, value)
        return value

    return structure


def _enum_hook(cls: type[Enum], _converter: Converter) -> _Hook:
    members = {member.value: member for member in cls}

    def structure(value: object, _cls: object) -> Enum:
        if type(value) is not str:
            raise WrongTypeError(Due.TEXT, value)
        if value not in members:
            raise NotAmongError(value, members)
        return members[value]

    return structure


def _literal_hook(cls: Any, _converter: Converter) -> _Hook:
    choices = get_args(cls)

    def structure(value: object, _cls: object) -> object:
        if any(type(value) is type(choice) and value == choice for choice in choices):
            return value
        raise NotAmongError(value, choices)

    return structure


def _only(plain: type, due: Due, factory: Callable[[Any, Converter], _Hook]) -> _Factory:
    """A hook of cattrs, which takes anything that can be iterated, for one plain type only."""

    def guarded(cls: Any, converter: Converter) -> _Hook:
        inner = factory(cls, converter)

        def structure(value: object, _cls: object) -> object:
            if type(value) is not plain:
                raise WrongTypeError(due, value)
            return inner(value, cls)

        return structure

    return guarded


def _is_optional(cls: Any) -> bool:
    return get_origin(cls) in {Union, UnionType} and NoneType in get_args(cls)


def _optional_hook(cls: Any, converter: Converter) -> _Hook:
    """Optional means that the key may be left out; a key without a value is an error."""
    (inner,) = (part for part in get_args(cls) if part is not NoneType)
    hook = converter.get_structure_hook(inner)
    return lambda value, _cls: hook(value, inner)


def _constrained_hook(cls: Any, converter: Converter) -> _Hook:
    inner, *constraints = get_args(cls)
    hook = converter.get_structure_hook(inner)

    def structure(value: object, _cls: object) -> object:
        converted = hook(value, inner)
        for constraint in constraints:
            constraint.check(converted)
        return converted

    return structure


def _class_hook(cls: Any, converter: Converter) -> _Hook:
    inner = make_dict_structure_fn(cls, converter)
    short = short_form(cls)
    due = due_of(cls, short)

    def structure(value: object, _cls: object) -> object:
        if type(value) is dict and not (short and short.only):
            return inner(value, cls)
        if short is None:
            raise WrongTypeError(due, value)
        return inner({short.key: long_form(value, short, due)}, cls)

    return structure
