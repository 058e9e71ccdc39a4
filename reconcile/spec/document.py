"""One document → what it says of one database: a header, and a value for each kind it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any

from attrs import fields, frozen, has

from reconcile.errors import UsageError
from reconcile.kinds import KIND_BY_NAME
from reconcile.kinds.kind import Kind
from reconcile.model.constraint import InvalidValueError, KeyPath, short_form
from reconcile.model.engine import Engine
from reconcile.model.finding import Finding, only_warnings
from reconcile.spec import codes
from reconcile.spec.compose import Document
from reconcile.spec.convert import Converted, convert, refusal
from reconcile.spec.sentences import Sentence, unknown_key
from reconcile.spec.source import START, Locations, Mark, Node, Source, finding
from reconcile.spec.written import HEADER_KEYS, Header


@frozen(kw_only=True)
class Spec:
    """A document that names its database; `kinds` holds those of its kinds that have no error."""

    header: Header
    kinds: Mapping[str, Any]
    document: Document

    @property
    def mark(self) -> Mark:
        """The place of the database's handle, which stands for the whole spec."""
        return self.document.locations.find(("database",))


def read_spec(document: Document) -> Converted[Spec]:
    """Check a document. Findings come with a spec where only kinds are wrong."""
    given = {key: value for key, value in document.value.items() if key in HEADER_KEYS}
    header = convert(document, Header, value=given)
    engine = header.value.engine if header.value else _engine(document.value.get("engine"))
    kinds, findings = read_kinds(document, (), engine, _without(document.value, HEADER_KEYS))
    problems = (*header.findings, *findings)
    if header.value is None:
        return Converted(findings=problems)
    if header.value.connection is not None and header.value.engine is not Engine.POSTGRESQL:
        problems = (*problems, _at_key(document, ("connection",), _NO_SQL))
    spec = Spec(header=header.value, kinds=kinds, document=document)
    return Converted(value=spec, findings=problems)


_NO_SQL = Sentence(
    codes.NOT_OFFERED,
    "only postgresql has something that is changed over a connection",
    "take it out",
)


def _engine(value: object) -> Engine | None:
    """The engine of a spec whose header has other faults."""
    return next((engine for engine in Engine if engine.value == value), None)


def _without(mapping: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key not in keys}


def read_kinds(
    document: Document,
    at: KeyPath,
    engine: Engine | None,
    given: Mapping[str, Any],
    *,
    others: Iterable[str] = HEADER_KEYS,
) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """Convert and check the kinds in a mapping; `at` leads to it.

    `others` are the keys that may stand next to kinds. Without an engine only that is reported
    which is wrong for every engine.
    """
    kinds: dict[str, Any] = {}
    findings: list[Finding] = []
    for key in given:
        path = (*at, key)
        kind = KIND_BY_NAME.get(key)
        if kind is None:
            findings.append(_at_key(document, path, unknown_key(key, (*others, *KIND_BY_NAME))))
        elif engine is not None and engine not in kind.offers:
            findings.append(_at_key(document, path, _not_offered(kind, engine)))
        else:
            converted = _read_kind(document, path, kind, engine)
            findings.extend(converted.findings)
            if only_warnings(converted.findings):
                kinds[key] = converted.value
    return kinds, tuple(findings)


def _read_kind(
    document: Document, path: KeyPath, kind: Kind[Any], engine: Engine | None
) -> Converted[Any]:
    """Convert and check the value of one kind."""
    converted = convert(document, kind.spec_type, at=path)
    if converted.findings:
        others = _check_others(document, path, kind, engine, converted.faulty)
        return Converted(findings=(*converted.findings, *others))
    faults = check_kind(kind, converted.value, engine)
    findings = tuple(refusal(document.locations, path, fault) for fault in faults)
    return Converted(value=converted.value, findings=findings)


def _check_others(
    document: Document,
    at: KeyPath,
    kind: Kind[Any],
    engine: Engine | None,
    faulty: Iterable[KeyPath],
) -> Iterator[Finding]:
    """What cannot be meant of the parts of a kind that could be converted."""
    partial = without_faulty(document.at(at), kind.spec_type, faulty)
    if partial is None:
        return
    converted = convert(document, kind.spec_type, at=at, value=partial.value)
    if converted.value is not None:
        for fault in check_kind(kind, converted.value, engine):
            yield refusal(document.locations, at, partial.placed(fault))


