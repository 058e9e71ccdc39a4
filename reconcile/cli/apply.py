"""`reconcile apply`: plan, ask, carry out, read again, say what converged."""

from __future__ import annotations

from reconcile.apply.allowance import Allowance
from reconcile.cli.carry_out import Task, dry_run, live_run, show_run
from reconcile.cli.fleet import valid_fleet
from reconcile.cli.options import ApplyOptions
from reconcile.cli.pipeline import About
from reconcile.cli.prompt import ask, show_plan
from reconcile.cli.world import World
from reconcile.errors import ExitStatus, UsageError
from reconcile.model.plan import Proposal


def run(options: ApplyOptions, world: World) -> ExitStatus:
    """Apply the plan of the selected databases."""
    if not (options.yes or options.dry_run or world.attended):
        raise UsageError("nobody can be asked here (no terminal): say --yes, or --dry-run")
    allowance = Allowance(allows=options.allow, attended=world.attended)

    def consent(proposal: Proposal) -> Allowance | None:
        for address in allowance.unused(proposal.plan):
            world.tell(f"note: --allow names {address}, of which this plan has no action")
        if options.yes or not proposal.plan.actions:
            return allowance
        show_plan(proposal, options.output, world)
        return ask(proposal, allowance, world)

    fleet = valid_fleet(options.selection)
    task = Task(
        about=About(config=fleet.config, databases=len(fleet.desired), max_wait=options.max_wait),
        wanted=lambda _reads: fleet,
        output=options.output,
        consent=consent,
        allowance=allowance,
        state_dir=options.state_dir,
        waiting=options.waiting,
    )
    done = dry_run(task, world) if options.dry_run else live_run(task, world)
    return show_run(done, options.output, world)
