"""A parser's events → documents of plain values, with bounds on how much one may hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from math import isfinite
from typing import Any

from attrs import Factory, define, frozen

from reconcile.model.constraint import KeyPath
from reconcile.model.finding import Finding
from reconcile.spec import codes
from reconcile.spec.source import START, Locations, Node, Source, Span, finding

_LONGEST_NUMBER = 40
"""Characters, dates included. Python itself refuses integers of 4,300 digits."""

# YAML 1.2.2, "10.3.2. Tag Resolution" of the core schema; and dates, which it leaves to applications.
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OF_YAML_1_1 = re.compile(
    r"[-+]?(?:0[0-9_]+|0b[01_]+|0x[0-9a-fA-F]*_[0-9a-fA-F_]*|[0-9]+_[0-9_]*(?:\.[0-9_]*)?)"
)
"""Numbers that YAML 1.1 and 1.2 read differently."""


class UnusableScalarError(ValueError):
    """An unquoted scalar that YAML reads as something that is no value here."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def plain_value(text: str) -> object:
    """The value of an unquoted scalar under YAML 1.2. Raises UnusableScalarError."""
    if len(text) <= _LONGEST_NUMBER:
        return _short_value(text)
    if any(form.fullmatch(text) for form in (_DECIMAL, _BASED, _FLOAT, _OF_YAML_1_1)):
        raise UnusableScalarError(
            f"a number of more than {_LONGEST_NUMBER} characters", "quote it if it is text"
        )
    return text


@lru_cache(maxsize=4096)
def _short_value(text: str) -> object:
    """As `plain_value`; the specs of a fleet repeat most of their words."""
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _OF_YAML_1_1.fullmatch(text):
        raise UnusableScalarError(
            f"{text!r} is read as different values by YAML 1.1 and 1.2",
            "write a number with its digits alone, not beginning with 0; quote it if it is text",
        )
    return _number(text) if _DATE.fullmatch(text) is None else _day(text)


def _number(text: str) -> object:
    if _DECIMAL.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text) and isfinite(value := float(text)):
        return value
    if _FLOAT.fullmatch(text) or _NOT_FINITE.fullmatch(text):
        raise UnusableScalarError(f"{text!r} is not a finite number", "quote it if it is text")
    return text


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnusableScalarError(
            f"{text!r} is no valid date", "write a day that exists, as in 2027-01-31"
        ) from None


LARGEST_DOCUMENT = 10_000
"""Values in one document, those that aliases repeat included."""

MOST_DOCUMENTS = 1_000
"""Documents in one file."""

MOST_FINDINGS = 10_000
"""Findings about one file."""

DEEPEST = 30
"""Lists and mappings inside each other; a spec has five."""

_SPLIT = "split it: one file per database reads best"
_TOO_MANY = f"the file has more than {MOST_FINDINGS} findings"
_MEND = "correct these; what stands after them is not read"
_TAG_HINT = "take it out: a spec holds plain values, and the key says which"


@frozen
class Document:
    """One YAML document: a mapping of plain values, lists and mappings, and where they stand."""

    value: Mapping[str, Any]
    locations: Locations

    def at(self, path: KeyPath) -> Any:
        """The value at a path that the source spells."""
        value: Any = self.value
        for part in path:
            value = value[part]
        return value


@frozen
class Token:
    """What an event says of a value besides the value."""

    span: Span
    tag: str | None
    anchor: str | None


@define
class _Open:
    """A list or mapping that has not ended; in a mapping, `key` waits for its value.

    The name of a key that cannot be used is None: its value is read and dropped.
    """

    value: dict[str, Any] | list[Any]
    place: Node
    parts: dict[str | int, Node]
    anchor: str | None
    count_before: int
    key: tuple[str | None, Span] | None = None


@frozen
class _Anchored:
    value: object
    place: Node
    count: int


