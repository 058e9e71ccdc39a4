"""Plain data or YAML text to a `Fleet` and back, strictly: nothing is coerced, nothing ignored."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from importlib.resources import files
from math import isfinite
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, cast

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from scalingo_sandbox.constraints import FieldError
from scalingo_sandbox.defaults import USUAL, complete
from scalingo_sandbox.errors import FleetError, Problem
from scalingo_sandbox.fleet import Database, Engine, Fleet
from scalingo_sandbox.fleet_rules import check

T = TypeVar("T")


Source = Mapping[str, Any] | Path | None
_LARGEST = 16 << 20


def load(source: Source, versions: Mapping[Engine, str] = USUAL) -> Fleet:
    """Read a fleet file, a plain mapping, or with None the packaged example.

    Raises FleetError for a file that cannot be read, is no YAML, or breaks a rule.
    """
    return parse(read(source), _name(source), versions)


def read(source: Source) -> object:
    """Read the same as plain data, unchecked; FleetError if it cannot be read or is no YAML."""
    if source is None:
        packaged = files("scalingo_sandbox").joinpath("fleet.yaml")
        return _read_yaml(packaged.read_text(encoding="utf-8"), "fleet.yaml")
    if isinstance(source, Path):
        return _read_yaml(_read_text(source), str(source))
    return source


def _name(source: Source) -> str:
    if source is None:
        return "fleet.yaml"
    return str(source) if isinstance(source, Path) else "fleet"


def parse(document: object, source: str, versions: Mapping[Engine, str] = USUAL) -> Fleet:
    """Turn plain data into a complete fleet, or raise FleetError with every fault found."""
    fleet = structure(document, Fleet, source)
    completed = complete(fleet, versions)
    problems = tuple(check(completed))
    if problems:
        raise FleetError(source, problems)
    return completed


def structure(document: object, cls: type[T], source: str) -> T:
    """Turn plain data into one of the attrs classes, or raise FleetError."""
    try:
        return _CONVERTER.structure(document, cls)
    except (cattrs.BaseValidationError, TypeError, ValueError) as error:
        raise FleetError(source, tuple(_problems(error, ""))) from None


def dump(value: Fleet | Database) -> dict[str, Any]:
    """Turn a value into plain data of the file's shape; what is None is left out."""
    return cast("dict[str, Any]", _CONVERTER.unstructure(value))


def _read_text(path: Path) -> str:
    try:
        return _content(path)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise FleetError(
            str(path), (Problem(path="", message=f"cannot be read: {reason}"),)
        ) from None


def _content(path: Path) -> str:
    """The text of a file of a bounded size; a pipe is not waited for."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "not a regular file")
    with path.open(encoding="utf-8") as file:
        text = file.read(_LARGEST + 1)
    if len(text) > _LARGEST:
        raise OSError(errno.EFBIG, f"larger than {_LARGEST} characters")
    return text


def _read_yaml(text: str, source: str) -> object:
    try:
        return cast("object", YAML(typ="safe").load(text))
    except YAMLError as error:
        message = " ".join(str(error).split())
        raise FleetError(source, (Problem(path="", message=message),)) from None


def _problems(error: BaseException, path: str) -> Iterator[Problem]:
    match error:
        case cattrs.ClassValidationError():
            noted, others = error.group_exceptions()
            for inner, note in noted:
                yield from _problems(inner, f"{path}.{note.name}".lstrip("."))
        case cattrs.IterableValidationError():
            indexed, others = error.group_exceptions()
            for inner, place in indexed:
                yield from _problems(inner, f"{path}[{place.index}]")
        case _:
            yield _problem(error, path)
            return
    for inner in others:
        yield from _problems(inner, path)


def _problem(error: BaseException, path: str) -> Problem:
    match error:
        case FieldError():
            return Problem(path=f"{path}.{error.field}".lstrip("."), message=error.message)
        case cattrs.ForbiddenExtraKeysError():
            unknown = ", ".join(sorted(repr(key) for key in error.extra_fields))
            return Problem(path=path, message=f"unknown key {unknown}")
        case KeyError():
            return Problem(path=path, message="is missing")
    return Problem(path=path, message=str(error))


_PRIMITIVES = (str, int, bool, float)
_WORDS: Mapping[type, str] = MappingProxyType(
    {
        str: "a string",
        int: "an integer",
        bool: "true or false",
        float: "a number",
        list: "a list",
        dict: "a mapping",
        type(None): "nothing",
    }
)


def _word(value: object) -> str:
    return _WORDS.get(type(value), f"a {type(value).__name__}")


def _exactly(expected: type) -> Callable[[Any, Any], Any]:
    """Accept only values of the very type: cattrs alone would turn None into 'None'."""
    accepted = (int, float) if expected is float else (expected,)

    def hook(value: Any, _: Any) -> Any:
        if type(value) not in accepted:
            raise TypeError(f"expected {_WORDS[expected]}, not {_word(value)}")
        if isinstance(value, float) and not isfinite(value):
            raise ValueError(f"{value} cannot be said in JSON")
        return value

    return hook


def _enum_member(value: Any, cls: type[StrEnum]) -> StrEnum:
    names = [member.value for member in cls]
    if value not in names:
        raise ValueError(f"{value!r} is not one of {', '.join(names)}")
    return cls(value)


def _class_hook(cls: type[Any], converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    structure_mapping = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True)

    def hook(value: Any, target: Any) -> Any:
        if not isinstance(value, Mapping):
            raise TypeError(f"expected a mapping, not {_word(value)}")
        return structure_mapping(value, target)

    return hook


def _tuple_hook(cls: Any, converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    element = cls.__args__[0]

    def hook(value: Any, _: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise TypeError(f"expected a list, not {_word(value)}")
        return tuple(converter.structure(list(value), list[element]))  # type: ignore[valid-type]

    return hook


def _is_tuple(cls: Any) -> bool:
    return getattr(cls, "__origin__", None) is tuple


def _is_dict(cls: Any) -> bool:
    return getattr(cls, "__origin__", None) is dict


def _dict(value: Any, _: Any) -> dict[str, Any]:
    """Accept any mapping with names as keys; its values are checked where they are used."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise TypeError(f"expected a mapping, not {_word(value)}")
    return dict(value)


def _without_none(cls: type[Any], converter: cattrs.Converter) -> Callable[[Any], dict[str, Any]]:
    unstructure = make_dict_unstructure_fn(cls, converter)

    def hook(value: Any) -> dict[str, Any]:
        return {key: part for key, part in unstructure(value).items() if part is not None}

    return hook


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(unstruct_collection_overrides={tuple: list})
    for primitive in _PRIMITIVES:
        converter.register_structure_hook(primitive, _exactly(primitive))
    # A class of its own, or the hook for str would serve the enums: they are strings too.
    converter.register_structure_hook(StrEnum, _enum_member)
    converter.register_structure_hook_factory(_is_tuple, _tuple_hook)
    converter.register_structure_hook_func(_is_dict, _dict)
    converter.register_structure_hook_factory(attrs.has, _class_hook)
    converter.register_unstructure_hook_factory(attrs.has, _without_none)
    return converter


_CONVERTER = _converter()
