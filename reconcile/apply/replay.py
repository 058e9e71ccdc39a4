"""The lines of a journal → the run that they tell of; pure."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any, TypeGuard, assert_never

from attrs import Factory, define, evolve

from reconcile.apply.journal import FORMAT_VERSION
from reconcile.apply.journal_lines import (
    DamagedLine,
    HistoryError,
    JournalLine,
    Lines,
    NothingSentError,
)
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
from reconcile.model.history import (
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

NOTHING_WRITTEN = "begun, and nothing is written of its end"
"""What is said of a deed whose intent is the last that was written of it."""

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
    format_version = _text(first.values, "format_version")
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
        opening=_opening(first.values),
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
    """What line after line told; `places` the place of the deed that each name stands for.

    `newer` where the journal is of a newer format, and may hold events that are not known.
    """

    newer: bool = False
    deeds: list[PastDeed] = Factory(list)
    settlements: list[Settlement] = Factory(list)
    unread: int = 0
    places: dict[tuple[str, str], int] = Factory(dict)

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
                self._begin(line.values)
            case "left" | "operation" | "finished":
                self._go_on(line.values)
            case "settled" if "run" in line.values:
                self.settlements.append(_settlement(line.values))
            case "settled":
                self._go_on(line.values)
            case "ended":
                pass
            case unknown if not self.newer:
                raise ValueError(f"{unknown!r} is no event")

    def _begin(self, values: Mapping[str, Any]) -> None:
        """Tell of a deed."""
        deed = _deed(values)
        self.places[_name(values)] = len(self.deeds)
        self.deeds.append(deed)

    def _go_on(self, values: Mapping[str, Any]) -> None:
        """Tell more of a deed; of one whose intent is not there it is all that is known."""
        place = self._place(*_name(values))
        if place is None:
            self._begin(values)
        elif self.deeds[place].damaged and self.deeds[place].change is None:
            self.deeds[place] = _deed(values)
        else:
            self.deeds[place] = _told_more(self.deeds[place], values)

    def _doubt(self, address: str, verb: str) -> None:
        """Tell that it is not known what became of a deed, until a later line tells it."""
        place = self._place(address, verb)
        if place is not None:
            known = self.deeds[place]
            self.deeds[place] = evolve(known, result=Result.UNKNOWN, message=DAMAGED, damaged=True)
            return
        with suppress(ValueError):
            about = Address(database=address) if verb == ORDER else Address.parse(address)
            self.places[address, verb] = len(self.deeds)
            self.deeds.append(
                PastDeed(address=about, result=Result.UNKNOWN, message=DAMAGED, damaged=True)
            )

    def _place(self, address: str, verb: str) -> int | None:
        """Where a deed is; of a damaged line that no longer holds a verb, the last so addressed."""
        if verb:
            return self.places.get((address, verb), self.places.get((address, "")))
        same = [place for (named, _verb), place in self.places.items() if named == address]
        return max(same, default=None)


def _name(values: Mapping[str, Any]) -> tuple[str, str]:
    return _text(values, "address"), _text(values, "verb")


def _deed(values: Mapping[str, Any]) -> PastDeed:
    """A deed from its first line. Raises ValueError for what is none."""
    address = _address(values)
    deed = PastDeed(
        address=address,
        result=Result.UNKNOWN,
        message=NOTHING_WRITTEN,
        change=None if _text(values, "verb") == ORDER else _change(address, values),
        what=_text(values, "what"),
        risk=Risk(values["risk"]) if isinstance(values.get("risk"), str) else None,
        approval=_approval(values.get("approval")),
    )
    return _told_more(deed, values)


def _told_more(deed: PastDeed, values: Mapping[str, Any]) -> PastDeed:
    told = evolve(
        deed,
        operation=_text(values, "operation") or deed.operation,
        clash=_clash(values.get("clash")) or deed.clash,
    )
    word = _text(values, "result")
    if not word:
        return told
    return evolve(told, result=Result(word), message=_text(values, "message"), damaged=False)


def _going_on(deed: PastDeed) -> PastDeed:
    """A deed of a run that goes on: that nothing is written of its end says nothing yet."""
    if deed.message != NOTHING_WRITTEN:
        return deed
    return evolve(deed, result=Result.STARTED, message=UNDER_WAY)


def _settlement(values: Mapping[str, Any]) -> Settlement:
    word = _text(values, "result")
    if word not in {"done", "not done"}:
        raise ValueError(f"{word!r} settles nothing")
    return Settlement(
        run=_text(values, "run"),
        address=_address(values),
        verb=_text(values, "verb"),
        done=word == "done",
    )


def _address(values: Mapping[str, Any]) -> Address:
    """An order is about a whole database, whose name may have a slash."""
    text = _text(values, "address")
    return Address(database=text) if _text(values, "verb") == ORDER else Address.parse(text)


def _change(address: Address, values: Mapping[str, Any]) -> Change:
    """The change of an action. Raises ValueError for a verb that is not known."""
    before, after = _fields(values.get("before")) or {}, _fields(values.get("after")) or {}
    verb = Verb(_text(values, "verb"))
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
            field=_text(one, "field"),
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


def _opening(values: Mapping[str, Any]) -> Opening:
    databases = values.get("databases")
    pid, actions = values.get("pid"), values.get("actions")
    return Opening(
        version=_text(values, "version"),
        command=_text(values, "command"),
        who=_text(values, "who"),
        host=_text(values, "host"),
        pid=pid if isinstance(pid, int) else 0,
        commit=_commit(values.get("commit")),
        plan_id=_text(values, "plan_id"),
        plan_made=_text(values, "plan_made"),
        actions=actions if isinstance(actions, int) else 0,
        databases={
            str(handle): Addon(**{name: _text(one, name) for name in ("app", "addon", "region")})
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


def _approval(value: object) -> Approval | None:
    """The word that something may go. Raises ValueError for a day that is none."""
    if not isinstance(value, dict):
        return None
    return Approval(reason=_text(value, "reason"), until=date.fromisoformat(_text(value, "until")))


def _list(value: object) -> tuple[str, ...]:
    return _words(value) if isinstance(value, list) else ()


def _commit(value: object) -> Commit | None:
    if not isinstance(value, dict) or not _text(value, "id"):
        return None
    return Commit(id=_text(value, "id"), dirty=value.get("dirty") is True)


def _text(values: Mapping[str, Any], key: str) -> str:
    """A text; empty where there is none."""
    value = values.get(key)
    return value if isinstance(value, str) else ""