@define
class Composer:
    """Takes the events of one file in order and collects its documents and findings.

    Where a value cannot be used, a finding says so and composing goes on with its text, so that one
    run shows all errors; `stopped` is set where it cannot go on.
    """

    source: Source
    documents: list[Document] = Factory(list)
    findings: list[Finding] = Factory(list)
    stopped: bool = False
    _open: list[_Open] = Factory(list)
    _anchors: dict[str, _Anchored] = Factory(dict)
    _count: int = 0
    _begun: int = 0
    _start: Span = START

    def start_document(self, span: Span, version: tuple[int, int] | None) -> None:
        """A document begins, after a %YAML directive if `version` is given."""
        self._anchors.clear()
        self._count = 0
        self._start = span
        self._begun += 1
        if self._begun > MOST_DOCUMENTS:
            self._stop(span, f"the file holds more than {MOST_DOCUMENTS} documents", _SPLIT)
            return
        if version not in {None, (1, 2)}:
            self._report(
                codes.YAML_VERSION,
                Span(max(0, span.end_line - 1), 0, span.end_line, 0),
                "specs are read as YAML 1.2; in another version 'no' would mean false",
                "take the %YAML line out",
            )

    def scalar(self, text: str, token: Token, *, plain: bool) -> None:
        """A scalar; `plain` if it is not quoted."""
        self._check_tag(token)
        value: object = text
        if plain and token.tag is None and not self._is_merge(text):
            try:
                value = plain_value(text)
            except UnusableScalarError as error:
                self._report(codes.UNUSABLE_SCALAR, token.span, str(error), error.hint)
        self._grow(1, token.span)
        if plain and self._is_merge(text):
            self._drop_key(
                token.span,
                codes.MERGE_KEY,
                "merge keys (<<) are not supported",
                "put what specs have in common under defaults in reconcile.yaml",
            )
        else:
            self._attach(value, Node(token.span), token.anchor, 1)

    def open(self, value: dict[str, Any] | list[Any], token: Token) -> None:
        """A list or mapping begins; `value` is an empty one."""
        self._check_tag(token)
        if len(self._open) >= DEEPEST:
            message = f"more than {DEEPEST} lists or mappings inside each other"
            self._stop(token.span, message, "a spec has about five")
        if token.anchor:
            self._anchors.pop(token.anchor, None)
        parts: dict[str | int, Node] = {}
        place = Node(token.span, parts=parts)
        self._open.append(_Open(value, place, parts, token.anchor, self._count))
        self._grow(1, token.span)

    def close(self, span: Span) -> None:
        """The list or mapping that was opened last ends."""
        done = self._open.pop()
        done.place.value = Span(*done.place.value[:2], *span[2:])
        self._attach(done.value, done.place, done.anchor, self._count - done.count_before)

    def alias(self, anchor: str, span: Span) -> None:
        """The value at an anchor once more."""
        target = self._anchors.get(anchor)
        if target is None:
            inside = any(one.anchor == anchor for one in self._open)
            why = "is a part of itself" if inside else "names no anchor before it"
            self._report(codes.ALIAS, span, f"the alias '*{anchor}' {why}", "write the value out")
            target = _Anchored(f"*{anchor}", Node(span), 1)
        self._grow(target.count, span)
        self._attach(target.value, Node(span, parts=target.place.parts), None, target.count)

    def _attach(self, value: object, place: Node, anchor: str | None, count: int) -> None:
        """Put a finished value where it belongs."""
        if anchor:
            self._anchors[anchor] = _Anchored(value, place, count)
        if not self._open:
            self._finish(value, place)
            return
        around = self._open[-1]
        if isinstance(around.value, list):
            around.parts[len(around.value)] = place
            around.value.append(value)
        elif around.key is None:
            self._take_key(value, place)
        else:
            (name, place.key), around.key = around.key, None
            if name is not None:
                around.parts[name] = place
                around.value[name] = value

    def _take_key(self, key: object, place: Node) -> None:
        around = self._open[-1]
        parts = around.parts
        if not isinstance(key, str):
            written = self.source.quote(place.value)
            message = f"the key {written} is not a text"
            if isinstance(key, dict | list):
                message = "a list or mapping is no key"
            self._drop_key(place.value, codes.KEY_NOT_TEXT, message, "quote it if it is text")
        elif key in parts:
            first = self.source.mark(parts[key].key or parts[key].value).location
            self._drop_key(
                place.value,
                codes.DUPLICATE_KEY,
                f"the key {key!r} is given twice, first in line {first.line}",
                "keep one of the two",
            )
        else:
            around.key = (key, place.value)

    def _drop_key(self, span: Span, code: str, message: str, hint: str) -> None:
        self._report(code, span, message, hint)
        self._open[-1].key = (None, span)

    def _finish(self, value: object, place: Node) -> None:
        """End a document. A document that is not a mapping is reported here."""
        if isinstance(value, dict):
            self.documents.append(Document(value, Locations(self.source, place)))
        elif value is None:
            self._report(
                codes.EMPTY,
                self._start,
                "the document is empty",
                "write a spec, or take the '---' out",
            )
        else:
            message = "the document is no mapping of keys to values"
            self._report(codes.WRONG_TYPE, place.value, message, "start with version: 1")

    def _is_merge(self, text: str) -> bool:
        around = self._open[-1] if self._open else None
        expects_key = around is not None and isinstance(around.value, dict) and around.key is None
        return text == "<<" and expects_key

    def _check_tag(self, token: Token) -> None:
        if token.tag is not None:
            message = f"tags are not supported: {token.tag!r}"
            self._report(codes.TAG, token.span, message, _TAG_HINT)

    def _grow(self, count: int, span: Span) -> None:
        self._count += count
        if self._count > LARGEST_DOCUMENT:
            message = f"the document holds more than {LARGEST_DOCUMENT} values"
            self._stop(span, message, "split it, and do not multiply values by aliases")

    def _stop(self, span: Span, message: str, hint: str) -> None:
        self._report(codes.TOO_LARGE, span, message, hint)
        self.stopped = True

    def _report(self, code: str, span: Span, message: str, hint: str) -> None:
        self.findings.append(self.source.finding(code, span, message, hint))
        if len(self.findings) == MOST_FINDINGS:
            self._stop(span, _TOO_MANY, _MEND)


def too_many_findings(document: Document) -> Finding:
    """The finding after which the other documents of a file are not read."""
    mark = document.locations.find(())
    return finding(codes.TOO_LARGE, mark, _TOO_MANY, _MEND)
