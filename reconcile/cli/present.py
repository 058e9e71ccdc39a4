"""Results to stdout and to report files."""

from __future__ import annotations

from collections.abc import Callable

from reconcile.cli.exits import Ending, first
from reconcile.cli.options import Output, ReportFile
from reconcile.cli.terminal import Terminal
from reconcile.errors import ExitStatus, ReconcileError
from reconcile.files import put
from reconcile.model.cost import Spent
from reconcile.model.text import count, duration
from reconcile.report.page import Look


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
        parts.append(f"{count(spent.retries, 'repetition')} among them")
    waited = max(spent.waited.values(), default=0.0)
    if waited >= _WORTH_SAYING:
        parts.append(f"{duration(waited)} waited")
    terminal.tell("; ".join(parts))


_WORTH_SAYING = 1.0
"""Seconds."""
