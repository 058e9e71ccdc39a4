"""Every page of which a golden file is kept: what it renders, by the name of its file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from builders import TODAY
from golden.by_sql import CHANGED_BOTH_WAYS, CHANGED_BY_SQL, HELD_BACK, NOT_REACHED
from golden.changes import CHANGES
from golden.explanations import EXPLANATIONS
from golden.fleets import PLANS as PLANNED
from golden.history import PAST
from golden.live import LIVE, Shown
from golden.runs import RUNS as CARRIED_OUT
from golden.runs import dry
from golden.saved import RECORDS, SAVED
from golden.specs import SPECS
from golden.states import STATES

from reconcile.cli.present import reading_status, run_status
from reconcile.errors import ExitStatus
from reconcile.model.cost import Spent
from reconcile.model.explanation import AddressExplained, CodeExplained
from reconcile.model.finding import Finding, Severity
from reconcile.model.plan import Proposal
from reconcile.model.run import Run
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
    "run/not_allowed",
    "findings/several_errors",
    "queries/mixed",
    "queries/hostile",
    "statistics/mixed",
    "done/dry_restore",
    "explanation/hostile",
    "past_run/done",
    "past_run/hostile",
}


def _shown() -> Iterator[tuple[str, Shown]]:
    """Everything that is shown, by subject and name."""
    yield from {**LIVE, **PAST}.items()
    for name, proposal in PLANS.items():
        status = reading_status(proposal, remains_counts=True)
        spent = Spent(requests={"database": 9})
        yield (
            f"plan/{name}",
            Shown(
                text=partial(plan_text, proposal),
                json=partial(plan_json, proposal, status=status, spent=spent),
            ),
        )
    for name, record in RECORDS.items():
        yield (
            f"saved/{name}",
            Shown(
                text=partial(saved_text, SAVED, record),
                json=partial(plan_json, SAVED, status=_DONE, spent=Spent(), record=record),
            ),
        )
    for name, run in RUNS.items():
        yield (
            f"run/{name}",
            Shown(text=partial(run_text, run), json=partial(run_json, run, status=run_status(run))),
        )
    for name, states in STATES.items():
        spent = Spent(requests={"auth": 2, "api": 3, "database": 7})
        yield (
            f"show/{name}",
            Shown(
                text=partial(states_text, states),
                json=partial(states_json, states, status=_DONE, spent=spent),
            ),
        )
    for name, explained in EXPLANATIONS.items():
        yield (
            f"explanation/{name}",
            Shown(
                text=partial(_explained_text, explained), json=partial(_explained_json, explained)
            ),
        )
    for name, files in SPECS.items():
        yield (
            f"findings/{name}",
            Shown(text=partial(_findings_text, files), json=partial(_findings_json, files)),
        )


_DONE = ExitStatus.DONE


def _pages() -> Iterator[tuple[str, Page]]:
    """At 80 columns each, in every look some, and as JSON."""
    for name, shown in _shown():
        for end, look in LOOKS.items():
            if end == "80.txt" or name in _EVERY_LOOK:
                yield f"{name}.{end}", partial(shown.text, look)
        if shown.json is not None:
            yield f"{name}.json", shown.json


def _explained_text(explained: CodeExplained | AddressExplained, look: Look) -> str:
    if isinstance(explained, CodeExplained):
        return code_text(explained, look)
    return address_text(explained, look)


def _explained_json(explained: CodeExplained | AddressExplained) -> str:
    if isinstance(explained, CodeExplained):
        return code_json(explained)
    spent = Spent(requests={"auth": 2, "api": 1, "database": 2})
    return address_json(explained, status=_DONE, spent=spent)


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

_TOGETHER = {
    "plan/short": "in_sync pending unknown unknown_names by_sql_not_reached",
    "run/short": "converged unknown interrupted_at_once nothing_planned declined replaced dry_by_sql"
    " dry_refused_by_hand dry_fleet_refused dry_unknown_names dry_interrupted dry_not_allowed wide",
    "findings/short": "valid tab tab_after not_yaml secrets wide long",
    "queries/all": "mixed some none none_so_long",
    "statistics/all": "mixed some large none",
    "listing/all": "names none single single_none several",
    "operation/all": "running done error",
    "done/all": "done dry dry_upgrade declined refused started failed unknown",
    "change/all": " ".join(CHANGES),
    "runs/all": "none some mixed",
    "past_run/short": "held_back order older settled",
    "explanation/codes": "limited waived waiver_ended never_lifted of_specs",
    "explanation/short": "ignored default refused warned pinned replaced by_sql blocked pending unread"
    " unnamed nothing",
}
"""Short pages, which stand in one file, at 80 columns."""

_ALONE = {
    "80.txt": "plan/mixed plan/blocked plan/by_sql plan/by_sql_held_back plan/manual plan/approved"
    " plan/guarded plan/guarded_by_hand plan/fleet_refused plan/settings plan/ignored plan/hostile"
    " run/failed run/converged_for_people run/backed_up run/refused run/overtaken run/interrupted"
    " run/fleet_refused run/steps run/dry run/dry_both_ways findings/several_errors"
    " findings/hostile show/fleet past_run/interrupted explanation/database explanation/by_hand",
    "40.txt": "plan/mixed run/not_allowed queries/mixed done/dry_restore past_run/done",
    "80.ansi": "plan/mixed run/failed findings/several_errors",
    "json": "plan/mixed plan/hostile saved/signed run/failed run/dry_both_ways findings/several_errors"
    " show/fleet queries/mixed statistics/mixed listing/names operation/done done/started"
    " past_run/done past_run/interrupted runs/mixed explanation/database explanation/waived",
}
"""Pages that have a file each, by their look."""

GOLDEN: Mapping[str, tuple[str, ...]] = {
    **{
        f"{name}.{look}": (f"{name}.{look}",)
        for look, names in _ALONE.items()
        for name in names.split()
    },
    **{
        f"{file}.txt": tuple(f"{file.partition('/')[0]}/{name}.80.txt" for name in names.split())
        for file, names in _TOGETHER.items()
    },
}
"""The golden files, and the pages that each of them holds."""
