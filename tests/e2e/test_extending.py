"""A kind, a guard and a command are each added by one module and a line or two: docs/architecture.md shows which."""

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
GUARDS = "GUARDS: tuple[Guard, ...] = (\n"
OPTIONS = "@frozen(kw_only=True)\nclass PlanOptions:\n"
HANDLES_OPTIONS = '''\
@frozen(kw_only=True)
class HandlesOptions:
    """`reconcile handles`."""

    selection: Selection
    output: Output
'''
GROUP = '    Specs are read from ./specs unless paths are given. SCALINGO_API_TOKEN holds the API token.\n    """\n'
HANDLES_COMMAND = '''

@_group.command()
@takes_paths
@selects
@reports
def handles(paths: Sequence[Path], **given: Any) -> HandlesOptions:
    """Print the handles that the specs name."""
    return HandlesOptions(selection=selection_of(given, paths), output=output_of(given))
'''
IMPORTED = "from reconcile.cli.options import (\n"
COMMANDS = "_COMMANDS = {\n"
SPEC = """\
version: 1
database: shop
app: shop-web
addon: ad-shop
engine: mysql
backup_hour: 5
"""


EXAMPLES = Path(__file__).with_name("examples")
ADDED = {
    "kinds/backup_hour.py": (
        (
            "kinds/__init__.py",
            KINDS,
            f"from reconcile.kinds import backup_hour\n\n{KINDS}    backup_hour.KIND,\n",
        ),
    ),
    "guard/one_by_one.py": (
        (
            "guard/__init__.py",
            GUARDS,
            f"from reconcile.guard.one_by_one import ONE_BY_ONE\n\n{GUARDS}    ONE_BY_ONE,\n",
        ),
    ),
    "cli/handles.py": (
        ("cli/options.py", OPTIONS, f"{HANDLES_OPTIONS}\n\n{OPTIONS}"),
        ("cli/arguments.py", IMPORTED, f"{IMPORTED}    HandlesOptions,\n"),
        ("cli/arguments.py", GROUP, f"{GROUP}{HANDLES_COMMAND}"),
        ("cli/main.py", COMMANDS, f'{COMMANDS}    "HandlesOptions": "handles.run",\n'),
    ),
}
"""What is added: a module of `examples/`, and lines after a text of other modules."""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product with one more kind, guard and command."""
    folder = tmp_path_factory.mktemp("package")
    product = folder / "reconcile"
    shutil.copytree(ROOT / "reconcile", product)
    for module, edits in ADDED.items():
        shutil.copy(EXAMPLES / Path(module).name, product / module)
        for name, place, text in edits:
            before = (product / name).read_text(encoding="utf-8")
            assert before.count(place) == 1
            (product / name).write_text(before.replace(place, text), encoding="utf-8")
    return folder


@pytest.fixture
def extended(command: Command, package: Path) -> Command:
    """The command with these, in a project whose only spec wants something of the new kind."""
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


def test_a_new_guard_refuses_and_is_overridden_and_explained(
    extended: Command, sandbox: Sandbox
) -> None:
    """Each command knows it by its code."""
    extended.write(f"{SPEC}logical_databases: [shop, audit]\n")
    refused = extended("plan", *JSON, status=0).document()
    (finding,) = refused["findings"]
    assert (finding["code"], finding["address"]) == ("G190", "shop")
    assert extended("apply", "--yes", status=3).stdout
    assert changing(sandbox) == []
    assert "one action" in extended("explain", "G190", status=0).stdout
    override = f"G190={refused['id'][:12]}"
    extended("apply", "--yes", "--override", override, status=0)
    assert len(changing(sandbox)) == 2


def test_a_new_command_reads_specs_and_has_help(extended: Command) -> None:
    """What is wrong with the specs is shown as by every other command."""
    assert extended("handles", status=0).stdout == "shop\n"
    assert "Print the handles" in extended("handles", "--help", status=0).stdout
    extended.write(SPEC.replace("backup_hour: 5", "backup_hour: 24"))
    assert "specs/spec0.yaml:6:14" in extended("handles", status=65).stdout
