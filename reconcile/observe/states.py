"""The states of some kinds of one database, with no request more than there are distinct reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from reconcile.errors import AnswerError, NotOfferedError
from reconcile.kinds.kind import Kind
from reconcile.model.call import RESOURCE, Call
from reconcile.model.engine import Engine
from reconcile.model.state import KindState, NotOffered, Unreadable

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
