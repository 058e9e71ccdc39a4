"""Paths that a person named → the files to read, each once, in a fixed order."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from reconcile.files import not_regular
from reconcile.model.finding import Finding
from reconcile.spec import codes
from reconcile.spec.source import finding_about_file, unreadable

CONFIG_NAME = "reconcile.yaml"
OTHER_CONFIG_NAMES = ("reconcile.yml", "reconcile.YAML", "reconcile.YML")
_SUFFIXES = frozenset({".yaml", ".yml"})


def spec_files(
    paths: Sequence[Path], project: Sequence[Path]
) -> tuple[tuple[Path, ...], tuple[Finding, ...]]:
    """List the files under the paths, in the order given, folders sorted; never raises.

    A file that is reached twice, also through a link, is listed once. A link that leads out of the
    folders of the `project` and of the paths is a finding.
    """
    files: dict[str, Path] = {}
    findings: list[Finding] = []
    inside = real_folders(paths, project)
    for path in paths:
        for found in _under(path, inside):
            if isinstance(found, Finding):
                findings.append(found)
            else:
                files.setdefault(os.path.realpath(found), found)
    return tuple(files.values()), tuple(findings)


def real_folders(paths: Sequence[Path], project: Sequence[Path]) -> tuple[str, ...]:
    """Where files are read: in the project, and in folders outside it that a person named.

    A path inside the project that is a link to elsewhere adds nothing: a merge request may have
    made it.
    """
    folders = [os.path.realpath(folder) for folder in project]
    for path in paths:
        named = path if os.path.isdir(path) else path.parent  # noqa: PTH112 - pathlib raises
        written = os.path.abspath(path)  # noqa: PTH100 - links stay as they are
        where = os.path.join(os.path.realpath(path.parent), path.name)  # noqa: PTH118 - as above
        if not any(is_below(one, folders) for one in (written, where)):
            folders.append(os.path.realpath(named))
    return tuple(folders)


def is_below(path: str, folders: Sequence[str]) -> bool:
    """Whether an absolute path is one of the folders, or in one; as they are written."""
    return any(path == one or path.startswith(one.rstrip("/") + "/") for one in folders)


def file_fault(path: Path, inside: Sequence[str]) -> Finding | None:
    """Why a file is not read; None if it is a regular one, and in one of the real folders."""
    try:
        status = os.stat(path)  # noqa: PTH116 - pathlib raises for some
    except (FileNotFoundError, NotADirectoryError):
        return _missing(path)
    except OSError as error:
        return unreadable(path, error)
    if not stat.S_ISDIR(status.st_mode) and (reason := not_regular(status)) is not None:
        return finding_about_file(codes.UNREADABLE, str(path), f"cannot be read: {reason}")
    real = os.path.realpath(path)
    is_named_so = not path.is_symlink() or has_spec_suffix(real)
    return None if is_named_so and is_below(real, inside) else _leads_out(path, real)


def _leads_out(path: Path, real: str) -> Finding:
    where = "out of the project" if has_spec_suffix(real) else "to a file that is not a spec"
    return finding_about_file(
        codes.LEADS_OUT,
        str(path),
        f"not read: the link leads {where}",
        f"put a copy in its place, or name the file itself: {real}",
    )


def _folder_leads_out(folder: Path, real: str) -> Finding:
    return finding_about_file(
        codes.LEADS_OUT,
        str(folder),
        "not read: the link leads to a folder outside the project",
        f"name the folder itself as another PATH: {real}",
    )


def _under(path: Path, inside: Sequence[str]) -> Iterator[Path | Finding]:
    # os.path, because pathlib raises for names that are too long.
    if not os.path.isdir(path):  # noqa: PTH112 - as above
        yield file_fault(path, inside) or path
        return
    empty = True
    for found in _walk(path, inside):
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
    if path.is_symlink():
        return finding_about_file(
            codes.NO_SUCH_PATH,
            str(path),
            f"the link {str(path)!r} leads to a file that does not exist",
            "correct it, or remove it",
        )
    return finding_about_file(
        codes.NO_SUCH_PATH,
        str(path),
        f"there is no file or folder {str(path)!r}",
        "name a spec file or a folder of specs",
    )


def _walk(folder: Path, inside: Sequence[str]) -> Iterator[Path | Finding]:
    """The specs in a folder and in those below it; a folder that a link leads back to, once."""
    errors: list[OSError] = []
    seen: set[str] = set()
    for where, folders, names in os.walk(folder, onerror=errors.append, followlinks=True):
        real = os.path.realpath(where)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        if not is_below(real, inside):
            folders.clear()
            yield _folder_leads_out(Path(where), real)
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(where, name)
            if not is_spec_name(name):
                continue
            # A name that promises a spec and holds none, such as a link to nowhere, is no silence.
            yield file_fault(path, inside) or path
    for error in errors:
        yield unreadable(Path(error.filename), error)


def is_spec_name(name: str) -> bool:
    """Whether a file of this name may hold specs."""
    hidden = name.startswith(".")
    return has_spec_suffix(name) and name not in (CONFIG_NAME, *OTHER_CONFIG_NAMES) and not hidden


def has_spec_suffix(name: str) -> bool:
    """Whether a file name ends as that of a YAML file, in capitals or not."""
    return os.path.splitext(name)[1].lower() in _SUFFIXES  # noqa: PTH122 - a name, not a path
