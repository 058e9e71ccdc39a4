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
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeGuard, assert_never

from attrs import Factory, define, evolve, frozen

from reconcile.apply.journal import CHECKSUM, FORMAT_VERSION, checksum
from reconcile.errors import ReconcileError
from reconcile.files import read_at_most
from reconcile.model.address import Address
from reconcile.model.change import (
    Change,
    Create,
    Delete,
    FieldChange,
    Risk,
    Update,
    Verb,
    differing,
)
from reconcile.model.engine import Step
from reconcile.model.history import (
    NOT_KNOWN,
    ORDER,
    Addon,
    Commit,
    Opening,
    PastDeed,
    PastRun,
    Permission,
    RunState,
    Settlement,
)
from reconcile.model.run import Clash, Result
from reconcile.model.state import Approval, Fields, Value
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
    """The lines of a journal's content."""
    *whole, last = content.split(b"\n")
    # The last line is torn unless only its line end is missing.
    ending = _line(last) if last else DamagedLine()
    torn = bool(last) and isinstance(ending, DamagedLine)
    lines = [_line(text) for text in whole]
    if isinstance(ending, JournalLine):
        lines.append(ending)
    return Lines(lines=tuple(_checked(lines)), torn=torn, held=held)


def _checked(lines: list[JournalLine | DamagedLine]) -> Iterator[JournalLine | DamagedLine]:
    """The lines, where one without a checksum among others that have one is damaged."""
    summed = any(isinstance(one, JournalLine) and CHECKSUM in one.values for one in lines)
    for one in lines:
        if summed and isinstance(one, JournalLine) and CHECKSUM not in one.values:
            yield _damaged(json.dumps(dict(one.values), sort_keys=True))
        else:
            yield one


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


def _line(text: bytes) -> JournalLine | DamagedLine:
    if b'"address": ' not in text and not text.lstrip().startswith(b"{"):
        return _NAMELESS  # at once: a damaged file may hold a million of these
    try:
        values = json.loads(text)
        if CHECKSUM in values and values[CHECKSUM] != checksum(values):
            return _damaged(text.decode())
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
"""What is said of a deed whose intent is the last that was written of it."""


def name_of(values: Mapping[str, Any]) -> tuple[str, str]:
    """The address and the verb of a line, as texts."""
    return text_of(values, "address"), text_of(values, "verb")


def deed_of(values: Mapping[str, Any]) -> PastDeed:
    """A deed from its first line. Raises ValueError for what is none."""
    address = _address(values)
    deed = PastDeed(
        address=address,
        result=Result.UNKNOWN,
        message=NOTHING_WRITTEN,
        change=None if text_of(values, "verb") == ORDER else _change(address, values),
        what=text_of(values, "what"),
        risk=Risk(values["risk"]) if isinstance(values.get("risk"), str) else None,
        approval=_approval(values.get("approval")),
        request=text_of(values, "request"),
        body=values["body"] if isinstance(values.get("body"), dict) else None,
        step=_step(values.get("step")),
    )
    return told_more(deed, values)


def told_more(deed: PastDeed, values: Mapping[str, Any]) -> PastDeed:
    """A deed with what a later line tells of it. Raises ValueError for an unknown result."""
    told = evolve(
        deed,
        operation=text_of(values, "operation") or deed.operation,
        backup=text_of(values, "backup") or deed.backup,
        clash=_clash(values.get("clash")) or deed.clash,
    )
    word = text_of(values, "result")
    if not word:
        return told
    return evolve(told, result=Result(word), message=text_of(values, "message"), damaged=False)


def settlement_of(values: Mapping[str, Any]) -> Settlement:
    """What a line tells of a deed of an earlier run. Raises ValueError for an unknown result."""
    word = text_of(values, "result")
    if word not in _SETTLED:
        raise ValueError(f"{word!r} settles nothing")
    return Settlement(
        run=text_of(values, "run"),
        address=_address(values),
        verb=text_of(values, "verb"),
        done=_SETTLED[word],
        answered=values.get("answered") is True,
    )


_SETTLED: Mapping[str, bool | None] = {"done": True, "not done": False, NOT_KNOWN: None}


