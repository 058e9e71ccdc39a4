"""`reconcile apply --plan`: a plan that was made before stands for the specs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from attrs import evolve, frozen

from reconcile.api.reads import Reads
from reconcile.apply.history import completed_plans
from reconcile.cli.fleet import Fleet, fleet_without_specs, valid_fleet
from reconcile.cli.options import DEFAULT_PATHS, ApplyOptions, Selection
from reconcile.cli.plan_files import PlanFile, must_be_signed, read_plan_file
from reconcile.cli.world import World
from reconcile.guard.plan_file import FromFile, review_file
from reconcile.model.change import Risk
from reconcile.model.finding import Finding
from reconcile.model.history import Commit
from reconcile.model.plan import DatabasePlan, Plan, Proposal
from reconcile.model.saved import Seal
from reconcile.model.state import Desired, Unknown
from reconcile.observe.found import or_unknown
from reconcile.plan.intent import intended
from reconcile.plan.strict import PlanFileError
from reconcile.plan.vouching import about, strengthened, unnamed, vouched
from reconcile.spec.config import Config
from reconcile.spec.git import commit_of


@frozen(kw_only=True)
class Taken:
    """A plan that was taken from a file, and what it asks for as a fleet.

    The proposal says why it is refused, if it is; `unsure` are databases that lose data, each with
    a spec that asks for it if the application has no other such addon. `commit` is that of the
    specs that answer for it; `late` says why it is refused by now.
    """

    fleet: Fleet
    proposal: Proposal
    unsure: tuple[tuple[DatabasePlan, Desired], ...]
    commit: Callable[[], Commit | None]
    late: Callable[[], tuple[Finding, ...]]

    def unanswered(self, reads: Reads) -> Iterator[Finding]:
        """What a spec that names no addon turns out not to be about; a request an application."""
        for database, spec in self.unsure:
            only = or_unknown(
                partial(reads.targets.find, app=spec.app, addon=None, engine=spec.engine)
            )
            addon = database.target.addon if database.target else None
            if isinstance(only, Unknown) or only.addon != addon:
                why = only.reason if isinstance(only, Unknown) else f"it is about {only.addon!r}"
                yield Finding(
                    code="G110",
                    message=(
                        f"the spec {spec.handle!r} names no addon, and does not answer for what"
                        f" {database.handle!r} would lose: {why}"
                    ),
                    hint="name the addon in the spec",
                )


def saved_plan(path: Path, options: ApplyOptions, world: World) -> Taken:
    """Take the plan of a file.

    Raises PlanFileError for a file that cannot be believed, InvalidSpecsError for an invalid
    reconcile.yaml or specs that are here and not valid.
    """
    read = read_plan_file(path, world)
    _check_seal(read, world)
    paths = _spec_paths(read, options)
    common = Selection(paths=paths, config=options.selection.config)
    config = fleet_without_specs(common, today=world.today())
    _check_config(read, config.config)
    specs = _specs(paths, options, world)
    plan = _part_of(read.saved.proposal.plan, world)
    plan = strengthened(plan, specs.desired) if specs else plan
    state_dir = world.state_dir(options.state_dir)

    def refusals() -> tuple[Finding, ...]:
        now = evolve(read, record=evolve(read.record, now=world.now()))
        return review_file(plan, _known(now, plan, specs, state_dir))

    signed = read.record.seal is Seal.VERIFIED
    return Taken(
        fleet=evolve(
            config,
            desired=tuple(intended(one) for one in plan.databases),
            whole=_whole(read, plan, specs),
        ),
        proposal=Proposal(plan=plan, findings=refusals(), id=read.saved.proposal.id),
        unsure=() if signed or specs is None else tuple(_unsure(plan, specs)),
        commit=lambda: _commit(read, paths, specs, world),
        late=refusals,
    )


def _check_seal(read: PlanFile, world: World) -> None:
    seal = read.record.seal
    if seal is Seal.UNSIGNED and must_be_signed(world):
        raise PlanFileError(
            f"plan file {str(read.path)!r}: it is not signed, and RECONCILE_PLAN_KEY is set: plan"
            " again with the key"
        )
    if seal is Seal.UNCHECKED:
        world.tell(
            "note: the plan is signed, and without RECONCILE_PLAN_KEY its signature is not checked"
        )


def _spec_paths(read: PlanFile, options: ApplyOptions) -> tuple[Path, ...]:
    """Where the specs are that answer for a plan: never where an unsigned file says."""
    signed = read.record.seal is Seal.VERIFIED
    scope = tuple(Path(path) for path in read.saved.scope.paths) if signed else ()
    return options.specs or scope or DEFAULT_PATHS


def _specs(paths: tuple[Path, ...], options: ApplyOptions, world: World) -> Fleet | None:
    """The specs that are here; None where there are none and nobody named any.

    Raises InvalidSpecsError.
    """
    here = all(os.path.exists(path) for path in paths)  # noqa: PTH110 - pathlib raises for some
    if not (here or options.specs):
        return None
    config = options.selection.config
    return valid_fleet(Selection(paths=paths, config=config), today=world.today())


def _check_config(read: PlanFile, config: Config) -> None:
    """Raise PlanFileError where the limits of the project are not at hand."""
    made_with = read.saved.scope.config
    if made_with is not None and config.file is None:
        raise PlanFileError(
            f"plan file {str(read.path)!r}: it was made with {made_with!r}, and no configuration is"
            " here: name it with --config"
        )


def _part_of(plan: Plan, world: World) -> Plan:
    """What of a plan is applied: its actions and steps. All else was so when it was made."""
    databases = tuple(evolve(one, items=one.doable) for one in plan.databases if one.doable)
    left = sum(len(one.items) - len(one.doable) for one in plan.databases)
    if left:
        were = "item was" if left == 1 else "items were"
        world.tell(f"note: {left} {were} blocked or pending when the plan was made: plan anew")
    return Plan(databases=databases)


def _known(read: PlanFile, plan: Plan, specs: Fleet | None, state_dir: Path) -> FromFile:
    desired = specs.desired if specs else ()
    strangers = tuple(one.handle for one in plan.databases if not about(one, desired))
    return FromFile(
        record=read.record,
        completed=completed_plans(state_dir, read.saved.proposal.id, after=read.record.made),
        vouched=vouched(plan, desired),
        strangers=strangers if specs else (),
        unnamed=unnamed(plan, desired),
    )


def _whole(read: PlanFile, plan: Plan, specs: Fleet | None) -> int:
    """How many databases the plan was chosen from, by the best word that there is."""
    if read.record.seal is Seal.VERIFIED:
        return read.saved.scope.fleet
    return specs.whole if specs else len(plan.databases)


def _unsure(plan: Plan, specs: Fleet) -> Iterator[tuple[DatabasePlan, Desired]]:
    """Databases that lose data, with a spec that is about them if they are the only ones."""
    for database in plan.databases:
        asking = about(database, specs.desired)
        loses = any(step.risk is Risk.LOSSY for step in database.doable)
        if loses and asking and not any(one.addon for one in asking):
            yield database, asking[0]


def _commit(
    read: PlanFile, paths: tuple[Path, ...], specs: Fleet | None, world: World
) -> Commit | None:
    """The commit of the specs: that which was signed, or of those that are here."""
    made_of = read.saved.scope.commit
    if read.record.seal is Seal.VERIFIED and made_of is not None:
        return Commit(id=made_of.id, dirty=made_of.dirty)
    return commit_of(paths[0], world.environment) if specs else None
