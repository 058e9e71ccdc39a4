"""JSON Schemas (2020-12), written from the same classes that the program checks and prints with.

Two readings of a class: in what people write, an optional field is left out and never null, and
short forms are allowed; in what the tool writes, an optional field may be null.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints

from attrs import NOTHING, Attribute, define, field, fields, has

from reconcile.codec import TAGS, Omitted
from reconcile.kinds import KINDS
from reconcile.kinds.kind import Kind
from reconcile.model.address import Address
from reconcile.model.constraint import description_of, limit_by_default, short_form
from reconcile.model.engine import Engine, Version
from reconcile.spec.written import Header, WrittenConfig

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    Address: {"type": "string"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    NoneType: {"type": "null"},
    Version: {"type": "string"},
    Any: {},
    object: {},
}


def schema_of(
    cls: type,
    *,
    title: str,
    ident: str,
    head: type | None = None,
    tail: type | None = None,
    all_required: bool = False,
) -> Schema:
    """The schema of documents that hold one value of an attrs class.

    `ident` becomes `$id`. The fields of `head` and `tail` stand before and after those of the class.
    It is read as something that the tool writes; `all_required` where it writes every field, and not
    only those without a default.
    """
    writer = _Writer(for_people=False, all_required=all_required)
    parts = [writer.mapping(one) for one in (head, cls, tail) if one is not None]
    body = writer.mapping(cls)
    body["required"] = list(dict.fromkeys(name for one in parts for name in one["required"]))
    body["properties"] = {name: of for one in parts for name, of in one["properties"].items()}
    return _document(title, ident, body, writer)


def plan_file_schema(document: type, inputs: type, omitted: Omitted) -> Schema:
    """The schema of a plan file; the values that `inputs` holds as `desired` are those of specs."""
    writer = _Writer(for_people=False, all_required=True, omitted=omitted)
    body = writer.mapping(document)
    wanted = writer.definitions[inputs.__name__]["properties"]["desired"]
    wanted |= {"additionalProperties": False, "properties": _kinds(writer, KINDS)}
    return _document("reconcile plan_file", "plan_file.schema.json", body, writer)


def spec_schema() -> Schema:
    """The schema of a spec: the header, every kind, and which engine has which kind."""
    writer = _Writer(for_people=True)
    body = writer.mapping(Header)
    body["description"] = (
        "What one managed database shall be like. A key that is left out is not managed: it is"
        " neither read nor changed."
    )
    body["properties"] |= _kinds(writer, KINDS)
    body["allOf"] = [_only_what_it_has(engine) for engine in Engine]
    body["examples"] = [_EXAMPLE]
    return _document("Spec of a managed database", "spec.schema.json", body, writer)


def config_schema() -> Schema:
    """The schema of reconcile.yaml."""
    writer = _Writer(for_people=True, for_defaults=True)
    body = writer.mapping(WrittenConfig)
    defaults = writer.definitions["WrittenDefaults"]["properties"]
    defaults["engines"] |= {
        "additionalProperties": False,
        "properties": {
            engine.value: _default_set(writer, [kind for kind in KINDS if engine in kind.offers])
            for engine in Engine
        },
    }
    del defaults["engines"]["propertyNames"]
    defaults["labels"]["additionalProperties"] = _default_set(writer, KINDS)
    return _document("Configuration of a project", "config.schema.json", body, writer)


_EXAMPLE = {
    "version": 1,
    "database": "shop",
    "app": "shop-web",
    "engine": "mysql",
    "backups": {"enabled": True, "hours": [3]},
}


def _document(title: str, ident: str, body: Schema, writer: _Writer) -> Schema:
    schema = {"$schema": DIALECT, "$id": ident, "title": title, **body}
    if writer.definitions:
        schema["$defs"] = dict(sorted(writer.definitions.items()))
    return schema


def _kinds(writer: _Writer, kinds: Iterable[Kind[Any]]) -> Schema:
    return {
        kind.name: {
            "title": kind.title,
            "description": f"{_first_paragraph(kind.spec_type)} Engines: {_engines(kind)}.",
            **writer.of(kind.spec_type),
        }
        for kind in kinds
    }


def _engines(kind: Kind[Any]) -> str:
    if len(kind.offers) == len(Engine):
        return "all"
    return ", ".join(engine.value for engine in Engine if engine in kind.offers)


def _only_what_it_has(engine: Engine) -> Schema:
    """Refuse the kinds that an engine lacks."""
    lacking = [kind.name for kind in KINDS if engine not in kind.offers]
    return {
        "if": {"properties": {"engine": {"const": engine.value}}, "required": ["engine"]},
        "then": {"properties": dict.fromkeys(lacking, False)},
    }


def _default_set(writer: _Writer, kinds: Iterable[Kind[Any]]) -> Schema:
    """Defaults: kinds, as far as they take nothing away, and protection."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "protect": {"description": "Refuse every action that loses data.", "const": True},
            **_kinds(writer, kinds),
        },
    }


