"""`reconcile show`: the live state, every attribute. Changes nothing."""

from __future__ import annotations

from reconcile.cli.options import ListOptions, ShowOptions, ShowPlanOptions
from reconcile.cli.present import present, states_status
from reconcile.cli.terminal import Terminal
from reconcile.errors import ExitStatus, ReconcileError
from reconcile.kinds import KIND_BY_NAME
from reconcile.model.cost import Spent
from reconcile.model.state import NoElements
from reconcile.observe.found import find
from reconcile.observe.observer import inspect
from reconcile.report.live_json import listing_json, states_json
from reconcile.report.live_text import kind_text, states_text
from reconcile.report.plan_json import plan_json
from reconcile.report.plan_text import saved_text
from reconcile.workflow.named import look_up, references
from reconcile.workflow.plan_files import read_plan_file
from reconcile.workflow.propose import About, reading


def run(options: ShowOptions, terminal: Terminal) -> ExitStatus:
    """Show the databases in the order in which they were named."""
    fleet, wanted = references(options.selection, options.names, today=terminal.today())
    with reading(About(config=fleet.config, databases=len(wanted)), terminal) as reads:
        states = inspect(wanted, reads, stop=terminal.interruption.stop)
        spent = reads.spent()
    status = states_status(states.values(), interrupted=terminal.interruption.status)
    return present(
        options.output,
        terminal,
        text=lambda look: states_text(states, look),
        json=lambda: states_json(states, status=status, spent=spent),
        status=status,
        spent=spent,
    )


def run_show_plan(options: ShowPlanOptions, terminal: Terminal) -> ExitStatus:
    """Show a saved plan, with what the guards said when it was made."""
    read = read_plan_file(options.file, terminal)
    proposal, record, status = read.saved.proposal, read.record, ExitStatus.DONE
    return present(
        options.output,
        terminal,
        text=lambda look: saved_text(proposal, record, look),
        json=lambda: plan_json(proposal, status=status, spent=Spent(), record=record),
        status=status,
    )


def run_list(options: ListOptions, terminal: Terminal) -> ExitStatus:
    """Read the kind and show it. Raises ReconcileError where the database does not have it."""
    known = look_up(options.database, terminal)
    kind, wanted = KIND_BY_NAME[options.kind], known.reference
    with reading(known.about, terminal) as reads:
        found = find(reads, app=wanted.app, addon=wanted.addon, engine=wanted.engine)
        engine = found.facts.engine
        if engine is None:
            raise ReconcileError(f"{wanted.name!r} is {found.facts.type_name}, of an unknown type")
        state = found.states([kind], engine)[kind.name]
        spent = reads.spent()
    if isinstance(state, NoElements):
        raise ReconcileError(f"{wanted.name!r}: {state.message}")
    return present(
        options.output,
        terminal,
        text=lambda look: kind_text(state, look),
        json=lambda: listing_json(wanted.name, found.target, kind.name, state, spent=spent),
        status=ExitStatus.DONE,
        spent=spent,
    )
