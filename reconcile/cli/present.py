"""What a command came to: its report on stdout and in files, and its exit status.

Every command sums up what it came to as an `Ending`; the first status that holds wins, in the table of
the README. A usage error (64) and an invalid spec or plan file (65) end a command as errors, before it
comes to anything.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from attrs import frozen

from reconcile.cli.options import Options, Output, PlanOptions, ReportFile
from reconcile.cli.terminal import Terminal
from reconcile.errors import ExitStatus, ReconcileError, UsageError
from reconcile.files import put, read_file, why_no_file_fits
from reconcile.model.change import Create, is_first_half
from reconcile.model.cost import Spent
from reconcile.model.item import Pending
from reconcile.model.operation import Operation
from reconcile.model.order import OrderOutcome
from reconcile.model.plan import Plan, Proposal
from reconcile.model.run import REACHED, Result, Run
from reconcile.model.state import Inspected, Unknown
from reconcile.model.text import count, duration
from reconcile.report.page import Look
from reconcile.workflow.process import Selection

ORDER = (
    ExitStatus.USAGE,
    ExitStatus.INVALID,
    ExitStatus.INTERRUPTED,
    ExitStatus.TERMINATED,
    ExitStatus.FAILED_AFTER_EFFECT,
    ExitStatus.UNAUTHENTICATED,
    ExitStatus.FAILED,
    ExitStatus.REFUSED,
    ExitStatus.REMAINS,
    ExitStatus.DONE,
)
"""The first that holds wins."""


def first(*statuses: ExitStatus | int | None) -> ExitStatus:
    """The status that wins among those that hold; None holds nothing."""
    held = [ExitStatus(status) for status in statuses if status is not None]
    return min(held, key=ORDER.index, default=ExitStatus.DONE)


@frozen(kw_only=True)
class Ending:
    """What a command came to.

    interrupted      the status of the signal that ended it
    unauthenticated  whether everything that it needed was refused for lack of credentials
    failed           whether something failed, or is unknown
    effect           whether something is, or may be, changed by it
    refused          whether a guard refused the run, or everything that was to be done
    remains          whether something is left to do
    """

    interrupted: int | None = None
    unauthenticated: bool = False
    failed: bool = False
    effect: bool = False
    refused: bool = False
    remains: bool = False

    @property
    def status(self) -> ExitStatus:
        """The exit status."""
        failed = ExitStatus.FAILED_AFTER_EFFECT if self.effect else ExitStatus.FAILED
        return first(
            self.interrupted,
            failed if self.failed else None,
            ExitStatus.UNAUTHENTICATED if self.unauthenticated and not self.effect else None,
            ExitStatus.REFUSED if self.refused and not self.effect else None,
            ExitStatus.REMAINS if self.remains or self.refused else None,
        )


def reading_status(
    proposal: Proposal, *, remains_counts: bool, interrupted: int | None = None
) -> ExitStatus:
    """The status of a command that only reads: guards refuse nothing of what is only shown."""
    return Ending(
        interrupted=interrupted,
        unauthenticated=_is_unauthenticated(proposal.plan),
        failed=bool(proposal.plan.unknown),
        remains=remains_counts and proposal.remains,
    ).status


def states_status(
    states: Collection[Inspected | Unknown], *, interrupted: int | None = None
) -> ExitStatus:
    """The status of `show`."""
    unknown = [state for state in states if isinstance(state, Unknown)]
    stranger = len(unknown) == len(states) and all(one.unauthenticated for one in unknown)
    partly = any(isinstance(state, Inspected) and state.unreadable for state in states)
    return Ending(
        interrupted=interrupted,
        unauthenticated=bool(unknown) and stranger,
        failed=bool(unknown) or partly,
    ).status


def operation_status(seen: Operation, *, interrupted: int | None = None) -> ExitStatus:
    """The status of a look at an operation: one that has not ended remains."""
    failed = seen.failed or seen.unclear
    return Ending(interrupted=interrupted, failed=failed, remains=not seen.ended).status


def order_status(done: OrderOutcome, *, interrupted: int | None = None) -> ExitStatus:
    """The status of a one-off command that no spec can hold: one that is only started remains."""
    return Ending(
        interrupted=interrupted,
        failed=done.result in {Result.FAILED, Result.UNKNOWN},
        effect=done.effect,
        refused=done.result is Result.REFUSED,
        remains=done.result not in REACHED,
    ).status


def run_status(run: Run) -> ExitStatus:
    """The status of an apply; a dry run is one that only reads."""
    return _ending(run, remains=run.left.remains).status


def change_status(run: Run) -> ExitStatus:
    """The status of a one-off change: as of an apply, but what is pending was at most started."""
    pending = any(
        isinstance(entry, Pending) and (entry.in_progress or not run.outcomes)
        for entry in run.left.plan.items()
    )
    return _ending(run, remains=run.left.remains or pending).status


def _ending(run: Run, *, remains: bool) -> Ending:
    return Ending(
        interrupted=run.interrupted,
        unauthenticated=_is_unauthenticated(run.before.plan) or _is_unauthenticated(run.left.plan),
        failed=bool(
            run.results(Result.FAILED, Result.UNKNOWN)
            or run.left.plan.unknown
            or _is_half_replaced(run)
        ),
        effect=run.effect,
        refused=bool(run.before.refused) or _is_refused(run),
        remains=remains or bool(run.results(Result.STARTED) or run.out_of_date),
    )


def _is_refused(run: Run) -> bool:
    """Whether a guard refused every action."""
    return bool(run.outcomes) and all(one.result is Result.REFUSED for one in run.outcomes)


def _is_half_replaced(run: Run) -> bool:
    """Whether something was deleted that was to be created again, and was not."""
    gone = {
        one.action.address for one in run.results(Result.DONE) if is_first_half(one.action.change)
    }
    back = {
        one.action.address
        for one in run.results(Result.DONE)
        if isinstance(one.action.change, Create)
    }
    return bool(gone - back)


def _is_unauthenticated(plan: Plan) -> bool:
    """Whether no database of a plan could be read, each for lack of credentials."""
    return bool(plan.databases) and all(one.unauthenticated for one in plan.databases)


def present(
    output: Output,
    terminal: Terminal,
    *,
    text: Callable[[Look], str],
    json: Callable[[], str],
    status: ExitStatus,
    effect: bool = False,
    spent: Spent | None = None,
) -> ExitStatus:
    """Write the reports, print the result in the format asked for, and give the exit status.

    Files are written without colour and unwrapped, before stdout, whose reader may be gone. What
    cannot be written, the journal among it, is said on stderr and is a failure; `effect`: after
    something was changed. What it cost is said last.
    """

    def rendered(format_: str, look: Look) -> str:
        return text(look) if format_ == "text" else json()

    failures = [
        failure
        for report in output.reports
        if (failure := _write(report, rendered(report.format, Look())))
    ]
    unprinted = terminal.print(rendered(output.format, terminal.look(terminal.stdout)))
    if unprinted:
        failures.append(unprinted)
    elif effect and terminal.unread.is_set() and not output.reports:
        failures.append("the report of what was done was not read: stdout is closed")
    for failure in failures:
        terminal.tell(f"reconcile: {failure}")
    tell_cost(spent or Spent(), terminal)
    failed = bool(failures) or terminal.unrecorded.is_set()
    return first(status, Ending(failed=failed, effect=effect).status)


def _write(report: ReportFile, text: str) -> str | None:
    try:
        put("report", report.path, text.encode(errors="backslashreplace"))
    except ReconcileError as error:
        return str(error)
    return None


def tell_cost(spent: Spent, terminal: Terminal) -> None:
    """Say what the run cost."""
    if not spent.total:
        return
    hosts = ", ".join(f"{number} {host}" for host, number in spent.requests.items() if number)
    parts = [f"{count(spent.total, 'request')} sent: {hosts}"]
    if spent.retries:
        parts.append(count(spent.retries, "retry", "retries"))
    waited = max(spent.waited.values(), default=0.0)
    if waited >= _WORTH_SAYING:
        parts.append(f"{duration(waited)} waited")
    terminal.tell("; ".join(parts))


_WORTH_SAYING = 1.0
"""Seconds."""


_YAML = frozenset({".yaml", ".yml"})


@frozen
class _Output:
    """A file that a command is to write; `what` names it in a message."""

    what: str
    path: Path


def check_output_files(options: Options) -> None:
    """See that each file can be written, before anything is read for it. Raises UsageError.

    An output replaces no spec and no other file that the command reads; a saved plan replaces only
    a plan file or an empty file. No two outputs share a path.
    """
    inputs = tuple(_inputs(options))
    taken: dict[Path, _Output] = {}
    for output in _outputs(options):
        problem = why_no_file_fits(output.path) or _unusable_folder(output.path.parent)
        if problem is None:
            problem = _why_kept(output, inputs) or _written_already(output, taken)
        if problem is not None:
            raise UsageError(f"cannot write the {output.what} {str(output.path)!r}: {problem}")
        taken[_place(output.path)] = output


def _outputs(options: Options) -> Iterator[_Output]:
    if isinstance(options, PlanOptions) and options.out is not None:
        yield _Output("plan", options.out)
    output = getattr(options, "output", None)
    for report in output.reports if output else ():
        yield _Output("report", report.path)


def _inputs(options: Options) -> Iterator[Path]:
    """The files that the command line names for reading; a folder is among them as it is."""
    selections = [
        getattr(options, "selection", None),
        getattr(getattr(options, "database", None), "selection", None),
    ]
    for one in selections:
        if isinstance(one, Selection):
            yield from one.paths
            yield from [one.config] if one.config else []
    yield from getattr(options, "specs", ())
    yield from (path for name in ("plan", "file") if (path := getattr(options, name, None)))


def _unusable_folder(folder: Path) -> str | None:
    if not folder.is_dir():
        return f"there is no folder {str(folder)!r}"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"the folder {str(folder)!r} cannot be written to"
    return None


def _why_kept(output: _Output, inputs: tuple[Path, ...]) -> str | None:
    """Why this name is not for an output, or what is there may not be replaced."""
    if output.path.suffix.lower() in _YAML:
        is_config = output.path.name == "reconcile.yaml"
        what = "it is the configuration" if is_config else "it would be read as a spec"
        return f"{what}: choose a name that does not end in .yaml or .yml"
    if not os.path.lexists(output.path):
        return None
    if any(_are_same(output.path, one) for one in inputs):
        return "the command reads this file: choose another name"
    is_plan = _holds_plan(output.path)
    if output.what == "plan" and not is_plan and output.path.stat().st_size:
        return "it exists and is not a plan file: choose another name"
    if output.what == "report" and is_plan:
        return "it is a plan file: choose another name"
    return None


def _are_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _holds_plan(path: Path) -> bool:
    from reconcile.plan.plan_file import LARGEST, is_plan_file  # noqa: PLC0415 - only where a file is replaced

    try:
        return is_plan_file(read_file(path, LARGEST))
    except OSError:
        return False


def _written_already(output: _Output, taken: Mapping[Path, _Output]) -> str | None:
    """Which other output goes there, None if none does."""
    if (other := taken.get(_place(output.path))) is not None:
        return f"the {other.what} goes there already"
    for name, stream in (("stdout", sys.stdout), ("stderr", sys.stderr)):
        # A stream in memory has no number, and a closed one no file.
        with suppress(OSError, ValueError):
            if os.path.samestat(os.fstat(stream.fileno()), output.path.stat()):
                return f"{name} goes there already"
    return None


def _place(path: Path) -> Path:
    """One name for each place, also where a folder is reached through a link."""
    return Path(os.path.realpath(path.parent), path.name)
