"""The JSON Schemas: committed as generated, true to the converter, and fit for printed documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from attrs import frozen
from builders import TODAY
from jsonschema import Draft202012Validator
from unit.spec.test_bad_specs import CASES as BAD_SPECS
from unit.spec.test_config import BAD as BAD_CONFIGS

from demo.project import make_project
from reconcile.kinds import KINDS
from reconcile.model.constraint import Between, described
from reconcile.model.finding import only_warnings
from reconcile.schema import config_schema, schema_of, spec_schema
from reconcile.spec.config import Config, load_config
from reconcile.spec.load import load_specs
from reconcile.spec.source import Source
from reconcile.spec.yaml import parse

ROOT = Path(__file__).resolve().parents[3]
SCHEMAS = {"spec": spec_schema, "config": config_schema}


def plain(value: Any) -> Any:
    """A document as JSON has it: dates are texts there."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def documents(text: str) -> list[Any]:
    """The plain documents of a YAML text."""
    return [plain(document.value) for document in parse(Source("a.yaml", text)).documents]


def accepts(schema: Mapping[str, Any], document: object) -> bool:
    """Whether a document is valid under a schema."""
    return Draft202012Validator(schema).is_valid(document)


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_committed_schema_is_the_generated_one(name: str) -> None:
    """After a change of a class: `reconcile schema --write schemas`."""
    committed = (ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    assert committed == json.dumps(SCHEMAS[name](), indent=2) + "\n"


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_a_schema(name: str) -> None:
    """It is valid under the dialect that it names."""
    schema = SCHEMAS[name]()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "specs").glob("*.yaml")), ids=lambda path: path.name
)
def test_example_specs_are_valid(path: Path) -> None:
    """Each names the schema for editors, and both the schema and the converter take it."""
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../schemas/spec.schema.json\n")
    (document,) = documents(text)
    Draft202012Validator(spec_schema()).validate(document)
    assert load_specs([path], config=Config(), today=TODAY).findings == ()


@pytest.mark.parametrize(
    "today", [date(2027, 12, 31), date(2028, 2, 29), date(2056, 11, 30)], ids=str
)
def test_a_project_for_the_sandbox_is_approved_for_60_days(tmp_path: Path, today: date) -> None:
    """On any day: the example specs themselves stay valid, the copy allows what they delete."""
    assert only_warnings(load_specs([ROOT / "specs"], config=Config(), today=today).findings)
    make_project(tmp_path, today)
    loaded = load_specs([tmp_path / "specs"], config=Config(), today=today)
    assert loaded.findings == ()
    ends = [
        entry.until
        for desired in loaded.desired
        for spec in desired.kinds.values()
        for entry in getattr(spec, "absent", ())
    ]
    assert ends == [today + timedelta(days=60)]


def test_example_specs_name_every_kind() -> None:
    """What is not in an example is not seen in the tour."""
    loaded = load_specs([ROOT / "specs"], config=Config(), today=TODAY)
    assert {name for desired in loaded.desired for name in desired.kinds} == {
        kind.name for kind in KINDS
    }


def test_schema_examples_are_valid() -> None:
    """What an editor offers as an example is no mistake."""
    for schema in (spec_schema(), config_schema()):
        assert all(accepts(schema, example) for example in schema.get("examples", ()))
        for _path, part in subschemas(schema):
            validator = Draft202012Validator({**part, "$defs": schema["$defs"]})
            for example in part.get("examples", ()):
                validator.validate(example)


def subschemas(schema: Any, path: tuple[str, ...] = ()) -> Any:
    """Every described part of a schema."""
    if isinstance(schema, dict):
        if "description" in schema and "examples" in schema:
            yield path, schema
        for key, part in schema.items():
            yield from subschemas(part, (*path, str(key)))
    elif isinstance(schema, list):
        for part in schema:
            yield from subschemas(part, path)


HEAD = "version: 1\ndatabase: a\napp: a\nengine: "
BEYOND = {
    "header": {"version 1.0", "handle with an escape", "label as date"},
    "keys": {"connection of another engine"},
    "backups": {"nothing", "no hours", "hour twice", "hour 3.0"},
    "sql_mode": {"unknown", "nearly", "in a text", "empty word"},
    "logical_databases": {
        "absent twice", "long for MySQL", "forbidden by MongoDB", "tag", "of MySQL itself",
        "of MongoDB itself",
        "beyond U+FFFF", "slash", "one name to MongoDB", "present and absent to MongoDB",
        "present and absent but for case", "present and absent but for form", "empty list",
        "end far away", "end long past", "twice", "present and absent", "end as text", "quoted end",
        "end with a time",
    },
    "extensions": {"underscores in a number", "owned by query_stats"},
    "maintenance_window": {"nothing named"},
    "features": {"of Redis", "public alone", "public without TLS"},
    "retention_policies": {
        "backslash", "slash", "blank of another width", "no time", "short", "two defaults",
    },
}  # fmt: skip
"""What a schema cannot say of a spec: what two values may not say together, what one server refuses."""


@pytest.mark.parametrize("key", BAD_SPECS)
def test_schema_and_converter_refuse_the_same_specs(key: str) -> None:
    """What the tool refuses an editor underlines, where a schema can say it."""
    schema = spec_schema()
    taken = {
        name
        for name, bad in BAD_SPECS[key].items()
        if all(accepts(schema, document) for document in documents(bad.text))
    }
    assert taken == BEYOND.get(key, set())


