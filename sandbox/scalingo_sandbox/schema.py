"""The JSON Schema (draft 2020-12) of the fleet file, made from its attrs classes.

`python -m scalingo_sandbox.schema` prints it.
"""

from __future__ import annotations

import json
import sys
import types
from enum import StrEnum
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs

from scalingo_sandbox.constraints import Each, Instant, Matches, Within
from scalingo_sandbox.fleet import Fleet

_TYPES = {str: "string", int: "integer", bool: "boolean", float: "number"}


def fleet_schema() -> dict[str, Any]:
    """Describe the fleet file; every class but the outermost is under `$defs`."""
    definitions: dict[str, Any] = {}
    document = object_shape(Fleet, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Fleet of the sandbox",
        **document,
        "$defs": dict(sorted(definitions.items())),
    }


def object_shape(cls: type[Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Describe an attrs class; the classes it is made of are added to the definitions."""
    hints = get_type_hints(cls)
    attributes = attrs.fields(cls)
    return {
        "description": (cls.__doc__ or "").splitlines()[0],
        "type": "object",
        "properties": {
            attribute.name: _property(attribute, hints[attribute.name], definitions)
            for attribute in attributes
        },
        "required": [one.name for one in attributes if one.default is attrs.NOTHING],
        "additionalProperties": False,
    }


def _property(
    attribute: attrs.Attribute[Any], hint: Any, definitions: dict[str, Any]
) -> dict[str, Any]:
    described = {key: value for key, value in attribute.metadata.items() if value}
    shape = _shape(hint, definitions)
    if isinstance(attribute.validator, Within | Matches | Each | Instant):
        shape = _constrained(shape, attribute.validator.schema())
    default = attribute.default
    if isinstance(default, attrs.Factory) or default in (attrs.NOTHING, None):  # type: ignore[arg-type]
        return described | shape
    plain = list(default) if isinstance(default, tuple) else default
    return described | shape | {"default": plain}


def _constrained(shape: dict[str, Any], constraint: dict[str, Any]) -> dict[str, Any]:
    """Merge a constraint into a shape, one level deep for the elements of a list."""
    items = constraint.get("items")
    return shape | constraint | ({"items": shape["items"] | items} if items else {})


def _shape(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin = get_origin(hint)
    if origin in (types.UnionType, Union):
        # The file's null means the same as leaving the key out.
        inner = next(one for one in get_args(hint) if one is not type(None))
        return _nullable(_shape(inner, definitions))
    if origin is tuple:
        return {"type": "array", "items": _shape(get_args(hint)[0], definitions)}
    if hint in _TYPES:
        return {"type": _TYPES[hint]}
    return {"$ref": f"#/$defs/{_define(hint, definitions)}"}


def _nullable(shape: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in shape:
        return {"anyOf": [shape, {"type": "null"}]}
    return shape | {"type": [shape["type"], "null"]}


def _define(cls: type[Any], definitions: dict[str, Any]) -> str:
    if cls.__name__ not in definitions:
        definitions[cls.__name__] = (
            {"description": (cls.__doc__ or "").strip(), "enum": [member.value for member in cls]}
            if issubclass(cls, StrEnum)
            else object_shape(cls, definitions)
        )
    return cls.__name__


if __name__ == "__main__":
    json.dump(fleet_schema(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
