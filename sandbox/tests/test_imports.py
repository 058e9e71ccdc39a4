"""What the sandbox imports, held as data."""

from __future__ import annotations

import sys

import grimp

from scalingo_sandbox import DRIVERS

IMPORTS = grimp.build_graph("scalingo_sandbox", include_external_packages=True, cache_dir=None)
OURS = sorted(name for name in IMPORTS.modules if name.startswith("scalingo_sandbox"))
NEEDED = {"attrs", "cattrs", "jwt", "ruamel", "starlette", "uvicorn"}


REAL = ("scalingo_sandbox.real", "scalingo_sandbox.servers")


def libraries(module: str) -> set[str]:
    """The libraries that a module imports."""
    found = {name.split(".")[0] for name in IMPORTS.find_modules_directly_imported_by(module)}
    return found - {"scalingo_sandbox", *sys.stdlib_module_names}


def test_it_imports_nothing_of_the_product() -> None:
    """It is an independent witness, and a distribution of its own."""
    imported = {found for name in OURS for found in libraries(name)}
    assert imported == NEEDED | set(DRIVERS)


def test_only_real_servers_need_drivers() -> None:
    """Without the extra `engines`, the sandbox keeps all contents in memory."""
    rest = [name for name in OURS if not name.startswith(REAL)]
    assert not {found for name in rest for found in libraries(name)} & set(DRIVERS)
