"""The process around a run: environment, clock, interruption, and whom to tell."""

from __future__ import annotations

import shlex
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

from attrs import Factory, field, frozen

from reconcile.api.clock import Clock
from reconcile.errors import ExitStatus, UsageError
from reconcile.sql.reads import SqlReads


class Progress(Protocol):
    """A counter that threads may advance."""

    def advance(self, name: str) -> None:
        """Note that one more is done."""

    def note(self, text: str) -> None:
        """Say what is waited for, in the place of the counter."""


@frozen(kw_only=True)
class Interruption:
    """Whether a signal asked the command to end: `stop` is set, `status` says by which.

    `heeded` is set while the command looks at `stop` and ends with a summary; otherwise a signal
    ends it at once.
    """

    stop: threading.Event = field(factory=threading.Event)
    heeded: threading.Event = field(factory=threading.Event)
    received: list[ExitStatus] = field(factory=list)

    @property
    def status(self) -> ExitStatus | None:
        """The exit status of the first signal, None if there was none."""
        return self.received[0] if self.received else None


def _sql_reads(process: Process) -> SqlReads:
    return SqlReads(process.environment)


@frozen(kw_only=True)
class Process:
    """What a run may touch, so that nothing else reads it from the process.

    `verbose` is set where each request is shown, `changing` once a command began to change something, `unrecorded` once its journal could
    not be written to the end. `sql` looks over the connections that specs name, `clock` is that of connections, None for the
    machine's.
    """

    environment: Mapping[str, str]
    clock: Clock | None = None
    interruption: Interruption = field(factory=Interruption)
    verbose: threading.Event = field(factory=threading.Event)
    changing: threading.Event = field(factory=threading.Event)
    unrecorded: threading.Event = field(factory=threading.Event)
    sql: SqlReads = field(default=Factory(_sql_reads, takes_self=True), init=False)

    def tell(self, message: str) -> None:
        """Say something to the person who runs the command."""
        raise NotImplementedError

    def progress(self, verb: str, total: int) -> AbstractContextManager[Progress]:
        """Show how far something is, as long as it runs."""
        raise NotImplementedError

    def countdown(self) -> Callable[[str, float], None]:
        """What is told what the provider makes us wait for, and the seconds left; zero at the end."""
        raise NotImplementedError

    def ask(self, question: str, *, strip: bool = True) -> str:
        """One line from the terminal; the end of input, or an interrupt, is no.

        What was typed before the question is discarded. A name may begin or end with a space:
        without `strip`, only the end of the line is left out.
        """
        raise NotImplementedError

    @property
    def attended(self) -> bool:
        """Whether somebody is there to answer a question."""
        raise NotImplementedError

    def now(self) -> datetime:
        """The time in UTC."""
        return datetime.now(UTC)

    def ticks(self) -> float:
        """Seconds since some moment, however the clock is set meanwhile."""
        return time.monotonic()

    def today(self) -> date:
        """The date in UTC."""
        return self.now().date()

    def state_dir(self, chosen: Path | None) -> Path:
        """Where journals are kept: XDG base directory specification, unless chosen."""
        if chosen is not None:
            return chosen
        place = self._base("XDG_STATE_HOME", Path(".local", "state"))
        if place is None:
            raise UsageError("HOME is not set: say with --state-dir where to keep the journal")
        return place

    def tokens_dir(self) -> Path | None:
        """Where tokens may be kept between runs; None for nowhere. Raises as `requests_dir`."""
        return self._cache("tokens")

    def requests_dir(self) -> Path | None:
        """Where runs tell each other what they sent within the minute; None for nowhere.

        RECONCILE_TOKEN_CACHE says `on` or `off`; unsaid, a CI keeps nothing, for its disk may be
        shared or kept. Raises UsageError for another word.
        """
        return self._cache("requests")

    def _cache(self, name: str) -> Path | None:
        said = self.environment.get("RECONCILE_TOKEN_CACHE", "")
        if said not in {"", "on", "off"}:
            raise UsageError(f"RECONCILE_TOKEN_CACHE is {said!r}: write on or off")
        in_ci = self.environment.get("CI", "").lower() == "true"
        if said == "off" or (in_ci and said != "on"):
            return None
        place = self._base("XDG_CACHE_HOME", Path(".cache"))
        return place and place / name

    def _base(self, variable: str, below_home: Path) -> Path | None:
        base = Path(self.environment.get(variable, ""))
        # The specification: a path that is not absolute is to be ignored.
        if base.is_absolute():
            return base / "reconcile"
        home = Path(self.environment.get("HOME", ""))
        return home / below_home / "reconcile" if home.is_absolute() else None


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

    @property
    def longest(self) -> float:
        """Seconds that one wait takes at most."""
        return self.patience if self.wait else 0.0


@frozen(kw_only=True)
class Safeguard:
    """Whether a backup is made before something is affected, though the oldest may `roll` out."""

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
    """One `--override CODE=PLAN`: a guard that a person overrides for the plan whose id begins so."""

    code: str
    plan: str


_AGREED = frozenset({"y", "yes"})


def agreed(
    consent: Consent, process: Process, *, what: str, consequences: Sequence[str], name: str | None
) -> bool:
    """Ask, unless the command line has the answer; `name` has to be typed where it is not None.

    Raises as `refuse_unanswerable`.
    """
    refuse_unanswerable(consent, process, name=name, purpose=f"to {what}, ")
    if is_given(consent, name):
        return True
    process.tell(f"This would {what}:")
    for consequence in consequences:
        process.tell(f"  {consequence}")
    if name is None:
        return process.ask("Go on? [y/N] ").lower() in _AGREED
    return process.ask(f"Type {name!r} to go on: ", strip=False) == name


def refuse_unanswerable(
    consent: Consent, process: Process, *, name: str | None, purpose: str = ""
) -> None:
    """Raise UsageError where nobody can be asked, or --confirm names something else."""
    if name is not None and consent.confirm not in (None, name):
        raise UsageError(
            f"--confirm says {consent.confirm!r}, but it is {name!r} that is affected:"
            " nothing was done"
        )
    if consent.dry_run or process.attended or is_given(consent, name):
        return
    flag = "--yes" if name is None else shlex.join(["--confirm", name])
    raise UsageError(f"nobody can be asked here (no terminal): {purpose}say {flag}, or --dry-run")


def is_given(consent: Consent, name: str | None) -> bool:
    """Whether the command line itself agrees, so that nobody is asked."""
    return consent.yes if name is None else consent.confirm == name
