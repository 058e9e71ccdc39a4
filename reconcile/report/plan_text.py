"""A plan for a person, new or kept in a file: the verdict first, then each database that needs something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

from reconcile.model.address import Address
from reconcile.model.change import Risk, is_first_half
from reconcile.model.finding import Finding
from reconcile.model.item import Action, Blocked, ManualStep, Pending
from reconcile.model.plan import DatabasePlan, Proposal, Record, Seal, Status, as_run, short_id
from reconcile.model.policy import Ignored
from reconcile.model.text import count, duration, moment
from reconcile.report.findings_text import finding_lines
from reconcile.report.items_text import (
    DETAIL,
    guard_lines,
    item_lines,
    place_in_database,
    place_of,
    replacement_lines,
)
from reconcile.report.page import BLANK, Line, Look, line, render
from reconcile.report.words import listed


def plan_text(proposal: Proposal, look: Look) -> str:
    """Render a plan."""
    return render(plan_lines(proposal), look)


def plan_lines(proposal: Proposal) -> Iterator[Line]:
    """The lines of a plan."""
    plan = proposal.plan
    yield line(0, (verdict(proposal), "bold"))
    for finding in proposal.concerning(None):
        yield BLANK
        yield from finding_lines(finding)
    together, apart = unknown_together(plan.databases, proposal)
    yield from together
    quiet: list[DatabasePlan] = []
    for database in apart:
        if is_quiet(database, proposal):
            quiet.append(database)
        else:
            yield BLANK
            yield from database_lines(database, proposal)
    if quiet and len(quiet) < len(plan.databases):
        yield BLANK
        yield line(0, ("in sync: ", "green"), ", ".join(one.handle for one in quiet))
    yield from _quiet_lines(quiet)


def unknown_together(
    databases: Sequence[DatabasePlan], proposal: Proposal
) -> tuple[Iterator[Line], Sequence[DatabasePlan]]:
    """The lines for each error that several databases share, and the other databases."""
    handles: dict[str, list[str]] = {}
    for one in databases:
        if one.error is not None and one.error_origin is None and not _findings(one, proposal):
            handles.setdefault(one.error, []).append(one.handle)
    shared = {error: names for error, names in handles.items() if len(names) > 1}
    shown = {name for names in shared.values() for name in names}
    return _shared_lines(shared), [one for one in databases if one.handle not in shown]


def _shared_lines(shared: Mapping[str, Sequence[str]]) -> Iterator[Line]:
    for error, handles in shared.items():
        yield BLANK
        yield line(0, ("unknown", "bold red"), f"  {error}", sign=("?", "bold red"), hanging=9)
        yield line(2, f"{count(len(handles), 'database')}: {', '.join(handles)}")


def _findings(database: DatabasePlan, proposal: Proposal) -> Iterable[Finding]:
    return proposal.concerning(Address(database=database.handle))


def verdict(proposal: Proposal) -> str:
    """What there is to do, in one sentence."""
    plan = proposal.plan
    total = len(plan.databases)
    if not total:
        return "Nothing to do: no database has an action."
    if all(is_quiet(one, proposal) for one in plan.databases):
        return f"Nothing to do: {count(total, 'database')} in sync."
    concerned = sum(not is_quiet(one, proposal) for one in plan.databases)
    where = f"in {concerned} of {count(total, 'database')}."
    others = _others_in_words(proposal)
    if not plan.actions:
        return f"No action; {listed(others)} {where}"
    return f"{listed([_actions_in_words(proposal), *others])} {where}"


def is_quiet(database: DatabasePlan, proposal: Proposal) -> bool:
    """Whether there is nothing to do in a database, and nothing against it."""
    return database.status is Status.IN_SYNC and not proposal.refuses(database)


def _others_in_words(proposal: Proposal) -> list[str]:
    plan = proposal.plan
    kinds = Counter(type(entry) for entry in plan.items())
    steps = [entry for entry in plan.items() if isinstance(entry, ManualStep)]
    refused = sum(proposal.refusal(step) is not None for step in steps)
    others = sum(proposal.refuses(one) for one in plan.databases)
    remark = f" ({refused} refused)" if refused else ""
    blocked = kinds[Blocked] - sum(len(one.unreadable) for one in plan.databases)
    parts = [
        count(len(steps), "manual step") + remark if steps else "",
        f"{blocked} blocked" if blocked else "",
        f"{kinds[Pending]} pending" if kinds[Pending] else "",
        f"{len(plan.unknown)} unknown" if plan.unknown else "",
        f"{count(others, 'other database')} than meant" if others else "",
    ]
    return [part for part in parts if part]


def _actions_in_words(proposal: Proposal) -> str:
    actions = proposal.plan.actions
    risks = Counter(action.risk for action in actions)
    risky = [risk for risk in Risk if risk is not Risk.SAFE and risks[risk]]
    remarks = [f"{risks[risk]} {risk.value}" for risk in risky]
    refused = sum(proposal.refusal(action) is not None for action in actions)
    if refused:
        remarks.append(f"{refused} refused")
    return count(len(actions), "action") + (f" ({', '.join(remarks)})" if remarks else "")


def database_lines(database: DatabasePlan, proposal: Proposal) -> Iterator[Line]:
    """The heading of a database and its items."""
    yield heading(database)
    if database.error is not None:
        sign = ("?", "bold red")
        place = f" ({place_of(database.error_origin)})" if database.error_origin else ""
        yield line(2, ("unknown", "bold red"), f"  {database.error}{place}", sign=sign, hanging=9)
    for finding in _findings(database, proposal):
        yield from guard_lines(finding, 2)
    yield from _items_lines(database, proposal)
    if database.unmanaged:
        yield line(2, (f"unmanaged: {_unmanaged(database)}", "dim"), hanging=4)
    for one in database.ignored:
        yield line(2, (f"ignored: {_ignored(one)}", "dim"), hanging=4)


def _items_lines(database: DatabasePlan, proposal: Proposal) -> Iterator[Line]:
    """Item by item; the two halves of a replacement, which stand side by side, as one."""
    entries = iter(as_run(database, proposal))
    for entry in entries:
        refusal = proposal.refusal(entry)
        if isinstance(entry, Action) and is_first_half(entry.change):
            yield from replacement_lines(entry, cast("Action", next(entries)), refusal)
        else:
            yield from item_lines(entry, refusal)
        for finding in proposal.concerning(entry.address):
            if finding is not refusal:
                yield from guard_lines(finding, DETAIL)


def heading(database: DatabasePlan) -> Line:
    """Which database, of which engine, where."""
    version = f" {database.version}" if database.version else ""
    target = database.target
    resource = f", resource {target.resource_id}" if target else ""
    by_sql = f", SQL over {target.connection.dsn}" if target and target.connection else ""
    return line(
        0,
        (database.handle, "bold underline"),
        ("  protected" if database.protect else "", "bold"),
        (f"  {database.engine}{version}, app {database.app}{resource}{by_sql}", "dim"),
    )


def _quiet_lines(databases: Iterable[DatabasePlan]) -> Iterator[Line]:
    """What lives unnamed in a database is counted, not argued with; what is ignored is said."""
    for database in databases:
        if database.unmanaged:
            text = f"unmanaged in {database.handle}: {_unmanaged(database)}"
            yield line(2, (text, "dim"), hanging=4)
        for one in database.ignored:
            yield line(2, (f"ignored in {database.handle}: {_ignored(one)}", "dim"), hanging=4)


def _ignored(one: Ignored) -> str:
    return f"{place_in_database(one.address)} until {one.until}: {one.reason}"


def _unmanaged(database: DatabasePlan) -> str:
    names = ", ".join(place_in_database(address) for address in database.unmanaged)
    return f"{len(database.unmanaged)} ({names})"


_SEALS = {
    Seal.UNSIGNED: ("not signed", "yellow"),
    Seal.UNCHECKED: ("signed, not checked", "yellow"),
    Seal.VERIFIED: ("signed", "green"),
}


def saved_text(proposal: Proposal, record: Record, look: Look) -> str:
    """Render a saved plan."""
    return render([record_line(proposal.id, record), BLANK, *plan_lines(proposal)], look)


def record_line(ident: str, record: Record) -> Line:
    """Which plan it is, and whether it may still be applied."""
    left = (record.expires - record.now).total_seconds()
    expiry = f"expired {duration(-left)} ago" if record.expired else f"expires in {duration(left)}"
    return line(
        0,
        ("Plan ", "bold"),
        (short_id(ident), "bold"),
        f", made {moment(record.made)} by version {record.version}, ",
        (expiry, "bold red" if record.expired else ""),
        ", ",
        _SEALS[record.seal],
    )
