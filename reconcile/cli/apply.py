"""`reconcile apply`: plan, ask, carry out, read again, say what converged."""

from __future__ import annotations

from reconcile.apply.allowance import Allowance
from reconcile.cli.carry_out import dry_run, live_run, show_run
from reconcile.cli.fleet import valid_fleet
from reconcile.cli.options import ApplyOptions
from reconcile.cli.pipeline import About, tell_warnings
from reconcile.cli.prompt import ask, show_plan
from reconcile.cli.saved import saved_plan
from reconcile.cli.task import Task
from reconcile.cli.world import World
from reconcile.errors import ExitStatus, UsageError
from reconcile.model.plan import Proposal
from reconcile.spec.git import commit_of


def run(options: ApplyOptions, world: World) -> ExitStatus:
    """Apply the plan of the selected databases, or one that a file keeps."""
    if not (options.yes or options.dry_run or world.attended):
        raise UsageError("nobody can be asked here (no terminal): say --yes, or --dry-run")
    plan = options.plan
    allowance = Allowance(allows=options.allow, attended=world.attended or plan is not None)

    def consent(proposal: Proposal) -> Allowance | None:
        for note in allowance.unused(proposal.plan):
            world.tell(f"note: {note}")
        if options.yes or not proposal.plan.actions:
            return allowance
        show_plan(proposal, options.output, world)
        if options.safeguard.backup_first:
            world.tell("A backup of each database at stake is made first.")
        return ask(proposal, allowance, world)

    saved = None if plan is None else saved_plan(plan, options, world)
    fleet = saved.fleet if saved else valid_fleet(options.selection, today=world.today())
    tell_warnings(fleet, world)
    task = Task(
        about=About(config=fleet.config, databases=len(fleet.desired), max_wait=options.max_wait),
        wanted=lambda _reads: fleet,
        output=options.output,
        consent=consent,
        allowance=allowance,
        overrides=options.override,
        state_dir=options.state_dir,
        waiting=options.waiting,
        safeguard=options.safeguard,
        command="apply --plan" if saved else "apply",
        commit=lambda: (
            saved.commit() if saved else commit_of(options.selection.paths[0], world.environment)
        ),
        saved=saved,
        asks=not options.yes,
    )
    done = dry_run(task, world) if options.dry_run else live_run(task, world)
    return show_run(done, options.output, world)
