"""A journal's file → the run that it tells of. A line that is torn, damaged or not ours is told apart.

Each line holds the checksum of the rest of it, so that a damaged one is never taken for a whole
one. Journals before format 1.1 hold no checksums.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import stat
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeGuard

from attrs import Factory, define, evolve, frozen

from reconcile.apply.journal import CHECKSUM, FORMAT_VERSION, checksum
from reconcile.codec import tolerant
from reconcile.errors import ReconcileError
from reconcile.files import read_at_most
from reconcile.model.address import Address
from reconcile.model.change import (
    Update,
    differing,
)
from reconcile.model.history import (
    NOT_KNOWN,
    ORDER,
    Opening,
    PastAction,
    PastRun,
    Resolution,
    RunState,
)
from reconcile.model.run import Result
from reconcile.model.text import in_utc


class HistoryError(ReconcileError):
    """A journal that cannot be read, or is none."""


class NothingSentError(HistoryError):
    """A journal whose run ended before its first line was on disk: it sent nothing."""


@frozen(kw_only=True)
class JournalLine:
    """One event, when it was written (UTC), and what it says."""

    event: str
    at: datetime
    values: Mapping[str, Any]


@frozen(kw_only=True)
class DamagedLine:
    """A line that makes no sense, with the address and the verb of each action that it names.

    A verb is empty where the line no longer holds it.
    """

    names: tuple[tuple[str, str], ...] = ()


@frozen(kw_only=True)
class Lines:
    """The lines of a journal, in order.

    `torn` where the last one is not whole, so that it is left out; `held` while its run still has
    the file open.
    """

    lines: tuple[JournalLine | DamagedLine, ...]
    torn: bool = False
    held: bool = False


def read_lines(path: Path) -> Lines:
    """Read a journal. Raises HistoryError with a sentence where that cannot be done."""
    try:
        content, held = _content(path)
    except OSError as error:
        raise HistoryError(f"it cannot be read: {error.strerror}") from error
    return lines_of(content, held=held)


def lines_of(content: bytes, *, held: bool = False) -> Lines:
    """The lines of a journal's content; where one has a checksum, one without is damaged."""
    summed = f'"{CHECKSUM}": '.encode() in content
    texts = content.split(b"\n")
    lines = [_line(text, summed=summed) for text in texts]
    # The last line is torn unless only its line end is missing.
    torn = isinstance(lines[-1], DamagedLine)
    return Lines(
        lines=tuple(lines[:-1] if torn else lines), torn=torn and bool(texts[-1]), held=held
    )


_LARGEST = 64 * 1024 * 1024


def _content(path: Path) -> tuple[bytes, bool]:
    """All that is written so far, and whether the run goes on. Raises OSError, HistoryError."""
    # No link is followed, and no pipe waited for.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(path, flags)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise HistoryError("it is no file")
        held = _is_held(descriptor)
        with open(descriptor, "rb", closefd=False) as file:
            content = read_at_most(file, _LARGEST + 1)
    finally:
        os.close(descriptor)
    if len(content) > _LARGEST:
        raise HistoryError(f"it is larger than {_LARGEST // 1024 // 1024} MiB")
    return content, held


