"""Every page of which a golden file is kept: what it renders, by the name of its file."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from builders import HOSTS
from golden.changes import CHANGES
from golden.fleets import PLANS
from golden.live import DEEDS, LIVE
from golden.runs import RUNS
from golden.specs import SPECS
from golden.states import STATES

from reconcile.cli.exits import reading_status, run_status
from reconcile.errors import ExitStatus
from reconcile.model.call import Call, filled
from reconcile.model.cost import Spent
from reconcile.model.finding import Finding, Severity
from reconcile.model.item import ManualStep
from reconcile.model.plan import Proposal
from reconcile.model.run import Outcome, Result, Run
from reconcile.model.text import safe_text
from reconcile.report.findings_text import validation_text
from reconcile.report.page import Look
from reconcile.report.plan_text import plan_text
from reconcile.report.run_text import run_text
from reconcile.report.show_text import states_text
from reconcile.report.to_json import findings_json, plan_json, run_json, states_json
from reconcile.spec.config import Config
from reconcile.spec.load import load_specs

Page = Callable[[], str]

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
    "change/dry_weakens",
}


def _pages() -> Iterator[tuple[str, Page]]:
    for name, proposal in PLANS.items():
        yield from _texts(f"plan/{name}", partial(plan_text, proposal))
        status = reading_status(proposal, remains_counts=True)
        yield (
            f"plan/{name}.json",
            partial(plan_json, proposal, status=status, spent=Spent(requests={"database": 9})),
        )
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
    for name, shown in LIVE.items():
        yield from _texts(name, shown.text)
        if shown.json is not None:
            yield f"{name}.json", shown.json
    for name, files in SPECS.items():
        yield from _texts(f"findings/{name}", partial(_findings_text, files))
        yield f"findings/{name}.json", partial(_findings_json, files)


def _texts(name: str, render: Callable[[Look], str]) -> Iterator[tuple[str, Page]]:
    """At 80 columns each page, in every look some."""
    for end, look in LOOKS.items():
        if end == "80.txt" or name in _EVERY_LOOK:
            yield f"{name}.{end}", partial(render, look)


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
    loaded = load_specs([folder], config=Config())
    return loaded.findings, len(loaded.desired)


PAGES: Mapping[str, Page] = dict(_pages())


def copied(name: str) -> frozenset[str]:
    """The lines of a page that are whole however long they are, so that they can be copied.

    SQL statements; of a dry run requests and their bodies; the flags that allow what was left out.
    """
    folder, _, rest = name.partition("/")
    page = rest.partition(".")[0]
    match folder:
        case "plan":
            return _statements(PLANS[page])
        case "run":
            return _copied_from(RUNS[page])
        case "change":
            return _copied_from(CHANGES[page]) if CHANGES[page].dry else frozenset()
        case "done" if page in DEEDS:
            deed = DEEDS[page]
            return frozenset(map(safe_text, _request(deed.call, deed.target.addon)))
        case _:
            return frozenset()


def _copied_from(run: Run) -> frozenset[str]:
    unallowed = (o.action for o in run.outcomes if o.result is Result.NOT_ALLOWED)
    flags = {f"--allow {shlex.quote(f'{a.risk.value}={a.address}')}" for a in unallowed}
    requests = (request for outcome in run.outcomes for request in _requests(outcome))
    sent = requests if run.dry else ()
    return _statements(run.left) | {safe_text(text) for text in (*flags, *sent)}


def _requests(outcome: Outcome) -> Iterator[str]:
    for call in outcome.calls:
        yield from _request(call, f"ad-{outcome.action.address.database}")


def _request(call: Call, addon: str) -> Iterator[str]:
    path = filled(call.template, {**call.names, "addon": addon}, call.query)
    yield f"{call.method} {HOSTS.database}{path}"
    if call.body is not None:
        yield json.dumps(call.body, sort_keys=True)


def _statements(proposal: Proposal) -> frozenset[str]:
    steps = (
        entry
        for entry in proposal.plan.items()
        if isinstance(entry, ManualStep) and proposal.refusal(entry) is None
    )
    return frozenset(safe_text(text) for step in steps for text in step.statements)
