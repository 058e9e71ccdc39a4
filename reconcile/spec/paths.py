"""Paths that a person named → the files to read, each once, in a fixed order."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from reconcile.model.finding import Finding
from reconcile.spec import codes
from reconcile.spec.locations import finding_about_file
from reconcile.spec.text import unreadable

CONFIG_NAME = "reconcile.yaml"
_SUFFIXES = frozenset({".yaml", ".yml"})


def spec_files(paths: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[Finding, ...]]:
    """List the files under the paths, in the order given, folders sorted; never raises.

    A file that is reached twice, also through a link, is listed once.
    """
    files: dict[str, Path] = {}
    findings: list[Finding] = []
    for path in paths:
        for found in _under(path):
            if isinstance(found, Finding):
                findings.append(found)
            else:
                files.setdefault(os.path.realpath(found), found)
    return tuple(files.values()), tuple(findings)


def _under(path: Path) -> Iterator[Path | Finding]:
    # os.path, because pathlib raises for names that are too long.
    if not os.path.isdir(path):  # noqa: PTH112 - as above
        yield path if os.path.exists(path) else _missing(path)  # noqa: PTH110 - as above
        return
    empty = True
    for found in _walk(path):
        empty = False
        yield found
    if empty:
        yield finding_about_file(
            codes.NO_SPECS,
            str(path),
            f"there is no spec in the folder {str(path)!r}",
            "specs are files named *.yaml or *.yml",
        )


def _missing(path: Path) -> Finding:
    return finding_about_file(
        codes.NO_SUCH_PATH,
        str(path),
        f"there is no file or folder {str(path)!r}",
        "name a spec file or a folder of specs",
    )


def _walk(folder: Path) -> Iterator[Path | Finding]:
    """The specs in a folder and in those below it; a folder that a link leads back to, once."""
    errors: list[OSError] = []
    seen: set[str] = set()
    for where, folders, names in os.walk(folder, onerror=errors.append, followlinks=True):
        real = os.path.realpath(where)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(where, name)
            if not is_spec_name(name):
                continue
            # A name that promises a spec and holds none, such as a link to nowhere, is no silence.
            yield path if path.is_file() else _missing(path)
    for error in errors:
        yield unreadable(Path(error.filename), error)


def is_spec_name(name: str) -> bool:
    """Whether a file of this name may hold specs."""
    hidden = name.startswith(".")
    return Path(name).suffix in _SUFFIXES and name != CONFIG_NAME and not hidden
