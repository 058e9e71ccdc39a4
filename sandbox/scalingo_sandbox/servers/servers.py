"""Servers that run while somebody needs them, in one temporary directory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from secrets import token_urlsafe
from typing import Self

from scalingo_sandbox.servers.places import sweep
from scalingo_sandbox.servers.processes import Processes
from scalingo_sandbox.servers.programs import Installed
from scalingo_sandbox.servers.server import Program, Server, ServerError, Wish
from scalingo_sandbox.servers.starter import Running, Starter


class Servers:
    """The owner of one temporary directory and of every process in it; a context manager.

    Its servers share one random password, of an account each that may do everything: they belong
    to one person. Everything ends with `close`, and as well when this process ends in any way.
    Its methods are called from one thread.
    """

    def __init__(self, programs: Mapping[Program, Installed]) -> None:
        sweep()
        self._programs = programs
        self._processes = Processes()
        self._starter = Starter(self._processes, token_urlsafe(24))
        self._templates: dict[Program, Future[Path | None]] = {}
        self._running: dict[str, Running] = {}

    @property
    def folder(self) -> Path:
        """The temporary directory; it is gone after `close`."""
        return self._processes.folder

    def start(self, wishes: Sequence[Wish]) -> dict[str, Server]:
        """Start servers beside each other; each is ready to log in.

        Raises ServerError, and then none of them runs; and ValueError for a key that runs already.
        """
        self._check(wishes)
        with ThreadPoolExecutor(len(wishes) + len(Program)) as pool:
            for program in sorted({wish.program for wish in wishes} - self._templates.keys()):
                made = pool.submit(self._starter.template, self._programs[program])
                self._templates[program] = made
            starting = {wish.key: pool.submit(self._start, wish) for wish in wishes}
        failures = [error for future in starting.values() if (error := future.exception())]
        begun = {key: future.result() for key, future in starting.items() if not future.exception()}
        self._running.update(begun)
        if failures:
            self.stop(begun)
            raise failures[0]
        return {key: running.server for key, running in begun.items()}

    def stop(self, keys: Iterable[str]) -> None:
        """End servers and remove what they stored; an unknown key is none."""
        for key in keys:
            running = self._running.pop(key, None)
            if running is not None:
                self._starter.end(running)

    def ended(self, key: str) -> str | None:
        """Say how a server ended by itself, as "ended with status -9"; None while it runs."""
        process = self._running[key].process
        return None if process.runs else f"ended with status {process.status}"

    def close(self) -> None:
        """End every server and remove the directory; a second time it does nothing."""
        self._running.clear()
        self._processes.close()

    def _check(self, wishes: Sequence[Wish]) -> None:
        keys = [*self._running, *(wish.key for wish in wishes)]
        if len(set(keys)) < len(keys):
            raise ValueError(f"a server has one key of its own: {keys}")
        for wish in wishes:
            if wish.program not in self._programs:
                raise ServerError(
                    f"{wish.program.product} for {wish.name!r} is not among the programs that can be"
                    " run here; get it, or leave it in memory"
                )

    def _start(self, wish: Wish) -> Running:
        template = self._templates[wish.program].result()
        return self._starter.start(wish, self._programs[wish.program], template)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
