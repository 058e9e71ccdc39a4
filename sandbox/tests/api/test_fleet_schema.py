"""The fleet file's JSON Schema and the fleets that are shipped."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from api.provider_client import FLEET
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from scalingo_sandbox import fleet_schema, running
from scalingo_sandbox.fleet_file import dump, load

ROOT = Path(__file__).parents[3]
SHIPPED = [ROOT / "demo" / "fleet.yaml", ROOT / "sandbox" / "scalingo_sandbox" / "fleet.yaml"]


def _read(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def test_the_published_schema_is_not_stale() -> None:
    """The file is what the module prints; write it again with `python -m scalingo_sandbox.schema`."""
    command = [sys.executable, "-m", "scalingo_sandbox.schema"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert (ROOT / "schemas" / "fleet.schema.json").read_text(encoding="utf-8") == printed
    assert json.loads(printed) == fleet_schema()


def test_the_schema_is_one() -> None:
    """It is valid against its own draft, and every property says what it is."""
    schema = fleet_schema()
    Draft202012Validator.check_schema(schema)
    for described in (schema, *schema["$defs"].values()):
        assert described["description"]
        for name, shape in described.get("properties", {}).items():
            assert shape["description"], name


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_shipped_fleets_are_valid(path: Path) -> None:
    """Both against the schema and by the loader; a complete one is valid as well."""
    validator = Draft202012Validator(fleet_schema())
    validator.validate(_read(path))
    validator.validate(dump(load(path)))


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"version": 1, "colour": "red"},
        {"version": 1, "apps": [{"name": "a", "addons": [{"id": "x", "engine": "mysql"}]}]},
        {"version": 1, "apps": [{"name": "a", "addons": [{"id": "ad-1", "engine": "oracle"}]}]},
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(document: dict[str, Any]) -> None:
    """A missing key, an unknown one, a bad id, an unknown engine."""
    assert not Draft202012Validator(fleet_schema()).is_valid(document)


def test_the_schema_takes_the_test_fleet() -> None:
    """A fleet given as a mapping has the shape of the file."""
    Draft202012Validator(fleet_schema()).validate(FLEET)


def test_the_tour_has_seven_databases() -> None:
    """Their engines are the ones that the tour speaks of."""
    with running(SHIPPED[0]) as sandbox:
        apps = sandbox.fleet()["apps"]
    engines = {app["name"]: [addon["engine"] for addon in app["addons"]] for app in apps}
    assert engines == {
        "shop-web": ["mysql", "redis"],
        "billing-api": ["postgresql"],
        "iot": ["influxdb"],
        "catalog": ["mongodb", "opensearch"],
        "ledger": ["postgresql"],
    }


def test_importing_the_package_is_cheap() -> None:
    """Until something of it is used, no server and no YAML reader is loaded."""
    program = (
        "import sys, scalingo_sandbox\n"
        "assert not {'uvicorn', 'starlette', 'ruamel.yaml', 'attrs', 'jwt'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
