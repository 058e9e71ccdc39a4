"""The journal of a run: what was about to be done, on disk before it is done.

One file per run, JSON Lines, appended only. A `started` without its `finished` is an action whose
outcome is unknown.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from reconcile.errors import ReconcileError
from reconcile.model.change import sides_of, verb_of
from reconcile.model.deed import Deed, Done
from reconcile.model.item import Action
from reconcile.model.run import Outcome
from reconcile.model.target import Target

FORMAT_VERSION = "1.0"


class JournalError(ReconcileError):
    """The journal cannot be written: nothing may be changed without it."""


_NOTHING = "nothing is changed without it, choose another place with --state-dir"
_NOT_SAID = "what was done is done, but the journal does not say so"


class Journal:
    """The open journal of one run; safe to share between threads.

    `now` tells the time in UTC. Raises JournalError when the file cannot be made or written.
    """

    def __init__(self, directory: Path, run_id: str, now: Callable[[], datetime]) -> None:
        self.path = directory / "runs" / f"{run_id}.jsonl"
        self._now = now
        self._lock = threading.Lock()
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            self._descriptor = os.open(self.path, flags, 0o600)
            _flush_directory(self.path.parent)
        except OSError as error:
            raise self._error(error, _NOTHING) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.close(self._descriptor)

    def begin(self, version: str, databases: Mapping[str, Target]) -> None:
        """Write what the run is about: the tool's version and the live databases by handle."""
        named = {
            handle: {"app": target.app, "addon": target.addon, "region": target.region}
            for handle, target in sorted(databases.items())
        }
        values = {"format_version": FORMAT_VERSION, "version": version, "databases": named}
        self._write("run", values, lacking=_NOTHING)

    def started(self, entry: Action | Deed) -> None:
        """Put the intent on disk; returns only when it is there."""
        before, after = sides_of(entry.change) if isinstance(entry, Action) else (None, None)
        values = {**_named(entry), "before": before, "after": after}
        self._write("started", values, lacking=_NOTHING)

    def operation(self, entry: Action | Deed, ident: str) -> None:
        """Write which operation was started, so that an interrupted wait can be taken up."""
        self._write("operation", {**_named(entry), "operation": ident})

    def finished(self, outcome: Outcome | Done) -> None:
        """Write what became of it."""
        entry = outcome.action if isinstance(outcome, Outcome) else outcome.deed
        became = {"result": outcome.result.value, "message": outcome.message}
        self._write("finished", _named(entry) | became)

    def end(self, results: Mapping[str, int]) -> None:
        """Write that the run came to its end, with the number of actions by result."""
        self._write("ended", {"results": dict(results)})

    def _write(self, event: str, values: Mapping[str, object], *, lacking: str = _NOT_SAID) -> None:
        """Append a line; `lacking` says what it means if that cannot be done."""
        try:
            with self._lock:
                # The time is taken inside the lock: lines stand in the order of their times.
                entry = {"event": event, "at": self._now().isoformat(), **values}
                self._append(f"{json.dumps(entry, sort_keys=True)}\n".encode())
                os.fsync(self._descriptor)
        except OSError as error:
            raise self._error(error, lacking) from error

    def _append(self, line: bytes) -> None:
        """Write all of a line: a full disk takes a part first and refuses the rest."""
        while line:
            line = line[os.write(self._descriptor, line) :]

    def _error(self, error: OSError, lacking: str) -> JournalError:
        place = f"cannot write the journal {str(self.path)!r}: {error.strerror}"
        return JournalError(f"{place}; {lacking}")


def _flush_directory(directory: Path) -> None:
    """Make sure that the file's name, too, is on disk."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _named(entry: Action | Deed) -> dict[str, object]:
    """What an entry is about. The stakes of a deed stay out: they may quote a query."""
    if isinstance(entry, Deed):
        return {"address": entry.database, "verb": "order", "what": entry.what}
    return {"address": str(entry.address), "verb": verb_of(entry.change).value}
