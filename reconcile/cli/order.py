"""A deed that no spec could hold: prepared by reading, agreed to, sent once, followed up."""

from __future__ import annotations

from typing import assert_never

from reconcile.cli.exits import done_status
from reconcile.cli.options import OrderOptions
from reconcile.cli.present import present, tell_cost
from reconcile.cli.world import World
from reconcile.errors import ExitStatus
from reconcile.report.live_json import done_json
from reconcile.report.run_text import done_text
from reconcile.workflow.consent import refuse_unanswerable
from reconcile.workflow.named import look_up
from reconcile.workflow.one_off import OneOff
from reconcile.workflow.orders import (
    CancelQuery,
    ResetDatabase,
    ResetStatistics,
    Restore,
    TerminateQuery,
    Upgrade,
)


def run(options: OrderOptions, world: World) -> ExitStatus:
    """Do it, after asking where something is at stake."""
    refuse_unanswerable(options.consent, world, name=_name_at_stake(options))
    known = look_up(options.database, today=world.today())
    one = OneOff(
        order=options.order,
        database=options.database,
        known=known,
        process=world,
        overrides=options.override,
        consent=options.consent,
        waiting=options.waiting,
        state_dir=options.state_dir,
    )
    done = one.dry() if options.consent.dry_run else one.live()
    status = done_status(done, interrupted=world.interruption.status)
    renderers = {
        "text": lambda look: done_text(done, look),
        "json": lambda _look: done_json(done, status=status),
    }
    status = present(renderers, options.output, world, status=status, effect=done.effect)
    tell_cost(done.spent, world)
    return status


def _name_at_stake(options: OrderOptions) -> str | None:
    """What has to be named before it is done, as its deed will say."""
    match options.order:
        case ResetDatabase(name=name):
            return name
        case Restore():
            return options.database.name
        case CancelQuery() | TerminateQuery() | ResetStatistics() | Upgrade():
            return None
        case _:
            assert_never(options.order)
