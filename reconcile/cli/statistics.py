"""`reconcile stats list`: the statements that took the most time."""

from __future__ import annotations

from reconcile.cli.options import StatisticsOptions
from reconcile.cli.present import present, tell_cost
from reconcile.cli.world import World
from reconcile.errors import ExitStatus
from reconcile.report.live_json import statistics_json
from reconcile.report.live_text import TOP, statistics_text
from reconcile.workflow.activity import counted
from reconcile.workflow.named import look_up, subject_of
from reconcile.workflow.propose import reading


def run(options: StatisticsOptions, world: World) -> ExitStatus:
    """Read the statistics and show the first of them; machines get all unless they say less."""
    known = look_up(options.database, today=world.today())
    with reading(known.about, world) as reads:
        subject = subject_of(known, reads)
        found = counted(subject, options.top)
        spent = reads.spent()
    renderers = {
        "text": lambda look: statistics_text(
            found.statements[: options.top or TOP], found.total, look
        ),
        "json": lambda _look: statistics_json(
            subject.name, subject.target, found.statements, found.total, spent=spent
        ),
    }
    status = present(renderers, options.output, world, status=ExitStatus.DONE)
    tell_cost(spent, world)
    return status
