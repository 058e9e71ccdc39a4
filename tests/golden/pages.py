"""Every page of which a golden file is kept: what it renders, by the name of its file."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from builders import HOSTS, TODAY
from golden.by_sql import CHANGED_BOTH_WAYS, CHANGED_BY_SQL, CONNECTION, HELD_BACK, NOT_REACHED
from golden.changes import CHANGES
from golden.explanations import EXPLANATIONS
from golden.fleets import PLANS as PLANNED
from golden.history import PAST, PAST_RUNS
from golden.live import DEEDS, LIVE
from golden.runs import RUNS as CARRIED_OUT
from golden.runs import dry
from golden.saved import RECORDS, SAVED
from golden.specs import SPECS
from golden.states import STATES

from reconcile.cli.exits import reading_status, run_status
from reconcile.errors import ExitStatus
from reconcile.model.cost import Spent
from reconcile.model.explanation import AddressExplained, CodeExplained
from reconcile.model.finding import Finding, Severity
from reconcile.model.history import PastRun
from reconcile.model.item import ManualStep
from reconcile.model.plan import Proposal, as_run
from reconcile.model.postgresql import Sql
from reconcile.model.request import Call, filled
from reconcile.model.run import Outcome, Result, Run, follow_command
from reconcile.model.text import safe_text
from reconcile.report.explain_json import address_json, code_json
from reconcile.report.explain_text import address_text, code_text
from reconcile.report.findings_text import validation_text
from reconcile.report.live_json import states_json
from reconcile.report.live_text import states_text
from reconcile.report.page import Look
from reconcile.report.plan_json import findings_json, plan_json, run_json
from reconcile.report.plan_text import plan_text, saved_text
from reconcile.report.run_text import run_text
from reconcile.spec.config import Config
from reconcile.spec.load import load_specs

Page = Callable[[], str]

PLANS: Mapping[str, Proposal] = {
    **PLANNED,
    "by_sql": CHANGED_BY_SQL,
    "by_sql_held_back": HELD_BACK,
    "by_sql_not_reached": NOT_REACHED,
}
RUNS: Mapping[str, Run] = {
    **CARRIED_OUT,
    "dry_by_sql": dry(CHANGED_BY_SQL),
    "dry_both_ways": dry(CHANGED_BOTH_WAYS),
}
LOOKS = {
    "txt": Look(),
    "80.txt": Look(width=80),
    "40.txt": Look(width=40),
    "80.ansi": Look(width=80, colour=True),
}
"""The looks of a page by the end of its file's name."""

_EVERY_LOOK = {
    "plan/mixed",
    "plan/hostile",
    "run/failed",
    "findings/several_errors",
    "show/fleet",
    "queries/mixed",
    "queries/hostile",
    "statistics/mixed",
    "done/dry_restore",
    "explanation/database",
    "explanation/waived",
    "explanation/hostile",
    "change/dry_weakens",
    "runs/mixed",
    "past_run/done",
    "past_run/interrupted",
    "past_run/hostile",
}


def _pages() -> Iterator[tuple[str, Page]]:
    for name, proposal in PLANS.items():
        yield from _texts(f"plan/{name}", partial(plan_text, proposal))
        status = reading_status(proposal, remains_counts=True)
        yield (
            f"plan/{name}.json",
            partial(plan_json, proposal, status=status, spent=Spent(requests={"database": 9})),
        )
    yield from _saved()
    for name, run in RUNS.items():
        yield from _texts(f"run/{name}", partial(run_text, run))
        yield f"run/{name}.json", partial(run_json, run, status=run_status(run))
    for name, states in STATES.items():
        yield from _texts(f"show/{name}", partial(states_text, states))
        spent = Spent(requests={"auth": 2, "api": 3, "database": 7})
        yield (
            f"show/{name}.json",
            partial(states_json, states, status=ExitStatus.DONE, spent=spent),
        )
    for name, shown in {**LIVE, **PAST}.items():
        yield from _texts(name, shown.text)
        if shown.json is not None:
            yield f"{name}.json", shown.json
    for name, explained in EXPLANATIONS.items():
        yield from _texts(f"explanation/{name}", partial(_explained_text, explained))
        yield f"explanation/{name}.json", partial(_explained_json, explained)
    for name, files in SPECS.items():
        yield from _texts(f"findings/{name}", partial(_findings_text, files))
        yield f"findings/{name}.json", partial(_findings_json, files)


def _saved() -> Iterator[tuple[str, Page]]:
    for name, record in RECORDS.items():
        yield from _texts(f"saved/{name}", partial(saved_text, SAVED, record))
        page = partial(plan_json, SAVED, status=ExitStatus.DONE, spent=Spent(), record=record)
        yield f"saved/{name}.json", page


def _texts(name: str, render: Callable[[Look], str]) -> Iterator[tuple[str, Page]]:
    """At 80 columns each page, in every look some."""
    for end, look in LOOKS.items():
        if end == "80.txt" or name in _EVERY_LOOK:
            yield f"{name}.{end}", partial(render, look)


