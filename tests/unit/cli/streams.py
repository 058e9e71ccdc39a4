"""Streams and worlds for tests of the command line."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TextIO

from reconcile.cli.world import World


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        """Yes."""
        return True


def world(
    answers: str = "",
    *,
    environment: Mapping[str, str] | None = None,
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> World:
    """A process whose streams are terminals, at which somebody types `answers`."""
    return World(
        environment=environment or {},
        stdin=stdin or Terminal(answers),
        stdout=stdout or Terminal(),
        stderr=stderr or Terminal(),
    )


def said(one: World) -> str:
    """What a world was told on stderr so far."""
    assert isinstance(one.stderr, io.StringIO)
    return one.stderr.getvalue()
