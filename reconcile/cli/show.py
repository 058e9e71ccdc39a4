"""`reconcile show`: the live state, every attribute. Changes nothing."""

from __future__ import annotations

from reconcile.cli.exits import states_status
from reconcile.cli.options import ShowOptions
from reconcile.cli.present import present, tell_cost
from reconcile.cli.world import World
from reconcile.errors import ExitStatus
from reconcile.observe.observer import inspect
from reconcile.report.live_json import states_json
from reconcile.report.live_text import states_text
from reconcile.workflow.named import references
from reconcile.workflow.propose import About, reading


def run(options: ShowOptions, world: World) -> ExitStatus:
    """Show the databases in the order in which they were named."""
    fleet, wanted = references(options.selection, options.names, today=world.today())
    with reading(About(config=fleet.config, databases=len(wanted)), world) as reads:
        states = inspect(wanted, reads, stop=world.interruption.stop)
        spent = reads.spent()
    status = states_status(states.values(), interrupted=world.interruption.status)
    renderers = {
        "text": lambda look: states_text(states, look),
        "json": lambda _look: states_json(states, status=status, spent=spent),
    }
    status = present(renderers, options.output, world, status=status)
    tell_cost(spent, world)
    return status
