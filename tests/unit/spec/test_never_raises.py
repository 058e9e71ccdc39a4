"""Whatever stands in a file, loading it gives findings and never an exception."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from builders import TODAY
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconcile.kinds import KIND_BY_NAME
from reconcile.model.engine import Engine
from reconcile.model.finding import only_warnings
from reconcile.spec.config import Config, load_config
from reconcile.spec.load import Loaded, load_specs
from reconcile.spec.written import HEADER_KEYS

FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
INNER = (
    "present", "absent", "others", "name", "reason", "until", "version", "enabled", "hours",
    "duration", "default", "on_change",
)  # fmt: skip

yaml_like_text = st.text("ab:-[]{}&*!|>#%@`'\"?,<~ \n\t=.01", max_size=60)
words = st.sampled_from(["no", "a", "INF", "30d", "ANSI", "2027-01-31", "mysql", "keep", ""])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | words | st.text(max_size=8)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(INNER) | st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
specs = st.fixed_dictionaries(
    {
        "version": st.just(1) | values,
        "database": st.just("a") | values,
        "app": st.just("a") | values,
        "engine": st.sampled_from([engine.value for engine in Engine]) | values,
    },
    optional={
        key: values
        for key in (*HEADER_KEYS, *KIND_BY_NAME)
        if key not in {"version", "database", "app", "engine"}
    },
)
default_sets = st.dictionaries(st.sampled_from(["protect", *KIND_BY_NAME]), values, max_size=4)


def load(content: bytes) -> Loaded:
    """Load one file as a spec, and read it as a configuration."""
    path = Path("spec.yaml")
    path.write_bytes(content)
    _config, findings = load_config(path, today=TODAY)
    assert all(finding.location for finding in findings)
    loaded = load_specs([path], config=Config(), today=TODAY)
    for finding in loaded.findings:
        excerpt = finding.excerpt
        assert finding.message
        assert excerpt is None or 1 <= excerpt.column <= len(excerpt.text) + 1
    return loaded


in_a_spec = yaml_like_text.map(
    lambda text: f"version: 1\ndatabase: a\napp: a\nengine: mysql\nbackups: {text}\n"
)
contents = st.binary(max_size=200) | (st.text(max_size=200) | yaml_like_text | in_a_spec).map(
    lambda text: text.encode("utf-8", "surrogatepass")
)


@pytest.mark.usefixtures("project")
@FOLDER
@given(contents)
def test_any_bytes(content: bytes) -> None:
    """Bytes that are nothing at all, text, also such that looks like YAML, or as a value."""
    load(content)


@pytest.mark.usefixtures("project")
@FOLDER
@given(specs)
def test_any_values_in_any_place(spec: dict[str, Any]) -> None:
    """Values of any shape behind the keys of a spec: JSON is YAML."""
    loaded = load(json.dumps(spec).encode())
    assert only_warnings(loaded.findings) == bool(loaded.desired)


@pytest.mark.usefixtures("project")
@FOLDER
@given(st.dictionaries(st.sampled_from([one.value for one in Engine]), default_sets, max_size=2))
def test_any_values_as_defaults(sets: dict[str, Any]) -> None:
    """Values of any shape as defaults, and specs that get them."""
    defaults: dict[str, Any] = {"engines": sets, "labels": {"a=b": {}}}
    for values_of_label in sets.values():
        defaults["labels"]["a=b"] |= values_of_label
    path = Path("reconcile.yaml")
    path.write_text(json.dumps({"version": 1, "defaults": defaults}), encoding="utf-8")
    config, _findings = load_config(path, today=TODAY)
    for engine in Engine:
        spec = f"version: 1\ndatabase: a\napp: a\nengine: {engine.value}\nlabels: {{a: b}}\n"
        Path("spec.yaml").write_text(spec, encoding="utf-8")
        load_specs([Path("spec.yaml")], config=config, today=TODAY)
