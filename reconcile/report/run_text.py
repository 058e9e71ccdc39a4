"""What an apply did, for a person: the verdict, each action, what is left."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from reconcile.model.call import Call
from reconcile.model.change import verb_of
from reconcile.model.plan import Proposal, Status
from reconcile.model.run import Outcome, Result, Run
from reconcile.model.target import Target
from reconcile.report.page import BLANK, Line, Look, line, padded, render
from reconcile.report.plan_text import database_lines, plan_lines, verdict
from reconcile.report.words import count, listed

_STYLES = {
    Result.DONE: ("✓", "green"),
    Result.FAILED: ("✗", "bold red"),
    Result.UNKNOWN: ("?", "bold red"),
    Result.SKIPPED: ("·", "yellow"),
    Result.NOT_ALLOWED: ("·", "yellow"),
    Result.REFUSED: ("!", "magenta"),
    Result.NOT_SENT: ("→", "cyan"),
}


def run_text(run: Run, look: Look) -> str:
    """Render a run."""
    return render(_dry_lines(run) if run.dry else _live_lines(run), look)


def outcome_line(outcome: Outcome, width: int = 0) -> Line:
    """One action and what became of it."""
    symbol, style = _STYLES[outcome.result]
    verb = verb_of(outcome.action.change).value
    message = f": {outcome.message}" if outcome.message else ""
    return line(
        2,
        (f"{symbol} ", style),
        (padded(str(outcome.action.address), width), "bold"),
        f"  {verb}  ",
        (outcome.result.value, style),
        message,
        hanging=4,
    )


def _live_lines(run: Run) -> Iterator[Line]:
    yield line(0, (_summary(run), "bold"))
    width = max((len(str(outcome.action.address)) for outcome in run.outcomes), default=0)
    for outcome in run.outcomes:
        yield outcome_line(outcome, min(width, 44))
    yield BLANK
    yield from _left_lines(run.left)


def _summary(run: Run) -> str:
    results = Counter(outcome.result for outcome in run.outcomes)
    parts = [f"{results[result]} {result.value}" for result in Result if results[result]]
    head = "Interrupted" if run.interrupted is not None else "Applied"
    if not run.outcomes:
        return f"{head}: no action was planned."
    return f"{head}: {listed(parts)} of {count(len(run.outcomes), 'action')}."


def _left_lines(left: Proposal) -> Iterator[Line]:
    """What a second read found: converged or not, and what is left for whom."""
    plan = left.plan
    if all(database.status is Status.IN_SYNC for database in plan.databases):
        yield line(0, (f"Converged. {verdict(plan)}", "bold green"))
        return
    converged = not plan.actions and not plan.unknown
    state = "Converged, but not all is done" if converged else "Not converged"
    yield line(0, (f"{state}. What is left:", "bold yellow"))
    yield BLANK
    yield from plan_lines(left)


def _dry_lines(run: Run) -> Iterator[Line]:
    """The exact requests in the order in which an apply would send them."""
    targets = {plan.handle: plan.target for plan in run.before.plan.databases}
    sent = sum(len(outcome.calls) for outcome in run.outcomes)
    yield line(0, (f"Dry run: {count(sent, 'request')} would be sent, none was.", "bold"))
    for outcome in run.outcomes:
        yield outcome_line(outcome)
        target = targets[outcome.action.address.database]
        if target is not None:
            for call in outcome.calls:
                yield from _call_lines(call, target)
    yield BLANK
    yield line(0, verdict(run.before.plan))
    for database in run.before.plan.unknown:
        yield from database_lines(database, run.before)


def _call_lines(call: Call, target: Target) -> Iterator[Line]:
    url = target.hosts.database + target.path(call.path)
    yield line(6, (f"{call.method} ", "bold"), url)
    if call.body is not None:
        yield line(6, json.dumps(call.body, sort_keys=True), hanging=2)