def _address(values: Mapping[str, Any]) -> Address:
    """An order is about a whole database, whose name may have a slash."""
    text = text_of(values, "address")
    return Address(database=text) if text_of(values, "verb") == ORDER else Address.parse(text)


def _change(address: Address, values: Mapping[str, Any]) -> Change:
    """The change of an action. Raises ValueError for a verb that is not known."""
    before, after = _fields(values.get("before")) or {}, _fields(values.get("after")) or {}
    verb = Verb(text_of(values, "verb"))
    match verb:
        case Verb.CREATE:
            return Create(address=address, after=after)
        case Verb.DELETE:
            return Delete(address=address, before=before)
        case Verb.UPDATE:
            # A journal of an earlier time did not tell the fields.
            fields = _parts(values.get("fields")) or differing(before, after)
            return Update(address=address, before=before, after=after, fields=fields)
        case _:
            assert_never(verb)


def _parts(value: object) -> tuple[FieldChange, ...]:
    """The fields of an update as they were compared, each in its spelling of that time."""
    parts = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    return tuple(
        FieldChange(
            field=text_of(one, "field"),
            before=_value(one.get("before")),
            after=_value(one.get("after")),
        )
        for one in parts
    )


def _clash(value: object) -> Clash | None:
    if not isinstance(value, dict):
        return None
    sides = (_fields(value.get(name)) for name in ("before", "expected", "now"))
    before, expected, now = sides
    return Clash(before=before, expected=expected, now=now)


def _fields(value: object) -> Fields | None:
    if not isinstance(value, dict):
        return None
    return {str(name): _value(one) for name, one in value.items()}


def _value(value: Any) -> Value:
    """A value as a plan has it; JSON knows no tuples."""
    match value:
        case None | bool() | int() | str():
            return value
        case list():
            return tuple(value) if all(isinstance(one, int) for one in value) else _words(value)
        case _:
            return str(value)


def _words(values: list[Any]) -> tuple[str, ...]:
    return tuple(str(one) for one in values)


def opening_of(values: Mapping[str, Any]) -> Opening:
    """What the first line tells of a run."""
    databases = values.get("databases")
    pid, actions = values.get("pid"), values.get("actions")
    return Opening(
        version=text_of(values, "version"),
        command=text_of(values, "command"),
        who=text_of(values, "who"),
        host=text_of(values, "host"),
        pid=pid if isinstance(pid, int) else 0,
        commit=_commit(values.get("commit")),
        plan_id=text_of(values, "plan_id"),
        plan_made=text_of(values, "plan_made"),
        actions=actions if isinstance(actions, int) else 0,
        databases={
            str(handle): Addon(**{name: text_of(one, name) for name in ("app", "addon", "region")})
            for handle, one in (databases if isinstance(databases, dict) else {}).items()
            if isinstance(one, dict)
        },
        permission=_permission(values.get("permission")),
    )


def _permission(value: object) -> Permission:
    """What was lifted and allowed; a journal of an earlier time did not tell it."""
    if not isinstance(value, dict):
        return Permission()
    return Permission(
        overrides=_list(value.get("overrides")),
        allows=_list(value.get("allows")),
        backup_first=value.get("backup_first") is True,
        roll_backups=value.get("roll_backups") is True,
    )


def _step(value: object) -> Step | None:
    """The versions of an upgrade."""
    if not isinstance(value, dict):
        return None
    return Step(before=text_of(value, "before") or None, planned=text_of(value, "planned") or None)


def _approval(value: object) -> Approval | None:
    """The word that something may go. Raises ValueError for a day that is none."""
    if not isinstance(value, dict):
        return None
    return Approval(
        reason=text_of(value, "reason"), until=date.fromisoformat(text_of(value, "until"))
    )


def _list(value: object) -> tuple[str, ...]:
    return _words(value) if isinstance(value, list) else ()


def _commit(value: object) -> Commit | None:
    if not isinstance(value, dict) or not text_of(value, "id"):
        return None
    return Commit(id=text_of(value, "id"), dirty=value.get("dirty") is True)


