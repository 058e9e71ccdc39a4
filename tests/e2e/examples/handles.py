"""`reconcile handles`: prints the handles that the specs name: the smallest command, for a test.

`test_extending.py` copies this file into `cli/` and adds its options, its command line and its line in `main.py`.
"""

from __future__ import annotations

from reconcile.cli.options import HandlesOptions  # type: ignore[attr-defined]
from reconcile.cli.terminal import Terminal
from reconcile.errors import ExitStatus
from reconcile.workflow.fleet import valid_fleet


def run(options: HandlesOptions, terminal: Terminal) -> ExitStatus:
    """Print one handle a line."""
    fleet = valid_fleet(options.selection, today=terminal.today())
    terminal.print("".join(f"{database.handle}\n" for database in fleet.desired))
    return ExitStatus.DONE
