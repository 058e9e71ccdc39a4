"""What the kinds share that list named things: present, absent, others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Protocol, TypeVar
from unicodedata import normalize

from attrs import evolve, frozen

from reconcile.errors import AnswerError
from reconcile.kinds.kind import Asked, Kind, Others
from reconcile.model.change import Delete
from reconcile.model.constraint import Empty, InvalidValueError, KeyPath, Readable, described
from reconcile.model.state import Approval
from reconcile.model.text import CONTROL, READABLE, UNSEEN

_JOINERS = "\u200c\u200d\ufe0e\ufe0f"
"""What joins letters of some scripts, and the parts of an emoji."""

Name = Annotated[
    str,
    Readable(
        pattern=rf"(?!\.\.?$){READABLE}",
        meaning="name",
        hint="write 1 to 128 characters that can be seen, without blanks at either end; not . or ..",
        longest=128,
    ),
]

Why = Annotated[
    str,
    Readable(
        pattern=rf"(?=.*[^{UNSEEN}\s])[^{CONTROL}]+",
        meaning="reason",
        hint="say in one line why, with characters that can be seen",
        longest=500,
        joiners=_JOINERS,
    ),
]


NOTHING_GOES = Empty(what="delete anything")
"""What a default may list under `absent`."""


class Entry(Protocol):
    """An entry of a list in a spec."""

    @property
    def name(self) -> str:
        """The element's name."""


@frozen(kw_only=True)
class Removal:
    """A person's approval that something goes: it names the loss and ends by itself."""

    name: Name = described("The name of what is to be deleted.", examples=("legacy",))
    reason: Why = described("Why it may go.", examples=("moved to audit",))
    until: date = described("The last day on which this approval holds.", examples=("2027-01-31",))


def approvals(absent: Iterable[Removal]) -> dict[str, Approval]:
    """The approvals of a spec's `absent` entries, by name."""
    return {entry.name: Approval(reason=entry.reason, until=entry.until) for entry in absent}


def removals(asked: Iterable[Asked]) -> tuple[Removal, ...]:
    """The `absent` entries that ask for deletions; half of a replacement is none.

    Raises ValueError for one without an approval.
    """
    return tuple(
        _removal(one)
        for one in asked
        if isinstance(one.change, Delete) and not one.change.replacement
    )


def _removal(asked: Asked) -> Removal:
    name, approval = asked.change.address.name, asked.approval
    if approval is None:
        raise ValueError(f"nobody approved that {name!r} goes")
    return Removal(name=name, reason=approval.reason, until=approval.until)


class Listing(Protocol):
    """A spec value that lists entries."""

    @property
    def present(self) -> tuple[Entry, ...]:
        """Those that have to be there."""

    @property
    def absent(self) -> tuple[Removal, ...]:
        """Those that have to go."""

    @property
    def others(self) -> Others:
        """What to make of those that are not named."""


L = TypeVar("L", bound=Listing)


class ListedKind(Kind[L]):
    """A kind whose spec lists what has to be there, and what has to go."""

    def places(self, spec: L) -> Iterator[tuple[str, KeyPath]]:
        """Where in a spec value each name stands."""
        entries: tuple[tuple[str, tuple[Entry, ...]], ...]
        entries = (("present", spec.present), ("absent", spec.absent))
        for part, listed in entries:
            for index, entry in enumerate(listed):
                yield entry.name, (part, index, "name")

    def without(self, spec: L, ignored: Collection[str]) -> L | None:
        """The value without the entries of some names."""
        value: Any = spec
        left: L = evolve(
            value,
            present=tuple(entry for entry in spec.present if entry.name not in ignored),
            absent=tuple(entry for entry in spec.absent if entry.name not in ignored),
        )
        return left


_NAME_ONE = "name what has to be there, write others: report, or take the key out"


def check_names(spec: Listing, folded: Callable[[str], str] = str) -> Iterator[InvalidValueError]:
    """Yield names that are given twice, as present and as absent at once, or a list of nothing.

    `folded` gives what two names have in common that are one to the server.
    """
    if not (spec.present or spec.absent) and spec.others is Others.KEEP:
        yield InvalidValueError(
            "an empty list manages nothing", hint=_NAME_ONE, code="S207", is_warning=True
        )
    present = {folded(entry.name): entry.name for entry in reversed(spec.present)}
    alike = {_likeness(entry.name): entry.name for entry in reversed(spec.present)}
    yield from check_repeated("present", [entry.name for entry in spec.present], folded, "name")
    yield from check_repeated("absent", [entry.name for entry in spec.absent], folded, "name")
    for index, entry in enumerate(spec.absent):
        path = ("absent", index, "name")
        if folded(entry.name) in present:
            yield InvalidValueError(
                f"{_pair(entry.name, present[folded(entry.name)])} listed under present and under"
                " absent",
                hint="decide for one of the two",
                code="S204",
                path=path,
            )
        elif _likeness(entry.name) in alike:
            yield InvalidValueError(
                f"{entry.name!a} is listed under absent, and {alike[_likeness(entry.name)]!a} under"
                " present",
                hint="they differ in case or in Unicode's form only: make sure that the right one goes",
                code="S208",
                path=path,
                is_warning=True,
            )


def check_repeated(
    part: str, values: Iterable[object], folded: Callable[[Any], object] = str, *place: str
) -> Iterator[InvalidValueError]:
    """Yield what a list gives twice; `part` is its key, and `place` leads from an entry to the value."""
    seen: dict[object, object] = {}
    for index, value in enumerate(values):
        key = folded(value)
        if key in seen:
            yield InvalidValueError(
                f"{_pair(value, seen[key])} listed twice under {part}",
                hint="keep one of the two",
                code="S203",
                path=(part, index, *place),
            )
        seen.setdefault(key, value)


def _pair(value: object, other: object) -> str:
    return f"{value!r} is" if value == other else f"{value!r} and {other!r} are one name, which is"


def _likeness(name: str) -> str:
    """What two names have in common that a person takes for one."""
    return normalize("NFKC", normalize("NFKC", name).casefold())


def rows(answer: object, action_name: str) -> dict[str, Mapping[str, Any]]:
    """The objects of a list action by their name. Raises AnswerError for another shape."""
    if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
        raise AnswerError(f"{action_name} answered {_shown(answer)} where a list of objects is due")
    return {text_of(row, "name", action_name): row for row in answer}


def text_of(row: Mapping[str, Any], key: str, action_name: str) -> str:
    """A text of an answer. Raises AnswerError when it is missing, empty or no text."""
    value = row.get(key)
    if not isinstance(value, str) or not value:
        raise AnswerError(f"{action_name} answered {_shown(value)} as {key!r} where a text is due")
    return value


def flag_of(row: Mapping[str, Any], key: str, action_name: str) -> bool:
    """A flag of an answer; missing or null is false. Raises AnswerError for anything else."""
    value = row.get(key)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise AnswerError(
        f"{action_name} answered {_shown(value)} as {key!r} where true or false is due"
    )


def _shown(value: object) -> str:
    """The first characters of an unfit value, for a message."""
    return repr(value)[:60]
