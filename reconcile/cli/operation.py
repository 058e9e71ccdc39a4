"""`reconcile operation`: take up the wait for an operation."""

from __future__ import annotations

from reconcile.api.reads import Reads
from reconcile.cli.exits import operation_status
from reconcile.cli.options import OperationOptions
from reconcile.cli.present import present, tell_cost
from reconcile.cli.world import World
from reconcile.errors import ExitStatus, NotFoundError, ReconcileError
from reconcile.model.target import Target
from reconcile.report.live_json import operation_json
from reconcile.report.run_text import operation_text
from reconcile.workflow.apply import followed
from reconcile.workflow.named import Known, look_up
from reconcile.workflow.propose import reading
from reconcile.workflow.resume import again_of, earlier_runs, plan_of


def run(options: OperationOptions, world: World) -> ExitStatus:
    """Follow an operation to its end, or look at it once."""
    known = look_up(options.database, today=world.today())
    wanted = known.reference
    with (
        reading(known.about, world) as reads,
        world.progress("seen", 1) as shown,
    ):
        target = reads.targets.find(app=wanted.app, addon=wanted.addon, engine=wanted.engine)
        following = followed(reads.client, options.waiting, shown, world)
        try:
            seen = following.follow(target, options.ident)
        except NotFoundError as error:
            raise NotFoundError(
                f"{wanted.name!r} has no operation {options.ident!r}: check the id and --database"
            ) from error
        if seen.ended:
            _settle_earlier(known, target, reads, world)
        spent = reads.spent()
    status = operation_status(seen, interrupted=world.interruption.status)
    renderers = {
        "text": lambda look: operation_text(wanted.name, seen, look),
        "json": lambda _look: operation_json(wanted.name, seen, status=status, spent=spent),
    }
    status = present(renderers, options.output, world, status=status)
    tell_cost(spent, world)
    return status


def _settle_earlier(known: Known, target: Target, reads: Reads, world: World) -> None:
    """Write down what this tells of interrupted runs, as a run that does nothing else."""
    try:
        place = world.state_dir(None)
        plan = plan_of(known.reference.name, target)
        again = again_of(known.fleet, reads, world)
        with earlier_runs(plan, "operation", again, place):
            pass
    except ReconcileError as error:
        world.tell(f"note: what earlier runs left open was not looked at: {error}")
