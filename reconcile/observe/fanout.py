"""The same work for many databases beside each other, until it is done or the run is stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Event
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_LOOK = 0.1
"""Seconds between two looks at `stop`: how long an interrupt may go unnoticed."""


def fan_out(
    work: Callable[[T], R],
    tasks: Sequence[T],
    *,
    workers: int,
    executor: Executor | None = None,
    stop: Event | None = None,
    done: Callable[[T, R], None] | None = None,
) -> list[R | None]:
    """Results in the order of the tasks; None for what was not done when `stop` was set.

    `done` is told in the caller's thread as each result comes. Without an `executor`,
    `workers` new threads do the work. Raises what the work raises.
    """
    stop = stop or Event()

    def unless_stopped(task: T) -> R | None:
        return None if stop.is_set() else work(task)

    results: list[R | None] = [None] * len(tasks)
    finished: SimpleQueue[Future[R | None]] = SimpleQueue()
    with _threads(executor, workers) as threads:
        index_of = {threads.submit(unless_stopped, task): i for i, task in enumerate(tasks)}
        for future in index_of:
            future.add_done_callback(finished.put)
        try:
            for future in _as_they_come(finished, len(tasks), stop):
                index, result = index_of[future], future.result()
                results[index] = result
                if done is not None and result is not None:
                    done(tasks[index], result)
        finally:
            for future in index_of:
                future.cancel()
    return results


def _as_they_come(
    finished: SimpleQueue[Future[R]], number: int, stop: Event
) -> Iterator[Future[R]]:
    """So many futures, each when it is done, until `stop` is set.

    `wait` and `as_completed` of the standard library look at all that are left each time.
    """
    while number and not stop.is_set():
        try:
            future = finished.get(timeout=_LOOK)
        except Empty:
            continue
        number -= 1
        yield future


@contextmanager
def _threads(executor: Executor | None, workers: int) -> Iterator[Executor]:
    """The given threads, or own ones that are not waited for: what they still do is not wanted."""
    if executor is not None:
        yield executor
        return
    own = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="observe")
    try:
        yield own
    finally:
        own.shutdown(wait=False, cancel_futures=True)
