"""What a person chooses for a run, whatever the command."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

DEFAULT_PATHS = (Path("specs"),)


@frozen(kw_only=True)
class Selection:
    """Which specs, and which of their databases."""

    paths: tuple[Path, ...] = DEFAULT_PATHS
    config: Path | None = None
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@frozen(kw_only=True)
class Waiting:
    """Whether ends of operations are waited for, and for how many seconds at most."""

    wait: bool = True
    patience: float = 3600.0


@frozen(kw_only=True)
class Safeguard:
    """Whether a backup is made before something is at stake, though the oldest may `roll` out."""

    backup_first: bool = False
    roll_backups: bool = False


@frozen(kw_only=True)
class Named:
    """One database by its handle or APP/ADDON, and where handles are looked up."""

    name: str
    selection: Selection


@frozen(kw_only=True)
class Consent:
    """What was agreed to on the command line: `confirm` is the name of what loses data.

    `again` is the run that may have done the same: it is to be done although that is not known.
    """

    yes: bool = False
    confirm: str | None = None
    again: str | None = None
    dry_run: bool = False


@frozen(kw_only=True)
class Override:
    """One `--override CODE=PLAN`: a guard that a person lifts for the plan whose id begins so."""

    code: str
    plan: str
