"""What is wanted → what is there, database by database, each on its own.

A database that cannot be read is Unknown: it neither hides the others nor passes for in sync.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Event
from typing import Any

from reconcile.api.reads import Reads
from reconcile.errors import ReconcileError, UsageError
from reconcile.kinds import KINDS
from reconcile.model.call import RESOURCE, Call
from reconcile.model.state import Desired, Observation, Observed, Unknown
from reconcile.observe.facts import facts_of
from reconcile.observe.states import states_of

_LOOK = 0.1
_INTERRUPTED = Unknown(reason="not read: the run was interrupted")


def observe(
    desired: Sequence[Desired],
    reads: Reads,
    *,
    workers: int = 8,
    progress: Callable[[str, str], None] | None = None,
    executor: Executor | None = None,
    stop: Event | None = None,
) -> dict[str, Observation]:
    """Read every database; one observation per handle, in the order of `desired`.

    `progress` is told in the caller's thread, per database as it is done, its handle and `read` or
    `unknown`. Once `stop` is set, what was not read yet is Unknown. Without an `executor` the
    databases are read by `workers` threads of its own. Raises UsageError, which concerns all.
    """
    stop = stop or Event()
    with _threads(executor, workers) as threads:
        pending = {threads.submit(_observe_unless, stop, one, reads): one.handle for one in desired}
        done = dict(_collected(pending, stop, progress))
    return {one.handle: done.get(one.handle, _INTERRUPTED) for one in desired}


@contextmanager
def _threads(executor: Executor | None, workers: int) -> Iterator[Executor]:
    """The given threads, or own ones that are not waited for: what they still read is not wanted."""
    if executor is not None:
        yield executor
        return
    own = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="observe")
    try:
        yield own
    finally:
        own.shutdown(wait=False, cancel_futures=True)


def _collected(
    pending: Mapping[Future[Observation], str],
    stop: Event,
    progress: Callable[[str, str], None] | None,
) -> Iterator[tuple[str, Observation]]:
    """Yield observations as they come, until all are there or the run is stopped."""
    left = set(pending)
    try:
        while left and not stop.is_set():
            done, left = wait(left, timeout=_LOOK, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=lambda one: pending[one]):
                observation = future.result()
                if progress is not None:
                    word = "unknown" if isinstance(observation, Unknown) else "read"
                    progress(pending[future], word)
                yield pending[future], observation
    finally:
        for future in left:
            future.cancel()


def _observe_unless(stop: Event, desired: Desired, reads: Reads) -> Observation:
    return _INTERRUPTED if stop.is_set() else observe_database(desired, reads)


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
