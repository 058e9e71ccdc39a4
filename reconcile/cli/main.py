"""The way in: argv → exit status, and nothing but sentences on the way."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from reconcile import __version__

if TYPE_CHECKING:
    from reconcile.cli.options import Options
    from reconcile.cli.world import World

_COMMANDS = {
    "ValidateOptions": "reconcile.cli.validate",
    "PlanOptions": "reconcile.cli.plan",
    "DriftOptions": "reconcile.cli.plan",
    "ApplyOptions": "reconcile.cli.apply",
    "ShowOptions": "reconcile.cli.show",
    "SchemaOptions": "reconcile.cli.schema",
    "SandboxOptions": "reconcile.cli.sandbox",
}
"""The module of each command, imported only when the command runs: start-up is felt."""


def entry() -> None:
    """The console script."""
    sys.exit(main(sys.argv[1:]))


def main(argv: list[str]) -> int:
    """Run a command line and return its exit status."""
    if argv == ["--version"]:
        # The commonest question in scripts, answered before anything else is imported.
        sys.stdout.write(f"reconcile {__version__}\n")
        return 0
    from reconcile.cli.arguments import Shown, parse  # noqa: PLC0415 - as above
    from reconcile.cli.world import World, interruptible  # noqa: PLC0415 - as above
    from reconcile.errors import ReconcileError  # noqa: PLC0415 - as above

    world = World.of_process()
    try:
        with interruptible(world.interruption):
            return _run(parse(argv), world)
    except Shown:
        return 0
    except ReconcileError as error:
        world.tell(f"reconcile: {error}")
        return error.status
    except BrokenPipeError:
        return _reader_gone()
    except KeyboardInterrupt:
        world.tell("reconcile: interrupted")
        return world.interruption.status or 130


def _run(options: Options, world: World) -> int:
    module = import_module(_COMMANDS[type(options).__name__])
    status: int = module.run(options, world)
    return status


def _reader_gone() -> int:
    """The reader of stdout went away, as `head` does: keep quiet, also at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 141
