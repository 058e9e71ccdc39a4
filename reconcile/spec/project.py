"""The project: the folder of the nearest `reconcile.yaml`, else the current one, with all its specs.

What protects a database has to be found wherever it is written, not only where a command looks.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from pathlib import Path

from attrs import evolve

from reconcile.files import opened_file
from reconcile.model.finding import Finding, Severity
from reconcile.model.location import Location
from reconcile.model.project import Project, UnreadSpec
from reconcile.model.state import Desired
from reconcile.spec import codes
from reconcile.spec.config import Config, project_folders
from reconcile.spec.load import Loaded, ReadDocument, read_file
from reconcile.spec.paths import (
    CONFIG_NAME,
    file_fault,
    is_spec_name,
    real_folders,
    spec_files,
)
from reconcile.spec.source import LARGEST_FILE, unreadable

DEFAULT_FOLDER = "specs"
MOST_ENTRIES = 50_000
"""Files and folders. A project is looked through before every run: half a second at most."""

_KEYS = ("version", "database", "app", "engine")
_ENOUGH = 3
"""Of the keys that every spec has: a spec in which one is missing is found as well."""

_KEY_LINE = re.compile(rf"""^["']?({"|".join(_KEYS)})["']?[ \t]*:[ \t]+[^\s#]""", re.MULTILINE)
_APP_LINE = re.compile(r"""^["']?app["']?[ \t]*:[ \t]+["']?([A-Za-z0-9_-]+)""", re.MULTILINE)


def load_project(
    paths: Sequence[Path],
    loaded: Loaded | None,
    *,
    config: Config,
    today: date,
    most_entries: int = MOST_ENTRIES,
) -> Project:
    """All specs of the project, those of the selected paths first; never raises for bad ones.

    `loaded` is what the paths hold, None where they were not read. A file below them, or in the
    default folder, is always a spec; elsewhere its keys tell.
    """
    folders = project_folders(paths, config)
    inside = real_folders(paths, folders)
    already = {os.path.realpath(path) for path in loaded.paths} if loaded else set()
    specs = list(loaded.desired) if loaded else []
    unread: list[UnreadSpec] = []
    for path, is_meant in _files(paths, folders, most_entries):
        real = path.location.file if isinstance(path, UnreadSpec) else os.path.realpath(path)
        if real in already:
            continue
        already.add(real)
        if isinstance(path, UnreadSpec):
            unread.append(path)
            continue
        fault = file_fault(path, inside)
        for one in _documents(path, fault, is_meant=is_meant, config=config, today=today):
            if isinstance(one, UnreadSpec):
                unread.append(one)
            else:
                specs.append(one)
    return Project(specs=tuple(specs), unread=tuple(unread))


def _files(
    paths: Sequence[Path], folders: Sequence[Path], most_entries: int
) -> Iterator[tuple[Path | UnreadSpec, bool]]:
    """The files that may hold specs, and whether they are meant to."""
    chosen = [path for path in paths if os.path.exists(path)]  # noqa: PTH110 - pathlib raises
    defaults = [folder / DEFAULT_FOLDER for folder in folders]
    given = [*chosen, *(one for one in defaults if one.is_dir())]
    meant, faults = spec_files(given, folders)
    yield from ((path, True) for path in meant)
    yield from ((_unread_file(one), True) for one in faults if one.code != codes.NO_SPECS)
    for folder in folders:
        yield from ((path, False) for path in _below(folder, most_entries))


def _below(folder: Path, most_entries: int) -> Iterator[Path | UnreadSpec]:
    """The files below a folder that may hold specs; links to folders are not followed."""
    left = most_entries
    for where, below, names in os.walk(folder):
        below[:] = sorted(name for name in below if not _is_left_out(Path(where, name)))
        left -= len(below) + len(names)
        if left < 0:
            message = f"the project folder has more than {most_entries} files and folders"
            yield UnreadSpec(location=Location(file=str(folder), line=0, column=0), message=message)
            return
        candidates = (Path(where, name) for name in sorted(names) if is_spec_name(name))
        yield from (path for path in candidates if path.is_file())


def _is_left_out(folder: Path) -> bool:
    """Whether a folder is not looked into: what is hidden or installed, and other projects."""
    name = folder.name
    if name.startswith(".") or name in {"node_modules", "__pycache__"}:
        return True
    return any(os.path.lexists(folder / mark) for mark in ("pyvenv.cfg", CONFIG_NAME))


def _documents(
    path: Path, fault: Finding | None, *, is_meant: bool, config: Config, today: date
) -> Iterator[Desired | UnreadSpec]:
    """The specs of a file. Of a file that is not meant to hold specs, the documents that look like one.

    A file with a `fault` is not quoted: it only counts as unread where it looks like a spec.
    """
    if not is_meant:
        text = _start_of(path)
        if isinstance(text, UnreadSpec):
            yield text
            return
        if sum(key in text for key in _KEYS) < _ENOUGH:
            return
        is_meant = len({found[1] for found in _KEY_LINE.finditer(text)}) >= _ENOUGH
    if fault is not None:
        yield from [_unread_file(fault)] if is_meant else []
        return
    for read in read_file(path, config=config, today=today):
        if read.desired is not None:
            yield read.desired
        elif is_meant or _has_keys(read):
            yield from _unread(path, read)


def _unread_file(fault: Finding) -> UnreadSpec:
    location = fault.location or Location(file="", line=0, column=0)
    return UnreadSpec(location=location, message=fault.message)


def _start_of(path: Path) -> str | UnreadSpec:
    """As much of a file as a spec may hold, whatever it is."""
    try:
        with opened_file(path) as stream:
            return stream.read(LARGEST_FILE).decode("utf-8", "replace")
    except OSError as error:
        return _unread_file(unreadable(path, error))


def _has_keys(read: ReadDocument) -> bool:
    """Whether a document names a database as a spec does."""
    value = read.document.value if read.document else {}
    return sum(isinstance(value.get(key), str | int) for key in _KEYS) >= _ENOUGH


def _unread(path: Path, read: ReadDocument) -> Iterator[UnreadSpec]:
    """Why a document is not read; nothing where all that is to say of it is a warning."""
    errors = [one for one in read.faults if one.severity is Severity.ERROR]
    for fault in errors[:1]:
        yield evolve(_unread_file(fault), app=_app_of(path, read))


def _app_of(path: Path, read: ReadDocument) -> str | None:
    """The application of a document, also of a broken one if its file names only one."""
    if read.document is not None:
        app = read.document.value.get("app")
        return app if isinstance(app, str) else None
    text = _start_of(path)
    found: Collection[str] = (
        {one[1] for one in _APP_LINE.finditer(text)} if isinstance(text, str) else set()
    )
    return next(iter(found)) if len(found) == 1 else None