@define(kw_only=True)
class _Writer:
    """Writes types as schemas; nested classes become definitions, each once.

    `for_defaults` where fields are written with what a default may say of them.
    """

    for_people: bool
    for_defaults: bool = False
    all_required: bool = False
    omitted: Omitted = frozenset()
    definitions: dict[str, Schema] = field(factory=dict)

    def of(self, hint: Any) -> Schema:
        """The schema of a type."""
        if hint in _PLAIN:
            return dict(_PLAIN[hint])
        origin, arguments = get_origin(hint), get_args(hint)
        written = self._WRITERS.get(origin)
        if written is not None:
            return written(self, arguments)
        if isinstance(hint, type) and issubclass(hint, Enum):
            return {"enum": [member.value for member in hint]}
        if has(hint):
            return self._reference(hint)
        raise TypeError(f"no JSON Schema is known for {hint!r}")

    def mapping(self, cls: Any) -> Schema:
        """The schema of a class, spelled out as a mapping of its fields."""
        hints = get_type_hints(cls, include_extras=True)
        written = [one for one in fields(cls) if (cls, one.name) not in self.omitted]
        required = [one.name for one in written if self.all_required or one.default is NOTHING]
        properties = {one.name: self._property(one, hints[one.name]) for one in written}
        if cls in TAGS:
            tag, word = TAGS[cls]
            required, properties = [tag, *required], {tag: {"const": word}, **properties}
        return {
            "description": _first_paragraph(cls),
            "type": "object",
            "additionalProperties": False,
            "required": required,
            "properties": properties,
        }

    def _property(self, attribute: Attribute[Any], hint: Any) -> Schema:
        words = description_of(attribute)
        examples = list(attribute.metadata.get("examples", ()))
        schema: Schema = {"description": words} if words else {}
        schema |= self.of(hint)
        limit = limit_by_default(attribute)
        if self.for_defaults and limit is not None:
            return schema | dict(limit.schema())
        return schema | ({"examples": examples} if examples else {})

    def _reference(self, cls: Any) -> Schema:
        name = cls.__name__
        if name not in self.definitions:
            self.definitions[name] = {}  # a class that holds itself finds its name taken
            self.definitions[name] = self._with_short_form(cls)
        return {"$ref": f"#/$defs/{name}"}

    def _with_short_form(self, cls: Any) -> Schema:
        short = short_form(cls)
        if short is None or not self.for_people:
            return self.mapping(cls)
        hints = get_type_hints(cls, include_extras=True)
        spellings = [self._property(getattr(fields(cls), short.key), hints[short.key])]
        if short.separator:
            spellings.append({"type": "string"})
        if not short.only:
            spellings.append(self.mapping(cls))
        return {"anyOf": spellings} if len(spellings) > 1 else spellings[0]

    def _annotated(self, arguments: tuple[Any, ...]) -> Schema:
        schema = self.of(arguments[0])
        for constraint in arguments[1:]:
            schema |= constraint.schema()
        return schema

    def _union(self, arguments: tuple[Any, ...]) -> Schema:
        parts = [one for one in arguments if not (self.for_people and one is NoneType)]
        schemas = [self.of(part) for part in parts]
        return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}

    def _literal(self, arguments: tuple[Any, ...]) -> Schema:
        return {"const": arguments[0]} if len(arguments) == 1 else {"enum": list(arguments)}

    def _array(self, arguments: tuple[Any, ...]) -> Schema:
        return {"type": "array", "items": self.of(arguments[0])}

    def _object(self, arguments: tuple[Any, ...]) -> Schema:
        keys = self.of(arguments[0])
        schema: Schema = {"type": "object", "additionalProperties": self.of(arguments[1])}
        return schema if keys == _PLAIN[str] else schema | {"propertyNames": keys}

    _WRITERS: ClassVar[Mapping[Any, Callable[[_Writer, tuple[Any, ...]], Schema]]] = {
        Annotated: _annotated,
        Union: _union,
        UnionType: _union,
        Literal: _literal,
        tuple: _array,
        frozenset: _array,
        Mapping: _object,
    }


def _first_paragraph(cls: type) -> str:
    """What a class says of itself, on one line."""
    return " ".join((cls.__doc__ or "").strip().partition("\n\n")[0].split())
