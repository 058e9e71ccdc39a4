"""A rule of an engine as a value: a sentence, requests, and the answer that each has to get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, assert_never

from attrs import frozen


class Kind(StrEnum):
    """What stands behind the sandbox: the values are those of `running(engines=…)`."""

    MEMORY = "memory"
    REAL = "real"


class Mark(StrEnum):
    """What the page says of a rule that held."""

    HELD = "✓"
    POSING = "posing"
    EMULATED = "emulated"


@frozen
class Gives:
    """Answered with `ok` and exactly this result."""

    result: object = None


@frozen
class Names:
    """Answered with a list whose entries have exactly these names, in any order."""

    names: tuple[str, ...]


@frozen
class Rows:
    """Answered with a list whose entries have exactly these keys."""

    keys: tuple[str, ...]


@frozen
class Sessions:
    """Answered with sessions: each text is part of the query of exactly one, in that state."""

    states: Mapping[str, str | None]
    """A text and the state, or None for a text that no session has."""


@frozen
class Refused:
    """Answered with `ok` 0 and a sentence that holds all of these parts."""

    parts: tuple[str, ...]


Answer = Gives | Names | Rows | Sessions | Refused


@frozen
class Ask:
    """An action of the API, what is sent with it, and the answer."""

    action: str
    params: object
    answer: Answer

    def __str__(self) -> str:
        return f"{self.action} {self.params!r:.200}"


@frozen
class Sql:
    """A statement of the database's owner; its command tag, or the SQLSTATE of the refusal."""

    statement: str
    tag: str | None = None
    sqlstate: str | None = None

    def __str__(self) -> str:
        return self.statement


@frozen
class Tables:
    """The sandbox's door shows logical databases of these names, with so many tables each."""

    counts: Mapping[str, int]

    def __str__(self) -> str:
        return f"tables {self.counts!r}"


Step = Ask | Sql | Tables


@frozen
class PidOf:
    """Stands in parameters for the process of the session with this text in its query."""

    text: str


@frozen(kw_only=True)
class Rule:
    """What holds on every engine of a kind, and how to see it.

    name        short and unique within its table: the test's id
    says        the rule in a sentence
    database    the addon that is asked: a key of `conformance.fleet.DATABASES`
    mark        how the real server comes to its answer
    remark      what the page says besides
    not_to_be_had  why the real server cannot hold it: then it must not
    """

    name: str
    says: str
    database: str
    steps: tuple[Step, ...]
    mark: Mark = Mark.HELD
    remark: str = ""
    not_to_be_had: str = ""


def refused(*parts: str) -> Refused:
    """The answer of a refusal."""
    return Refused(parts)


def faults(answer: Answer, document: Mapping[str, Any]) -> str | None:
    """Say in what a document is not the answer; None if it is."""
    if isinstance(answer, Refused):
        said = str(document.get("error"))
        if document.keys() != {"ok", "error"} or document["ok"] != 0:
            return f"was not refused: {document!r}"
        missing = [part for part in answer.parts if part not in said]
        return f"the refusal lacks {missing!r}: {said!r}" if missing else None
    if document.keys() != {"ok", "result"} or document["ok"] != 1:
        return f"was refused: {document!r}"
    return _fault_of_result(answer, document["result"])


def _fault_of_result(answer: Gives | Names | Rows | Sessions, result: Any) -> str | None:
    match answer:
        case Gives(expected):
            return unless(result == expected, result, expected)
        case Names(names):
            found = sorted(row["name"] for row in result)
            return unless(found == sorted(names), found, sorted(names))
        case Rows(keys):
            odd = [row for row in result if row.keys() != set(keys)]
            return unless(not odd, odd, keys)
        case Sessions(states):
            found_states = {text: _state(result, text) for text in states}
            return unless(found_states == dict(states), found_states, dict(states))
        case _:
            assert_never(answer)


def unless(held: bool, found: object, expected: object) -> str | None:
    """Say what was found instead of what was expected; None where it held."""
    return None if held else f"gave {found!r}, not {expected!r}"


def _state(sessions: Sequence[Mapping[str, Any]], text: str) -> str | None:
    states = [one["state"] for one in sessions if text in one["query"]]
    return " and ".join(states) or None
