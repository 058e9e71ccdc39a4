"""What is fuzzed: each kind of file that `reconcile` reads, by the commands that read it.

A target returns, or raises for a fault of the product: an exception that is not one of its errors,
or a law that does not hold.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from attrs import evolve
from builders import facts, observed
from fuzz.repair import KEY, resigned, resummed
from fuzz.trial import Trial, assert_safe

from reconcile.apply.history import open_history, runs_of_plan
from reconcile.apply.open_ends import open_ends
from reconcile.cli.arguments import parse as arguments
from reconcile.cli.options import ApplyOptions, Output
from reconcile.cli.validate import present_findings
from reconcile.errors import ExitStatus
from reconcile.model.cost import Spent
from reconcile.model.plan import Proposal
from reconcile.model.state import ITSELF, Desired, Elements, Observed
from reconcile.plan.build import build_plan
from reconcile.plan.document import Scope, plan_id
from reconcile.plan.plan_file import PlanFileError, Saved, dump, load
from reconcile.plan.verify import verify
from reconcile.report.page import Look
from reconcile.report.plan_json import plan_json
from reconcile.report.plan_text import plan_text
from reconcile.spec.project import load_project
from reconcile.spec.source import Source, decode
from reconcile.spec.yaml import parse
from reconcile.workflow.apply_plan_file import saved_plan
from reconcile.workflow.fleet import Fleet, read_fleet
from reconcile.workflow.process import Selection

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = NOW.date()
_LONGEST_COMPARED = 4096
"""Bytes of a text that both parsers read: the one in Python is slow."""

CONFIG = """\
version: 1
region: osc-fr1
defaults:
  engines:
    mysql: {sql_mode: [ANSI]}
  labels:
    env=production: {protect: true, backups: {enabled: true, hours: [3]}}
"""
SPEC = """\
version: 1
database: base
app: base-web
engine: mysql
labels: {env: production}
logical_databases: [base]
"""
"""A spec next to the one that is fuzzed; the configuration that is fuzzed is for this one."""

_SINGLE: Mapping[str, Elements] = {
    "backups": {ITSELF: {"enabled": False, "hours": ()}},
    "sql_mode": {ITSELF: {"modes": ()}},
    "query_stats": {ITSELF: {"enabled": False}},
    "maintenance_window": {ITSELF: {"weekday": 0, "hour": 0, "duration": 8}},
}
"""What is live of each kind that is one thing; of the others there is nothing."""


def specs(trial: Trial, content: bytes) -> None:
    """A file of specs: by itself, and as another file of the project."""
    trial.write("reconcile.yaml", CONFIG)
    trial.write("specs/base.yaml", SPEC)
    trial.write("specs/fuzzed.yaml", content)
    fleet = _validate(trial)
    with trial.step("project"):
        chosen = (Path("specs/base.yaml"),)
        project = load_project(chosen, None, config=fleet.config, today=TODAY)
    assert "base" in {one.handle for one in project.specs}
    with trial.step("both parsers"):
        _compare_parsers(content)


def config(trial: Trial, content: bytes) -> None:
    """A `reconcile.yaml`."""
    trial.write("reconcile.yaml", content)
    trial.write("specs/base.yaml", SPEC)
    _validate(trial)


def _validate(trial: Trial) -> Fleet:
    """See that `validate` says the same twice, and that what is valid can be planned."""
    first = trial.command("validate", "specs")
    with trial.step("read_fleet"):
        fleet = read_fleet(Selection(), today=TODAY)
    again = trial.shown(lambda terminal: present_findings(fleet, Output(), terminal))
    assert first == again, "two runs of validate differ"
    in_json = trial.shown(lambda terminal: present_findings(fleet, Output(format="json"), terminal))
    assert in_json.status == first.status == (0 if fleet.valid else 65)
    assert len(in_json.document()["findings"]) == len(fleet.findings)
    if fleet.valid:
        _plan(trial, fleet.desired)
    return fleet


def _plan(trial: Trial, desired: tuple[Desired, ...]) -> None:
    """Plan against databases that hold nothing, show the plan, save it and read it again."""
    live = {one.handle: _empty(one) for one in desired}
    with trial.step("plan"):
        plan = build_plan(desired, live)
        verify(desired, live, plan)
        proposal = Proposal(plan=plan, id=plan_id(plan))
        assert_safe(plan_text(proposal, Look(width=100)))
    with trial.step("plan as JSON"):
        json.loads(plan_json(proposal, status=ExitStatus.REMAINS, spent=Spent()))
    saved = Saved(
        proposal=proposal,
        made=NOW,
        expires=NOW + timedelta(days=1),
        version="0.1.0",
        scope=Scope(
            paths=("specs",), config=None, only=(), exclude=(), fleet=1, digests={}, commit=None
        ),
    )
    with trial.step("saved plan"):
        assert load(dump(saved).encode()) == saved, "a plan file is not read as it was written"


def _empty(desired: Desired) -> Observed:
    engine = desired.engine
    version: Elements = {ITSELF: {"version": str(facts(engine).version), "version_id": "id"}}
    single = {**_SINGLE, "engine_version": version}
    states = {kind: single.get(kind, {}) for kind in desired.kinds}
    live = observed(states, handle=desired.handle, engine=engine)
    return evolve(live, target=evolve(live.target, app=desired.app))


def _compare_parsers(content: bytes) -> None:
    """See that ruamel's two parsers read the same, or both nothing."""
    source = decode(content[:_LONGEST_COMPARED], "specs/fuzzed.yaml")
    if isinstance(source, Source) and len(content) <= _LONGEST_COMPARED:
        in_c, in_python = (_meaning(source, in_c=one) for one in (True, False))
        assert in_c == in_python, f"the parsers read {in_c:.200} and {in_python:.200}"


