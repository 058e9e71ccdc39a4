"""Live databases, whole: the resource as it was answered, and every kind that the engine has."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event
from typing import Any

from reconcile.api.reads import Reads
from reconcile.errors import ReconcileError, UsageError
from reconcile.kinds import KINDS
from reconcile.model.call import RESOURCE, Call
from reconcile.model.state import Inspected, Unknown
from reconcile.model.target import Reference
from reconcile.observe.facts import facts_of
from reconcile.observe.fanout import fan_out
from reconcile.observe.observer import INTERRUPTED
from reconcile.observe.states import states_of


def inspect(
    references: Sequence[Reference], reads: Reads, *, stop: Event | None = None
) -> dict[str, Inspected | Unknown]:
    """Read databases beside each other; by the name of their reference, in their order.

    Once `stop` is set, what was not read yet is Unknown. Raises UsageError, which concerns all.
    """
    found = fan_out(lambda one: _inspected(one, reads), references, stop=stop)
    return {one.name: state or INTERRUPTED for one, state in zip(references, found, strict=True)}


def _inspected(reference: Reference, reads: Reads) -> Inspected | Unknown:
    try:
        return inspect_database(reference, reads)
    except UsageError:
        raise
    except ReconcileError as error:
        return Unknown(reason=str(error), unauthenticated=error.unauthenticated)


def inspect_database(reference: Reference, reads: Reads) -> Inspected:
    """Read the resource, then one request per distinct read of the engine's kinds.

    Of a database that is not settled, or of a type that we do not know, only the resource. Raises
    ReconcileError where something cannot be read.
    """
    target = reads.targets.find(app=reference.app, addon=reference.addon, engine=reference.engine)
    resource = reads.client.call(target, RESOURCE)
    facts = facts_of(resource)
    if facts.engine is None or not facts.settled:
        return Inspected(target=target, resource=resource)
    kinds = [kind for kind in KINDS if facts.engine in kind.offers]

    def ask(call: Call) -> Any:
        return resource if call == RESOURCE else reads.client.call(target, call)

    return Inspected(target=target, resource=resource, states=states_of(kinds, facts.engine, ask))
