"""`reconcile apply`: plan, ask, carry out, read again, say what converged."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve

from reconcile.apply.allowance import Allowance
from reconcile.cli.options import ApplyOptions, Output
from reconcile.cli.present import present, run_status
from reconcile.cli.prompt import ask, show_plan
from reconcile.cli.terminal import Terminal
from reconcile.errors import ExitStatus, UsageError
from reconcile.model.plan import Proposal
from reconcile.model.run import Run
from reconcile.report.page import Look
from reconcile.report.plan_json import run_json
from reconcile.report.run_text import run_text
from reconcile.spec.git import commit_of
from reconcile.workflow.apply import Apply
from reconcile.workflow.apply_plan_file import saved_plan
from reconcile.workflow.fleet import valid_fleet
from reconcile.workflow.propose import About, tell_warnings


def run(options: ApplyOptions, terminal: Terminal) -> ExitStatus:
    """Apply the plan of the selected databases, or one that a file keeps."""
    if not (options.yes or options.dry_run or terminal.attended):
        raise UsageError("nobody can be asked here (no terminal): say --yes, or --dry-run")
    plan = options.plan
    allowance = Allowance(allows=options.allow, attended=terminal.attended or plan is not None)

    def consent(proposal: Proposal) -> Allowance | None:
        for note in allowance.unused(proposal.plan):
            terminal.tell(f"note: {note}")
        if options.yes or not proposal.plan.actions:
            return allowance
        show_plan(proposal, terminal)
        if options.safeguard.backup_first:
            terminal.tell("A backup of each database at stake is made first.")
        return ask(proposal, allowance, terminal)

    saved = (
        None
        if plan is None
        else saved_plan(
            plan,
            terminal,
            named=options.specs,
            config=options.selection.config,
            state_dir=options.state_dir,
        )
    )
    fleet = saved.fleet if saved else valid_fleet(options.selection, today=terminal.today())
    tell_warnings(fleet, terminal)
    task = Apply(
        process=terminal,
        about=About(config=fleet.config, databases=len(fleet.desired), max_wait=options.max_wait),
        wanted=lambda _reads: fleet,
        consent=consent,
        allowance=allowance,
        overrides=options.override,
        state_dir=options.state_dir,
        waiting=options.waiting,
        safeguard=options.safeguard,
        command="apply --plan" if saved else "apply",
        commit=lambda: (
            saved.commit() if saved else commit_of(options.selection.paths[0], terminal.environment)
        ),
        saved=saved,
        asks=not options.yes,
    )
    done = task.dry_run() if options.dry_run else task.live_run()
    return show_run(done, options.output, terminal)


def show_run(
    run: Run,
    output: Output,
    terminal: Terminal,
    *,
    text: Callable[[Run, Look], str] = run_text,
    status_of: Callable[[Run], ExitStatus] = run_status,
) -> ExitStatus:
    """Present what a run did, and what is left."""
    done = evolve(run, interrupted=terminal.interruption.status)
    status = status_of(done)
    return present(
        output,
        terminal,
        text=lambda look: text(done, look),
        json=lambda: run_json(done, status=status),
        status=status,
        effect=done.effect,
        spent=done.spent,
    )
