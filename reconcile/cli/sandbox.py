"""`reconcile sandbox`: the provider's API on a loopback port."""

from __future__ import annotations

import resource
import shlex
import textwrap
from collections.abc import Iterable, Iterator
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

from reconcile.cli.options import SandboxOptions
from reconcile.cli.terminal import Terminal
from reconcile.errors import ExitStatus, PageError, ReconcileError, UsageError
from reconcile.model.text import count

if TYPE_CHECKING:
    from scalingo_sandbox import Announcement

_FILES = 64
"""Open files: a dozen for the sandbox itself, and one for each connection."""
_WIDTH = 80
_SHOWN_OF_AN_ID = len("ad-1c9b")


def run(options: SandboxOptions, terminal: Terminal) -> ExitStatus:
    """Serve until a signal or, if asked, the end of stdin; one while it starts ends the start."""
    _refuse_misfits(options)
    _refuse_few_files()
    from scalingo_sandbox import (  # noqa: PLC0415 - a separate distribution
        FleetError,
        PortInUse,
        ServerError,
        serve,
    )

    terminal.interruption.heeded.set()
    try:
        serve(
            fleet=options.fleet,
            port=options.port,
            token=options.token,
            token_life=options.token_life,
            rate_limit=options.rate_limit,
            operation_seconds=options.operation_seconds,
            engines=options.engines,
            engines_dir=options.engines_dir,
            until_eof=options.until_eof,
            unwanted=terminal.interruption.stop,
            announce=partial(_announce, options, terminal),
        )
    except FleetError as error:
        raise PageError(str(error), ExitStatus.INVALID) from error
    except (PortInUse, ServerError, OSError) as error:
        # Ctrl-C ends what the start had called as well, which is no fault.
        if not terminal.interruption.stop.is_set():
            raise ReconcileError(str(error)) from error
    return terminal.interruption.status or ExitStatus.DONE


def _announce(options: SandboxOptions, terminal: Terminal, announcement: Announcement) -> None:
    if options.engines == "real":
        for line in _places(announcement):
            terminal.tell(line)
    served = count(announcement.databases, "database")
    terminal.tell(f"serving {served} on {announcement.url}, until Ctrl-C;")
    terminal.tell("for another terminal:")
    terminal.print(
        f"export SCALINGO_AUTH_URL={shlex.quote(announcement.url)}\n"
        f"export SCALINGO_API_TOKEN={shlex.quote(announcement.token)}\n"
    )


def _refuse_misfits(options: SandboxOptions) -> None:
    if options.token == "":
        raise UsageError("--token is empty: leave it out for a random one")
    if options.engines_dir is not None and options.engines != "real":
        raise UsageError("--engines-dir says where real servers are: it needs --engines real")
    if find_spec("scalingo_sandbox") is None:
        raise UsageError(
            "the sandbox is not installed: in a clone of this project, pip install ./sandbox"
        )
    from scalingo_sandbox import DRIVERS  # noqa: PLC0415 - a separate distribution

    if options.engines == "real" and any(find_spec(name) is None for name in DRIVERS):
        raise UsageError(
            "the drivers of real servers are not installed: "
            "in a clone of this project, pip install './sandbox[engines]'"
        )


def _refuse_few_files() -> None:
    """Raise ReconcileError where connections would fail one by one for lack of open files."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if limit < _FILES and limit != resource.RLIM_INFINITY:
        raise ReconcileError(
            f"the sandbox needs {_FILES} open files, the limit is {limit}: raise it (ulimit -n {_FILES})"
        )


def _places(announcement: Announcement) -> Iterator[str]:
    """Say why a server that was wanted is not there, then of each database what it runs on."""
    reasons = (one.connection.reason for one in announcement.placed)
    yield from dict.fromkeys(reason for reason in reasons if reason is not None)
    rows = [
        (one.app, _short(one.connection.database), str(one.connection))
        for one in announcement.placed
    ]
    apps, ids = _widest(row[0] for row in rows), _widest(row[1] for row in rows)
    for app, database, place in rows:
        line = f"{app:{apps}}  {database:{ids}}  {place}"
        yield from textwrap.wrap(line, _WIDTH, subsequent_indent=" " * (apps + ids + 4))


def _short(addon: str) -> str:
    return addon if len(addon) <= _SHOWN_OF_AN_ID + 1 else f"{addon[:_SHOWN_OF_AN_ID]}…"


def _widest(texts: Iterable[str]) -> int:
    return max(map(len, texts), default=0)
