"""The shape of a recipe: what it takes to run one program."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

from attrs import field, frozen

from scalingo_sandbox.servers.programs import Installed
from scalingo_sandbox.servers.server import Server

DATA = "data"
"""The name of a server's data folder in its own folder, which is where it is started."""


@frozen(kw_only=True)
class Site:
    """Where one server lives: its folder, two free ports and the password of its first account.

    Recipes hand over passwords in files there: a command line can be read by every user.
    """

    installed: Installed
    folder: Path
    password: str = field(repr=False)
    port: int = 0
    spare_port: int = 0
    options: tuple[str, ...] = ()


@frozen(kw_only=True)
class Template:
    """A command that makes a data folder, with the file that it reads, and those to remove after."""

    argv: tuple[str, ...]
    stdin: Path | None = None
    secrets: tuple[Path, ...] = ()


@frozen(kw_only=True)
class Recipe:
    """What it takes to run one program.

    `template` makes the data folder that every server starts with a copy of; `command` writes what
    the server reads and gives its command line; `admits` says whether a login works by now. `end`
    is the signal after which nothing of it is left, at once.
    """

    user: str
    command: Callable[[Site], tuple[str, ...]]
    admits: Callable[[Server], bool]
    template: Callable[[Site], Template] | None = None
    refuses_root: bool = False
    end: signal.Signals = signal.SIGKILL


def write_private(path: Path, text: str) -> Path:
    """Write a new file that nobody else could read at any time."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with open(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor
        file.write(text)
    return path
