"""The live state of one managed kind of one database."""

from __future__ import annotations

from reconcile.cli.options import ListOptions
from reconcile.cli.present import present, tell_cost
from reconcile.cli.world import World
from reconcile.errors import ExitStatus, ReconcileError
from reconcile.kinds import KIND_BY_NAME
from reconcile.model.state import NoElements
from reconcile.observe.found import find
from reconcile.report.live_json import listing_json
from reconcile.report.live_text import kind_text
from reconcile.workflow.named import look_up
from reconcile.workflow.propose import reading


def run(options: ListOptions, world: World) -> ExitStatus:
    """Read the kind and show it. Raises ReconcileError where the database does not have it."""
    known = look_up(options.database, today=world.today())
    kind, wanted = KIND_BY_NAME[options.kind], known.reference
    with reading(known.about, world) as reads:
        found = find(reads, app=wanted.app, addon=wanted.addon, engine=wanted.engine)
        engine = found.facts.engine
        if engine is None:
            raise ReconcileError(f"{wanted.name!r} is {found.facts.type_name}, of an unknown type")
        state = found.states([kind], engine)[kind.name]
        spent = reads.spent()
    if isinstance(state, NoElements):
        raise ReconcileError(f"{wanted.name!r}: {state.message}")
    renderers = {
        "text": lambda look: kind_text(state, look),
        "json": lambda _look: listing_json(
            wanted.name, found.target, kind.name, state, spent=spent
        ),
    }
    status = present(renderers, options.output, world, status=ExitStatus.DONE)
    tell_cost(spent, world)
    return status
