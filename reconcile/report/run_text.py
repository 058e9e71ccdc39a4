"""What an apply did, for a person: the verdict, each action, what is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from attrs import evolve

from reconcile.model.change import verb_of
from reconcile.model.item import Action
from reconcile.model.plan import Proposal, Status
from reconcile.model.run import Outcome, Result, Run, allow_flag
from reconcile.report.deed_text import SIGNS, call_lines, follow_lines
from reconcile.report.page import BLANK, Line, Look, columns, line, padded, render
from reconcile.report.plan_text import database_lines, plan_lines, verdict
from reconcile.report.words import count, listed


def run_text(run: Run, look: Look) -> str:
    """Render a run."""
    return render(_dry_lines(run) if run.dry else _live_lines(run), look)


def _live_lines(run: Run) -> Iterator[Line]:
    yield line(0, (_summary(run), "bold"))
    yield from _outcome_lines(run.outcomes)
    if run.outcomes or not run.before.plan.actions:
        yield BLANK
        yield from _left_lines(run.left)


def _summary(run: Run) -> str:
    touched = run.results(Result.DONE, Result.STARTED, Result.FAILED, Result.UNKNOWN)
    head = "Interrupted" if run.interrupted else "Applied" if touched else "Nothing applied"
    planned = count(len(run.before.plan.actions), "action")
    if not run.before.plan.actions:
        return (
            "Interrupted: no action was planned." if run.interrupted else "No action was planned."
        )
    if not run.outcomes:
        return (
            f"{'Interrupted: n' if run.interrupted else 'N'}othing was applied, {planned} planned."
        )
    results = Counter(outcome.result for outcome in run.outcomes)
    if len(results) == 1 and Result.DONE in results:
        return f"{head}: {planned}, all done."
    parts = [f"{results[result]} {result.value}" for result in Result if results[result]]
    return f"{head}: {planned}, {listed(parts)}."


def _outcome_lines(outcomes: Sequence[Outcome]) -> Iterator[Line]:
    """One line an action; the flags that would allow the others stand once, below."""
    width = min(_WIDEST, max((columns(str(o.action.address)) for o in outcomes), default=0))
    for outcome in outcomes:
        yield _outcome_line(outcome, width)
        handle = outcome.action.address.database
        yield from follow_lines(outcome.result, outcome.operation, handle, 6)
    unallowed = [one for one in outcomes if one.result is Result.NOT_ALLOWED]
    if unallowed:
        yield BLANK
        yield line(0, f"To allow the {'one' if len(unallowed) == 1 else 'ones'} left out, add:")
        for flag in dict.fromkeys(allow_flag(one.action) for one in unallowed):
            yield line(2, (flag, "bold"), whole=True)


_WIDEST = 44
_TOLD_ELSEWHERE = frozenset({Result.NOT_ALLOWED, Result.NOT_SENT})


def _outcome_line(outcome: Outcome, width: int) -> Line:
    symbol, style = SIGNS[outcome.result]
    verb = verb_of(outcome.action.change).value
    told = outcome.message and outcome.result not in _TOLD_ELSEWHERE
    return line(
        2,
        (padded(str(outcome.action.address), width), "bold"),
        f"  {verb}  ",
        (outcome.result.value, style),
        f": {outcome.message}" if told else "",
        sign=(symbol, style),
    )


def _left_lines(left: Proposal) -> Iterator[Line]:
    """What a second read found: converged or not, and what is left for whom."""
    plan = left.plan
    if all(database.status is Status.IN_SYNC for database in plan.databases):
        yield line(0, (f"Converged. {verdict(left)}", "bold green"))
        return
    converged = not plan.actions and not plan.unknown
    state = "Converged, but not all is done" if converged else "Not converged"
    yield line(0, (f"{state}. What is left:", "bold yellow"))
    yield BLANK
    yield from plan_lines(left)


def _dry_lines(run: Run) -> Iterator[Line]:
    """The exact requests in the order in which an apply would send them, and what it leaves."""
    sent = sum(len(outcome.calls) for outcome in run.outcomes)
    interrupted = "Interrupted. " if run.interrupted else ""
    would = f"{count(sent, 'request')} would be sent, none was" if sent else "nothing would be sent"
    yield line(0, (f"{interrupted}Dry run: {would}.", "bold"))
    targets = {plan.handle: plan.target for plan in run.before.plan.databases if plan.target}
    for outcome in run.outcomes:
        for call in outcome.calls:
            yield BLANK
            yield _outcome_line(outcome, 0)
            yield from call_lines(call, targets[outcome.action.address.database], 6)
    held_back = [outcome for outcome in run.outcomes if not outcome.calls]
    if held_back:
        yield BLANK
        yield from _outcome_lines(held_back)
    yield from _rest_lines(run.before)


def _rest_lines(proposal: Proposal) -> Iterator[Line]:
    """What no apply would settle: manual steps, blocked, pending, unknown."""
    databases = tuple(
        evolve(plan, items=tuple(e for e in plan.items if not isinstance(e, Action)))
        for plan in proposal.plan.databases
    )
    rest = [plan for plan in databases if plan.items or plan.error is not None]
    if rest:
        yield BLANK
        yield line(0, ("Left for a person, or for later:", "bold"))
    for plan in rest:
        yield BLANK
        yield from database_lines(plan, proposal)
