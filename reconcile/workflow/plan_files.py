"""Plan files on disk, and the key that signs them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from attrs import frozen

from reconcile import __version__
from reconcile.errors import ReconcileError, UsageError
from reconcile.files import put, read_file
from reconcile.kinds import KIND_BY_NAME
from reconcile.model.engine import Engine
from reconcile.model.plan import Plan, Proposal, Record, Seal
from reconcile.model.state import Desired
from reconcile.plan.document import Scope
from reconcile.plan.plan_file import (
    LARGEST,
    PlanFileError,
    Saved,
    dump,
    is_signed_with,
    load,
    sign,
)
from reconcile.spec.document import as_written, read_inline
from reconcile.spec.git import commit_of
from reconcile.spec.source import LARGEST_FILE
from reconcile.workflow.fleet import Fleet
from reconcile.workflow.process import Process, Selection

KEY = "RECONCILE_PLAN_KEY"
_SHORTEST = 16


@frozen(kw_only=True)
class PlanFile:
    """A plan file that was read, and what is known of it."""

    path: Path
    saved: Saved
    record: Record


def read_plan_file(path: Path, process: Process) -> PlanFile:
    """Read a plan file and see that it is ours. Raises PlanFileError, UsageError for an unfit key.

    With a key, a signature has to be right where there is one; without, it is not checked.
    """
    key = _key(process)
    try:
        saved = load(_content(path))
        seal = _seal(saved, key)
        _check_values(saved.proposal.plan)
    except PlanFileError as error:
        raise PlanFileError(f"plan file {str(path)!r}: {error}") from error
    record = Record(
        made=saved.made, expires=saved.expires, version=saved.version, seal=seal, now=process.now()
    )
    return PlanFile(path=path, saved=saved, record=record)


def _check_values(plan: Plan) -> None:
    """See that what a plan asks for is what a spec may say: names, types, bounds.

    Raises PlanFileError.
    """
    for database in plan.databases:
        for name, value in database.desired.items():
            kind = KIND_BY_NAME[name]
            try:
                read_inline(kind, as_written(kind.whole(value)), Engine(database.engine))
            except UsageError as error:
                raise PlanFileError(
                    f"what it asks of {database.handle}/{name} no spec may ask: {error}"
                ) from error


def must_be_signed(process: Process) -> bool:
    """Whether there is a key, so that a plan without a signature is not applied.

    Raises UsageError for an unfit key.
    """
    return _key(process) is not None


def write_plan_file(
    path: Path, proposal: Proposal, made_for: Scope, life: float, process: Process
) -> Saved:
    """Write a proposal where it is to be read again; it may be applied for `life` seconds.

    Raises ReconcileError where it cannot be written; then what was there is there still.
    """
    key, now = _key(process), process.now()
    saved = Saved(
        proposal=proposal,
        made=now,
        expires=now + timedelta(seconds=round(life)),
        version=__version__,
        scope=made_for,
    )
    saved = sign(saved, key) if key else saved
    text = dump(saved).encode()
    try:
        load(text)
    except PlanFileError as error:
        message = f"cannot write the plan {str(path)!r}: it could not be read again: {error}"
        raise ReconcileError(message) from error
    put("plan", path, text, private=True)
    return saved


def check_names(selection: Selection, fleet: Fleet) -> None:
    """See that a plan file can hold the names of its specs, before any is read for it.

    Raises UsageError.
    """
    files = {file for spec in fleet.desired for file in files_of(spec)}
    config = [fleet.config.file] if fleet.config.file else []
    for path in (*map(str, selection.paths), *config, *sorted(files)):
        try:
            path.encode()
        except UnicodeEncodeError:
            raise UsageError(
                f"cannot save a plan of {path!r}: the path is not UTF-8, rename it"
            ) from None


def scope_of(selection: Selection, fleet: Fleet, process: Process) -> Scope:
    """What a plan was chosen from."""
    commit = commit_of(selection.paths[0], process.environment)
    return Scope(
        paths=tuple(str(path) for path in selection.paths),
        config=os.path.relpath(fleet.config.file) if fleet.config.file else None,
        only=selection.only,
        exclude=selection.exclude,
        fleet=fleet.whole,
        digests=digests({file for spec in fleet.desired for file in files_of(spec)}),
        commit=commit,
    )


def files_of(spec: Desired) -> frozenset[str]:
    """The paths of the files that say something of a database."""
    origins = (origin.location.file for origin in spec.origins.values())
    return frozenset((spec.location.file, *origins))


def digests(files: Iterable[str]) -> dict[str, str]:
    """The SHA-256 of each file, by its path."""
    found = {}
    for file in sorted(files):
        with suppress(OSError):  # it was read a moment ago, and is gone
            found[file] = hashlib.sha256(read_file(file, LARGEST_FILE)).hexdigest()
    return found


def _seal(saved: Saved, key: bytes | None) -> Seal:
    if saved.signature is None:
        return Seal.UNSIGNED
    if key is None:
        return Seal.UNCHECKED
    if not is_signed_with(saved, key):
        raise PlanFileError(
            f"its signature is not one of {KEY}: it was edited, or signed with another key"
        )
    return Seal.VERIFIED


def _key(process: Process) -> bytes | None:
    """The key, None only where the variable is not set: an empty one is a secret that is missing."""
    text = process.environment.get(KEY)
    if text is None:
        return None
    key = os.fsencode(text.rstrip("\r\n"))
    if not key.strip():
        raise UsageError(f"{KEY} is set and empty: set it to a random key, or unset it")
    if len(key.strip()) < _SHORTEST:
        raise UsageError(f"{KEY} is shorter than {_SHORTEST} bytes: set it to a random key")
    return key


def _content(path: Path) -> bytes:
    try:
        return read_file(path, LARGEST)
    except OSError as error:
        raise PlanFileError(f"it cannot be read: {error.strerror}") from error
