"""`reconcile apply`: plan, ask, apply, read again, say what converged."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import evolve

from reconcile.apply.allowance import Allowance, withheld
from reconcile.cli.options import ApplyOptions, Output
from reconcile.cli.present import present, run_status
from reconcile.cli.terminal import Terminal
from reconcile.errors import ExitStatus, UsageError
from reconcile.model.change import Risk
from reconcile.model.item import Action
from reconcile.model.plan import Proposal
from reconcile.model.run import Result, Run
from reconcile.model.text import count
from reconcile.report.page import Look
from reconcile.report.plan_json import run_json
from reconcile.report.plan_text import plan_text
from reconcile.report.run_text import run_text
from reconcile.report.words import CONSEQUENCES
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
            terminal.tell("A backup of each affected database is made first.")
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


_SHOWN = 10


def show_plan(proposal: Proposal, terminal: Terminal) -> None:
    """Show what is asked about, on stderr: stdout is for results."""
    terminal.write_stderr(plan_text(proposal, terminal.look(terminal.stderr)) + "\n")


def ask(proposal: Proposal, allowance: Allowance, terminal: Terminal) -> Allowance | None:
    """Ask what is allowed and whether to begin; None where the answer is no.

    Where nothing may run there is nothing to ask: the allowance comes back as it is.
    """
    allowance = _ask_risks(proposal, allowance, terminal)
    actions = [a for a in proposal.plan.actions if withheld(proposal, allowance, a) is None]
    if terminal.interruption.stop.is_set():
        return None
    if not actions:
        return allowance
    databases = {action.address.database for action in actions}
    what = f"{count(len(actions), 'action')} to {count(len(databases), 'database')}"
    yes = terminal.ask(f"Apply {what}? Only 'yes' is taken: ") == "yes"
    return allowance if yes and not terminal.interruption.stop.is_set() else None


def _ask_risks(proposal: Proposal, allowance: Allowance, terminal: Terminal) -> Allowance:
    """Ask about each risk that is in the plan and not allowed yet; the answer is its name."""
    for risk in CONSEQUENCES:
        actions = [
            action
            for action in proposal.plan.actions
            if action.risk is risk and _only_unallowed(proposal, allowance, action)
        ]
        if not actions or terminal.interruption.stop.is_set():
            continue
        for text in _stake_lines(risk, actions):
            terminal.tell(text)
        question = f"Type {risk.value!r} to allow it, anything else leaves it out: "
        if terminal.ask(question) == risk.value:
            allowance = allowance.plus(risk)
    return allowance


def _only_unallowed(proposal: Proposal, allowance: Allowance, action: Action) -> bool:
    outcome = withheld(proposal, allowance, action)
    return outcome is not None and outcome.result is Result.NOT_ALLOWED


def _stake_lines(risk: Risk, actions: list[Action]) -> Iterator[str]:
    verb = "action" if len(actions) == 1 else "actions"
    yield f"{len(actions)} {risk.value} {verb}: this {CONSEQUENCES[risk]}."
    # The two halves of a replacement have one address.
    addresses = list(dict.fromkeys(str(action.address) for action in actions))
    for address in addresses[:_SHOWN]:
        yield f"  {address}"
    if len(addresses) > _SHOWN:
        yield f"  and {len(addresses) - _SHOWN} more"
