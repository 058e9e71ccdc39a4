"""The way in: argv → exit status, and nothing but sentences on the way."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

from reconcile import __version__

if TYPE_CHECKING:
    from reconcile.cli.terminal import Terminal

_COMMANDS = {
    "ValidateOptions": "validate.run",
    "PlanOptions": "plan.run",
    "ApplyOptions": "apply.run",
    "ShowOptions": "show.run",
    "ShowPlanOptions": "show.run_show_plan",
    "ListOptions": "show.run_list",
    "ExplainOptions": "explain.run",
    "SchemaOptions": "schema.run",
    "SandboxOptions": "sandbox.run",
    "ChangeOptions": "one_off.run_change",
    "OneOffOptions": "one_off.run_one_off",
    "OperationOptions": "one_off.run_operation",
    "QueriesOptions": "activity.run_queries",
    "StatisticsOptions": "activity.run_statistics",
    "RunsOptions": "runs.run",
}
"""What runs each command; its module is imported only then: start-up is felt."""

_MORE = "raise the limit of {} (ulimit {})"
_FAILED = 1
_FAILED_AFTER_EFFECT = 4
_INTERRUPTED = 130


def entry() -> None:
    """The console script."""
    try:
        status = main(sys.argv[1:])
    except KeyboardInterrupt:  # before or after the command, while nothing is under way
        status = _INTERRUPTED
    sys.exit(status)


def main(argv: list[str]) -> int:
    """Run a command line and return its exit status."""
    if argv == ["--version"]:
        # The commonest question in scripts, answered before anything else is imported.
        return _print_version()
    terminal: Terminal | None = None
    try:
        from reconcile.cli.terminal import Terminal  # noqa: PLC0415 - as above

        terminal = Terminal.of_process()
        return run(argv, terminal)
    except KeyboardInterrupt:
        return _interrupted(terminal) if terminal else _INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last net: a sentence, and where to look
        _tell(_sentence(error), terminal)
        return _FAILED_AFTER_EFFECT if terminal and terminal.changing.is_set() else _FAILED


def _tell(sentence: str, terminal: Terminal | None) -> None:
    """Say something, also where not even what shows messages could be loaded."""
    if terminal:
        terminal.tell(f"reconcile: {sentence}")
    elif sys.stderr:
        sys.stderr.write(f"reconcile: {sentence}\n")


def _sentence(error: Exception) -> str:
    """What nothing else caught: what the machine has too little of, or a defect."""
    place = _place(error)
    if isinstance(error, MemoryError):
        return f"not enough memory: {_MORE.format('memory', '-v')}{place}"
    if isinstance(error, RuntimeError) and str(error) == "can't start new thread":
        more = _MORE.format("processes", "-u")
        return f"the operating system refused a thread: {more}, or that of memory{place}"
    if isinstance(error, OSError) and error.strerror:
        name = f": {error.filename!r}" if error.filename else ""
        few = error.errno in {errno.EMFILE, errno.ENFILE}
        more = f": {_MORE.format('open files', '-n')}" if few else ""
        said = f"{error.strerror.lower()}{name}{more}{place}"
        return f"the operating system refused a request: {said}"
    return f"a defect of the tool, please report it: {error!r}{place}"


def _interrupted(terminal: Terminal) -> int:
    """Say that the summary is missing, and drop output that still waits for its reader."""
    from reconcile.cli.terminal import discard  # noqa: PLC0415 - see main

    with suppress(OSError):  # a stream in memory has no number
        discard(terminal.stdout)
    journal = ", without a summary; the journal has what was begun"
    terminal.tell(f"reconcile: interrupted{journal if terminal.changing.is_set() else ''}")
    return terminal.interruption.status or _INTERRUPTED


def _end_at_once(terminal: Terminal) -> NoReturn:
    """End the process from a signal's handler: whatever it waits for, this does not."""
    try:
        _interrupted(terminal)
    finally:
        os._exit(terminal.interruption.status or _INTERRUPTED)


def _place(error: Exception) -> str:
    """Where an error was raised, for a report."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f" at {os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"  # noqa: PTH119 - pathlib is dear at start-up


def run(argv: list[str], terminal: Terminal) -> int:
    """Run a command line in a terminal, and return its exit status.

    Raises what `main` shows as a defect, or as what the machine has too little of.
    """
    from reconcile.cli.arguments import Shown, parse  # noqa: PLC0415 - see main
    from reconcile.cli.terminal import interruptible  # noqa: PLC0415 - see main
    from reconcile.errors import ReconcileError  # noqa: PLC0415 - see main

    try:
        with interruptible(terminal.interruption, partial(_end_at_once, terminal)):
            return _run_command(parse(argv), terminal)
    except Shown as shown:
        return _FAILED if _unprinted(terminal, shown.page) else 0
    except ReconcileError as error:
        first, *others = error.lines
        for text in (first, *others) if others else (f"reconcile: {first}",):
            terminal.tell(text)
        from reconcile.cli.present import first as winning  # noqa: PLC0415 - see main

        return int(winning(terminal.interruption.status, error.status))


def _unprinted(terminal: Terminal, page: str) -> bool:
    """Whether a page of help could not be printed, which is then said on stderr."""
    unprinted = terminal.print(page)
    if unprinted:
        terminal.tell(f"reconcile: {unprinted}")
    return unprinted is not None


def _run_command(options: Any, terminal: Terminal) -> int:
    from reconcile.cli.present import check_output_files  # noqa: PLC0415 - see main
    from reconcile.errors import ReconcileError  # noqa: PLC0415 - see main

    check_output_files(options)
    output = getattr(options, "output", None)
    for said, event in (("verbose", terminal.verbose), ("no_color", terminal.plain)):
        if getattr(output, said, False):
            event.set()
    module, _, function = _COMMANDS[type(options).__name__].partition(".")
    try:
        status: int = getattr(import_module(f"reconcile.cli.{module}"), function)(options, terminal)
    except ReconcileError as error:
        from reconcile.cli.validate import present_findings  # noqa: PLC0415 - see main
        from reconcile.workflow.fleet import InvalidSpecsError  # noqa: PLC0415 - see main

        if not isinstance(error, InvalidSpecsError):
            raise
        status = present_findings(error.fleet, options.output, terminal)
    return status


def _print_version() -> int:
    if sys.stdout is None:  # it was closed, as a daemon's may be
        return _FAILED
    try:
        sys.stdout.write(f"reconcile {__version__}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_stdout()
    except OSError as error:
        _discard_stdout()
        sys.stderr.write(f"reconcile: cannot write to stdout: {error.strerror}\n")
        return _FAILED
    return 0


def _discard_stdout() -> None:
    """Send what is left nowhere: the interpreter would fail on it at exit, and say so."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
