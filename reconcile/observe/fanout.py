"""The same work for many databases beside each other, until it is done or the run is stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Event
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_LOOK = 0.1
"""Seconds between two looks at `stop`: how long an interrupt may go unnoticed."""

WORKERS = 8


def fan_out(
    work: Callable[[T], R],
    tasks: Sequence[T],
    *,
    workers: int = WORKERS,
    executor: Executor | None = None,
    stop: Event | None = None,
    done: Callable[[T, R], None] | None = None,
) -> list[R | None]:
    """Results in the order of the tasks; None for what was not done when `stop` was set.

    `done` is told in the caller's thread as each result comes. Without an `executor` that many
    `workers` of its own do the work. Raises what the work raises.
    """
    stop = stop or Event()

    def unless_stopped(task: T) -> R | None:
        return None if stop.is_set() else work(task)

    results: list[R | None] = [None] * len(tasks)
    with _threads(executor, workers) as threads:
        pending = {threads.submit(unless_stopped, task): index for index, task in enumerate(tasks)}
        left = set(pending)
        try:
            while left and not stop.is_set():
                finished, left = wait(left, timeout=_LOOK, return_when=FIRST_COMPLETED)
                for future in sorted(finished, key=pending.__getitem__):
                    index = pending[future]
                    result = future.result()
                    results[index] = result
                    if done is not None and result is not None:
                        done(tasks[index], result)
        finally:
            for future in left:
                future.cancel()
    return results


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
