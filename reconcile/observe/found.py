"""A live database that was found: its target and its resource, read first whatever comes next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from attrs import frozen

from reconcile.api.reads import Reads
from reconcile.errors import ReconcileError, UsageError
from reconcile.kinds.kind import Kind
from reconcile.model.call import RESOURCE, Call
from reconcile.model.engine import Engine
from reconcile.model.state import Facts, KindState, Unknown
from reconcile.model.target import Target
from reconcile.observe.facts import facts_of
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
        return states_of(kinds, engine, self._ask)

    def _ask(self, call: Call) -> Any:
        return self.resource if call == RESOURCE else self.reads.client.call(self.target, call)


def find(reads: Reads, *, app: str, addon: str | None, engine: Engine | None) -> Found:
    """Find a database and read its resource. Raises ReconcileError where it cannot be."""
    target = reads.targets.find(app=app, addon=addon, engine=engine)
    resource = reads.client.call(target, RESOURCE)
    return Found(target=target, resource=resource, facts=facts_of(resource), reads=reads)


def or_unknown(read: Callable[[], T]) -> T | Unknown:
    """What is read, or Unknown with the reason. Raises UsageError only, which concerns all."""
    try:
        return read()
    except UsageError:
        raise
    except ReconcileError as error:
        return Unknown(reason=str(error), unauthenticated=error.unauthenticated)
