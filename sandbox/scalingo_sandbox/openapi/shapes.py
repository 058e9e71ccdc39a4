"""The words in which the document describes JSON: each gives a JSON Schema of draft 2020-12.

Objects leave room for keys that they do not name: newer answers of the service have more of them,
and what a request says beyond them is ignored.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from scalingo_sandbox.constraints import Matches
from scalingo_sandbox.schema import object_shape

Shape = dict[str, Any]

TEXT: Shape = {"type": "string"}
FLAG: Shape = {"type": "boolean"}
COUNT: Shape = {"type": "integer", "minimum": 0}
INSTANT: Shape = {"type": "string", "format": "date-time"}
ANYTHING: Shape = {}
NULL: Shape = {"type": "null"}


def record(*, optional: Iterable[str] = (), **properties: Shape) -> Shape:
    """Describe an object whose keys are all there, but for the optional ones."""
    left_out = frozenset(optional)
    required = [name for name in properties if name not in left_out]
    return {
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
    }


def alike(shape: Shape, *names: str) -> Shape:
    """Describe an object whose keys all hold values of one shape."""
    return record(**dict.fromkeys(names, shape))


def merged(*records: Shape) -> Shape:
    """Describe an object that has the keys of all the given ones."""
    properties = {name: shape for one in records for name, shape in one["properties"].items()}
    optional = {
        name for one in records for name in one["properties"] if name not in one.get("required", [])
    }
    return record(optional=optional, **properties)


def rooted(name: str, shape: Shape) -> Shape:
    """Describe an object of one key, the API's usual wrapping."""
    return record(**{name: shape})


def listing(member: Shape) -> Shape:
    """Describe an array."""
    return {"type": "array", "items": member}


def one_of(choices: type[StrEnum]) -> Shape:
    """Describe the values of an Enum."""
    return {"type": "string", "enum": [choice.value for choice in choices]}


def matching(constraint: Matches, *examples: str) -> Shape:
    """Describe a string that a constraint of the fleet file holds for."""
    return {"type": "string", **constraint.schema(), "examples": list(examples)}


def between(low: int, high: int) -> Shape:
    """Describe an integer, both bounds included."""
    return {"type": "integer", "minimum": low, "maximum": high}


def nullable(shape: Shape) -> Shape:
    """Describe a value that may be null."""
    if "$ref" in shape:
        return {"anyOf": [shape, NULL]}
    return shape | {"type": [shape["type"], "null"]}


def named(name: str) -> Shape:
    """Refer to a schema of the document by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def shown(cls: type[Any], *hidden: str) -> Shape:
    """Describe an attrs class as answers show it: every attribute is there, but the hidden ones."""
    definitions: Shape = {}
    properties = object_shape(cls, definitions)["properties"]
    return record(
        **{
            name: _answered(shape, definitions)
            for name, shape in properties.items()
            if name not in hidden
        }
    )


def _answered(shape: Shape, definitions: Shape) -> Shape:
    """Leave out what only the fleet file has: defaults and shared definitions."""
    kept = {key: value for key, value in shape.items() if key not in {"default", "$ref"}}
    if "$ref" not in shape:
        return kept
    definition = definitions[shape["$ref"].removeprefix("#/$defs/")]
    return {"type": "string", "enum": definition["enum"]} | kept
