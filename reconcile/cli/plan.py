"""`reconcile plan` and `reconcile drift`: read, compare, show. Neither can change anything."""

from __future__ import annotations

from pathlib import Path

from reconcile.cli.exits import first, reading_status
from reconcile.cli.options import DriftOptions, PlanOptions
from reconcile.cli.present import present, tell_cost
from reconcile.cli.world import World
from reconcile.errors import ExitStatus, ReconcileError
from reconcile.model.plan import Proposal, short_id
from reconcile.model.text import moment
from reconcile.report.plan_json import plan_json
from reconcile.report.plan_text import plan_text
from reconcile.workflow.cost import announce_reading
from reconcile.workflow.fleet import Fleet, valid_fleet
from reconcile.workflow.plan_files import check_names, must_be_signed, scope_of, write_plan_file
from reconcile.workflow.propose import About, Judging, propose, reading, tell_warnings


def run(options: PlanOptions | DriftOptions, world: World) -> ExitStatus:
    """Show the plan; what remains counts for drift, and for plan if asked."""
    if isinstance(options, PlanOptions) and options.out is not None:
        must_be_signed(world)  # an unfit key is named before anything is read
    fleet = valid_fleet(options.selection, today=world.today())
    if isinstance(options, PlanOptions) and options.out is not None:
        check_names(options.selection, fleet)
    tell_warnings(fleet, world)
    about = About(config=fleet.config, databases=len(fleet.desired), max_wait=options.max_wait)
    with reading(about, world) as reads:
        announce_reading(fleet.desired, reads, about, world)
        proposal = propose(fleet, reads, world, Judging(overrides=options.override))
        spent = reads.spent()
    counts = isinstance(options, DriftOptions) or options.detailed_exitcode
    status = reading_status(proposal, remains_counts=counts, interrupted=world.interruption.status)
    renderers = {
        "text": lambda look: plan_text(proposal, look),
        "json": lambda _look: plan_json(proposal, status=status, spent=spent),
    }
    status = present(renderers, options.output, world, status=status)
    tell_cost(spent, world)
    if isinstance(options, PlanOptions) and options.out is not None:
        return _save(options.out, options, fleet, proposal, world, status=status)
    return status


def _save(
    out: Path,
    options: PlanOptions,
    fleet: Fleet,
    proposal: Proposal,
    world: World,
    *,
    status: ExitStatus,
) -> ExitStatus:
    """Save the plan, also one that asks for nothing.

    But not one that was interrupted, or of what nobody was allowed to read.
    """
    if world.interruption.status is not None:
        world.tell(f"reconcile: interrupted, the plan was not saved to {str(out)!r}")
        return status
    if status is ExitStatus.UNAUTHENTICATED:
        world.tell(
            f"reconcile: nobody could be authenticated, the plan was not saved to {str(out)!r}"
        )
        return status
    made_for = scope_of(options.selection, fleet, world)
    try:
        saved = write_plan_file(out, proposal, made_for, options.expires_in, world)
    except ReconcileError as error:
        world.tell(f"reconcile: {error}")
        return first(status, ExitStatus.FAILED)
    signed = "signed" if saved.signature else "not signed"
    expires = moment(saved.expires)
    world.tell(f"saved: {out}, plan {short_id(proposal.id)}, expires {expires}, {signed}")
    return status
