"""A live database: finding it, reading its resource, and the states of its kinds.

It sends one request for each distinct read, and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from threading import Lock
from typing import Any, TypeVar

from attrs import define, evolve, field, frozen

from reconcile.api.reads import Reads
from reconcile.errors import AnswerError, ApiError, NotOfferedError, ReconcileError, UsageError
from reconcile.kinds.kind import Kind, or_missing
from reconcile.model.engine import Engine, Version
from reconcile.model.request import RESOURCE, Call, Scope, filled
from reconcile.model.state import (
    Facts,
    KindState,
    NoElements,
    NotOffered,
    Observed,
    Unknown,
    Unreadable,
)
from reconcile.model.target import Target
from reconcile.model.text import safe_text


@define
class _Slot:
    lock: Lock = field(factory=Lock)
    answer: Any = None
    error: ReconcileError | None = None
    asked: bool = False


class Lookups:
    """Remembers what the service answers, for one round of reads. Thread safe.

    A call about the service has one answer for all databases; a call about a database is not shared.
    """

    def __init__(self, read: Callable[[Target, Call], Any]) -> None:
        self._read = read
        self._slots: dict[Hashable, _Slot] = {}
        self._lock = Lock()

    def ask(self, target: Target, call: Call) -> Any:
        """The answer, or MISSING where the provider does not have what is asked for.

        Raises ApiError where there is no usable answer, to all who ask for it; what concerns the
        one database in whose name it was asked, to that one only.
        """
        if call.scope is Scope.DATABASE:
            return self._answer(target, call)
        with self._lock:
            slot = self._slots.setdefault(_key(target, call), _Slot())
        with slot.lock:
            if not slot.asked:
                self._fill(slot, target, call)
        if slot.error is not None:
            raise slot.error
        return slot.answer

    def _fill(self, slot: _Slot, target: Target, call: Call) -> None:
        try:
            slot.answer = self._answer(target, call)
        except ReconcileError as error:
            if error.unauthenticated:
                raise
            slot.error = error
        slot.asked = True

    def _answer(self, target: Target, call: Call) -> Any:
        return or_missing(partial(self._read, target, call))


def _key(target: Target, call: Call) -> Hashable:
    names, query = sorted(call.names.items()), sorted(call.query.items())
    return target.hosts.database, call.method, call.path, tuple(names), tuple(query)


T = TypeVar("T")


@frozen(kw_only=True)
class Found:
    """A database whose resource was read; `resource` is as the API answered it."""

    target: Target
    resource: Any
    facts: Facts
    reads: Reads

    def states(self, kinds: Sequence[Kind[Any]], engine: Engine) -> dict[str, KindState]:
        """The states of some kinds: one request per distinct read, none for the resource again.

        Raises ReconcileError where something cannot be read.
        """
        return states_of(kinds, engine, self._ask, resource=_resource_of(self.target))

    def wanted(
        self, specs: Sequence[tuple[Kind[Any], Any]], engine: Engine, lookups: Lookups
    ) -> dict[str, KindState]:
        """The states of the kinds that a spec names, with what only a lookup tells.

        A lookup without a usable answer makes its kind unreadable, and no other. Raises
        ReconcileError where something else cannot be read.
        """
        states = self.states([kind for kind, _spec in specs], engine)
        for kind, spec in specs:
            states[kind.name] = self._learned(kind, spec, states[kind.name], lookups)
        return states

    def _learned(
        self, kind: Kind[Any], spec: object, state: KindState, lookups: Lookups
    ) -> KindState:
        if isinstance(state, NoElements):
            return state
        try:
            return kind.look_up(spec, state, partial(lookups.ask, self.target))
        except ApiError as error:
            if error.unauthenticated:
                raise
            return Unreadable(message=str(error))

    def _ask(self, call: Call) -> Any:
        return self.resource if call == RESOURCE else self.reads.client.call(self.target, call)


def find(reads: Reads, *, app: str, addon: str | None, engine: Engine | None) -> Found:
    """Find a database and read its resource. Raises ReconcileError where it cannot be."""
    target = reads.targets.find(app=app, addon=addon, engine=engine)
    resource = reads.client.call(target, RESOURCE)
    try:
        facts = facts_of(resource)
    except AnswerError as error:
        raise AnswerError(f"{_resource_of(target)}: {error}") from None
    known = evolve(target, created_at=created_at_of(resource))
    facts = evolve(facts, addon_status=target.addon_status)
    return Found(target=known, resource=resource, facts=facts, reads=reads)


def told_by(resource: object, target: Target, kinds: Sequence[Kind[Any]]) -> Observed | None:
    """What a resource that a change answered with tells of kinds; it takes no request.

    None where it makes no sense, or where the database is not idle.
    """
    answered = [kind for kind in kinds if kind.read == RESOURCE]
    try:
        facts = facts_of(resource)
        if facts.engine is None or not facts.is_idle:
            return None
        states = states_of(answered, facts.engine, lambda _call: resource)
    except ReconcileError:
        return None
    return Observed(target=target, facts=facts, states=states)


def _resource_of(target: Target) -> str:
    """How a message names the read of a resource: as the client does."""
    return f"{RESOURCE.method} {filled(RESOURCE.template, {'addon': target.addon}, {})}"


def or_unknown(read: Callable[[], T]) -> T | Unknown:
    """What is read, or Unknown with the reason. Raises UsageError only, which concerns all."""
    try:
        return read()
    except UsageError:
        raise
    except ReconcileError as error:
        about = error.about if isinstance(error, ApiError) else None
        return Unknown(reason=str(error), unauthenticated=error.unauthenticated, about=about)


def facts_of(resource: object) -> Facts:
    """What the resource says of the database as a whole.

    Source: the API text, "Databases attributes"; unknown fields are ignored, known ones may be
    absent. Raises AnswerError for what is not an object, or has no type or status.
    """
    if not isinstance(resource, dict):
        raise AnswerError("the database resource is no object")
    type_name = _text(resource, "type_name")
    version = resource.get("readable_version")
    operation = resource.get("current_operation_id")
    return Facts(
        engine=Engine.parse(type_name),
        type_name=type_name,
        version=Version.parse(version) if isinstance(version, str) else None,
        status=_text(resource, "status"),
        operation=safe_text(str(operation)) if operation else None,
    )


def created_at_of(resource: Mapping[str, Any]) -> datetime | None:
    """When a database was created, in UTC; None where its resource does not say it as a time."""
    value = resource.get("created_at")
    try:
        created = datetime.fromisoformat(value) if isinstance(value, str) else None
        return created.astimezone(UTC) if created and created.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _text(resource: Mapping[str, Any], key: str) -> str:
    value = resource.get(key)
    if not isinstance(value, str) or not value:
        raise AnswerError(f"the database resource has {safe_text(repr(value))[:60]} as {key!r}")
    return safe_text(value)


Ask = Callable[[Call], Any]
"""Answers a read: the `database` object or an action's `result`."""


