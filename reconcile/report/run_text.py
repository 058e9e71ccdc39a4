"""What an apply did, for a person: the verdict, each action, what is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from attrs import evolve

from reconcile.model.change import verb_of
from reconcile.model.finding import Finding, Severity
from reconcile.model.item import Action
from reconcile.model.plan import Proposal
from reconcile.model.postgresql import Sql
from reconcile.model.recovery import Backup
from reconcile.model.request import Call
from reconcile.model.run import Clash, Outcome, Result, Run, allow_flag, refusal_of
from reconcile.model.text import count, moment
from reconcile.report.deed_text import SIGNS, call_lines, follow_lines
from reconcile.report.findings_text import finding_lines
from reconcile.report.page import BLANK, Line, Look, columns, line, padded, render
from reconcile.report.plan_text import (
    database_lines,
    is_quiet,
    plan_lines,
    unknown_together,
    verdict,
)
from reconcile.report.words import listed, show_fields


def run_text(run: Run, look: Look) -> str:
    """Render a run."""
    return render(_dry_lines(run) if run.dry else _live_lines(run), look)


def _live_lines(run: Run) -> Iterator[Line]:
    yield line(0, (_summary(run), "bold"))
    if run.before.refused:
        yield from _refused_lines(run)
        return
    yield from _outcome_lines(run.outcomes, run.before)
    if run.outcomes or not run.before.plan.actions:
        yield BLANK
        yield from _left_lines(run)


def _refused_lines(run: Run) -> Iterator[Line]:
    """What refused the run as a whole, over all that it refused; an old plan is not told again."""
    if run.kept:
        yield from _fleet_lines(run.before)
        return
    yield BLANK
    yield from plan_lines(run.before)


def _summary(run: Run) -> str:
    head = "Interrupted" if run.interrupted else "Applied" if run.effect else "Nothing applied"
    actions = len(run.outcomes) or len(run.before.plan.actions)
    planned = count(actions, "action")
    if not actions:
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


def _outcome_lines(outcomes: Sequence[Outcome], before: Proposal) -> Iterator[Line]:
    """One line an action; what holds for many stands once: guards on the fleet, and flags below."""
    shared = {refusal_of(one): f"{one.code}, see above" for one in _of_fleet(before)}
    if any(outcome.message in shared for outcome in outcomes):
        yield from _fleet_lines(before)
        yield BLANK
    width = min(_WIDEST, max((columns(str(o.action.address)) for o in outcomes), default=0))
    for outcome in outcomes:
        message = shared.get(outcome.message, outcome.message)
        yield _outcome_line(evolve(outcome, message=message), width)
        handle = outcome.action.address.database
        yield from follow_lines(outcome.result, outcome.operation, handle, 6)
        yield from _backup_lines(outcome.backup)
        yield from clash_lines(outcome.clash)
    unallowed = [one for one in outcomes if one.result is Result.NOT_ALLOWED]
    if unallowed:
        yield BLANK
        yield line(0, f"To allow the {'one' if len(unallowed) == 1 else 'ones'} left out, add:")
        for flag in dict.fromkeys(allow_flag(one.action) for one in unallowed):
            yield line(2, (flag, "bold"), whole=True)


def _of_fleet(proposal: Proposal) -> list[Finding]:
    return [one for one in proposal.concerning(None) if one.severity is Severity.ERROR]


def _fleet_lines(proposal: Proposal) -> Iterator[Line]:
    """What guards on the whole fleet refuse."""
    for finding in _of_fleet(proposal):
        yield BLANK
        yield from finding_lines(finding)


def _backup_lines(backup: Backup | None) -> Iterator[Line]:
    if backup is not None:
        yield line(6, f"after backup {backup.id!r} of {moment(backup.created_at)}")


def clash_lines(clash: Clash | None) -> Iterator[Line]:
    """What a stale action met, in three lines that can be compared."""
    if clash is None:
        return
    sides = (("before  ", clash.before), ("expected", clash.expected), ("now     ", clash.now))
    for name, fields in sides:
        told = "(nothing)" if fields is None else show_fields(fields) or "(it is there)"
        yield line(6, (f"{name}  ", "dim"), told)


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


def _left_lines(run: Run) -> Iterator[Line]:
    """What a second read found: converged or not, and what is left for whom."""
    left = run.left
    plan = left.plan
    if all(is_quiet(database, left) for database in plan.databases):
        stale = len(run.out_of_date)
        if stale:
            said = f"{count(stale, 'action')} of the plan no longer applied: plan again."
            yield line(0, (f"{said} {verdict(left)}", "bold yellow"))
        else:
            yield line(0, (f"Converged. {verdict(left)}", "bold green"))
        return
    yield line(0, (f"{_state_of(run)}:", "bold yellow"))
    yield BLANK
    yield from plan_lines(left)


def _state_of(run: Run) -> str:
    """How far the databases are from the specs; one that is pending as a whole was not compared."""
    plan = run.left.plan
    if plan.actions or plan.unknown or run.results(Result.UNKNOWN) or run.out_of_date:
        return "Not converged. What is left"
    waiting = sum(one.is_pending for one in plan.databases)
    found = (
        f"{count(waiting, 'database')} pending, not compared" if waiting else "No action is left"
    )
    return f"{found}. What remains"


def _dry_lines(run: Run) -> Iterator[Line]:
    """The exact requests in the order in which an apply would send them, and what it leaves."""
    sent = _counted([call for outcome in run.outcomes for call in outcome.calls])
    interrupted = "Interrupted. " if run.interrupted else ""
    would = f"{sent} would be sent, none was" if sent else "nothing would be sent"
    yield line(0, (f"{interrupted}Dry run: {would}.", "bold"))
    targets = {plan.handle: plan.target for plan in run.before.plan.databases if plan.target}
    for outcome in run.outcomes:
        for call in outcome.calls:
            yield BLANK
            yield _outcome_line(outcome, 0)
            yield from call_lines(call, targets[outcome.action.address.database], 6)
    held_back = [outcome for outcome in run.outcomes if not outcome.calls]
    if held_back:
        first, *others = _outcome_lines(held_back, run.before)
        yield from [first] if first is BLANK else [BLANK, first]
        yield from others
    elif run.before.refused:
        yield from _fleet_lines(run.before)
    yield from _rest_lines(run.before)


def _counted(calls: Sequence[Call | Sql]) -> str:
    """How many requests and how many statements; empty where there are none."""
    statements = sum(isinstance(call, Sql) for call in calls)
    counts = {"request": len(calls) - statements, "statement": statements}
    return " and ".join(count(number, what) for what, number in counts.items() if number)


def _rest_lines(proposal: Proposal) -> Iterator[Line]:
    """What no apply would settle: manual steps, blocked, pending, unknown."""
    databases = tuple(
        evolve(plan, items=tuple(e for e in plan.items if not isinstance(e, Action)))
        for plan in proposal.plan.databases
    )
    rest = [
        plan for plan in databases if plan.items or plan.error is not None or proposal.refuses(plan)
    ]
    if rest:
        yield BLANK
        yield line(0, ("Left for a person, or for later:", "bold"))
    together, apart = unknown_together(rest, proposal)
    yield from together
    for plan in apart:
        yield BLANK
        yield from database_lines(plan, proposal)
