"""The only door to ruamel.yaml: text → plain values and their places.

Documents are built from the parser's events and not from its nodes: building nodes recurses in C
and ends the process on deep nesting, while events come one by one and can be counted.
"""

from __future__ import annotations

from functools import cache, lru_cache
from math import isfinite
from typing import Any

from attrs import frozen
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import ScalarNode

from reconcile.model.finding import Finding
from reconcile.spec import codes
from reconcile.spec.compose import Composer, Document, Token, UnusableScalarError
from reconcile.spec.locations import START, Source, Span

_MERGE = "tag:yaml.org,2002:merge"
_TEXT_TAGS = frozenset({"tag:yaml.org,2002:str", "tag:yaml.org,2002:value", _MERGE})
_LONGEST_NUMBER = 40
"""Characters, dates included. Python itself refuses integers of 4,300 digits."""

_HINTS = {
    "cannot start any token": "indent with spaces, never with tabs; quote a"
    " text that starts with @, ` or %",
    "mapping values are not allowed": "quote a text that holds ': ', and give every key its line",
    "found unexpected ':'": "quote a text that holds ':'",
    "did not find expected key": "keys of one mapping start in the same column",
    "did not find expected '-' indicator": "entries of one list start in the same column",
    "expected ',' or ']'": "close the list with ']'",
    "expected ',' or '}'": "close the mapping with '}'",
    "did not find expected node content": "close what was opened with '[' or '{'",
    "found unexpected end of stream": "close the quotes",
    "found unknown escape character": "write the backslash twice, or use single quotes",
    "found incompatible YAML document": "take the %YAML line out",
}


@frozen(kw_only=True)
class Reading:
    """The documents of a file that could be read, and what is wrong with its YAML."""

    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]


def parse(source: Source) -> Reading:
    """Parse a file; never raises. What stands before a syntax error is still returned."""
    composer = Composer(source, plain_value)
    try:
        for event in YAML(typ="safe").parse(source.text):
            _pass_on(event, composer)
            if composer.stopped:
                break
    except YAMLError as error:
        composer.findings.append(_finding(source, error))
    return Reading(documents=tuple(composer.documents), findings=tuple(composer.findings))


def _pass_on(event: Any, composer: Composer) -> None:
    match event:
        case ScalarEvent():
            plain = event.style in {None, ""}
            composer.scalar(event.value, _token(event), plain=plain)
        case MappingStartEvent():
            composer.open({}, _token(event))
        case SequenceStartEvent():
            composer.open([], _token(event))
        case MappingEndEvent() | SequenceEndEvent():
            composer.close(_span(event))
        case AliasEvent():
            composer.alias(event.anchor, _span(event))
        case DocumentStartEvent():
            composer.start_document(_span(event), event.version)


def _token(event: Any) -> Token:
    return Token(_span(event), event.tag, event.anchor)


def _span(event: Any) -> Span:
    start, end = event.start_mark, event.end_mark
    return Span(start.line, start.column, end.line, end.column)


def uses_c_parser() -> bool:
    """Whether the fast parser is installed; a platform without its wheel has the slow one."""
    return "clib" in str(YAML(typ="safe").Parser.__module__)


def _finding(source: Source, error: YAMLError) -> Finding:
    problem, context, span = str(error).partition("\n")[0], None, START
    if isinstance(error, MarkedYAMLError):
        problem, context = error.problem or problem, error.context
        mark = error.problem_mark or error.context_mark
        if mark is not None:
            span = Span(mark.line, mark.column, mark.line, mark.column + 1)
    hint = next((hint for words, hint in _HINTS.items() if words in problem), None)
    where = f" {context}" if context else ""
    return source.finding(
        codes.NOT_YAML, _within(source, span), f"not valid YAML: {problem}{where}", hint
    )


def _within(source: Source, span: Span) -> Span:
    """Move a mark past the end of a text, where a missing bracket is noticed, to its last line."""
    last = len(source.lines) - 1
    if span.line < last or (span.line == last and source.lines[last]):
        return span
    line = next((number for number in range(last, -1, -1) if source.lines[number].strip()), 0)
    end = len(source.lines[line].rstrip())
    return Span(line, max(0, end - 1), line, end)


def plain_value(text: str) -> object:
    """The value of an unquoted scalar under YAML 1.2. Raises UnusableScalarError."""
    if len(text) <= _LONGEST_NUMBER:
        return _short_value(text)
    if _tag(text) in _TEXT_TAGS:
        return text
    raise UnusableScalarError("a number this long is no value of a spec", "quote it if it is text")


@lru_cache(maxsize=4096)
def _short_value(text: str) -> object:
    """As `plain_value`; the specs of a fleet repeat most of their words."""
    tag = _tag(text)
    if tag in _TEXT_TAGS:
        return text
    try:
        value = _scalars().constructor.construct_non_recursive_object(ScalarNode(tag, text))
    except ValueError:
        raise UnusableScalarError(
            f"{text!r} is no valid date", "write a day that exists, as in 2027-01-31"
        ) from None
    if isinstance(value, float) and not isfinite(value):
        raise UnusableScalarError(f"{text!r} is no finite number", "quote it if it is text")
    return value


def _tag(text: str) -> str:
    return str(_scalars().resolver.resolve(ScalarNode, text, (True, False)))


@cache
def _scalars() -> YAML:
    """Reads scalars only: one that has parsed a file may go on in the YAML version of that file."""
    return YAML(typ="safe", pure=True)
