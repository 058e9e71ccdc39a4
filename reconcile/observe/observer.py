"""What is wanted → what is there, database by database, each on its own.

A database that cannot be read is Unknown: it neither hides the others nor passes for in sync.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event

from attrs import evolve

from reconcile.api.reads import Reads
from reconcile.kinds import KINDS
from reconcile.model.state import Desired, Inspected, Observation, Observed, Unknown
from reconcile.model.target import Reference
from reconcile.model.text import nearest
from reconcile.observe.fanout import fan_out
from reconcile.observe.found import Lookups, find, or_unknown
from reconcile.observe.reach import Inspect, reached, unlooked

INTERRUPTED = Unknown(reason="not read: the run was interrupted")


def observe(
    desired: Sequence[Desired],
    reads: Reads,
    *,
    inspect: Inspect = unlooked,
    workers: int | None = None,
    progress: Callable[[str, str], None] | None = None,
    stop: Event | None = None,
) -> dict[str, Observation]:
    """Read every database; one observation per handle, in the order of `desired`.

    `inspect` looks over a connection by SQL where a spec names one and something needs it.
    `progress` is called in the caller's thread, once for each database: with its handle and `read` or
    `unknown`. Once `stop` is set, what was not read yet is Unknown. `workers` threads read
    the databases, by default as many as the connection serves. Raises UsageError, which concerns
    all.
    """

    def tell(one: Desired, observation: Observation) -> None:
        if progress is not None:
            progress(one.handle, "unknown" if isinstance(observation, Unknown) else "read")

    lookups = Lookups(reads.client.call)
    found = fan_out(
        lambda one: observe_database(one, reads, lookups, inspect),
        desired,
        workers=workers or reads.workers,
        stop=stop,
        done=tell,
    )
    apps = sorted({one.target.app for one in found if isinstance(one, Observed)})
    return {
        one.handle: _with_a_name(one.app, observation or INTERRUPTED, apps)
        for one, observation in zip(desired, found, strict=True)
    }


def _with_a_name(app: str, observation: Observation, apps: Sequence[str]) -> Observation:
    """An unknown application with a similar name, of the applications that were read."""
    if not isinstance(observation, Unknown) or observation.about != "app":
        return observation
    near = nearest(app, apps)
    if near is None:
        return observation
    return evolve(observation, reason=f"{observation.reason}; did you mean {near!r}?")


def observe_database(
    desired: Desired,
    reads: Reads,
    lookups: Lookups | None = None,
    inspect: Inspect = unlooked,
) -> Observation:
    """Read one database: its target, its resource, then one request per distinct call.

    Where the live engine is another than the spec's, or the database is not idle, nothing more
    than the resource is read. `lookups` remembers for several databases what is not of one of
    them. Raises UsageError only.
    """
    asked = lookups or Lookups(reads.client.call)
    return or_unknown(lambda: _observed(desired, reads, asked, inspect))


def _observed(desired: Desired, reads: Reads, lookups: Lookups, inspect: Inspect) -> Observed:
    found = find(reads, app=desired.app, addon=desired.addon, engine=desired.engine)
    if found.facts.engine is not desired.engine or not found.facts.is_idle:
        return Observed(target=found.target, facts=found.facts)
    specs = [(kind, desired.kinds[kind.name]) for kind in KINDS if kind.name in desired.kinds]
    states = found.wanted(specs, desired.engine, lookups)
    observed = Observed(target=found.target, facts=found.facts, states=states)
    if desired.connection is None:
        return observed
    reach = reached(
        found, specs, states, connection=desired.connection, lookups=lookups, inspect=inspect
    )
    return evolve(observed, facts=evolve(found.facts, reach=reach))


def inspect(
    references: Sequence[Reference], reads: Reads, *, stop: Event | None = None
) -> dict[str, Inspected | Unknown]:
    """Read databases at once; by the name of their reference, in their order.

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

    Of a database that is not idle, or of a type that we do not know, only the resource. Raises
    ReconcileError where something cannot be read.
    """
    found = find(reads, app=reference.app, addon=reference.addon, engine=reference.engine)
    engine = found.facts.engine
    if engine is None or not found.facts.is_idle:
        return Inspected(target=found.target, resource=found.resource)
    kinds = [kind for kind in KINDS if engine in kind.offers]
    states = found.states(kinds, engine)
    return Inspected(target=found.target, resource=found.resource, states=states)
