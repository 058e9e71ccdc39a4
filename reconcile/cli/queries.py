"""`reconcile queries list`: what PostgreSQL is busy with, once or again and again."""

from __future__ import annotations

from collections.abc import Sequence

from reconcile.api.reads import Reads
from reconcile.cli.exits import first
from reconcile.cli.options import QueriesOptions
from reconcile.cli.present import present, tell_cost
from reconcile.cli.world import World
from reconcile.errors import ExitStatus, ReconcileError, UsageError
from reconcile.model.postgresql import Query
from reconcile.model.text import moment
from reconcile.report.live_json import queries_json
from reconcile.report.live_text import TOP, queries_text
from reconcile.report.page import BLANK, Look, line, render
from reconcile.workflow.activity import running
from reconcile.workflow.named import Subject, look_up, subject_of
from reconcile.workflow.propose import reading

_CLEAR_SCREEN = "\x1b[H\x1b[2J"


def run(options: QueriesOptions, world: World) -> ExitStatus:
    """Show the running queries, the longest first."""
    if options.watch is not None and (options.output.format != "text" or options.output.reports):
        raise UsageError("--watch shows text on stdout only: leave --format and --report out")
    known = look_up(options.database, today=world.today())
    with reading(known.about, world) as reads:
        subject = subject_of(known, reads)
        status = (
            _once(reads, subject, options, world)
            if options.watch is None
            else _watch(subject, options, world, options.watch)
        )
        spent = reads.spent()
    tell_cost(spent, world)
    return first(world.interruption.status, status)


def _chosen(subject: Subject, options: QueriesOptions) -> list[Query]:
    return [query for query in running(subject) if query.seconds >= options.longer_than]


def _once(reads: Reads, subject: Subject, options: QueriesOptions, world: World) -> ExitStatus:
    found = _chosen(subject, options)
    renderers = {
        "text": lambda look: _table(found, options, look),
        "json": lambda _look: queries_json(
            subject.name,
            subject.target,
            found[: options.top],
            len(found),
            spent=reads.spent(),
        ),
    }
    return present(renderers, options.output, world, status=ExitStatus.DONE)


def _table(found: Sequence[Query], options: QueriesOptions, look: Look) -> str:
    shown = found[: options.top or TOP]
    return queries_text(shown, len(found), look, longer_than=options.longer_than)


def _watch(subject: Subject, options: QueriesOptions, world: World, pause: float) -> ExitStatus:
    """Look again and again until a signal ends it or nobody reads, one request each time."""
    stop = world.interruption.stop
    while not (stop.is_set() or world.unread.is_set()):
        try:
            found = _chosen(subject, options)
        except ReconcileError:
            if stop.is_set():
                break
            raise
        unprinted = world.print(_page(subject, found, options, world))
        if unprinted is not None:
            world.tell(f"reconcile: {unprinted}")
            return ExitStatus.FAILED
        stop.wait(pause)
    return ExitStatus.DONE


def _page(subject: Subject, found: Sequence[Query], options: QueriesOptions, world: World) -> str:
    """One look; on a terminal, as wide as it is now, it takes the place of the one before."""
    look = Look(
        colour=world.wants_colour(world.stdout, options.output), width=world.width(world.stdout)
    )
    head = f"{subject.name}  {moment(world.now())}"
    title = render([line(0, (head, "bold")), BLANK], look)
    table = _table(found, options, look)
    start = _CLEAR_SCREEN if world.animates(world.stdout) else ""
    return start + title + table + ("" if start else "\n")