def text_of(values: Mapping[str, Any], key: str) -> str:
    """A text; empty where there is none."""
    value = values.get(key)
    return value if isinstance(value, str) else ""


UNDER_WAY = "under way: its run goes on"
"""What is said of it while its run may still write of its end."""


DAMAGED = "a line of the journal about it is damaged"
"""What is said of a deed of which a damaged line tells, and no later one."""


def replay(ident: str, written: Lines) -> PastRun:
    """The run of a journal, as far as its lines tell. Raises HistoryError where none begins."""
    if not written.lines:
        raise NothingSentError("its first line is not whole: the run ended before it sent anything")
    first, *others = written.lines
    if isinstance(first, DamagedLine) or first.event != "run":
        raise HistoryError("it is not the journal of a run")
    format_version = text_of(first.values, "format_version")
    if format_version.partition(".")[0] != _MAJOR:
        raise HistoryError("it was written by another version of the tool")
    told = _Told(newer=format_version not in _KNOWN)
    for line in others:
        told.take(line)
    ended = next((line.at for line in others if _is_end(line)), None)
    goes_on = written.held and ended is None
    running = RunState.RUNNING if goes_on else RunState.INTERRUPTED
    return PastRun(
        id=ident,
        opening=opening_of(first.values),
        began=first.at,
        state=running if ended is None else RunState.ENDED,
        ended=ended,
        deeds=tuple(_going_on(deed) for deed in told.deeds) if goes_on else tuple(told.deeds),
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

    `places` the place of the deed that each name stands for, `latest` that of the last of each address.
    `newer` where the journal is of a newer format, and may hold events that are not known.
    """

    newer: bool = False
    deeds: list[PastDeed] = Factory(list)
    settlements: list[Settlement] = Factory(list)
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
                self._doubt(*name_of(line.values))

    def _understand(self, line: JournalLine) -> None:
        match line.event:
            case "started":
                self._begin(line.values, line.at)
            case "left" | "operation" | "backup" | "finished":
                self._go_on(line.values)
            case "settled" if "run" in line.values:
                self.settlements.append(settlement_of(line.values))
            case "settled":
                self._go_on(line.values)
            case "ended":
                pass
            case unknown if not self.newer:
                raise ValueError(f"{unknown!r} is no event")

    def _begin(self, values: Mapping[str, Any], at: datetime | None = None) -> None:
        """Tell of a deed."""
        deed = evolve(deed_of(values), begun=at)
        self._add(name_of(values), deed)

    def _add(self, name: tuple[str, str], deed: PastDeed) -> None:
        address, _verb = name
        self.places[name] = self.latest[address] = len(self.deeds)
        self.deeds.append(deed)

    def _go_on(self, values: Mapping[str, Any]) -> None:
        """Tell more of a deed; of one whose intent is not there it is all that is known."""
        place = self._place(*name_of(values))
        if place is None:
            self._begin(values)
        elif self.deeds[place].damaged and self.deeds[place].change is None:
            self.deeds[place] = deed_of(values)
        else:
            self.deeds[place] = told_more(self.deeds[place], values)

    def _doubt(self, address: str, verb: str) -> None:
        """Tell that it is not known what became of a deed, until a later line tells it."""
        place = self._place(address, verb)
        if place is not None:
            known = self.deeds[place]
            self.deeds[place] = evolve(known, result=Result.UNKNOWN, message=DAMAGED, damaged=True)
            return
        with suppress(ValueError):
            about = Address(database=address) if verb == ORDER else Address.parse(address)
            unknown = PastDeed(address=about, result=Result.UNKNOWN, message=DAMAGED, damaged=True)
            self._add((address, verb), unknown)

    def _place(self, address: str, verb: str) -> int | None:
        """Where a deed is; of a damaged line that no longer holds a verb, the last so addressed."""
        if verb:
            return self.places.get((address, verb), self.places.get((address, "")))
        return self.latest.get(address)


def _going_on(deed: PastDeed) -> PastDeed:
    """A deed of a run that goes on: that nothing is written of its end says nothing yet."""
    if deed.message != NOTHING_WRITTEN:
        return deed
    return evolve(deed, result=Result.STARTED, message=UNDER_WAY)