def _is_held(descriptor: int) -> bool:
    """Whether the run that writes a journal still has it open: it holds a lock on it until then."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False


def _line(text: bytes, *, summed: bool) -> JournalLine | DamagedLine:
    if b'"address": ' not in text and not text.startswith(b"{"):
        return _NAMELESS  # at once: a damaged file may hold a million of these
    try:
        values = json.loads(text)
        if summed and CHECKSUM not in values:
            return _damaged(json.dumps(values, sort_keys=True))
        if summed and values[CHECKSUM] != checksum(values):
            return _damaged(text.decode())
        if b"\\ud" in text:  # half of a character, as a server may answer it
            values = json.loads(json.dumps(values, ensure_ascii=False).encode(errors="replace"))
        at = in_utc(datetime.fromisoformat(values["at"]))
        return JournalLine(event=str(values["event"]), at=at, values=values)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return _damaged(text.decode(errors="replace"))


_NAMELESS = DamagedLine()
_ADDRESS = re.compile(r'"address": ("(?:[^"\\]|\\.)*")')
_VERB = re.compile(r'"verb": "([a-z]+)"')
_SETTLED_EVENT, _RUN = '"event": "settled"', '"run": "'


def _damaged(text: str) -> DamagedLine:
    """What a damaged line still says; two lines without the line end between them name two."""
    if _RUN in text.partition(_SETTLED_EVENT)[2]:
        return DamagedLine()  # it is about an action of another run
    found = list(_ADDRESS.finditer(text))
    ends = [*(match.start() for match in found[1:]), len(text)]
    names = (
        (match[1], _VERB.search(text, match.end(), end))
        for match, end in zip(found, ends, strict=False)
    )
    return DamagedLine(
        names=tuple((_unquoted(one), verb[1] if verb else "") for one, verb in names)
    )


def _unquoted(quoted: str) -> str:
    """The text of a JSON string; as it stands where it is none."""
    try:
        return str(json.loads(quoted))
    except ValueError:
        return quoted.strip('"')


NOTHING_WRITTEN = "begun, and nothing is written of its end"
"""What is said of an action whose intent is the last that was written of it."""


_TOLD = frozenset({"what", "risk", "approval", "request", "body", "step", "operation", "backup"})
"""What lines tell of an action besides its name, its change, and its end."""


def _action(values: Mapping[str, Any]) -> PastAction:
    """What a line tells of an action. Raises ValueError for what is none."""
    said = {name: one for name, one in values.items() if one is not None}
    told: dict[str, Any] = {name: said[name] for name in _TOLD & said.keys()}
    told["address"], told["result"] = said.get("address"), said.get("result", "unknown")
    if "clash" in said:
        told["conflict"] = said["clash"]
    told["message"] = said.get("message", "") if "result" in said else NOTHING_WRITTEN
    if said.get("verb") != ORDER:
        told["change"] = {"before": {}, "after": {}, "fields": [], **said}
    action = tolerant(PastAction, told)
    change = action.change
    if isinstance(change, Update) and not change.fields:
        # A journal of an earlier time did not tell the fields.
        change = evolve(change, fields=differing(change.before, change.after))
    return evolve(action, address=_about(action.verb, action.address), change=change)


def _told_more(action: PastAction, values: Mapping[str, Any]) -> PastAction:
    """An action with what a later line tells of it. Raises ValueError for what makes no sense."""
    more = _action(values)
    told = evolve(
        action,
        operation=more.operation or action.operation,
        backup=more.backup or action.backup,
    )
    if values.get("result") is None:
        return told
    return evolve(told, result=more.result, message=more.message, damaged=False)


def _resolution(values: Mapping[str, Any]) -> Resolution:
    """What a line tells of an action of an earlier run. Raises ValueError for what makes no sense."""
    word = _text(values, "result")
    if word not in _DONE:
        raise ValueError(f"{word!r} settles nothing")
    found = tolerant(Resolution, {**values, "done": _DONE[word]})
    return evolve(found, address=_about(found.verb, found.address))


_DONE: Mapping[str, bool | None] = {"done": True, "not done": False, NOT_KNOWN: None}


def _about(verb: str, address: Address) -> Address:
    """An order is about a whole database, whose name may have a slash."""
    return Address(database=str(address)) if verb == ORDER else address


def _name(values: Mapping[str, Any]) -> tuple[str, str]:
    """The address and the verb of a line, as texts."""
    return _text(values, "address"), _text(values, "verb")


def _text(values: Mapping[str, Any], key: str) -> str:
    """A text; empty where there is none."""
    value = values.get(key)
    return value if isinstance(value, str) else ""


UNDER_WAY = "under way: its run goes on"
"""What is said of it while its run may still write of its end."""


DAMAGED = "a line of the journal about it is damaged"
"""What is said of an action of which a damaged line tells, and no later one."""


def replay(ident: str, written: Lines) -> PastRun:
    """The run of a journal, as far as its lines tell. Raises HistoryError where none begins."""
    if not written.lines:
        raise NothingSentError("its first line is not whole: the run ended before it sent anything")
    first, *others = written.lines
    if isinstance(first, DamagedLine) or first.event != "run":
        raise HistoryError("it is not the journal of a run")
    format_version = _text(first.values, "format_version")
    if format_version.partition(".")[0] != _MAJOR:
        raise HistoryError("it was written by another version of the tool")
    try:
        opening = tolerant(Opening, first.values)
    except ValueError as error:
        raise HistoryError(f"what it says of its run makes no sense: {error}") from None
    told = _Told(newer=format_version not in _KNOWN)
    for line in others:
        told.take(line)
    ended = next((line.at for line in others if _is_end(line)), None)
    goes_on = written.held and ended is None
    running = RunState.RUNNING if goes_on else RunState.INTERRUPTED
    return PastRun(
        id=ident,
        opening=opening,
        began=first.at,
        state=running if ended is None else RunState.ENDED,
        ended=ended,
        actions=tuple(_going_on(action) for action in told.actions)
        if goes_on
        else tuple(told.actions),
        settlements=tuple(told.settlements),
        torn=written.torn,
        unread=told.unread,
    )


_MAJOR = FORMAT_VERSION.partition(".")[0]
_KNOWN = {"1.0", FORMAT_VERSION}
"""The formats whose events are all known here."""


def _is_end(line: JournalLine | DamagedLine) -> TypeGuard[JournalLine]:
    return isinstance(line, JournalLine) and line.event == "ended"


@define
class _Told:
    """What line after line told.

    `places` the place of the action that each name stands for, `latest` that of the last of each address.
    `newer` where the journal is of a newer format, and may hold events that are not known.
    """

    newer: bool = False
    actions: list[PastAction] = Factory(list)
    settlements: list[Resolution] = Factory(list)
    unread: int = 0
    places: dict[tuple[str, str], int] = Factory(dict)
    latest: dict[str, int] = Factory(dict)

    def take(self, line: JournalLine | DamagedLine) -> None:
        """Take in one line. What makes no sense is counted, and leaves what it names unknown."""
        if isinstance(line, DamagedLine):
            self.unread += 1
            for name in line.names:
                self._doubt(*name)
            return
        try:
            self._understand(line)
        except ValueError:
            self.unread += 1
            if "run" not in line.values:
                self._doubt(*_name(line.values))

    def _understand(self, line: JournalLine) -> None:
        match line.event:
            case "started":
                self._begin(line.values, line.at)
            case "left" | "operation" | "backup" | "finished":
                self._go_on(line.values)
            case "settled" if "run" in line.values:
                self.settlements.append(_resolution(line.values))
            case "settled":
                self._go_on(line.values)
            case "ended":
                pass
            case unknown if not self.newer:
                raise ValueError(f"{unknown!r} is no event")

    def _begin(self, values: Mapping[str, Any], at: datetime | None = None) -> None:
        """Tell of an action."""
        action = evolve(_action(values), begun=at)
        self._add(_name(values), action)

    def _add(self, name: tuple[str, str], action: PastAction) -> None:
        address, _verb = name
        self.places[name] = self.latest[address] = len(self.actions)
        self.actions.append(action)

    def _go_on(self, values: Mapping[str, Any]) -> None:
        """Tell more of an action; of one whose intent is not there it is all that is known."""
        place = self._place(*_name(values))
        if place is None:
            self._begin(values)
        elif self.actions[place].damaged and self.actions[place].change is None:
            self.actions[place] = _action(values)
        else:
            self.actions[place] = _told_more(self.actions[place], values)

    def _doubt(self, address: str, verb: str) -> None:
        """Tell that it is not known what became of an action, until a later line tells it."""
        place = self._place(address, verb)
        if place is not None:
            known = self.actions[place]
            self.actions[place] = evolve(
                known, result=Result.UNKNOWN, message=DAMAGED, damaged=True
            )
            return
        with suppress(ValueError):
            about = Address(database=address) if verb == ORDER else Address.parse(address)
            unknown = PastAction(
                address=about, result=Result.UNKNOWN, message=DAMAGED, damaged=True
            )
            self._add((address, verb), unknown)

    def _place(self, address: str, verb: str) -> int | None:
        """Where an action is; of a damaged line that no longer holds a verb, the last so addressed."""
        if verb:
            return self.places.get((address, verb), self.places.get((address, "")))
        return self.latest.get(address)


def _going_on(action: PastAction) -> PastAction:
    """An action of a run that goes on: that nothing is written of its end says nothing yet."""
    if action.message != NOTHING_WRITTEN:
        return action
    return evolve(action, result=Result.STARTED, message=UNDER_WAY)
