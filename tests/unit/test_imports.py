"""The house's import rules, held as data."""

from __future__ import annotations

import subprocess
import sys
from graphlib import TopologicalSorter

import grimp
import pytest

LEAVES = {"codec", "errors", "files", "model"}
EVERYTHING = {
    "api", "apply", "cli", "codec", "errors", "files", "guard", "kinds", "model", "observe",
    "plan", "report", "schema", "spec", "sql", "workflow",
}  # fmt: skip

# What a room may import beside the leaves. docs/architecture.md says why.
ALLOWED: dict[str, set[str]] = {
    "codec": {"model"},
    "errors": set(),
    "files": {"errors"},
    "model": set(),
    "kinds": set(),
    "spec": {"kinds", "guard"},
    "api": set(),
    "sql": set(),
    "observe": {"kinds", "api.targets", "api.reads"},
    "plan": {"kinds"},
    "guard": {"kinds"},
    "apply": {"kinds", "plan", "guard", "api.writes", "api.operations", "sql.writes"},
    "workflow": {
        "kinds",
        "spec",
        "observe",
        "plan",
        "guard",
        "apply",
        "api.clock",
        "api.operations",
        "api.reads",
        "api.surroundings",
        "api.writes",
        "sql.reads",
        "sql.writes",
    },
    "report": {"kinds"},
    "schema": {"kinds", "spec"},
    "cli": EVERYTHING - {"api", "sql"} | {"api.reads"},
}

# The one module, or room, that may import a third-party library.
DOORS: dict[str, set[str]] = {
    "ruamel": {"reconcile.spec.yaml"},
    "cattrs": {"reconcile.codec", "reconcile.spec.convert"},
    "urllib3": {"reconcile.api.pool", "reconcile.api.transport"},
    "deepdiff": {"reconcile.plan.diff"},
    "click": {
        "reconcile.cli.arguments",
        "reconcile.cli.activity_commands",
        "reconcile.cli.looking_commands",
        "reconcile.cli.settings_commands",
        "reconcile.cli.parameters",
    },
    "rich": {"reconcile.report.page"},
    "psycopg": {"reconcile.sql.driver"},
    "scalingo_sandbox": {"reconcile.cli.sandbox"},
}

IMPORTS = grimp.build_graph("reconcile", include_external_packages=True, cache_dir=None)
MODULES = sorted(name for name in IMPORTS.modules if name.startswith("reconcile."))


def room_of(module: str) -> str:
    """`reconcile.api.reads` is in the room `api`."""
    return module.split(".")[1]


def test_every_room_is_in_the_table() -> None:
    """A new room gets a line in the table before it is used."""
    assert {room_of(module) for module in MODULES} == set(ALLOWED) == EVERYTHING


@pytest.mark.parametrize("importer", MODULES)
def test_a_module_imports_only_what_its_room_may(importer: str) -> None:
    """Data walks through the rooms in one direction."""
    room = room_of(importer)
    leaves = set() if room in LEAVES else LEAVES
    allowed = {room, *ALLOWED[room], *leaves}
    for imported in sorted(IMPORTS.find_modules_directly_imported_by(importer)):
        if imported.startswith("reconcile."):
            inner = imported.removeprefix("reconcile.")
            assert inner in allowed or room_of(imported) in allowed, f"{importer} → {imported}"


SHARED_BY_KINDS = {"reconcile.kinds", "reconcile.kinds.kind", "reconcile.kinds.listing"}
ABOUT_ONE_KIND = {"reconcile.workflow.prepare", "reconcile.workflow.one_off"}


def test_only_a_one_off_command_is_about_one_kind() -> None:
    """What any other module has to know of a kind, it asks the kind."""
    importers = {
        importer
        for module in MODULES
        if room_of(module) == "kinds" and module not in SHARED_BY_KINDS
        for importer in IMPORTS.find_modules_that_directly_import(module)
    }
    assert {one for one in importers if room_of(one) != "kinds"} == ABOUT_ONE_KIND


def test_there_are_no_cycles() -> None:
    """No module needs itself, not even for typing."""
    TopologicalSorter(
        {name: IMPORTS.find_modules_directly_imported_by(name) for name in MODULES}
    ).prepare()


@pytest.mark.parametrize("library", sorted(DOORS))
def test_a_library_has_one_door(library: str) -> None:
    """A library, and the sandbox, is imported in one place."""
    importers = {
        importer
        for name in IMPORTS.modules
        if name.split(".")[0] == library
        for importer in IMPORTS.find_modules_that_directly_import(name)
    }
    assert importers
    assert importers <= DOORS[library]


def imported_by(code: str) -> set[str]:
    """The modules that a fresh interpreter holds after running some code."""
    script = f"{code}\nimport sys; print(' '.join(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    return set(result.stdout.splitlines()[-1].split())


HEAVY = {
    "deepdiff",
    "urllib3",
    "rich",
    "ruamel",
    "cattrs",
    "starlette",
    "uvicorn",
}


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("from reconcile.cli.main import main; main(['--version'])", HEAVY | {"click", "attr"}),
        ("from reconcile.cli.main import main; main(['--help'])", HEAVY | {"reconcile.kinds"}),
        (
            "from reconcile.cli.main import main; main(['runs', '--state-dir', '/dev'])",
            HEAVY - {"rich"} | {"reconcile.kinds", "reconcile.spec"},
        ),
        ("from reconcile.cli.main import main; main(['plan', '--nonsense'])", HEAVY),
        (
            "from reconcile.cli.main import main; main(['validate', 'specs'])",
            {"deepdiff", "urllib3", "starlette", "uvicorn"},
        ),
        (
            "from reconcile.cli.main import main; main(['validate', '--format', 'json', 'specs'])",
            {"deepdiff", "urllib3", "rich", "starlette", "uvicorn"},
        ),
        ("import reconcile.plan.build", HEAVY),
        ("import reconcile.observe.observer", HEAVY - {"urllib3"}),
    ],
)
def test_nothing_heavy_is_imported_before_it_is_needed(code: str, unwanted: set[str]) -> None:
    """Start-up is felt on every call: what a command does not use, it does not load."""
    assert not imported_by(code) & unwanted
