"""What a connection to the provider takes from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event

from attrs import field, frozen

from reconcile.api.clock import Clock
from reconcile.model.cost import Budget


@frozen(kw_only=True)
class Surroundings:
    """What a connection takes from outside.

    region     the project's
    notify     told in a sentence when the provider makes us wait, or when tokens cannot be kept
    countdown  told about once a second, while a host is held back, what is waited for and the
               seconds left, and at the end zero
    trace      told of every request
    stop       ends every wait but those of a request that is to finish something
    clock      the machine's own unless a test has another
    budget     how much may be asked of which host
    longest    seconds after which nothing more is sent, None for no such limit; but what is to
               finish something is, and everything once the deadline was lifted
    tokens     the directory in which tokens may be kept, None to keep them in memory only
    requests   the directory in which runs of an account tell each other what they sent within the
               minute, None to count only this run's
    databases  how many databases the run is about, None where that is not known
    """

    environment: Mapping[str, str] = field(repr=False)  # it holds the token
    region: str | None
    notify: Callable[[str], None]
    trace: Callable[[str], None] | None = None
    countdown: Callable[[str, float], None] | None = None
    clock: Clock | None = None
    stop: Event | None = None
    budget: Budget = field(factory=Budget)
    longest: float | None = None
    tokens: Path | None = None
    requests: Path | None = None
    databases: int | None = None
