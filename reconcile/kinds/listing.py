"""What the kinds share that list named things: present, absent, others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Protocol

from attrs import evolve, frozen

from reconcile.errors import AnswerError
from reconcile.kinds.kind import Asked
from reconcile.model.change import Delete
from reconcile.model.constraint import Empty, InvalidValueError, Matching, described
from reconcile.model.state import Approval

PRINTABLE = r"[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+"
"""A pattern: text without control characters."""

Name = Annotated[
    str,
    Matching(
        pattern=PRINTABLE,
        meaning="name",
        hint="write a name of 1 to 128 characters without control characters",
        longest=128,
    ),
]

Why = Annotated[
    str,
    Matching(pattern=r".*\S.*", meaning="reason", hint="say in one line why", longest=500),
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
        """Those that shall be there."""

    @property
    def absent(self) -> tuple[Removal, ...]:
        """Those that shall not."""


def places(spec: Listing) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Where in a spec value each name stands."""
    entries: tuple[tuple[str, tuple[Entry, ...]], ...]
    entries = (("present", spec.present), ("absent", spec.absent))
    for part, listed in entries:
        for index, entry in enumerate(listed):
            yield entry.name, (part, index, "name")


def without_names(spec: Any, ignored: Collection[str]) -> Any:
    """The value of a kind that lists entries, without those of some names."""
    return evolve(
        spec,
        present=tuple(entry for entry in spec.present if entry.name not in ignored),
        absent=tuple(entry for entry in spec.absent if entry.name not in ignored),
    )


def check_names(present: Iterable[Entry], absent: Iterable[Entry]) -> Iterator[InvalidValueError]:
    """Yield names that are given twice, or as present and as absent at once."""
    seen: dict[str, str] = {}
    for part, entries in (("present", present), ("absent", absent)):
        for index, entry in enumerate(entries):
            first = seen.setdefault(entry.name, part)
            if first != part:
                yield InvalidValueError(
                    f"{entry.name!r} is listed under present and under absent",
                    hint="decide for one of the two",
                    code="S204",
                    path=(part, index, "name"),
                )
        yield from _repeated(part, entries)


def _repeated(part: str, entries: Iterable[Entry]) -> Iterator[InvalidValueError]:
    seen = set()
    for index, entry in enumerate(entries):
        if entry.name in seen:
            yield InvalidValueError(
                f"{entry.name!r} is listed twice under {part}",
                hint="keep one of the two",
                code="S203",
                path=(part, index, "name"),
            )
        seen.add(entry.name)


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
