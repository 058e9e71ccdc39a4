"""The only door to ruamel.yaml: text → plain values and their places.

Documents are built from the parser's events and not from its nodes: building nodes recurses in C
and ends the process on deep nesting, while events come one by one and can be counted.

ruamel.yaml has two parsers, in C and in Python, which do not take the same texts. A text that only one
of them takes, or that they read differently, is refused, whichever is installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from attrs import frozen
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from reconcile.model.finding import Finding
from reconcile.spec import codes
from reconcile.spec.compose import Composer, Document, Token
from reconcile.spec.source import START, Source, Span

_LARGEST_COMPARED = 1 << 17
"""Characters. The parser in Python takes a second for so many, thirty times as long as that in C."""

_ANCHOR = re.compile(r"[A-Za-z0-9_-]+")
_TAB_AFTER_PLAIN = re.compile(r"[ \t]*(?:\r\n|\r|\n)\s*?(?<![^\r\n ])\t")
_TAB_BEFORE_BLOCK = re.compile(r"[|>][+-]?(?:[ \t]+#[^\r\n]*)?[ \t]*[\r\n][ \r\n]*\t")

_HINTS = {
    "cannot start any token": "write spaces in place of tabs, also at the end of a line; quote a"
    " text that starts with @, ` or %",
    "tab character": "write spaces in place of tabs",
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


class _RefusedError(ValueError):
    """A text that one of the parsers takes and the other does not."""

    def __init__(self, span: Span, message: str, hint: str, *, code: str = codes.NOT_YAML) -> None:
        super().__init__(message)
        self.code = code
        self.span = span
        self.hint = hint


def parse(source: Source, *, in_c: bool = True) -> Reading:
    """Parse a file; never raises. What stands before a syntax error is still returned.

    With `in_c` by the parser in C where that is installed; the reading is the same without.
    """
    composer = Composer(source)
    try:
        for event in _events_in_c(source) if in_c and uses_c_parser() else _events(source):
            _pass_on(event, composer)
            if composer.stopped:
                break
    except YAMLError as error:
        composer.findings.append(_finding(source, error))
    except _RefusedError as error:
        composer.findings.append(source.finding(error.code, error.span, str(error), error.hint))
    return Reading(documents=tuple(composer.documents), findings=tuple(composer.findings))


def _events_in_c(source: Source) -> Iterator[Any]:
    """The events of the parser in C.

    From the first on that the other parser may read differently, both are asked.
    """
    others = None
    for before, event in enumerate(YAML(typ="safe").parse(source.text)):
        if others is None and ("\t" in source.text or _may_be_read_differently(event, source)):
            _refuse_large(source, event)
            others = _events(source)
            for _ in range(before):
                next(others)
        if others is not None and _compared(event) != _compared(next(others, None)):
            message = "not valid YAML for every parser"
            raise _RefusedError(_span(event), message, "write this value in a plainer way")
        yield event


def _may_be_read_differently(event: Any, source: Source) -> bool:
    match event:
        case ScalarEvent() | SequenceStartEvent() if event.anchor or event.tag:
            return True
        case ScalarEvent():
            return event.style in {"|", ">"}
        case MappingStartEvent():
            start = event.start_mark
            in_braces = source.lines[start.line][start.column : start.column + 1] == "{"
            return bool(event.anchor or event.tag or (event.flow_style and not in_braces))
        case DocumentStartEvent():
            return bool(event.version or event.tags)
        case DocumentEndEvent():
            return bool(event.explicit)
        case _:
            return isinstance(event, AliasEvent)


def _refuse_large(source: Source, event: Any) -> None:
    """Both parsers are asked only where that is soon done."""
    if len(source.text) > _LARGEST_COMPARED:
        raise _RefusedError(
            _span(event),
            f"a file of more than {_LARGEST_COMPARED} characters may hold plain YAML only",
            "split it, or do without tabs, anchors and block scalars",
            code=codes.TOO_LARGE,
        )


def _compared(event: Any) -> tuple[object, ...]:
    """What of an event says how it was read."""
    said = (getattr(event, name, None) for name in ("value", "anchor", "tag", "version"))
    plain = getattr(event, "style", None) in {None, ""}
    return type(event), *said, plain


def _events(source: Source) -> Iterator[Any]:
    """The events of the parser in Python, as far as that in C takes them as well."""
    flow: list[bool] = []
    ended = 0
    for event in YAML(typ="safe", pure=True).parse(source.text):
        match event:
            case MappingStartEvent() | SequenceStartEvent():
                flow.append(bool(event.flow_style))
            case MappingEndEvent() | SequenceEndEvent():
                flow.pop()
            case ScalarEvent():
                _refuse_scalar(event, source.text, in_flow=any(flow[-1:]))
            case DocumentStartEvent():
                _refuse_start(event, source.lines, ended)
            case DocumentEndEvent():
                ended = event.end_mark.line + 1
        _refuse_anchor(event)
        yield event


def _refuse_anchor(event: Any) -> None:
    anchor = getattr(event, "anchor", None)
    if anchor is not None and not _ANCHOR.fullmatch(anchor):
        message = f"not valid YAML: anchor {anchor!r}"
        raise _RefusedError(_span(event), message, "write letters and digits")


def _refuse_scalar(event: Any, text: str, *, in_flow: bool) -> None:
    after_plain = not event.style and _TAB_AFTER_PLAIN.match(text, event.end_mark.index)
    in_block = event.style in {"|", ">"} and _TAB_BEFORE_BLOCK.match(text, event.start_mark.index)
    if after_plain or in_block:
        message = "not valid YAML: found a tab character"
        raise _RefusedError(_span(event), message, _HINTS["tab character"])
    signs = [sign for sign in ":?" if sign in event.value]
    if signs and in_flow and not event.style:
        raise _RefusedError(
            _span(event), _unread(signs[0]), f"quote a text that holds {signs[0]!r}"
        )


def _unread(sign: str) -> str:
    """YAML 1.2 allows it, and one of the two parsers does not read it."""
    return f"a text with {sign!r} has to be quoted between brackets"


def _refuse_start(event: Any, lines: Sequence[str], ended: int) -> None:
    start = event.start_mark.line
    if not event.explicit and ended:
        raise _RefusedError(
            _span(event), "not valid YAML: did not find expected <document start>", "write '---'"
        )
    directives = [line for line in lines[ended:start] if line.startswith("%")]
    if any(not line.startswith(("%YAML ", "%TAG ")) for line in directives):
        raise _RefusedError(
            _span(event), "not valid YAML: found unknown directive name", "take the % line out"
        )


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


@cache
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
    where = f" {context}" if context and context != problem else ""
    sign = next((one for one in ":?" if problem == f"found unexpected {one!r}"), None)
    message = _unread(sign) if sign else f"not valid YAML: {problem}{where}"
    return source.finding(codes.NOT_YAML, _within(source, span), message, hint)


def _within(source: Source, span: Span) -> Span:
    """Move a mark past the end of a text, where a missing bracket is noticed, to its last line."""
    last = len(source.lines) - 1
    if span.line < last or (span.line == last and source.lines[last]):
        return span
    line = next((number for number in range(last, -1, -1) if source.lines[number].strip()), 0)
    end = len(source.lines[line].rstrip())
    return Span(line, max(0, end - 1), line, end)
