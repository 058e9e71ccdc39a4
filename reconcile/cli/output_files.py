"""The files that a command writes for a person: a saved plan and reports."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from attrs import frozen

from reconcile.cli.options import Options, PlanOptions
from reconcile.errors import UsageError
from reconcile.files import read_file, why_no_file_fits
from reconcile.workflow.process import Selection

_YAML = frozenset({".yaml", ".yml"})


@frozen
class _Output:
    """A file that a command is to write; `what` names it in a message."""

    what: str
    path: Path


def check_output_files(options: Options) -> None:
    """See that each file can be written, before anything is read for it. Raises UsageError.

    An output replaces no spec and no other file that the command reads; a saved plan replaces only
    a plan file or an empty file. No two outputs share a path.
    """
    inputs = tuple(_inputs(options))
    taken: dict[Path, _Output] = {}
    for output in _outputs(options):
        problem = why_no_file_fits(output.path) or _unusable_folder(output.path.parent)
        if problem is None:
            problem = _why_kept(output, inputs) or _written_already(output, taken)
        if problem is not None:
            raise UsageError(f"cannot write the {output.what} {str(output.path)!r}: {problem}")
        taken[_place(output.path)] = output


def _outputs(options: Options) -> Iterator[_Output]:
    if isinstance(options, PlanOptions) and options.out is not None:
        yield _Output("plan", options.out)
    output = getattr(options, "output", None)
    for report in output.reports if output else ():
        yield _Output("report", report.path)


def _inputs(options: Options) -> Iterator[Path]:
    """The files that the command line names for reading; a folder is among them as it is."""
    selections = [
        getattr(options, "selection", None),
        getattr(getattr(options, "database", None), "selection", None),
    ]
    for one in selections:
        if isinstance(one, Selection):
            yield from one.paths
            yield from [one.config] if one.config else []
    yield from getattr(options, "specs", ())
    yield from (path for name in ("plan", "file") if (path := getattr(options, name, None)))


def _unusable_folder(folder: Path) -> str | None:
    if not folder.is_dir():
        return f"there is no folder {str(folder)!r}"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"the folder {str(folder)!r} cannot be written to"
    return None


def _why_kept(output: _Output, inputs: tuple[Path, ...]) -> str | None:
    """Why this name is not for an output, or what is there may not be replaced."""
    if output.path.suffix.lower() in _YAML:
        is_config = output.path.name == "reconcile.yaml"
        what = "it is the configuration" if is_config else "it would be read as a spec"
        return f"{what}: choose a name that does not end in .yaml or .yml"
    if not os.path.lexists(output.path):
        return None
    if any(_are_same(output.path, one) for one in inputs):
        return "the command reads this file: choose another name"
    is_plan = _holds_plan(output.path)
    if output.what == "plan" and not is_plan and output.path.stat().st_size:
        return "it exists and is not a plan file: choose another name"
    if output.what == "report" and is_plan:
        return "it is a plan file: choose another name"
    return None


def _are_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _holds_plan(path: Path) -> bool:
    from reconcile.plan.file import is_plan_file  # noqa: PLC0415 - only where a file is replaced
    from reconcile.plan.strict import LARGEST  # noqa: PLC0415 - as above

    try:
        return is_plan_file(read_file(path, LARGEST))
    except OSError:
        return False


def _written_already(output: _Output, taken: Mapping[Path, _Output]) -> str | None:
    """Which other output goes there, None if none does."""
    if (other := taken.get(_place(output.path))) is not None:
        return f"the {other.what} goes there already"
    for name, stream in (("stdout", sys.stdout), ("stderr", sys.stderr)):
        # A stream in memory has no number, and a closed one no file.
        with suppress(OSError, ValueError):
            if os.path.samestat(os.fstat(stream.fileno()), output.path.stat()):
                return f"{name} goes there already"
    return None


def _place(path: Path) -> Path:
    """One name for each place, also where a folder is reached through a link."""
    return Path(os.path.realpath(path.parent), path.name)
