"""Plan files on disk, and the key that signs them."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from attrs import frozen

from reconcile import __version__
from reconcile.cli.fleet import Fleet
from reconcile.cli.options import Selection
from reconcile.cli.world import World
from reconcile.errors import ReconcileError, UsageError
from reconcile.kinds import KIND_BY_NAME
from reconcile.model.plan import Plan, Proposal
from reconcile.model.saved import Record, Seal
from reconcile.model.state import Desired
from reconcile.plan.belief import check_rules
from reconcile.plan.file import Saved, dump, is_plan_file, is_signed_with, load, sign
from reconcile.plan.intent import intended
from reconcile.plan.strict import LARGEST, PlanFileError
from reconcile.plan.written import WrittenCommit, WrittenScope
from reconcile.spec.git import commit_of
from reconcile.spec.inline import as_written, read_inline

KEY = "RECONCILE_PLAN_KEY"
_SHORTEST = 16


@frozen(kw_only=True)
class PlanFile:
    """A plan file that was read, and what is known of it."""

    path: Path
    saved: Saved
    record: Record


def read_plan_file(path: Path, world: World) -> PlanFile:
    """Read a plan file and see that it is ours. Raises PlanFileError, UsageError for an unfit key.

    With a key, a signature has to be right where there is one; without, it is not checked.
    """
    key = _key(world)
    try:
        saved = load(_content(path))
        seal = _seal(saved, key)
        check_rules(saved.proposal.plan)
        _check_values(saved.proposal.plan)
    except PlanFileError as error:
        raise PlanFileError(f"plan file {str(path)!r}: {error}") from error
    record = Record(
        made=saved.made, expires=saved.expires, version=saved.version, seal=seal, now=world.now()
    )
    return PlanFile(path=path, saved=saved, record=record)


def _check_values(plan: Plan) -> None:
    """See that what a plan asks for is what a spec may say: names, types, bounds.

    Raises PlanFileError.
    """
    for desired in (intended(database) for database in plan.databases if database.doable):
        for name, value in desired.kinds.items():
            try:
                read_inline(KIND_BY_NAME[name], as_written(value), desired.engine)
            except UsageError as error:
                raise PlanFileError(
                    f"what it asks of {desired.handle}/{name} no spec may ask: {error}"
                ) from error


def must_be_signed(world: World) -> bool:
    """Whether there is a key, so that a plan without a signature is not applied."""
    return _key(world) is not None


def write_plan_file(
    path: Path, proposal: Proposal, made_for: WrittenScope, life: float, world: World
) -> Saved:
    """Write a proposal where it is to be read again; it may be applied for `life` seconds.

    Raises ReconcileError where it cannot be written; then what was there is there still.
    """
    key, now = _key(world), world.now()
    saved = Saved(
        proposal=proposal,
        made=now,
        expires=now + timedelta(seconds=round(life)),
        version=__version__,
        scope=made_for,
    )
    saved = sign(saved, key) if key else saved
    try:
        _put(path, dump(saved).encode())
    except OSError as error:
        raise ReconcileError(f"cannot write the plan {str(path)!r}: {error.strerror}") from error
    return saved


def check_place(path: Path, world: World) -> None:
    """See that a plan can be written here, before anything is read for it. Raises UsageError.

    What is there and is no plan file stays: it may be a spec.
    """
    _key(world)
    unfit = _unfit(path)
    if unfit is not None:
        raise UsageError(f"cannot write the plan {str(path)!r}: {unfit}")
    folder = path.parent
    if not os.path.isdir(folder):  # noqa: PTH112 - pathlib raises for some
        raise UsageError(f"cannot write the plan {str(path)!r}: there is no folder {str(folder)!r}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(
            f"cannot write the plan {str(path)!r}: the folder {str(folder)!r} cannot be written to"
        )
    if not _may_go(path):
        raise UsageError(f"{str(path)!r} is there and is no plan file: choose another name")


def _may_go(path: Path) -> bool:
    """Whether what is there may be replaced: nothing, an empty file, or a plan."""
    if not os.path.lexists(path):
        return True
    try:
        content = _content(path)
    except PlanFileError:
        return False
    return not content or is_plan_file(content)


def scope_of(selection: Selection, fleet: Fleet, world: World) -> WrittenScope:
    """What a plan was chosen from."""
    commit = commit_of(selection.paths[0], world.environment)
    return WrittenScope(
        paths=tuple(str(path) for path in selection.paths),
        config=os.path.relpath(fleet.config.file) if fleet.config.file else None,
        only=selection.only,
        exclude=selection.exclude,
        fleet=fleet.whole,
        digests=digests({file for spec in fleet.desired for file in files_of(spec)}),
        commit=WrittenCommit(id=commit.id, dirty=commit.dirty) if commit else None,
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
            found[file] = hashlib.sha256(Path(file).read_bytes()).hexdigest()
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


def _key(world: World) -> bytes | None:
    text = world.environment.get(KEY, "")
    if not text:
        return None
    key = os.fsencode(text)
    if len(key) < _SHORTEST:
        raise UsageError(f"{KEY} is shorter than {_SHORTEST} bytes: take a random one")
    return key


def _content(path: Path) -> bytes:
    """The bytes of a regular file, as many as are looked at."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(number, "rb") as file:  # noqa: PTH123 - a descriptor
            if not stat.S_ISREG(os.fstat(number).st_mode):
                raise PlanFileError("it is no file")
            return file.read(LARGEST + 1)
    except OSError as error:
        raise PlanFileError(f"it cannot be read: {error.strerror}") from error


def _unfit(path: Path) -> str | None:
    """Why no file can be put here; a link is not followed."""
    try:
        mode = os.lstat(path).st_mode
    except OSError:
        return None
    if stat.S_ISLNK(mode):
        return "it is a link"
    if stat.S_ISDIR(mode):
        return "it is a folder"
    return None if stat.S_ISREG(mode) else "it is a device, a pipe or a socket"


def _put(path: Path, content: bytes) -> None:
    """Put a file in place whole, or not at all, for nobody else to read; never through a link."""
    unfit = _unfit(path)
    if unfit is not None:
        raise ReconcileError(f"cannot write the plan {str(path)!r}: {unfit}")
    draft = path.with_name(f".{path.name[:200]}.{secrets.token_hex(8)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    number = os.open(draft, flags, stat.S_IRUSR | stat.S_IWUSR)
    try:
        with open(number, "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(content)
            file.flush()
            os.fsync(number)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
