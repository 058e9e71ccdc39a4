"""A plan for a person: the verdict first, then each database that needs something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from reconcile.model.change import Risk
from reconcile.model.item import Action, Blocked, ManualStep, Pending
from reconcile.model.plan import DatabasePlan, Plan, Proposal, Status
from reconcile.report.items_text import item_lines, place_in_database
from reconcile.report.page import BLANK, Line, Look, line, render
from reconcile.report.words import count, listed


def plan_text(proposal: Proposal, look: Look) -> str:
    """Render a plan."""
    return render(plan_lines(proposal), look)


def plan_lines(proposal: Proposal) -> Iterator[Line]:
    """The lines of a plan."""
    plan = proposal.plan
    yield line(0, (verdict(plan), "bold"))
    quiet = [one for one in plan.databases if one.status is Status.IN_SYNC]
    for database in plan.databases:
        if database not in quiet:
            yield BLANK
            yield from database_lines(database, proposal)
    if quiet and len(quiet) < len(plan.databases):
        yield BLANK
        yield line(0, ("in sync: ", "green"), ", ".join(one.handle for one in quiet))
    yield from _unmanaged_lines(quiet)


def verdict(plan: Plan) -> str:
    """What there is to do, in one sentence."""
    total = len(plan.databases)
    if total and all(one.status is Status.IN_SYNC for one in plan.databases):
        return f"Nothing to do: {count(total, 'database')} in sync."
    parts = _counts(plan)
    concerned = sum(one.status is not Status.IN_SYNC for one in plan.databases)
    return f"{listed(parts)} in {concerned} of {count(total, 'database')}."


def _counts(plan: Plan) -> list[str]:
    actions = plan.actions
    kinds = Counter(type(entry) for entry in plan.items())
    parts = [
        _actions_in_words(actions),
        count(kinds[ManualStep], "manual step") if kinds[ManualStep] else "",
        f"{kinds[Blocked]} blocked" if kinds[Blocked] else "",
        f"{kinds[Pending]} pending" if kinds[Pending] else "",
        f"{len(plan.unknown)} unknown" if plan.unknown else "",
    ]
    return [part for part in parts if part]


def _actions_in_words(actions: Iterable[Action]) -> str:
    risks = Counter(action.risk for action in actions)
    total = sum(risks.values())
    if not total:
        return "No action"
    risky = [
        f"{risks[risk]} {risk.value}" for risk in Risk if risks[risk] and risk is not Risk.SAFE
    ]
    return count(total, "action") + (f" ({', '.join(risky)})" if risky else "")


def database_lines(database: DatabasePlan, proposal: Proposal) -> Iterator[Line]:
    """The heading of a database and its items."""
    yield heading(database)
    if database.error is not None:
        yield line(2, ("? ", "bold red"), ("unknown", "bold red"), f"  {database.error}", hanging=4)
    for entry in database.items:
        refusal = proposal.refusal(entry) if isinstance(entry, Action) else None
        yield from item_lines(entry, refusal)
    yield from _unmanaged_lines([database])


def heading(database: DatabasePlan) -> Line:
    """Which database, of which engine, where."""
    version = f" {database.version}" if database.version else ""
    resource = f", resource {database.target.resource_id}" if database.target else ""
    protected = ", protected" if database.protect else ""
    return line(
        0,
        (database.handle, "bold underline"),
        (f"  {database.engine}{version}, app {database.app}{resource}{protected}", "dim"),
    )


def _unmanaged_lines(databases: Iterable[DatabasePlan]) -> Iterator[Line]:
    """One line a database: what lives there unnamed is counted, not argued with."""
    for database in databases:
        if database.unmanaged:
            names = ", ".join(place_in_database(address) for address in database.unmanaged)
            total = len(database.unmanaged)
            yield line(2, (f"unmanaged in {database.handle}: {total} ({names})", "dim"), hanging=4)
