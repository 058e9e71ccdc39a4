"""What an apply or a one-off command did, for a person."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from attrs import evolve

from reconcile.model.change import Risk, verb_of
from reconcile.model.finding import Finding, Severity
from reconcile.model.item import Action
from reconcile.model.operation import Operation
from reconcile.model.order import DECLINED, OrderOutcome
from reconcile.model.plan import DatabasePlan, Proposal
from reconcile.model.postgresql import Sql
from reconcile.model.recovery import Backup
from reconcile.model.request import Call
from reconcile.model.run import (
    UNDER_WAY,
    Conflict,
    Outcome,
    Result,
    Run,
    allow_flag,
    follow_command,
    operation_result,
    refusal_of,
)
from reconcile.model.target import Target
from reconcile.model.text import count, moment
from reconcile.report.findings_text import finding_lines, way_out_lines
from reconcile.report.page import BLANK, Line, Look, columns, line, padded, render
from reconcile.report.plan_text import (
    database_lines,
    is_quiet,
    plan_lines,
    unknown_together,
    verdict,
)
from reconcile.report.words import listed, show_fields

SIGNS = {
    Result.DONE: ("✓", "green"),
    Result.STARTED: ("…", "cyan"),
    Result.FAILED: ("✗", "bold red"),
    Result.UNKNOWN: ("?", "bold red"),
    Result.ALREADY_DONE: ("=", "green"),
    Result.STALE: ("!", "yellow"),
    Result.BLOCKED: ("!", "magenta"),
    Result.SKIPPED: ("·", "yellow"),
    Result.NOT_ALLOWED: ("·", "yellow"),
    Result.REFUSED: ("!", "magenta"),
    Result.NOT_SENT: ("→", "cyan"),
}
"""The sign of a result, and its style."""


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
    """What refused the run as a whole, over all that it refused; an old plan is not shown again."""
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
        yield from conflict_lines(outcome.conflict)
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


def conflict_lines(conflict: Conflict | None) -> Iterator[Line]:
    """What a stale action met, in three lines that can be compared."""
    if conflict is None:
        return
    sides = (
        ("before  ", conflict.before),
        ("expected", conflict.expected),
        ("now     ", conflict.now),
    )
    for name, fields in sides:
        shown = "(nothing)" if fields is None else show_fields(fields) or "(it is there)"
        yield line(6, (f"{name}  ", "dim"), shown)


_WIDEST = 44
_SHOWN_ELSEWHERE = frozenset({Result.NOT_ALLOWED, Result.NOT_SENT})


def _outcome_line(outcome: Outcome, width: int) -> Line:
    symbol, style = SIGNS[outcome.result]
    verb = verb_of(outcome.action.change).value
    shown = outcome.message and outcome.result not in _SHOWN_ELSEWHERE
    return line(
        2,
        (padded(str(outcome.action.address), width), "bold"),
        f"  {verb}  ",
        (outcome.result.value, style),
        f": {outcome.message}" if shown else "",
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
    """What `apply` does not do: manual steps, blocked, pending, unknown."""
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


def change_text(run: Run, look: Look) -> str:
    """Render the run of a single change; in a dry run, with its exact request."""
    return render(_change_lines(run), look)


def _change_lines(run: Run) -> Iterator[Line]:
    (before,) = run.before.plan.databases
    (left,) = run.left.plan.databases
    for outcome in _outcomes(run, before):
        yield from _made_lines(outcome, run, before)
    if before.error is None and not before.items:
        yield line(0, f"Nothing to do: {before.handle} is already so.")
    yield from _others_lines(left, run.left)


def _outcomes(run: Run, before: DatabasePlan) -> tuple[Outcome, ...]:
    """What became of the change, also where a person declined it."""
    return run.outcomes or tuple(
        Outcome(action=one, result=Result.NOT_ALLOWED, message=DECLINED) for one in before.actions
    )


def _made_lines(outcome: Outcome, run: Run, before: DatabasePlan) -> Iterator[Line]:
    action = outcome.action
    what = f"{verb_of(action.change).value} {action.address}"
    yield _result_line(what, outcome.result, outcome.message)
    yield from follow_lines(outcome.result, outcome.operation, action.address.database, 4)
    refusal = run.before.refusal(action)
    if refusal is not None:
        yield from way_out_lines(refusal, 4)
    if run.dry and before.target is not None and outcome.calls:
        if action.risk is not Risk.SAFE:
            yield line(4, f"risk: {action.risk.value}")
        for call in outcome.calls:
            yield from call_lines(call, before.target, 4)
    elif outcome.result is Result.DONE and _is_left(action, run.left):
        yield line(4, "read again: it is not so yet")


def _is_left(action: Action, left: Proposal) -> bool:
    return any(one.address == action.address for one in left.plan.actions)


def _others_lines(database: DatabasePlan, proposal: Proposal) -> Iterator[Line]:
    """What is no action, and why the database could not be read."""
    items = tuple(entry for entry in database.items if not isinstance(entry, Action))
    if items or database.error is not None:
        yield from database_lines(evolve(database, items=items), proposal)


def order_text(done: OrderOutcome, look: Look) -> str:
    """Render what became of a one-off command; in a dry run, the exact request."""
    return render(_order_lines(done), look)


def _order_lines(done: OrderOutcome) -> Iterator[Line]:
    yield _result_line(done.order.what, done.result, done.message)
    for hint in done.hints:
        yield line(4, ("hint: ", "bold"), hint, hanging=6)
    yield from follow_lines(done.result, done.operation_id, done.order.database, 4)
    if done.result is Result.NOT_SENT:
        for consequence in done.order.consequences:
            yield line(4, consequence)
        yield from call_lines(done.order.call, done.order.target, 4)


def follow_lines(
    result: Result, operation: str | None, database: str, indent: int
) -> Iterator[Line]:
    """The command that takes up the wait for what may still be under way, whole to be copied."""
    if operation is not None and result in UNDER_WAY:
        yield line(indent, "follow it with: ", follow_command(operation, database), whole=True)


def call_lines(call: Call | Sql, target: Target, indent: int) -> Iterator[Line]:
    """The exact request or statement, ready to be copied."""
    if isinstance(call, Sql):
        where = target.connection.database if target.connection else ""
        yield line(indent, ("SQL ", "bold"), f"in {where}: ", str(call), whole=True)
        return
    yield line(indent, (f"{call.method} ", "bold"), target.url(call), whole=True)
    if call.body is not None:
        yield line(indent, json.dumps(call.body, sort_keys=True), whole=True)


def operation_text(database: str, seen: Operation, look: Look) -> str:
    """Render how far an operation has come."""
    what = f"{seen.type or 'operation'} {seen.id} of {database}"
    return render([_result_line(what, operation_result(seen), seen.error, word=seen.status)], look)


def _result_line(what: str, result: Result, message: str, word: str | None = None) -> Line:
    """What was to be done, and what became of it, or the provider's own `word` for it."""
    sign, style = SIGNS[result]
    said = f": {message}" if message else ""
    return line(
        0,
        (what, "bold"),
        "  ",
        (result.value if word is None else word, style),
        said,
        sign=(sign, style),
    )
