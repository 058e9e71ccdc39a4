"""Errors that nothing else caught: a sentence about what happened, and never a success."""

from __future__ import annotations

import resource
from collections.abc import Mapping

import pytest
from e2e.command import Command, effects
from e2e.fleet import SHOP, SHOP_ADDON

from reconcile.sandbox import Sandbox

STREAMS = 3
"""A limit that leaves stdin, stdout, stderr and what is open already."""

READ = {"method": "GET", "path": f"/api/databases/{SHOP_ADDON}"}
CHANGE = {"method": "PATCH"}


@pytest.mark.parametrize(
    ("arguments", "held", "status"),
    [(("plan",), READ, 1), (("apply", "--yes"), CHANGE, 4)],
    ids=["plan", "apply"],
)
def test_a_run_without_files_to_open_is_never_a_success(
    command: Command,
    sandbox: Sandbox,
    arguments: tuple[str, ...],
    held: Mapping[str, str],
    status: int,
) -> None:
    """The operating system refuses every file from the middle of a request on (EMFILE).

    The run can no longer import what shows its result. The status is 4 where a change was sent,
    and the message does not blame stdout.
    """
    command.write(SHOP)
    sandbox.fault("hold", when="after", match=held)
    with command.started(*arguments) as process:
        sandbox.wait_until_held()
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (STREAMS, STREAMS))
        sandbox.release()
        done = command.ended(process, *arguments)
    assert done.status == status, str(done)
    told = done.stderr.splitlines()[-1]
    assert told.startswith("reconcile: the operating system refused a request: too many open files")
    assert "stdout" not in done.stderr
    assert (("PATCH", None) in effects(sandbox)) == (status == 4)
