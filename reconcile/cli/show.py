"""`reconcile show`: the live state, every attribute. Changes nothing."""

from __future__ import annotations

from reconcile.cli.exits import states_status
from reconcile.cli.fleet import Fleet, read_fleet
from reconcile.cli.options import ShowOptions
from reconcile.cli.pipeline import reading, tell_requests
from reconcile.cli.present import present, present_findings
from reconcile.cli.world import World
from reconcile.errors import ExitStatus, UsageError
from reconcile.model.target import Reference
from reconcile.observe.inspect import inspect
from reconcile.report.show_text import states_text
from reconcile.report.to_json import states_json


def run(options: ShowOptions, world: World) -> ExitStatus:
    """Show the databases in the order in which they were named."""
    fleet = read_fleet(options.selection, needed=any("/" not in name for name in options.names))
    if not fleet.valid:
        return present_findings(fleet, options.output, world)
    references = [_reference(name, fleet) for name in dict.fromkeys(options.names)]
    with reading(fleet.config, options.output, world) as reads:
        states = inspect(references, reads, stop=world.interruption.stop)
        requests = reads.counts()
    status = world.interruption.status or states_status(states.values())
    renderers = {
        "text": lambda look: states_text(states, look),
        "json": lambda _look: states_json(states, status=status, requests=requests),
    }
    status = present(renderers, options.output, world, status=status)
    tell_requests(requests, world)
    return status


def _reference(name: str, fleet: Fleet) -> Reference:
    """A handle of the specs, or APP/ADDON. Raises UsageError for neither."""
    app, slash, addon = name.partition("/")
    if slash and app and addon and "/" not in addon:
        return Reference(name=name, app=app, addon=addon)
    for one in fleet.desired:
        if one.handle == name:
            return Reference(name=name, app=one.app, addon=one.addon, engine=one.engine)
    known = ", ".join(one.handle for one in fleet.desired)
    raise UsageError(f"{name!r} is neither a handle of the specs ({known}) nor APP/ADDON")
