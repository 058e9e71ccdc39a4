"""Errors that nothing else caught: a sentence about what happened, and never a success."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from e2e.command import RECONCILE, SECONDS, Command, effects
from e2e.fleet import SHOP, SHOP_ADDON

from scalingo_sandbox import Sandbox

STREAMS = 3
"""A limit that leaves stdin, stdout, stderr and what is open already."""

DEFECTS = {
    "ValueError('no such day')": "a defect of the tool, please report it: ValueError('no such day')",
    "MemoryError()": "not enough memory: raise the limit of memory (ulimit -v)",
    'RuntimeError("can\'t start new thread")': (
        "the operating system refused a thread: raise the limit of processes (ulimit -u), or that of"
        " memory"
    ),
    "OSError(24, 'Too many open files', '/a')": (
        "the operating system refused a request: too many open files: '/a': raise the limit of open"
        " files (ulimit -n)"
    ),
    "OSError(5, 'Input/output error')": (
        "the operating system refused a request: input/output error"
    ),
}


@pytest.mark.parametrize("error", DEFECTS)
def test_what_nothing_catches_is_a_sentence(command: Command, tmp_path: Path, error: str) -> None:
    """A library raises what it never should: 1, what was missing, and where."""
    broken = tmp_path / "broken" / "ruamel"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text(f"raise {error}\n", encoding="utf-8")
    command.write(SHOP)
    done = command.in_environment(PYTHONPATH=str(broken.parent))("validate", status=1)
    assert done.stdout == ""
    assert done.stderr == f"reconcile: {DEFECTS[error]} at __init__.py:1\n"


def test_a_sandbox_says_how_many_files_it_needs(command: Command) -> None:
    """And does not start with fewer: each connection takes one."""
    done = subprocess.run(
        ["/bin/sh", "-c", f"ulimit -n 20; exec {RECONCILE} sandbox"],
        env=command.full_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "reconcile: the sandbox needs 64 open files, the limit is 20: raise it (ulimit -n 64)\n"
    )


READ = {"method": "GET", "path": f"/api/databases/{SHOP_ADDON}"}
CHANGE = {"method": "PATCH"}


@pytest.mark.parametrize(
    ("arguments", "held", "ending"),
    [
        (
            ("plan",),
            READ,
            (1, "reconcile: the operating system refused a request: too many open files"),
        ),
        (
            ("apply", "--yes", "--report", "json=report.json"),
            CHANGE,
            (4, "reconcile: cannot write the report 'report.json': Too many open files"),
        ),
    ],
    ids=["plan", "apply"],
)
def test_a_run_without_files_to_open_is_never_a_success(
    command: Command,
    sandbox: Sandbox,
    arguments: tuple[str, ...],
    held: Mapping[str, str],
    ending: tuple[int, str],
) -> None:
    """The operating system refuses every file from the middle of a request on (EMFILE).

    A plan can no longer import what shows its result, an apply not write its report. The status is 4
    where a change was sent, and the message does not blame stdout.
    """
    command.write(SHOP)
    sandbox.fault("hold", when="after", match=held)
    with command.started(*arguments) as process:
        sandbox.wait_until_held()
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (STREAMS, STREAMS))
        sandbox.release()
        done = command.ended(process, *arguments)
    status, told = ending
    assert done.status == status, str(done)
    assert any(line.startswith(told) for line in done.stderr.splitlines()), str(done)
    assert "stdout" not in done.stderr
    assert (("PATCH", None) in effects(sandbox)) == (status == 4)