def _explained_text(explained: CodeExplained | AddressExplained, look: Look) -> str:
    if isinstance(explained, CodeExplained):
        return code_text(explained, look)
    return address_text(explained, look)


def _explained_json(explained: CodeExplained | AddressExplained) -> str:
    if isinstance(explained, CodeExplained):
        return code_json(explained)
    spent = Spent(requests={"auth": 2, "api": 1, "database": 2})
    return address_json(explained, status=ExitStatus.DONE, spent=spent)


def _findings_text(files: Mapping[str, str], look: Look) -> str:
    findings, databases = _validated(files)
    return validation_text(findings, files=len(files), databases=databases, look=look)


def _findings_json(files: Mapping[str, str]) -> str:
    findings, databases = _validated(files)
    invalid = any(finding.severity is Severity.ERROR for finding in findings)
    return findings_json(
        findings,
        status=ExitStatus.INVALID if invalid else ExitStatus.DONE,
        files=len(files),
        databases=databases,
    )


def _validated(files: Mapping[str, str]) -> tuple[tuple[Finding, ...], int]:
    """Write the specs into the current folder and read them; what YAML cannot hold is no UTF-8."""
    folder = Path("specs")
    folder.mkdir()
    for name, text in files.items():
        broken = b"\xff" if "utf8" in name else b""
        (folder / name).write_bytes(text.encode() + broken)
    loaded = load_specs([folder], config=Config(), today=TODAY)
    return loaded.findings, len(loaded.desired)


PAGES: Mapping[str, Page] = dict(_pages())


def copied(name: str) -> frozenset[str]:
    """The lines of a page that are whole however long they are, so that they can be copied.

    SQL statements; of a dry run requests and their bodies; the flags that allow what was left out.
    """
    folder, _, rest = name.partition("/")
    page = rest.partition(".")[0]
    return _COPIED[folder](page) if folder in _COPIED else frozenset()


def _to_follow(run: PastRun) -> frozenset[str]:
    return frozenset(
        safe_text(f"follow it with: {follow_command(deed.operation, deed.address.database)}")
        for deed in run.deeds
        if deed.operation is not None
    )


def _copied_from(run: Run) -> frozenset[str]:
    unallowed = (o.action for o in run.outcomes if o.result is Result.NOT_ALLOWED)
    flags = {f"--allow {shlex.quote(f'{a.risk.value}={a.address}')}" for a in unallowed}
    requests = (request for outcome in run.outcomes for request in _requests(outcome))
    sent = requests if run.dry else ()
    return _statements(run.left) | {safe_text(text) for text in (*flags, *sent)}


def _copied_from_explanation(explained: CodeExplained | AddressExplained) -> frozenset[str]:
    if isinstance(explained, CodeExplained):
        return frozenset()
    considered = [
        *explained.considered,
        *(one for compared in explained.compared for one in compared.considered),
    ]
    addon = f"ad-{explained.address.database}"
    calls = (text for one in considered for call in one.calls for text in _sent(call, addon))
    steps = (
        text
        for one in considered
        if isinstance(one.entry, ManualStep) and one.refusal is None
        for text in one.entry.statements
    )
    lifted = (each.override for one in considered for each in one.findings)
    flags = (f"for this plan only: {flag}" for flag in lifted if flag is not None)
    return frozenset(safe_text(text) for text in (*calls, *steps, *flags))


def _requests(outcome: Outcome) -> Iterator[str]:
    for call in outcome.calls:
        yield from _sent(call, f"ad-{outcome.action.address.database}")


def _sent(call: Call | Sql, addon: str) -> Iterator[str]:
    if isinstance(call, Call):
        yield from _request(call, addon)
    else:
        yield f"SQL in {CONNECTION.database}: {call}"


def _request(call: Call, addon: str) -> Iterator[str]:
    path = filled(call.template, {**call.names, "addon": addon}, call.query)
    yield f"{call.method} {HOSTS.database}{path}"
    if call.body is not None:
        yield json.dumps(call.body, sort_keys=True)


def _statements(proposal: Proposal) -> frozenset[str]:
    steps = (
        entry
        for database in proposal.plan.databases
        for entry in as_run(database, proposal)
        if isinstance(entry, ManualStep) and proposal.refusal(entry) is None
    )
    return frozenset(safe_text(text) for step in steps for text in step.statements)


def _copied_from_change(page: str) -> frozenset[str]:
    return _copied_from(CHANGES[page]) if CHANGES[page].dry else frozenset()


def _copied_from_deed(page: str) -> frozenset[str]:
    deed = DEEDS.get(page)
    sent = _request(deed.call, deed.target.addon) if deed else ()
    return frozenset(map(safe_text, sent))


_COPIED: Mapping[str, Callable[[str], frozenset[str]]] = {
    "plan": lambda page: _statements(PLANS[page]),
    "run": lambda page: _copied_from(RUNS[page]),
    "change": _copied_from_change,
    "explanation": lambda page: _copied_from_explanation(EXPLANATIONS[page]),
    "done": _copied_from_deed,
    "past_run": lambda page: _to_follow(PAST_RUNS[page]),
}
"""What is copied from a page, by the folder of its file."""
