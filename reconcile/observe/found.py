"""A live database that was found: its target and its resource, read first whatever comes next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from attrs import evolve, frozen

from reconcile.api.reads import Reads
from reconcile.errors import AnswerError, ApiError, ReconcileError, UsageError
from reconcile.kinds.kind import Kind
from reconcile.kinds.lookup import looked_up
from reconcile.model.call import RESOURCE, Call, filled
from reconcile.model.engine import Engine
from reconcile.model.state import Facts, KindState, NoElements, Observed, Unknown, Unreadable
from reconcile.model.target import Target
from reconcile.observe.facts import created_at_of, facts_of
from reconcile.observe.lookups import Lookups
from reconcile.observe.states import states_of

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
            return looked_up(kind, spec, state, partial(lookups.ask, self.target))
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

    None where it makes no sense, or where the database is not settled.
    """
    told = [kind for kind in kinds if kind.read == RESOURCE]
    try:
        facts = facts_of(resource)
        if facts.engine is None or not facts.settled:
            return None
        states = states_of(told, facts.engine, lambda _call: resource)
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
