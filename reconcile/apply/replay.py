"""The lines of a journal → the run that they tell of; pure."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeGuard

from attrs import Factory, define, evolve

from reconcile.apply.journal import FORMAT_VERSION
from reconcile.apply.journal_lines import (
    DamagedLine,
    HistoryError,
    JournalLine,
    Lines,
    NothingSentError,
)
from reconcile.apply.journal_values import (
    NOTHING_WRITTEN,
    deed_of,
    name_of,
    opening_of,
    settlement_of,
    text_of,
    told_more,
)
from reconcile.model.address import Address
from reconcile.model.history import ORDER, PastDeed, PastRun, RunState, Settlement
from reconcile.model.run import Result

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
