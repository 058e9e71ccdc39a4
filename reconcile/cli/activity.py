"""What PostgreSQL is busy with, once or again and again, or what it counted: shown."""

from __future__ import annotations

from collections.abc import Sequence

from reconcile.api.reads import Reads
from reconcile.cli.options import QueriesOptions, StatisticsOptions
from reconcile.cli.present import first, present, tell_cost
from reconcile.cli.terminal import Terminal
from reconcile.errors import ExitStatus, ReconcileError, UsageError
from reconcile.model.postgresql import Query
from reconcile.model.text import moment
from reconcile.report.live_json import queries_json, statistics_json
from reconcile.report.live_text import TOP, queries_text, statistics_text
from reconcile.report.page import BLANK, Look, line, render
from reconcile.workflow.activity import counted, running
from reconcile.workflow.named import Subject, look_up, subject_of
from reconcile.workflow.propose import bound, reading

_CLEAR_SCREEN = "\x1b[H\x1b[2J"


def run_queries(options: QueriesOptions, terminal: Terminal) -> ExitStatus:
    """Show the running queries, the longest first."""
    if options.watch is not None and (options.output.format != "text" or options.output.reports):
        raise UsageError("--watch shows text on stdout only: leave --format and --report out")
    known = look_up(options.database, terminal)
    with reading(known.about, terminal) as reads:
        subject = subject_of(known, reads)
        status = (
            _once(reads, subject, options, terminal)
            if options.watch is None
            else _watch(reads, subject, options, terminal)
        )
        spent = reads.spent()
    tell_cost(spent, terminal)
    return first(terminal.interruption.status, status)


def _chosen(subject: Subject, options: QueriesOptions) -> list[Query]:
    return [query for query in running(subject) if query.seconds >= options.longer_than]


def _once(
    reads: Reads, subject: Subject, options: QueriesOptions, terminal: Terminal
) -> ExitStatus:
    found = _chosen(subject, options)
    return present(
        options.output,
        terminal,
        text=lambda look: _table(found, options, look),
        json=lambda: queries_json(
            subject.name,
            subject.target,
            found[: options.top],
            len(found),
            spent=reads.spent(),
        ),
        status=ExitStatus.DONE,
    )


def _table(found: Sequence[Query], options: QueriesOptions, look: Look) -> str:
    shown = found[: options.top or TOP]
    return queries_text(shown, len(found), look, longer_than=options.longer_than)


def _watch(
    reads: Reads, subject: Subject, options: QueriesOptions, terminal: Terminal
) -> ExitStatus:
    """Look again and again until a signal ends it or nobody reads, one request each time."""
    stop = terminal.interruption.stop
    while not (stop.is_set() or terminal.unread.is_set()):
        bound(reads, 1)
        try:
            found = _chosen(subject, options)
        except ReconcileError:
            if stop.is_set():
                break
            raise
        unprinted = terminal.print(_page(subject, found, options, terminal))
        if unprinted is not None:
            terminal.tell(f"reconcile: {unprinted}")
            return ExitStatus.FAILED
        stop.wait(options.watch)
    return ExitStatus.DONE


def _page(
    subject: Subject, found: Sequence[Query], options: QueriesOptions, terminal: Terminal
) -> str:
    """One look; on a terminal, as wide as it is now, it takes the place of the one before."""
    look = terminal.look(terminal.stdout)
    head = f"{subject.name}  {moment(terminal.now())}"
    title = render([line(0, (head, "bold")), BLANK], look)
    table = _table(found, options, look)
    start = _CLEAR_SCREEN if terminal.animates(terminal.stdout) else ""
    return start + title + table + ("" if start else "\n")


def run_statistics(options: StatisticsOptions, terminal: Terminal) -> ExitStatus:
    """Read the statistics and show the first of them; machines get all unless they say less."""
    known = look_up(options.database, terminal)
    with reading(known.about, terminal) as reads:
        subject = subject_of(known, reads)
        found = counted(subject, options.top)
        spent = reads.spent()
    return present(
        options.output,
        terminal,
        text=lambda look: statistics_text(
            found.statements[: options.top or TOP], found.total, look
        ),
        json=lambda: statistics_json(
            subject.name, subject.target, found.statements, found.total, spent=spent
        ),
        status=ExitStatus.DONE,
        spent=spent,
    )
