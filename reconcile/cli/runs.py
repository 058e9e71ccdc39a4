"""`reconcile runs`: what past runs did, from their journals alone."""

from __future__ import annotations

import os

from reconcile.apply.history import past_runs
from reconcile.cli.options import RunsOptions
from reconcile.cli.present import present
from reconcile.cli.terminal import Terminal
from reconcile.errors import ExitStatus, ReconcileError, UsageError
from reconcile.model.history import History, PastRun
from reconcile.model.text import nearest
from reconcile.report.runs_json import past_run_json, runs_json
from reconcile.report.runs_text import past_run_text, runs_text

LATEST = "latest"
"""What stands for the id of the newest run."""


def run(options: RunsOptions, terminal: Terminal) -> ExitStatus:
    """Show the list of runs, or one."""
    place, chosen = terminal.state_dir(options.state_dir), options.state_dir
    if chosen is not None and not os.path.isdir(chosen):  # noqa: PTH112 - pathlib raises for some
        raise UsageError(f"--state-dir {str(chosen)!r}: there is no such folder")
    done = ExitStatus.DONE
    if options.ident is None:
        listed = past_runs(place, options.limit)
        return present(
            options.output,
            terminal,
            text=lambda look: runs_text(listed, look, limit=options.limit),
            json=lambda: runs_json(listed),
            status=done,
        )
    past = _named(options.ident, past_runs(place))
    return present(
        options.output,
        terminal,
        text=lambda look: past_run_text(past, look),
        json=lambda: past_run_json(past),
        status=done,
    )


def _named(ident: str, history: History) -> PastRun:
    """The run that is meant.

    Raises UsageError for none or several, ReconcileError for one whose file makes no sense.
    """
    if ident == LATEST and history.runs:
        return history.runs[0]
    meant = [one for one in history.runs if one.id.startswith(ident)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        known = ", ".join(one.id for one in meant[:_SOME])
        raise UsageError(f"{ident!r} begins {len(meant)} runs, write more of it: {known}")
    for one in history.unreadable:
        if one.id == ident:
            raise ReconcileError(f"run {ident!r}: {one.reason}")
    raise UsageError(f"there is no run {ident!r}: {_guess(ident, history)}")


def _guess(ident: str, history: History) -> str:
    """What may have been meant."""
    if not history.runs:
        return "none has changed anything yet"
    near = nearest(ident, [one.id for one in history.runs])
    return f"did you mean {near!r}?" if near else "see `reconcile runs`"


_SOME = 5
