"""Streams and processes for tests of the command line."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TextIO

from reconcile.cli.terminal import Terminal


class Screen(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        """Yes."""
        return True


def process(
    answers: str = "",
    *,
    environment: Mapping[str, str] | None = None,
    stdin: TextIO | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> Terminal:
    """A process whose streams are terminals, at which somebody types `answers`."""
    return Terminal(
        environment=environment or {},
        stdin=stdin or Screen(answers),
        stdout=stdout or Screen(),
        stderr=stderr or Screen(),
    )


def said(one: Terminal) -> str:
    """What a process was told on stderr so far."""
    assert isinstance(one.stderr, io.StringIO)
    return one.stderr.getvalue()
