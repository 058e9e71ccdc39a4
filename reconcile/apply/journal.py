"""The journal of a run: what was about to be done, on disk before it is done.

One file per run, JSON Lines, appended only; `history` reads them. A `started` without its
`finished` is an action whose outcome is unknown; `settled` tells what a later look found out. What
was not tried is `left`. The first line is `run`, the last one `ended`. Each line holds its checksum.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
import zlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from reconcile.codec import plain
from reconcile.errors import ReconcileError
from reconcile.files import make_state_folder
from reconcile.model.change import ActionKey
from reconcile.model.history import NOT_KNOWN, ORDER, Opening, Resolution
from reconcile.model.item import Action
from reconcile.model.order import Order, OrderOutcome
from reconcile.model.run import Outcome, Result

FORMAT_VERSION = "1.1"

CHECKSUM = "crc32"
"""The key of a line's checksum."""


def checksum(values: Mapping[str, Any]) -> str:
    """The checksum of all values of a line but the checksum itself."""
    rest = {name: value for name, value in values.items() if name != CHECKSUM}
    return f"{zlib.crc32(json.dumps(rest, sort_keys=True).encode()):08x}"


class JournalError(ReconcileError):
    """The journal cannot be written: nothing may be changed without it."""


_LINE_END = ord("\n")
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
        self._torn = False
        self._begun: set[ActionKey] = set()
        self._told: dict[ActionKey, Result] = {}
        try:
            make_state_folder(self.path.parent)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            self._descriptor = os.open(self.path, flags, 0o600)
            # Held for as long as it is open, so that a reader can tell a run that goes on.
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
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

    def begin(self, opening: Opening) -> None:
        """Write what the run is about."""
        self._write("run", {"format_version": FORMAT_VERSION, **plain(opening)}, lacking=_NOTHING)

    def started(self, entry: Action | Order) -> None:
        """Put the intent on disk; returns only when it is there."""
        self._write("started", _named(entry) | _intent(entry), lacking=_NOTHING)
        if isinstance(entry, Action):
            self._begun.add(entry.key)

    def operation(self, entry: Action | Order, ident: str) -> None:
        """Write which operation was started, so that an interrupted wait can be taken up."""
        self._write("operation", {**_named(entry), "operation": ident})

    def backup(self, order: Order, ident: str) -> None:
        """Write which backup was begun, so that a later run can wait for it."""
        self._write("backup", {**_named(order), "backup": ident})

    def finished(self, outcome: Outcome | OrderOutcome) -> None:
        """Write what became of it."""
        if isinstance(outcome, OrderOutcome):
            self._write("finished", _named(outcome.order) | _end(outcome))
            return
        self._write("finished", _named(outcome.action) | _became(outcome))
        self._told[outcome.action.key] = outcome.result

    def complete(self, outcomes: Iterable[Outcome]) -> None:
        """Write what is not written yet: what was not tried, and what was settled by reading.

        An outcome that could not be written when it was known is written now.
        """
        for outcome in outcomes:
            key = outcome.action.key
            told = self._told.get(key)
            if told is None and key in self._begun:
                values = _named(outcome.action) | _became(outcome)
                self._write("finished", values, flush=False)
            elif told is None:
                values = _named(outcome.action) | _intent(outcome.action) | _became(outcome)
                self._write("left", values, flush=False)
            elif told is not outcome.result:
                self._write("settled", _named(outcome.action) | _end(outcome), flush=False)

    def settled(self, found: Resolution) -> None:
        """Write what became of an order of an earlier run."""
        result = {True: "done", False: "not done", None: NOT_KNOWN}[found.done]
        named = {"address": str(found.address), "verb": found.verb}
        answered = {"answered": True} if found.answered else {}
        self._write("settled", {"run": found.run, **named, "result": result, **answered})

    def end(self, results: Mapping[str, int]) -> None:
        """Write that the run came to its end, with the number of actions by result."""
        self._write("ended", {"results": dict(results)})

    def _write(
        self,
        event: str,
        values: Mapping[str, object],
        *,
        lacking: str = _NOT_SAID,
        flush: bool = True,
    ) -> None:
        """Append a line; `lacking` says what it means if that cannot be done.

        Without `flush` it is on disk once a later line is.
        """
        try:
            with self._lock:
                # The time is taken inside the lock: lines stand in the order of their times.
                known = {name: value for name, value in values.items() if value is not None}
                entry = {"event": event, "at": self._now().isoformat(), **known}
                entry[CHECKSUM] = checksum(entry)
                self._append(f"{json.dumps(entry, sort_keys=True)}\n".encode())
                if flush:
                    os.fsync(self._descriptor)
        except OSError as error:
            raise self._error(error, lacking) from error

    def _append(self, line: bytes) -> None:
        """Write all of a line: a full disk takes a part first and refuses the rest.

        What is torn keeps its line to itself.
        """
        if self._torn:
            line = b"\n" + line
        while line:
            size = os.write(self._descriptor, line)
            self._torn = line[size - 1] != _LINE_END
            line = line[size:]

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


def _named(entry: Action | Order) -> dict[str, object]:
    """What an entry is about. The consequences of an order stay out: they may quote a query."""
    if isinstance(entry, Order):
        return {"address": entry.database, "verb": ORDER, "what": entry.what}
    return {"address": str(entry.address), "verb": entry.key.verb.value}


def _intent(entry: Action | Order) -> dict[str, object]:
    """What is to change, and what that may cost; for a deletion, its approval."""
    values: dict[str, object] = {"risk": entry.risk.value}
    if isinstance(entry, Order):
        sent = {"request": str(entry.call), "body": entry.call.body, "step": plain(entry.step)}
        return values | sent
    change = {name: one for name, one in plain(entry.change).items() if name != "replacement"}
    return values | change | {"approval": plain(entry.approval)}


def _end(ended: Outcome | OrderOutcome) -> dict[str, object]:
    return {"result": ended.result.value, "message": ended.message}


def _became(outcome: Outcome) -> dict[str, object]:
    """The end of an action, with what a stale one met and the operation that it started."""
    return {**_end(outcome), "clash": plain(outcome.conflict), "operation": outcome.operation}
