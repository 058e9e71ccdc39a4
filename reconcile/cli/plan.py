"""`reconcile plan` and `reconcile drift`: read, compare, show. Neither can change anything."""

from __future__ import annotations

from pathlib import Path

from reconcile.cli.options import PlanOptions
from reconcile.cli.present import first, present, reading_status
from reconcile.cli.terminal import Terminal
from reconcile.errors import ExitStatus, ReconcileError
from reconcile.model.plan import Proposal, short_id
from reconcile.model.text import moment
from reconcile.report.plan_json import plan_json
from reconcile.report.plan_text import plan_text
from reconcile.workflow.fleet import Fleet, valid_fleet
from reconcile.workflow.plan_files import check_names, must_be_signed, scope_of, write_plan_file
from reconcile.workflow.propose import (
    About,
    Judging,
    Planner,
    announce_reading,
    reading,
    tell_warnings,
)


def run(options: PlanOptions, terminal: Terminal) -> ExitStatus:
    """Show the plan; what remains counts for drift, and for plan if asked."""
    if options.out is not None:
        must_be_signed(terminal)  # an unfit key is named before anything is read
    fleet = valid_fleet(options.selection, today=terminal.today())
    if options.out is not None:
        check_names(options.selection, fleet)
    tell_warnings(fleet, terminal)
    about = About(config=fleet.config, databases=len(fleet.desired), max_wait=options.max_wait)
    with reading(about, terminal) as reads:
        announce_reading(fleet.desired, reads, about, terminal)
        planner = Planner(fleet=fleet, reads=reads, process=terminal)
        proposal = planner.propose(Judging(overrides=options.override))
        spent = reads.spent()
    status = reading_status(
        proposal,
        remains_counts=options.detailed_exitcode,
        interrupted=terminal.interruption.status,
    )
    status = present(
        options.output,
        terminal,
        text=lambda look: plan_text(proposal, look),
        json=lambda: plan_json(proposal, status=status, spent=spent),
        status=status,
        spent=spent,
    )
    if options.out is not None:
        return _save(options.out, options, fleet, proposal, terminal, status=status)
    return status


def _save(
    out: Path,
    options: PlanOptions,
    fleet: Fleet,
    proposal: Proposal,
    terminal: Terminal,
    *,
    status: ExitStatus,
) -> ExitStatus:
    """Save the plan, also one that asks for nothing.

    But not one that was interrupted, or of what nobody was allowed to read.
    """
    if terminal.interruption.status is not None:
        terminal.tell(f"reconcile: interrupted, the plan was not saved to {str(out)!r}")
        return status
    if status is ExitStatus.UNAUTHENTICATED:
        terminal.tell(
            f"reconcile: nobody could be authenticated, the plan was not saved to {str(out)!r}"
        )
        return status
    made_for = scope_of(options.selection, fleet, terminal)
    try:
        saved = write_plan_file(out, proposal, made_for, options.expires_in, terminal)
    except ReconcileError as error:
        terminal.tell(f"reconcile: {error}")
        return first(status, ExitStatus.FAILED)
    signed = "signed" if saved.signature else "not signed"
    expires = moment(saved.expires)
    terminal.tell(f"saved: {out}, plan {short_id(proposal.id)}, expires {expires}, {signed}")
    return status
