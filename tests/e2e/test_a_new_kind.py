"""A kind is added by one module and its line in `KINDS`: all commands then know it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from e2e.command import Command, changing, live
from e2e.fleet import SHOP_ADDON
from e2e.schemas import JSON, fits
from jsonschema import Draft202012Validator

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

ROOT = Path(__file__).resolve().parents[2]
KINDS = "KINDS: tuple[Kind[Any], ...] = (\n"
SPEC = """\
version: 1
database: shop
app: shop-web
addon: ad-shop
engine: mysql
backup_hour: 5
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product with one kind more."""
    folder = tmp_path_factory.mktemp("package")
    kinds = folder / "reconcile" / "kinds"
    shutil.copytree(ROOT / "reconcile", folder / "reconcile")
    shutil.copy(Path(__file__).with_name("backup_hour.py"), kinds)
    listed = (kinds / "__init__.py").read_text(encoding="utf-8")
    assert KINDS in listed
    line = f"from reconcile.kinds import backup_hour\n\n{KINDS}    backup_hour.KIND,\n"
    (kinds / "__init__.py").write_text(listed.replace(KINDS, line), encoding="utf-8")
    return folder


@pytest.fixture
def extended(command: Command, package: Path) -> Command:
    """The command with that kind, in a project whose only spec wants something of it."""
    command.write(SPEC)
    return command.in_environment(PYTHONPATH=str(package))


def test_a_new_kind_is_checked_planned_applied_and_explained(
    extended: Command, sandbox: Sandbox
) -> None:
    """From the spec to the provider and back."""
    extended("validate", status=0)
    (database,) = fits(extended("plan", *JSON, status=0))["databases"]
    (action,) = database["items"]
    assert action["address"] == "shop/backup_hour"
    assert "14" in extended("explain", "shop/backup_hour/hour", status=0).stdout
    fits(extended("explain", "shop/backup_hour", *JSON, status=0))
    extended("plan", "--out", "plan.json", status=0)
    extended("apply", "--plan", "plan.json", "--yes", status=0)
    assert changing(sandbox) == [("PATCH", f"/api/databases/{SHOP_ADDON}", None)]
    assert live(sandbox, SHOP_ADDON)["backups"] == {"enabled": True, "hours": [5]}
    assert fits(extended("plan", *JSON, status=0))["databases"][0]["items"] == []


def test_a_new_kind_is_in_the_schema_and_what_it_refuses_points_at_the_spec(
    extended: Command,
) -> None:
    """An editor checks it, and so does the strict reader."""
    schema = json.loads(extended("schema", "spec", status=0).stdout)
    validator = Draft202012Validator(schema)
    spec = {"version": 1, "database": "shop", "app": "shop-web", "engine": "mysql"}
    assert validator.is_valid({**spec, "backup_hour": 5})
    assert not validator.is_valid({**spec, "backup_hour": 24})
    extended.write(SPEC.replace("backup_hour: 5", "backup_hour: 24"))
    assert "specs/spec0.yaml:6:14" in extended("validate", status=65).stdout