def check_kind(kind: Kind[Any], value: Any, engine: Engine | None) -> Iterator[InvalidValueError]:
    """What cannot be meant for an engine; without one, for any engine that has the kind."""
    engines = [engine] if engine is not None else list(kind.offers)
    faults = [{_key_of(fault): fault for fault in kind.check(value, one)} for one in engines]
    for key, fault in faults[0].items():
        if all(key in others for others in faults[1:]):
            yield fault


def _key_of(fault: InvalidValueError) -> tuple[object, ...]:
    return fault.code, str(fault), fault.path


def _at_key(document: Document, path: KeyPath, sentence: Sentence) -> Finding:
    mark = document.locations.find_key(path)
    return finding(sentence.code, mark, sentence.message, sentence.hint)


def _not_offered(kind: Kind[Any], engine: Engine) -> Sentence:
    """The engine lacks what the key manages."""
    offered = [known.name for known in KIND_BY_NAME.values() if engine in known.offers]
    return Sentence(
        codes.NOT_OFFERED,
        f"{engine.value} has no {kind.name}",
        f"take it out; {engine.value} has: {', '.join(offered)}",
    )


@frozen(kw_only=True)
class Partial:
    """What is left of a value; `indexes` are where the entries that are left stood before."""

    value: Mapping[str, Any]
    indexes: Mapping[str, tuple[int, ...]]

    def placed(self, error: InvalidValueError) -> InvalidValueError:
        """An error about what is left, as one about the whole value."""
        key, *rest = error.path or ("",)
        if not rest or key not in self.indexes:
            return error
        place = (key, self.indexes[str(key)][int(rest[0])], *rest[1:])
        return InvalidValueError(
            str(error), hint=error.hint, code=error.code, path=place, is_warning=error.is_warning
        )


def without_faulty(value: object, cls: type, faulty: Iterable[KeyPath]) -> Partial | None:
    """The value of a class without the keys and the list entries that have errors, by their paths.

    None where the whole is at fault, where nothing is left of a list, or of all lists:
    then a check could blame what is not there.
    """
    short = short_form(cls)
    plain = {short.key: value} if short and not isinstance(value, dict) else value
    paths = list(faulty)
    if not isinstance(plain, dict) or () in paths:
        return None
    keys = {path[0] for path in paths if len(path) == 1 or not isinstance(path[1], int)}
    dropped = {(path[0], path[1]) for path in paths if path[0] not in keys}
    kept = {key: listed for key, listed in plain.items() if key not in keys}
    lists = {key: listed for key, listed in kept.items() if isinstance(listed, list)}
    left = {
        key: tuple(index for index in range(len(listed)) if (key, index) not in dropped)
        for key, listed in lists.items()
    }
    if not any(left.values()) or not all(left.get(str(key)) for key, _index in dropped):
        return None
    return Partial(
        value=kept | {key: [lists[key][index] for index in left[key]] for key in left},
        indexes=left,
    )


ORIGIN = "the command line"
"""What stands where a plan names the file of a spec."""


def read_inline(kind: Kind[Any], plain: object, engine: Engine) -> Any:
    """The value of a kind, from what a spec would hold under its key.

    Raises UsageError with every fault that was found.
    """
    nowhere = Locations(source=Source(file=ORIGIN, text=""), root=Node(value=START))
    document = Document(value={kind.name: plain}, locations=nowhere)
    kinds, findings = read_kinds(document, (), engine, document.value)
    if not only_warnings(findings):
        # What to take out of a spec is no advice here.
        said = [
            one.message if one.code == codes.NOT_OFFERED else f"{one.message} ({one.hint})"
            for one in findings
        ]
        raise UsageError("; ".join(said))
    return kinds[kind.name]


def as_written(value: object) -> object:
    """A kind's value as a spec would write it; `read_inline` gives it back.

    What is left out stays left out.
    """
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [as_written(part) for part in value]
    if isinstance(value, Mapping):
        return {as_written(key): as_written(part) for key, part in value.items()}
    cls: type[Any] = type(value)
    if not has(cls):
        return value
    named = {field.name: getattr(value, field.name) for field in fields(cls)}
    form = short_form(cls)
    if form is not None and form.only:
        return as_written(named[form.key])
    return {name: as_written(part) for name, part in named.items() if part is not None}
