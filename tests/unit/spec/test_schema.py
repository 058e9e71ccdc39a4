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


REMOVAL = "{name: a, reason: b, until: 2027-01-01}"
HEAD = "version: 1\ndatabase: a\napp: a\nengine: "
BAD_SPECS = {
    "no engine": "version: 1\ndatabase: a\napp: a\n",
    "another version": HEAD.replace("1", "2", 1) + "mysql\n",
    "version as text": HEAD.replace("1", "'1'", 1) + "mysql\n",
    "no such engine": HEAD + "oracle\n",
    "handle": HEAD.replace("database: a", "database: A/b") + "mysql\n",
    "long handle": HEAD.replace("database: a", f"database: {'a' * 64}") + "mysql\n",
    "unknown key": HEAD + "mysql\nbackup: {}\n",
    "reserved key": HEAD + "mysql\nconnection: x\n",
    "version as number": HEAD + "mysql\nengine_version: 8\n",
    "version range": HEAD + "mysql\nengine_version: '<8'\n",
    "major without version": HEAD + "mysql\nengine_version: {allow_major: 9}\n",
    "day": HEAD + "mysql\nmaintenance_window: {weekday: Tuesday}\n",
    "day as number": HEAD + "mysql\nmaintenance_window: {weekday: 2}\n",
    "no feature": HEAD + "mysql\nfeatures: {}\n",
    "features as list": HEAD + "mysql\nfeatures: [force-ssl]\n",
    "unknown feature": HEAD + "mysql\nfeatures: {force_ssl: true}\n",
    "feature as text": HEAD + "mysql\nfeatures: {force-ssl: on}\n",
    "kind of another engine": HEAD + "redis\nsql_mode: []\n",
    "policies on MySQL": HEAD + "mysql\nretention_policies: []\n",
    "label as number": HEAD + "mysql\nlabels: {a: 1}\n",
    "label key": HEAD + "mysql\nlabels: {'a b': c}\n",
    "protect as text": HEAD + "mysql\nprotect: no\n",
    "null": HEAD + "mysql\nbackups:\n",
    "null addon": HEAD + "mysql\naddon:\n",
    "hour without list": HEAD + "mysql\nbackups: {hours: 3}\n",
    "hour 24": HEAD + "mysql\nbackups: {hours: [24]}\n",
    "half an hour": HEAD + "mysql\nbackups: {hours: [3.5]}\n",
    "hour true": HEAD + "mysql\nbackups: {hours: [true]}\n",
    "mode as number": HEAD + "mysql\nsql_mode: 1\n",
    "mode as mapping": HEAD + "mysql\nsql_mode: {modes: []}\n",
    "name as number": HEAD + "mysql\nlogical_databases: [1]\n",
    "empty name": HEAD + "mysql\nlogical_databases: ['']\n",
    "no reason": HEAD + "mysql\nlogical_databases: {absent: [{name: a, until: 2027-01-01}]}\n",
    "no end": HEAD + "mysql\nlogical_databases: {absent: [{name: a, reason: b}]}\n",
    "others": HEAD + "mysql\nlogical_databases: {others: drop}\n",
    "unquoted version": HEAD + "postgresql\nextensions: [{name: a, version: 14.10}]\n",
    "version with a quote": HEAD + 'postgresql\nextensions: [{name: a, version: "1\'"}]\n',
    "query_stats as mapping": HEAD + "postgresql\nquery_stats: {enabled: true}\n",
    "duration": HEAD + "influxdb\nretention_policies: [{name: a, duration: 30D}]\n",
    "policy as name": HEAD + "influxdb\nretention_policies: [a]\n",
}


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("text", BAD_SPECS.values(), ids=list(BAD_SPECS))
def test_schema_and_converter_refuse_the_same_specs(text: str) -> None:
    """What the tool refuses an editor underlines, where a schema can say it."""
    Path("spec.yaml").write_text(text, encoding="utf-8")
    assert load_specs([Path("spec.yaml")], config=Config(), today=TODAY).findings
    (document,) = documents(text)
    assert not accepts(spec_schema(), document)


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
    ("text", "good"),
    [
        ("version: 1\n", True),
        ("version: 1\nregion: osc-fr1\n", True),
        ("version: 1\ndefaults: {engines: {mysql: {sql_mode: ANSI}}}\n", True),
        ("version: 1\ndefaults: {labels: {a=b: {protect: true, backups: {hours: [3]}}}}\n", True),
        ("region: osc-fr1\n", False),
        ("version: 1\ntoken: x\n", False),
        ("version: 1\ndefaults: {engines: {redis: {sql_mode: ANSI}}}\n", False),
        ("version: 1\ndefaults: {engines: {db2: {}}}\n", False),
        ("version: 1\ndefaults: {labels: {production: {}}}\n", False),
        ("version: 1\ndefaults: {labels: {a=b: {protect: false}}}\n", False),
        ("version: 1\ndefaults: {labels: {a=b: {backups: {enabled: false}}}}\n", False),
        ("version: 1\ndefaults: {labels: {a=b: {query_stats: false}}}\n", False),
        ("version: 1\ndefaults: {labels: {a=b: {features: {force-ssl: true}}}}\n", True),
        ("version: 1\ndefaults: {engines: {redis: {features: {redis-aof: true}}}}\n", True),
        ("version: 1\ndefaults: {engines: {redis: {features: {redis-aof: false}}}}\n", False),
        ("version: 1\ndefaults: {engines: {redis: {features: {redis-cache: true}}}}\n", False),
        ("version: 1\ndefaults: {engines: {redis: {features: {redis-cache: false}}}}\n", False),
        ("version: 1\ndefaults: {labels: {a=b: {features: {publicly-available: false}}}}\n", False),
        (
            "version: 1\ndefaults: {labels: {a=b: {features: {force-ssl: true, publicly-available: true}}}}\n",
            False,
        ),
        ("version: 1\ndefaults: {engines: {mysql: {engine_version: latest-minor}}}\n", True),
        (
            "version: 1\ndefaults: {engines: {influxdb: {retention_policies: [{name: a, duration: 1d, on_change: replace}]}}}\n",
            False,
        ),
        (
            f"version: 1\ndefaults: {{labels: {{a=b: {{extensions: {{absent: [{REMOVAL}]}}}}}}}}\n",
            False,
        ),
    ],
)
def test_schema_and_loader_agree_about_configurations(text: str, *, good: bool) -> None:
    """Also where a default may not turn off or delete."""
    Path("reconcile.yaml").write_text(text, encoding="utf-8")
    assert (load_config(None, today=TODAY)[1] == ()) is good
    (document,) = documents(text)
    assert accepts(config_schema(), document) is good


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