def _meaning(source: Source, *, in_c: bool) -> str:
    reading = parse(source, in_c=in_c)
    return repr(None if reading.findings else [one.value for one in reading.documents])


def plan_files(trial: Trial, content: bytes) -> None:
    """A plan file as it stands, with its id made to fit, and signed."""
    trial.write("reconcile.yaml", CONFIG)
    trial.write("specs/base.yaml", SPEC)
    _plan_file(trial, content)
    for repaired in resigned(content):
        _plan_file(trial, repaired)


def _plan_file(trial: Trial, content: bytes) -> None:
    trial.write(PLAN_FILE, content)
    text = trial.command("show-plan", PLAN_FILE)
    for environment in ({}, {"RECONCILE_PLAN_KEY": KEY}):
        with trial.step("apply --plan"):
            _take(Trial(environment=environment))
    if text.status == 0:
        in_json = trial.command("show-plan", PLAN_FILE, "--format", "json")
        assert in_json.document()["id"]
        saved = load(content)
        assert load(dump(saved).encode()) == saved, "a plan file is not read as it was written"


PLAN_FILE = "fuzzed.plan.json"


def _take(trial: Trial) -> None:
    """What `apply --plan` does before it sends anything."""
    options = arguments(["apply", "--plan", PLAN_FILE, "--yes", "--state-dir", "state"])
    assert isinstance(options, ApplyOptions)
    assert options.plan is not None
    try:
        taken = saved_plan(options.plan, trial.terminal(), state_dir=options.state_dir)
    except PlanFileError:
        return
    assert taken.late() == taken.proposal.findings
    assert_safe(plan_text(taken.proposal, Look(width=100)))


def journals(trial: Trial, content: bytes) -> None:
    """The journal of a run as it stands, and with the checksums of its lines made to fit."""
    for repaired in dict.fromkeys((content, resummed(content))):
        trial.write(f"state/runs/{RUN}.jsonl", repaired)
        state = ("--state-dir", "state")
        listed = trial.command("runs", *state)
        document = trial.command("runs", *state, "--format", "json").document()
        assert listed.status == 0
        assert len(document["runs"]) + len(document["unreadable"]) == 1
        shown = trial.command("runs", "show", RUN, *state)
        again = trial.command("runs", "show", RUN, *state, "--format", "json")
        assert shown.status == again.status == (0 if document["runs"] else 1)
        _resume(trial)


RUN = "20261123T120000Z-a1b2c3"


def _resume(trial: Trial) -> None:
    """What `apply` reads of a journal before it sends anything."""
    directory = Path("state")
    (directory / "runs" / "index.json").unlink(missing_ok=True)
    with trial.step("apply"):
        history = open_history(directory, NOW)
        for one in history.runs:
            open_ends(history.runs, one.opening.databases)
    plan = next((one.opening.plan_id for one in history.runs), "")
    for _indexed in range(2):
        with trial.step("apply --plan"):
            runs_of_plan(directory, plan)


Target = Callable[[Trial, bytes], None]
TARGETS: Mapping[str, Target] = {
    "specs": specs,
    "config": config,
    "plan_files": plan_files,
    "journals": journals,
}
