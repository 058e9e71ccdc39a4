"""What is wanted → what is there, database by database, each on its own.

A database that cannot be read is Unknown: it neither hides the others nor passes for in sync.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from threading import Event
from typing import Any

from reconcile.api.reads import Reads
from reconcile.errors import ReconcileError, UsageError
from reconcile.kinds import KINDS
from reconcile.model.call import RESOURCE, Call
from reconcile.model.state import Desired, Observation, Observed, Unknown
from reconcile.observe.facts import facts_of
from reconcile.observe.fanout import WORKERS, fan_out
from reconcile.observe.states import states_of

INTERRUPTED = Unknown(reason="not read: the run was interrupted")


def observe(
    desired: Sequence[Desired],
    reads: Reads,
    *,
    workers: int = WORKERS,
    progress: Callable[[str, str], None] | None = None,
    executor: Executor | None = None,
    stop: Event | None = None,
) -> dict[str, Observation]:
    """Read every database; one observation per handle, in the order of `desired`.

    `progress` is told in the caller's thread, per database as it is done, its handle and `read` or
    `unknown`. Once `stop` is set, what was not read yet is Unknown. Without an `executor` the
    databases are read by `workers` threads of its own. Raises UsageError, which concerns all.
    """

    def tell(one: Desired, observation: Observation) -> None:
        if progress is not None:
            progress(one.handle, "unknown" if isinstance(observation, Unknown) else "read")

    found = fan_out(
        lambda one: observe_database(one, reads),
        desired,
        workers=workers,
        executor=executor,
        stop=stop,
        done=tell,
    )
    return {
        one.handle: observation or INTERRUPTED
        for one, observation in zip(desired, found, strict=True)
    }


def observe_database(desired: Desired, reads: Reads) -> Observation:
    """Read one database: its target, its resource, then one request per distinct call.

    Where the live engine is another than the spec's, or the database is not settled, nothing more
    than the resource is read. Raises UsageError only.
    """
    try:
        target = reads.targets.find(app=desired.app, addon=desired.addon, engine=desired.engine)
        resource = reads.client.call(target, RESOURCE)
        facts = facts_of(resource)
        if facts.engine is not desired.engine or not facts.settled:
            return Observed(target=target, facts=facts)

        def ask(call: Call) -> Any:
            return resource if call == RESOURCE else reads.client.call(target, call)

        kinds = [kind for kind in KINDS if kind.name in desired.kinds]
        states = states_of(kinds, desired.engine, ask)
        return Observed(target=target, facts=facts, states=states)
    except UsageError:
        raise
    except ReconcileError as error:
        return Unknown(reason=str(error), unauthenticated=error.unauthenticated)