def states_of(
    kinds: Sequence[Kind[Any]], engine: Engine, ask: Ask, *, resource: str = str(RESOURCE)
) -> dict[str, KindState]:
    """The states by kind name, in the order of `kinds`; those that share a read share its answer.

    An answer of another shape makes a kind unreadable, and no other: `resource` is how its message
    names the read of the resource; actions name themselves. Raises what `ask` raises;
    NotOfferedError only where a kind is surely offered, for then the refusal has another reason.
    """
    states: dict[str, KindState] = {}
    for call, sharing in _by_call(kinds):
        source = resource if call == RESOURCE else call.action_name or str(call)
        states.update(_read(call, sharing, engine, ask, source))
    return {kind.name: states[kind.name] for kind in kinds}


def or_unreadable(read: Callable[[], KindState], source: str) -> KindState:
    """What is read, or why it makes no sense, with where it came from."""
    try:
        return read()
    except AnswerError as error:
        return Unreadable(message=f"{source}: {error}")


def _by_call(kinds: Sequence[Kind[Any]]) -> list[tuple[Call, list[Kind[Any]]]]:
    """Group by equal calls: they hold mappings, so that no dict can."""
    groups: list[tuple[Call, list[Kind[Any]]]] = []
    for kind in kinds:
        for call, sharing in groups:
            if call == kind.read:
                sharing.append(kind)
                break
        else:
            groups.append((kind.read, [kind]))
    return groups


def _read(
    call: Call, kinds: list[Kind[Any]], engine: Engine, ask: Ask, source: str
) -> Iterator[tuple[str, KindState]]:
    offered = [kind for kind in kinds if engine in kind.offers]
    for kind in kinds:
        if kind not in offered:
            yield kind.name, NotOffered(message=f"{engine.value} has no {kind.name}")
    if not offered:
        return
    try:
        answer = ask(call)
    except NotOfferedError as error:
        if any(kind.offers[engine] for kind in offered):
            raise
        yield from ((kind.name, NotOffered(message=error.said)) for kind in offered)
    else:
        for kind in offered:
            yield kind.name, or_unreadable(partial(kind.parse, answer), source)