GOOD_SPECS = {
    "short forms": HEAD + "postgresql\nextensions: [a, {name: b}]\nquery_stats: false\n",
    "long forms": HEAD + "postgresql\nextensions: {present: [a], others: report}\n",
    "modes as text": HEAD + "mysql\nsql_mode: ansi, TRADITIONAL\n",
    "infinite": HEAD + "influxdb\nretention_policies: [{name: a, duration: INF}]\n",
    "no kind": HEAD + "elasticsearch\n",
    "version": HEAD + 'mysql\nengine_version: ">= 8.0"\n',
    "version with a major": HEAD + "mysql\nengine_version: {version: latest-minor, allow_major: 9}\n",
    "window": HEAD + "mysql\nmaintenance_window: {weekday: sunday, hour: 0}\n",
    "features": HEAD + "redis\nfeatures: {force-ssl: true, redis-cache: false}\n",
    "approval": HEAD + "mongodb\nlogical_databases: {absent: [{name: a, reason: b, until: 2027-01-01}]}\n",
}  # fmt: skip


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("text", GOOD_SPECS.values(), ids=list(GOOD_SPECS))
def test_schema_and_converter_take_the_same_specs(text: str) -> None:
    """An editor underlines nothing that the tool takes."""
    Path("spec.yaml").write_text(text, encoding="utf-8")
    assert only_warnings(load_specs([Path("spec.yaml")], config=Config(), today=TODAY).findings)
    (document,) = documents(text)
    Draft202012Validator(spec_schema()).validate(document)


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    "defaults",
    [
        "engines: {mysql: {sql_mode: ANSI}}",
        "engines: {mysql: {engine_version: latest-minor}}",
        "engines: {redis: {features: {redis-aof: true}}}",
        "labels: {a=b: {protect: true, backups: {hours: [3]}}}",
        "labels: {a=b: {features: {force-ssl: true}}}",
    ],
)
def test_schema_and_loader_take_the_same_defaults(defaults: str) -> None:
    """What adds protection, and takes nothing away."""
    text = f"version: 1\nregion: osc-fr1\ndefaults: {{{defaults}}}\n"
    Path("reconcile.yaml").write_text(text, encoding="utf-8")
    assert load_config(None, today=TODAY)[1] == ()
    (document,) = documents(text)
    Draft202012Validator(config_schema()).validate(document)


def test_schema_and_loader_refuse_the_same_configurations() -> None:
    """Also where a default may not turn off or delete; what is no one document has no schema."""
    texts = {str(bad.id): str(bad.values[0]) for bad in BAD_CONFIGS}
    schema = config_schema()
    taken = {
        name
        for name, text in texts.items()
        if all(accepts(schema, document) for document in documents(text))
    }
    assert taken == {"empty", "two documents", "no YAML", "bad for every engine"}


class Colour(Enum):
    """An enum of a printed document."""

    RED = "red"
    GREEN = "green"


@frozen(kw_only=True)
class Leaf:
    """A leaf."""

    hour: Annotated[int, Between(0, 23, "hour")] | None = described("When.", default=None)
    colour: Colour = Colour.RED


@frozen(kw_only=True)
class Tree:
    """A printed document.

    Only the first paragraph describes it.
    """

    format_version: Literal["1.0"]
    kind: Literal["a", "b"]
    leaves: tuple[Leaf, ...]
    by_name: Mapping[str, Leaf]
    value: bool | int | str | tuple[str, ...] | None
    made: date
    share: float
    anything: Any = None


def test_the_schema_of_a_printed_document() -> None:
    """Every type that a printed document uses, with its optional fields null."""
    schema = schema_of(Tree, title="tree", ident="tree.schema.json")
    assert (schema["title"], schema["$id"]) == ("tree", "tree.schema.json")
    assert schema["description"] == "A printed document."
    assert schema["properties"]["leaves"] == {"type": "array", "items": {"$ref": "#/$defs/Leaf"}}
    assert schema["$defs"]["Leaf"]["required"] == []
    document = {
        "format_version": "1.0", "kind": "a", "leaves": [{"hour": None, "colour": "green"}, {}],
        "by_name": {"x": {"hour": 3}}, "value": None, "made": "2027-01-01", "share": 0.5,
    }  # fmt: skip
    Draft202012Validator(schema).validate(document)
    for wrong in ({"value": [1]}, {"kind": "c"}, {"by_name": {"x": {"hour": 24}}}, {"more": 1}):
        assert not accepts(schema, document | wrong)


def test_all_fields_may_be_required() -> None:
    """For a document that is always written in full."""
    schema = schema_of(Leaf, title="leaf", ident="leaf", all_required=True)
    assert schema["required"] == ["hour", "colour"]
    assert accepts(schema, {"hour": None, "colour": "red"})
    assert not accepts(schema, {"colour": "red"})


def test_a_type_without_a_schema_is_a_defect() -> None:
    """A new type in a document is noticed when its schema is written."""

    @frozen
    class Strange:
        value: bytes

    with pytest.raises(TypeError, match="no JSON Schema is known for <class 'bytes'>"):
        schema_of(Strange, title="strange", ident="strange")
