"""Live databases, whole: the resource as it was answered, and every kind that the engine has."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event

from reconcile.api.reads import Reads
from reconcile.kinds import KINDS
from reconcile.model.state import Inspected, Unknown
from reconcile.model.target import Reference
from reconcile.observe.fanout import fan_out
from reconcile.observe.found import find, or_unknown
from reconcile.observe.observer import INTERRUPTED


def inspect(
    references: Sequence[Reference], reads: Reads, *, stop: Event | None = None
) -> dict[str, Inspected | Unknown]:
    """Read databases beside each other; by the name of their reference, in their order.

    Once `stop` is set, what was not read yet is Unknown. Raises UsageError, which concerns all.
    """
    found = fan_out(
        lambda one: or_unknown(lambda: inspect_database(one, reads)),
        references,
        workers=reads.workers,
        stop=stop,
    )
    return {one.name: state or INTERRUPTED for one, state in zip(references, found, strict=True)}


def inspect_database(reference: Reference, reads: Reads) -> Inspected:
    """Read the resource, then one request per distinct read of the engine's kinds.

    Of a database that is not settled, or of a type that we do not know, only the resource. Raises
    ReconcileError where something cannot be read.
    """
    found = find(reads, app=reference.app, addon=reference.addon, engine=reference.engine)
    engine = found.facts.engine
    if engine is None or not found.facts.settled:
        return Inspected(target=found.target, resource=found.resource)
    kinds = [kind for kind in KINDS if engine in kind.offers]
    states = found.states(kinds, engine)
    return Inspected(target=found.target, resource=found.resource, states=states)
