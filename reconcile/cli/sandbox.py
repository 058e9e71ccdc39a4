"""`reconcile sandbox`: the provider's API on a loopback port."""

from __future__ import annotations

import shlex
from importlib.util import find_spec
from typing import TYPE_CHECKING

from reconcile.cli.options import SandboxOptions
from reconcile.cli.world import World
from reconcile.errors import ExitStatus, PageError, ReconcileError, UsageError

if TYPE_CHECKING:
    from reconcile.sandbox import Announcement

_NEEDED = ("jwt", "starlette", "uvicorn")


def run(options: SandboxOptions, world: World) -> ExitStatus:
    """Serve until SIGINT, SIGTERM or, if asked, the end of stdin."""
    if options.token == "":
        raise UsageError("--token is empty: leave it out for a random one")
    if any(find_spec(name) is None for name in _NEEDED):
        raise UsageError("the sandbox is not installed: pip install 'scalingo-reconcile[sandbox]'")
    from reconcile.sandbox import FleetError, PortInUse, serve  # noqa: PLC0415 - an extra

    def announce(announcement: Announcement) -> None:
        world.tell(
            f"serving {announcement.databases} databases on {announcement.url}, until Ctrl-C;"
            " for another terminal:"
        )
        world.print(
            f"export SCALINGO_AUTH_URL={shlex.quote(announcement.url)}\n"
            f"export SCALINGO_API_TOKEN={shlex.quote(announcement.token)}\n"
        )

    try:
        serve(
            fleet=options.fleet,
            port=options.port,
            token=options.token,
            token_life=options.token_life,
            rate_limit=options.rate_limit,
            operation_seconds=options.operation_seconds,
            until_eof=options.until_eof,
            announce=announce,
        )
    except FleetError as error:
        raise PageError(str(error), ExitStatus.INVALID) from error
    except (PortInUse, OSError) as error:
        raise ReconcileError(str(error)) from error
    return ExitStatus.DONE
