"""The same work for many databases at once, until it is done or the run is stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
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
    stop: Event | None = None,
    done: Callable[[T, R], None] | None = None,
) -> list[R | None]:
    """Results in the order of the tasks; None for what was not done when `stop` was set.

    `workers` threads do the work; what they still do at the end is not waited for. `done` is called
    in the caller's thread as each result comes. Raises what the work raises.
    """
    stop = stop or Event()

    def unless_stopped(task: T) -> R | None:
        return None if stop.is_set() else work(task)

    results: list[R | None] = [None] * len(tasks)
    finished: SimpleQueue[Future[R | None]] = SimpleQueue()
    threads = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="observe")
    try:
        index_of = {threads.submit(unless_stopped, task): i for i, task in enumerate(tasks)}
        for future in index_of:
            future.add_done_callback(finished.put)
        for future in _as_they_come(finished, len(tasks), stop):
            index, result = index_of[future], future.result()
            results[index] = result
            if done is not None and result is not None:
                done(tasks[index], result)
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
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
