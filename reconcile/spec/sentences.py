"""What to say of a value that does not fit: what, why, what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from enum import Enum

from attrs import frozen

from reconcile.model.constraint import KeyPath
from reconcile.model.text import nearest
from reconcile.spec import codes

_LONGEST_QUOTED = 60
_BOOLEANS_OF_YAML_1_1 = {
    "yes": "true",
    "on": "true",
    "y": "true",
    "no": "false",
    "off": "false",
    "n": "false",
}


class Due(Enum):
    """What a key takes, in words."""

    TEXT = "a text"
    NUMBER = "a whole number"
    FLAG = "true or false"
    DATE = "a date"
    LIST = "a list"
    LIST_OR_TEXT = "a list or a text with commas"
    LIST_OR_MAPPING = "a list or a mapping"
    MAPPING = "a mapping"


@frozen
class Sentence:
    """A code, what is wrong, and what to write instead."""

    code: str
    message: str
    hint: str | None = None


def label(path: KeyPath) -> str:
    """A path as people write it: `logical_databases.absent[0].until`."""
    words = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return words.removeprefix(".") or "the document"


def shown(value: object) -> str:
    """A value for a message: the start of a long one."""
    text = repr(value)
    return text if len(text) <= _LONGEST_QUOTED else f"{text[:_LONGEST_QUOTED]}…"


def suggestion(word: str, known: Iterable[str]) -> str:
    """A hint: the nearest known word, or all of them."""
    words = sorted(known)
    near = nearest(word, words)
    return f"did you mean {near!r}?" if near else f"known here: {', '.join(words)}"


def unknown_key(key: str, known: Iterable[str]) -> Sentence:
    """A key that is not known at its place."""
    return Sentence(codes.UNKNOWN_KEY, f"unknown key {shown(key)}", suggestion(key, known))


def missing(around: KeyPath, key: str, description: str) -> Sentence:
    """A key that has to be there; the first sentence of its description says what it is."""
    words = description.partition(". ")[0].removesuffix(".")
    hint = f"{key}: {words[:1].lower()}{words[1:]}"
    return Sentence(codes.MISSING_KEY, f"{label(around)} lacks {key!r}", hint)


def not_among(path: KeyPath, value: object, known: Sequence[str]) -> Sentence:
    """A value that is none of a closed list."""
    if value is None:
        return _empty(path)
    message = f"{label(path)} is {shown(value)}, which is not known"
    hint = f"write {known[0]}" if len(known) == 1 else suggestion(str(value), known)
    return Sentence(codes.INVALID_VALUE, message, hint)


def _empty(path: KeyPath) -> Sentence:
    """A key without a value."""
    return Sentence(codes.NULL, f"{label(path)} is empty", "remove the key or give a value")


def wrong_type(path: KeyPath, due: Due, value: object, written: str) -> Sentence:
    """A value of another type than is due; `written` is how the source spells it."""
    if value is None:
        return _empty(path)
    if due is Due.TEXT and isinstance(value, bool | int | float | date):
        return _unquoted(path, value, written)
    message = f"{label(path)} is {_described(value)} where {due.value} is due"
    return Sentence(codes.WRONG_TYPE, message, _hint(due, value, written))


def _unquoted(path: KeyPath, value: object, written: str) -> Sentence:
    read = _described(value)
    if str(value) == written:
        message = f"{label(path)} is {read} where a text is due"
    else:
        message = f"{written} is read as {read}"
    return Sentence(codes.UNQUOTED, message, f'quote it: "{written}"')


def _described(value: object) -> str:
    """A value with the name of its type as people call it."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case date():
            return f"the date {value}"
        case str():
            return f"the text {shown(value)}"
        case list():
            return "a list"
        case _:
            return "a mapping"


def _hint(due: Due, value: object, written: str) -> str | None:
    if isinstance(value, str):
        hint = _hint_for_text(due, value)
        if hint is not None:
            return hint
    if due in {Due.LIST, Due.LIST_OR_TEXT, Due.LIST_OR_MAPPING} and not isinstance(value, dict):
        return f"write [{shown(written)[1:-1]}]"
    return _HINTS.get(due)


def _hint_for_text(due: Due, text: str) -> str | None:
    """Where a text stands that was meant as something else."""
    meant = _BOOLEANS_OF_YAML_1_1.get(text.lower())
    if due is Due.FLAG and meant:
        return f"YAML 1.2 reads {text!r} as text: write {meant}"
    if due is Due.NUMBER and text.isdecimal():
        return f"write {shown(text)[1:-1]} without quotes"
    return None


_HINTS = {
    Due.FLAG: "write true or false, without quotes",
    Due.NUMBER: "write a number without a fraction",
    Due.DATE: "write year-month-day without quotes, as in 2027-01-31",
}
