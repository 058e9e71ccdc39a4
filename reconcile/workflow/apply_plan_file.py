"""`reconcile apply --plan`: a plan that was made before stands for the specs."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from attrs import evolve, field, frozen

from reconcile.apply.allowance import Allow, Allowance
from reconcile.apply.execute import DryRunExecutor
from reconcile.apply.history import applied_before, in_doubt, runs_of_plan
from reconcile.apply.loop import Loop
from reconcile.guard.plan_file import FromFile, review_file
from reconcile.model.address import Address
from reconcile.model.change import ActionKey, Risk
from reconcile.model.finding import Finding
from reconcile.model.history import Commit
from reconcile.model.item import Action, Item
from reconcile.model.plan import DatabasePlan, Plan, Proposal, Seal
from reconcile.model.project import SpecIndex
from reconcile.model.run import Outcome, Result
from reconcile.model.state import Desired
from reconcile.observe.estimate import looks_of
from reconcile.plan.build import asked
from reconcile.plan.local_specs import (
    covered_kinds,
    dropped,
    specs_of,
    strictest,
    to_read,
    without_connection,
)
from reconcile.plan.plan_file import PlanFileError
from reconcile.spec.config import Config
from reconcile.spec.git import commit_of
from reconcile.workflow.fleet import Fleet, fleet_without_specs, valid_fleet
from reconcile.workflow.plan_files import (
    PlanFile,
    digests,
    files_of,
    must_be_signed,
    read_plan_file,
)
from reconcile.workflow.process import DEFAULT_PATHS, Process, Selection
from reconcile.workflow.propose import About, Judging, announce_reading
from reconcile.workflow.reread import Reread


@frozen(kw_only=True)
class LoadedPlan:
    """A plan that was taken from a file, and what it asks for as a fleet.

    The proposal says why it is refused, if it is. The fleet wants of each database what its local
    spec asks for, as far as the plan is about it, or else what the plan asks for: then the database
    is in `narrow`. `dropped` are the addresses whose change the specs no longer ask for. `signed` where
    a signature answers for its losses. `commit` is that of the specs; `late` says why it is refused
    by now.
    """

    made: datetime
    fleet: Fleet
    proposal: Proposal
    dropped: frozenset[Address]
    narrow: frozenset[str]
    signed: bool
    commit: Callable[[], Commit | None]
    late: Callable[[], tuple[Finding, ...]]


def saved_plan(
    path: Path,
    process: Process,
    *,
    named: tuple[Path, ...] = (),
    config: Path | None = None,
    state_dir: Path | None = None,
) -> LoadedPlan:
    """Take the plan of a file; `named` is where the specs are, if that was named.

    Raises PlanFileError for a file that cannot be believed, InvalidSpecsError for an invalid
    reconcile.yaml or specs that are here and not valid.
    """
    read = read_plan_file(path, process)
    _check_seal(read, process)
    paths = _spec_paths(read, named)
    selection = Selection(paths=paths, config=config)
    common = fleet_without_specs(selection, today=process.today())
    _check_config(read, common.config)
    is_there = all(os.path.exists(path) for path in paths)  # noqa: PTH110 - pathlib raises for some
    specs = valid_fleet(selection, today=process.today()) if named or is_there else None
    project = (specs or common).project.specs
    index = SpecIndex(project)
    plan = strictest(_part_of(read.saved.proposal.plan, process), project)
    journals = process.state_dir(state_dir)

    def refusals() -> tuple[Finding, ...]:
        now = evolve(read, record=evolve(read.record, now=process.now()))
        return review_file(plan, _known(now, plan, project, index, journals))

    wanted = _wanted(plan, index, read)
    return LoadedPlan(
        made=read.record.made,
        fleet=evolve(
            common,
            desired=tuple(wanted[one.handle] or asked(one) for one in plan.databases),
            whole=_whole(read, plan, specs),
            load_project=(specs or common).load_project,
        ),
        dropped=dropped(plan, project),
        narrow=frozenset(handle for handle, spec in wanted.items() if spec is None),
        proposal=Proposal(plan=plan, findings=refusals(), id=read.saved.proposal.id),
        signed=read.record.seal is Seal.VERIFIED,
        commit=lambda: _commit(read, paths, specs, process),
        late=refusals,
    )


def _check_seal(read: PlanFile, process: Process) -> None:
    seal = read.record.seal
    if seal is Seal.UNSIGNED and must_be_signed(process):
        raise PlanFileError(
            f"plan file {str(read.path)!r}: it is not signed, and RECONCILE_PLAN_KEY is set: plan"
            " again with the key"
        )
    if seal is Seal.UNCHECKED:
        process.tell(
            "note: the plan is signed, and without RECONCILE_PLAN_KEY its signature is not checked"
        )


def _spec_paths(read: PlanFile, named: tuple[Path, ...]) -> tuple[Path, ...]:
    """Where the specs are that answer for a plan: never where an unsigned file says."""
    signed = read.record.seal is Seal.VERIFIED
    scope = tuple(Path(path) for path in read.saved.scope.paths) if signed else ()
    return named or scope or DEFAULT_PATHS


def _wanted(plan: Plan, index: SpecIndex, read: PlanFile) -> Mapping[str, Desired | None]:
    """What the spec of each database asks for, by handle; None where there is not just one.

    Only the kinds that the plan was about are read, unless a file of the spec has changed since.
    """
    made_of = set(read.saved.scope.digests.values())
    before = {one.handle: one for one in read.saved.proposal.plan.databases}
    specs = {one.handle: specs_of(one, index) for one in plan.databases}
    files = {file for found in specs.values() for one in found for file in files_of(one)}
    changed = {file for file, digest in digests(files).items() if digest not in made_of}
    wanted: dict[str, Desired | None] = {}
    for database in plan.databases:
        found = specs[database.handle]
        if len(found) != 1:
            wanted[database.handle] = None
            continue
        is_same = changed.isdisjoint(files_of(found[0]))
        kinds = covered_kinds(before[database.handle]) if is_same else None
        wanted[database.handle] = to_read(database, found[0], kinds)
    return wanted


def _check_config(read: PlanFile, config: Config) -> None:
    """Raise PlanFileError where the limits of the project are not at hand."""
    made_with = read.saved.scope.config
    if made_with is not None and config.file is None:
        raise PlanFileError(
            f"plan file {str(read.path)!r}: it was made with {made_with!r}, and no configuration is"
            " here: name it with --config"
        )


def _part_of(plan: Plan, process: Process) -> Plan:
    """What of a plan is applied: its actions and steps. All else was so when it was made."""
    databases = tuple(
        evolve(one, items=one.doable, unmanaged=(), ignored=())
        for one in plan.databases
        if one.doable
    )
    left = sum(len(one.items) - len(one.doable) for one in plan.databases)
    if left:
        were = "item was" if left == 1 else "items were"
        process.tell(f"note: {left} {were} blocked or pending when the plan was made: plan anew")
    return Plan(databases=databases)


def _known(
    read: PlanFile, plan: Plan, project: Sequence[Desired], index: SpecIndex, state_dir: Path
) -> FromFile:
    ident, made = read.saved.proposal.id, read.record.made
    history = runs_of_plan(state_dir, ident)
    doubtful = in_doubt(history, ident, made)
    without = (one.handle for one in plan.databases if not specs_of(one, index))
    return FromFile(
        record=read.record,
        completed=applied_before(history, ident, made),
        in_doubt=tuple(str(state_dir / "runs" / f"{one}.jsonl") for one in doubtful),
        has_specs=bool(project),
        without_spec=tuple(without),
        unnamed=without_connection(plan, project),
    )


def _whole(read: PlanFile, plan: Plan, specs: Fleet | None) -> int:
    """How many databases the plan was chosen from: of two numbers the stricter one."""
    numbers = [specs.whole] if specs else []
    if read.record.seal is Seal.VERIFIED:
        numbers.append(read.saved.scope.fleet)
    return min(numbers, default=len(plan.databases))


def _commit(
    read: PlanFile, paths: tuple[Path, ...], specs: Fleet | None, process: Process
) -> Commit | None:
    """The commit of the specs: that which was signed, or of those that are here."""
    made_of = read.saved.scope.commit
    if read.record.seal is Seal.VERIFIED and made_of is not None:
        return Commit(id=made_of.id, dirty=made_of.dirty)
    return commit_of(paths[0], process.environment) if specs else None


_EVERYTHING = Allowance(allows=tuple(Allow(risk=risk) for risk in Risk), attended=True)
_KNOWN = frozenset({Result.ALREADY_DONE, Result.STALE, Result.BLOCKED})


@frozen(kw_only=True)
class Looked:
    """A plan as it stands by now: `proposal` holds what is still to be done.

    `known` holds the outcomes of the other actions. `looks` are the databases that were looked at,
    by handle, each planned anew.
    """

    proposal: Proposal
    known: Mapping[ActionKey, Outcome] = field(factory=dict)
    looks: Mapping[str, DatabasePlan] = field(factory=dict)


def look_and_judge(
    saved: LoadedPlan,
    reread: Reread,
    about: About,
    judging: Judging,
    *,
    shown: bool,
) -> Looked:
    """What of a saved plan is still to be done, and what the guards say of it.

    Nothing is looked at of a plan that is refused as a whole.
    """
    if saved.proposal.refused:
        return Looked(proposal=saved.proposal)
    looked = look(saved, reread, about, shown=shown)
    # What an unsigned file says of its targets proves nothing: the specs are compared with them.
    fleet = reread.fleet if saved.signed else evolve(reread.fleet, desired=())
    planner = evolve(reread, fleet=fleet)
    judged = planner.judge(looked.proposal, evolve(judging, needs_spec=not saved.signed))
    return evolve(looked, proposal=judged)


def look(saved: LoadedPlan, reread: Reread, about: About, *, shown: bool) -> Looked:
    """Find out what of a saved plan is still to be done.

    Without `shown` nobody sees the plan, and only what guards judge is looked at: the databases in
    which something other than safe is to be done. The loop looks at each of the others itself. What
    the look costs is shown before. After an interruption all is left: nothing more is sent. Raises
    CannotFitError where it takes too long.
    """
    plan = saved.proposal.plan
    chosen = [one for one in plan.databases if one.actions and (shown or _is_risky(one))]
    if chosen:
        wanted = [asked(one, one.actions) for one in chosen]
        announce_reading(wanted, reread.reads, about, reread.process, requests_of=looks_of)
    looks: dict[str, DatabasePlan] = {}
    outcomes = Loop(
        proposal=Proposal(plan=Plan(databases=tuple(chosen))),
        allowance=_EVERYTHING,
        executor=DryRunExecutor(),
        dropped=saved.dropped,
        workers=reread.reads.workers,
        recheck=_once(reread, looks),
        stop=reread.process.interruption.stop,
    ).run()
    if reread.process.interruption.stop.is_set():
        return Looked(proposal=saved.proposal)
    ready = {one.action.key for one in outcomes if one.result is Result.NOT_SENT}
    databases = tuple(
        _as_it_is(one, looks[one.handle], ready, saved) if one.handle in looks else one
        for one in plan.databases
    )
    return Looked(
        proposal=evolve(saved.proposal, plan=Plan(databases=databases)),
        known={one.action.key: one for one in outcomes if one.result in _KNOWN},
        looks=looks,
    )


def _is_risky(database: DatabasePlan) -> bool:
    return any(action.risk is not Risk.SAFE for action in database.actions)


def _once(reread: Reread, looks: dict[str, DatabasePlan]) -> Callable[[DatabasePlan], DatabasePlan]:
    """One look at each database: nothing is sent in between."""

    def recheck(database: DatabasePlan) -> DatabasePlan:
        if database.handle not in looks:
            looks[database.handle] = reread.database(database)
        return looks[database.handle]

    return recheck


def _as_it_is(
    database: DatabasePlan, now: DatabasePlan, ready: set[ActionKey], saved: LoadedPlan
) -> DatabasePlan:
    """A database with what is still to be done there."""

    def is_left(entry: Item) -> bool:
        if isinstance(entry, Action):
            return entry.key in ready
        return entry.address not in saved.dropped

    if now.error is not None:
        return evolve(database, items=(), error=now.error, unauthenticated=now.unauthenticated)
    return evolve(database, version=now.version, items=tuple(filter(is_left, database.items)))
