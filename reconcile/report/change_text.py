"""What became of one change at a person's word, for that person."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from reconcile.model.address import Address
from reconcile.model.change import Risk, verb_of
from reconcile.model.item import Action
from reconcile.model.order import DECLINED
from reconcile.model.plan import DatabasePlan, Proposal
from reconcile.model.run import Outcome, Result, Run
from reconcile.report.deed_text import SIGNS, call_lines, follow_lines
from reconcile.report.findings_text import way_out_lines
from reconcile.report.page import Line, Look, line, render
from reconcile.report.plan_text import database_lines


def change_text(run: Run, look: Look) -> str:
    """Render the run of a single change; in a dry run, with its exact request."""
    return render(_lines(run), look)


def _lines(run: Run) -> Iterator[Line]:
    (before,) = run.before.plan.databases
    (left,) = run.left.plan.databases
    for outcome in _outcomes(run, before):
        yield from _outcome_lines(outcome, run, before)
    if before.error is None and not before.items:
        yield line(0, f"Nothing to do: {before.handle} is as ordered.")
    yield from _rest_lines(left, run.left)


def _outcomes(run: Run, before: DatabasePlan) -> tuple[Outcome, ...]:
    """What became of the change; where nobody agreed to it, that."""
    return run.outcomes or tuple(
        Outcome(action=one, result=Result.NOT_ALLOWED, message=DECLINED) for one in before.actions
    )


def _outcome_lines(outcome: Outcome, run: Run, before: DatabasePlan) -> Iterator[Line]:
    action = outcome.action
    sign, style = SIGNS[outcome.result]
    what = f"{verb_of(action.change).value} {action.address}"
    message = f": {outcome.message}" if outcome.message else ""
    yield line(0, (what, "bold"), "  ", (outcome.result.value, style), message, sign=(sign, style))
    yield from follow_lines(outcome.result, outcome.operation, action.address.database, 4)
    refusal = run.before.refusal(action)
    if refusal is not None:
        yield from way_out_lines(refusal, 4)
    if run.dry and before.target is not None and outcome.calls:
        if action.risk is not Risk.SAFE:
            yield line(4, f"risk: {action.risk.value}")
        for call in outcome.calls:
            yield from call_lines(call, before.target, 4)
    elif outcome.result is Result.DONE and action.address in _left_addresses(run.left):
        yield line(4, "read again: it is not as ordered yet")


def _left_addresses(left: Proposal) -> set[Address]:
    return {action.address for action in left.plan.actions}


def _rest_lines(database: DatabasePlan, proposal: Proposal) -> Iterator[Line]:
    """What is no action, and why the database could not be read."""
    items = tuple(entry for entry in database.items if not isinstance(entry, Action))
    if items or database.error is not None:
        yield from database_lines(evolve(database, items=items), proposal)
